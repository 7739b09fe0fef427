"""`import rosey` in a fresh interpreter and `%load_ext rosey` in a kernel, beside those without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

KERNEL = "import ipykernel.kernelapp, IPython; shell = IPython.InteractiveShell.instance()"
CODE = {
    "nothing": "pass",
    "rosey": "import rosey",
    "kernel": KERNEL,
    "load-ext": f"{KERNEL}; shell.run_line_magic('load_ext', 'rosey')",
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Let the first import leave bytecode for the next ones, as it does for everybody."""
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    folder = tmp_path_factory.mktemp("started")
    own = {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "IPYTHONDIR": str(folder / "ipython")}
    return {**inherited, **own}


@pytest.mark.parametrize("what", CODE)
def test_import(
    benchmark: BenchmarkFixture, environment: dict[str, str], tmp_path: Path, what: str
) -> None:
    def run() -> None:
        command = [sys.executable, "-c", CODE[what]]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True)

    benchmark.pedantic(run, rounds=15, warmup_rounds=2)
