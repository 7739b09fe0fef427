"""`import rosey` in a fresh interpreter, beside an interpreter that imports nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Let the first import leave bytecode for the next ones, as it does for everybody."""
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("bytecode"))}


@pytest.mark.parametrize("code", ["pass", "import rosey"], ids=["nothing", "rosey"])
def test_import(
    benchmark: BenchmarkFixture, environment: dict[str, str], tmp_path: Path, code: str
) -> None:
    def run() -> None:
        subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True)

    benchmark.pedantic(run, rounds=15, warmup_rounds=2)
