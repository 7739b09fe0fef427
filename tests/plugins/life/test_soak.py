"""A plugin that leaks in every way it can is reloaded many times; `make soak` does it longer."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.leaky import MODULES, PINNING
from benchmarks.soak import slope

ROOT = Path(__file__).parents[3]


def test_slope_is_not_led_astray_by_single_values() -> None:
    assert slope([10, 12, 14, 900, 18, 20, 22, 24, -900, 28]) == 2


def test_plugin_of_the_soak_leaks_in_thirty_ways_at_least() -> None:
    assert len({*PINNING, *MODULES}) >= 30


@pytest.mark.timeout(90)
def test_three_hundred_reloads_leave_one_generation_alive_and_nothing_else() -> None:
    # In a process of its own, without coverage: that keeps something for each thread and file.
    environ = {name: text for name, text in os.environ.items() if not name.startswith("COV")}
    soaked = subprocess.run(
        [sys.executable, "-m", "benchmarks.soak", "300"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        check=True,
        text=True,
    )

    told = re.search(r"(\S+) blocks a reload, (\d+) generation", soaked.stdout)

    assert told is not None
    assert float(told[1]) < 1
    assert int(told[2]) == 1
    assert not soaked.stderr
