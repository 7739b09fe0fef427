"""Runs pytest, in the process of the tests."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rosey.rehearsal.stage import Stage
from rosey.rehearsal.twin import Twin
from rosey.test_runs.telling import Teller

NEEDED = ("pytest", "pytest_asyncio")
"""Modules of the extra `test`."""

GIVEN = "rosey-given-twin"
"""The name under which the testing kit finds the twin that the bots of the tests are made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be run; it can be pickled.

    Attributes:
        twin: The bot.
        files: The files with tests.
        root: The folder that holds nothing but them, where they come from a cell; else None.
        label: What that cell is called.
        test_s: Seconds that a test may take.
    """

    twin: Twin
    files: tuple[Path, ...]
    root: Path | None
    label: str
    test_s: float


def perform(plan: Plan, stage: Stage) -> None:
    """Run tests, and tell how they end; see `Teller`.

    The last fact is pytest's exit code (`ended`); where pytest or its plugin is not installed, the
    one fact is its name (`missing`).
    """
    for name in NEEDED:
        try:
            importlib.import_module(name)
        except ImportError:
            stage.tell({"missing": name})
            return
    # Nothing is left beside the tests.
    sys.dont_write_bytecode = True
    # The option for it is not all: how a file cannot be read is told in colour all the same.
    os.environ["PY_COLORS"] = "0"
    if plan.root is not None:
        _without_surroundings()
    pytest = importlib.import_module("pytest")
    names = frozenset(file.name for file in plan.files)
    teller = Teller(stage.tell, names, plan.label, plan.test_s)
    code = pytest.main(_arguments(plan), plugins=[_Given(plan.twin), teller])
    stage.tell({"ended": int(code)})


class _Given:
    """Has the testing kit make its bots of a twin."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin

    def pytest_configure(self, config: Any) -> None:  # noqa: ANN401  pytest's own type
        """Hand the twin over."""
        config.pluginmanager.register(self._twin, GIVEN)


def _without_surroundings() -> None:
    """Have the tests of a cell run alike wherever the notebook stands."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ.pop("PYTEST_PLUGINS", None)


def _arguments(plan: Plan) -> list[str]:
    # Not by descriptors: the first of them is the line on which this process is told to end.
    silent = ["-qq", "--no-header", "--no-summary", "--color=no"]  # the teller tells it all
    usual = [*silent, "--capture=sys", "--tb=short", "-p", "rosey.testing"]
    files = [str(file) for file in plan.files]
    if plan.root is None:
        return [*usual, *files]
    plugins = ["-p", "asyncio", "-p", "no:cacheprovider"]
    alone = ["--rootdir", str(plan.root), "-c", str(plan.root / "pytest.ini")]
    ways = ["--import-mode=importlib", "--log-level=INFO"]
    return [*usual, *plugins, *alone, *ways, *files]
