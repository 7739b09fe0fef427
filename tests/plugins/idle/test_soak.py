"""A plugin that is unloaded as idle and used again, many times, leaves nothing behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.timeout(90)
def test_thousand_uses_of_an_idle_plugin_leave_nothing() -> None:
    # In a process of its own, without coverage: that keeps something for each thread and file.
    environ = {name: text for name, text in os.environ.items() if not name.startswith("COV")}
    soaked = subprocess.run(
        [sys.executable, "-m", "benchmarks.idle_soak", "1000"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        check=True,
        text=True,
    )

    told = re.search(r"(\S+) blocks a use, (\d+) generation", soaked.stdout)

    assert told is not None
    assert float(told[1]) < 1
    assert int(told[2]) == 0
    assert not soaked.stderr
