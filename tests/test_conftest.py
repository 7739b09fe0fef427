"""Whatever `conftest.py` watches for does fail a test, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SUSPECTS = """
import asyncio
import sys
import threading
import types

import rosey

NEVER = threading.Event()
KEPT = []


def nap():
    exec(compile("import time; time.sleep(0)", f"{rosey.__path__[0]}.py", "exec"))


async def test_task():
    KEPT.append(asyncio.create_task(asyncio.Event().wait(), name="stray task"))


async def test_factory():
    loop = asyncio.get_running_loop()
    loop.set_task_factory(lambda loop, coro, **options: asyncio.Task(coro, loop=loop, **options))


def test_thread():
    threading.Thread(target=NEVER.wait, name="stray thread", daemon=True).start()


def test_module():
    sys.modules["rosey_plugins.stray"] = types.ModuleType("stray")


async def test_blocking():
    nap()


async def test_tidy():
    await asyncio.gather(asyncio.sleep(0), asyncio.to_thread(nap))


def test_tidy_without_loop():
    nap()
"""


def test_leftovers_and_blocking_calls_fail_tests(pytester: pytest.Pytester) -> None:
    here = Path(__file__).parent
    pytester.makeconftest((here / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyprojecttoml((here.parent / "pyproject.toml").read_text(encoding="utf-8"))
    suspects = pytester.makepyfile(SUSPECTS)

    result = pytester.runpytest_subprocess(suspects, "-p", "no:randomly", "-rA")

    result.assert_outcomes(passed=6, failed=1, errors=4)
    result.stdout.fnmatch_lines_random(
        [
            "*tasks left behind: ?'stray task'?*",
            "*task factory left behind*",
            "*threads left behind: ?'stray thread'?*",
            "*plugin modules left behind: ?'rosey_plugins.stray'?*",
            "FAILED*::test_blocking*",
            "PASSED*::test_tidy",
            "PASSED*::test_tidy_without_loop",
        ]
    )
