"""What a plugin changed of the whole process while it was loaded is put back, or named."""

from __future__ import annotations

import builtins
import gc
import logging
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.manager import PluginManager
from rosey.plugins.remedies.shared import SETTINGS
from tests.plugins.generations import Bench, bench
from tests.plugins.host import Folder, Host


@pytest.fixture
def lab() -> Iterator[Bench]:
    """Where generations are made without a bot."""
    with bench() as made:
        yield made


@pytest.fixture(autouse=True)
def settings_as_before() -> Iterator[None]:
    """Fail a test after which the process is not as it was."""
    before = modes()
    yield
    assert modes() == before


def modes() -> dict[str, object]:
    return {setting.name: setting.read() for setting in SETTINGS if setting.write is not None}


MODES = {
    "sys.setrecursionlimit(5000)": "the recursion limit",
    "sys.setswitchinterval(0.01)": "the switch interval",
    "os.chdir('/')": "the working directory",
    "socket.setdefaulttimeout(7)": "the socket timeout",
    "logging.disable(logging.ERROR)": "logging.disable",
    "gc.disable()": "garbage collection",
    "sys.stdout = Stream()": "sys.stdout",
}
HEAD = (
    "import gc, logging, os, socket, sys, warnings\nclass Stream:\n    def write(self, text): ...\n"
)


async def left_behind(host: Host, folder: Folder, head: str = "", body: str = "") -> list[str]:
    """What a plugin has left behind that is loaded, reloaded and unloaded."""
    folder.plugin("dice", body, head=HEAD + head)
    await host.plugin_manager.load_plugin("dice")
    folder.plugin("dice", body, head=f"{HEAD}{head}\n# edited")
    await host.plugin_manager.reload_plugin("dice")
    await host.plugin_manager.unload_plugin("dice")
    return [*host.plugin_manager.slots.known("dice").left_behind]


@pytest.mark.parametrize("code", MODES)
async def test_what_the_import_has_set_is_put_back_at_unload(
    folder: Folder, host: Host, code: str
) -> None:
    assert await left_behind(host, folder, code) == [f"taken back: {MODES[code]}"]


async def test_what_the_constructor_has_set_is_put_back_too(folder: Folder, host: Host) -> None:
    body = """
    def __init__(self, *given):
        super().__init__(*given)
        gc.disable()
    """

    assert await left_behind(host, folder, body=body) == ["taken back: garbage collection"]
    assert gc.isenabled()


async def test_new_version_finds_what_the_old_one_has_set(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", head=f"{HEAD}gc.disable()")
    await manager.load_plugin("dice")
    folder.plugin("dice", head="1 / 0")
    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")
    assert not gc.isenabled()
    folder.plugin("dice")

    await manager.reload_plugin("dice")

    assert not gc.isenabled()
    await manager.unload_plugin("dice")


async def test_load_that_fails_leaves_nothing_set(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("dice", head=f"{HEAD}logging.disable(50)\n1 / 0")

    with pytest.raises(PluginLoadError):
        await manager.load_plugin("dice")

    assert logging.root.manager.disable == logging.NOTSET


async def test_what_somebody_has_set_since_is_theirs(
    folder: Folder, manager: PluginManager
) -> None:
    before = sys.getrecursionlimit()
    folder.plugin("dice", head=f"{HEAD}sys.setrecursionlimit(5000)")
    await manager.load_plugin("dice")
    sys.setrecursionlimit(6000)

    await manager.unload_plugin("dice")

    assert sys.getrecursionlimit() == 6000
    sys.setrecursionlimit(before)


LASTING = {
    "os.environ['DICE'] = '6'": "os.environ",
    "sys.path.append('nowhere')": "sys.path",
    "warnings.simplefilter('ignore', FutureWarning)": "warnings.filters",
}


@pytest.mark.parametrize("code", LASTING)
async def test_what_a_library_may_need_is_only_named(
    folder: Folder, host: Host, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("DICE", "")
    with warnings.catch_warnings():
        lines = await left_behind(host, folder, code)

    assert lines == [f"{LASTING[code]} was changed while it was loaded, and stays so"]
    monkeypatch.undo()


async def test_working_directory_that_is_gone_keeps_no_plugin_from_loading(
    folder: Folder, manager: PluginManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.plugin("dice")
    (tmp_path / "gone").mkdir()
    with monkeypatch.context() as context:
        context.chdir(tmp_path / "gone")
        (tmp_path / "gone").rmdir()

        await manager.load_plugin("dice")
        await manager.unload_plugin("dice")

    assert manager.slots.known("dice").left_behind == manager.slots.known("dice").faults


BUILTINS = {
    "module": "import builtins\nbuiltins.len = lambda _: 7\n",
    "other name": "import builtins as b\nb.len = lambda _: 7\n",
    "dictionary": "__builtins__['len'] = lambda _: 7\n",
    "setattr": "from sys import modules\nimport builtins\nsetattr(builtins, 'len', lambda _: 7)\n",
}


@pytest.mark.parametrize("way", BUILTINS)
def test_builtin_that_a_plugin_replaces_is_replaced_for_itself_alone(lab: Bench, way: str) -> None:
    before = len
    dice = lab.run(f"{BUILTINS[way]}from . import parts\nmine = len('')", parts="its = len('')")
    cards = lab.run("other = len('')", name="cards")

    assert builtins.len is before
    assert (dice.main.mine, sys.modules[dice.module_name("parts")].its) == (7, 7)
    assert cards.main.other == 0


def test_builtins_of_a_plugin_are_those_of_python_by_default(lab: Bench) -> None:
    code = "import builtins\nfrom builtins import len as count, print\nname = builtins.__name__\n"

    main = lab.run(code).main

    assert (main.count, main.print, main.name) == (len, print, "builtins")
