"""Whatever `conftest.py` watches for does fail a test, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

HERE = Path(__file__).parent

HEAD = """
import asyncio
import builtins
import logging
import os
import socket
import sys
import threading
import types
from pathlib import Path

import pytest

import rosey

NEVER = threading.Event()
KEPT = []


def loop():
    return asyncio.get_running_loop()


def nap():
    exec(compile("import time; time.sleep(0)", f"{rosey.__path__[0]}.py", "exec"))


async def fail():
    raise ZeroDivisionError("odd")


"""

LEAVING = {
    "threads left behind: ?'stray thread*": """
def test():
    threading.Thread(target=NEVER.wait, name="stray thread", daemon=True).start()
""",
    "plugin modules left behind: ?'rosey_plugins.stray'?": """
def test():
    sys.modules["rosey_plugins.stray"] = types.ModuleType("stray")
""",
    "plugin modules left behind: ?'passing'?": """
def test(tmp_path, monkeypatch):
    (tmp_path / "passing.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    import passing
""",
    "sockets left behind: ?'file *": """
def test():
    KEPT.extend(socket.socketpair())
""",
    "logging changed: *root: <StreamHandler*": """
def test():
    logging.root.addHandler(logging.StreamHandler())
""",
    "logging changed: *rosey.stray: <NullHandler*": """
def test():
    logging.getLogger("rosey.stray").addHandler(logging.NullHandler())
""",
    "logging changed: *plugin.stray (DEBUG)*": """
def test():
    logging.getLogger("plugin.stray").setLevel("DEBUG")
""",
    "logging changed: *everything disabled up to 50*": """
def test():
    logging.disable()
""",
    "environment changed: ?'STRAY=1'?": """
def test():
    os.environ["STRAY"] = "1"
""",
    "environment changed: ?'in *": """
def test(tmp_path):
    os.chdir(tmp_path)
""",
    "interpreter changed: ?'builtins.stray *": """
def test():
    builtins.stray = 1
""",
    "interpreter changed: ?'sys.path stray *": """
def test():
    sys.path.append("stray")
""",
    "tasks left behind: ?'stray task'?": """
async def test():
    KEPT.append(asyncio.create_task(asyncio.Event().wait(), name="stray task"))
""",
    "timers left behind: ?<TimerHandle*": """
async def test():
    loop().call_later(60, print)
""",
    "task factory left behind: ?<function*": """
async def test():
    loop().set_task_factory(lambda loop, code, **named: asyncio.Task(code, loop=loop, **named))
""",
    "exception handler left behind: ?<function*": """
async def test():
    loop().set_exception_handler(lambda loop, context: None)
""",
    "nobody caught: Task exception was never retrieved": """
async def test():
    await asyncio.wait([asyncio.create_task(fail())])
""",
    "nobody caught: Exception in callback*": """
async def test():
    loop().call_soon(lambda: 1 / 0)
    await asyncio.sleep(0)
""",
    "*Non-thread-safe operation*": """
async def test():
    await asyncio.to_thread(loop().call_soon, print)
""",
    "*coroutine 'fail' was never awaited*": """
async def test():
    fail()
""",
    "*BlockingError*": """
async def test():
    nap()
""",
}

TIDY = {
    "a loop": """
async def test():
    assert loop().get_debug()
    await asyncio.gather(asyncio.sleep(0), asyncio.to_thread(nap))
    await asyncio.wait_for(asyncio.sleep(0), 60)
""",
    "a loop without debug mode": """
@pytest.mark.no_loop_debug(reason="it measures")
async def test():
    assert not loop().get_debug()
""",
    "no loop": """
def test(monkeypatch, tmp_path, caplog):
    nap()
    monkeypatch.setenv("STRAY", "1")
    monkeypatch.chdir(tmp_path)
    caplog.set_level("DEBUG")
""",
}


@pytest.fixture
def guarded(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder whose tests are held to the same."""
    monkeypatch.setenv("PYTHONPATH", str(HERE.parent))
    # None of Rosey's own code is run there that other tests do not run.
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    pytester.makeconftest((HERE / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyprojecttoml((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    return pytester


def files(tests: list[str]) -> dict[str, str]:
    """Each test in a file of its own."""
    return {f"test_{number:02}": HEAD + test for number, test in enumerate(tests)}


def test_each_leftover_fails_the_test_that_left_it(guarded: pytest.Pytester) -> None:
    guarded.makepyfile(**files([*LEAVING.values()]))

    result = guarded.runpytest_subprocess(".", "-p", "no:randomly", "-rA", "--tb=short")

    for number, told in enumerate(LEAVING):
        result.stdout.fnmatch_lines_random([f"E*{told}*", f"*test_{number:02}.py::test*"])
    outcomes = result.parseoutcomes()
    assert outcomes.get("errors", 0) + outcomes.get("failed", 0) == len(LEAVING)


def test_tidy_tests_pass(guarded: pytest.Pytester) -> None:
    guarded.makepyfile(**files([*TIDY.values()]))

    guarded.runpytest_subprocess(".", "-p", "no:randomly").assert_outcomes(passed=len(TIDY))
