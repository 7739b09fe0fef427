"""Plugins that are being loaded are noted, and code that ended the last process is left out."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterable, Mapping

import pytest

from rosey.errors import PluginError, PluginLoadError
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

TELLS = """
async def setup(self):
    self.bot.log.append("set up")
"""

WAITS = """
async def setup(self):
    self.bot.waiting.set()
    await self.bot.go_on.wait()
"""


class Notes:
    """Markers on paper: what is noted now, and all that was ever noted."""

    def __init__(self) -> None:
        self.left: dict[str, str] = {}
        self.now: dict[str, str] = {}
        self.ever: list[str] = []

    def put(self, digests: Mapping[str, str]) -> None:
        self.now.update(digests)
        self.ever.append(" ".join(digests))

    def remove(self, plugins: Iterable[str]) -> None:
        for plugin in plugins:
            del self.now[plugin]


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
async def host(folder: Folder, notes: Notes) -> AsyncIterator[Host]:
    """A running bot whose loads are noted."""
    running = Host(folder.path)
    running.plugin_manager = PluginManager(running, [folder.path], markers=notes)
    running.plugin_manager.start()
    yield running
    await running.close()


@pytest.fixture
async def _ended(folder: Folder, notes: Notes) -> None:
    """A process that ended while a plugin named bad was being loaded."""
    folder.plugin("bad", WAITS)
    dying = Host(folder.path)
    dying.plugin_manager = PluginManager(dying, [folder.path], markers=notes)
    loading = asyncio.create_task(dying.plugin_manager.load_plugin("bad"))
    await dying.waiting.wait()
    notes.left = {**notes.now}
    dying.go_on.set()
    await loading
    await dying.close()
    notes.ever.clear()


async def test_plugin_is_noted_while_it_is_loaded(
    folder: Folder, host: Host, manager: PluginManager, notes: Notes
) -> None:
    folder.plugin("slow", WAITS)
    folder.plugin("quick")
    loading = asyncio.create_task(manager.load_plugin("slow"))
    await host.waiting.wait()
    await manager.load_plugin("quick")

    assert [*notes.now] == ["slow"]
    host.go_on.set()
    await loading
    assert notes.now == {}
    assert notes.ever == ["slow", "quick"]


async def test_plugins_that_are_reloaded_together_are_noted_together(
    folder: Folder, manager: PluginManager, notes: Notes
) -> None:
    folder.plugin("quotes")
    folder.plugin("quiz", "dependencies = ['quotes']")
    await manager.load_plugin("quiz")
    await manager.reload_plugin("quotes")

    assert notes.ever == ["quotes", "quiz", "quotes quiz"]
    assert notes.now == {}


@pytest.mark.parametrize("body", ["async def setup(self): 1 / 0", "async def setup(self): exit()"])
async def test_load_that_fails_is_no_longer_noted(
    folder: Folder, manager: PluginManager, notes: Notes, body: str
) -> None:
    folder.plugin("bad", body)

    with pytest.raises(PluginLoadError):
        await manager.load_plugin("bad")

    assert (notes.ever, notes.now) == (["bad"], {})


async def test_load_that_is_cancelled_is_no_longer_noted(
    folder: Folder, host: Host, manager: PluginManager, notes: Notes
) -> None:
    folder.plugin("slow", WAITS)
    loading = asyncio.create_task(manager.load_plugin("slow"))
    await host.waiting.wait()
    loading.cancel()

    with pytest.raises(asyncio.CancelledError):
        await loading
    assert notes.now == {}


class Interrupting(Notes):
    """Has a task cancelled in the middle of noting something, or of forgetting it."""

    def __init__(self, method: str) -> None:
        super().__init__()
        self._method = method
        self.loop = asyncio.get_running_loop()
        self.task: asyncio.Task[object] | None = None

    def put(self, digests: Mapping[str, str]) -> None:
        self._interrupt("put")
        super().put(digests)

    def remove(self, plugins: Iterable[str]) -> None:
        self._interrupt("remove")
        super().remove(plugins)

    def _interrupt(self, method: str) -> None:
        if method == self._method and self.task is not None:
            cancelled = threading.Event()
            self.loop.call_soon_threadsafe(self.task.cancel)
            self.loop.call_soon_threadsafe(self.loop.call_soon, self.loop.call_soon, cancelled.set)
            cancelled.wait(10)


@pytest.mark.parametrize("method", ["put", "remove"])
@pytest.mark.parametrize("step", ["load_plugin", "reload_plugin"])
async def test_step_cancelled_while_it_is_noted_leaves_no_note(
    folder: Folder, step: str, method: str
) -> None:
    notes = Interrupting(method)
    host = Host(folder.path)
    manager = host.plugin_manager = PluginManager(host, [folder.path], markers=notes)
    folder.plugin("plain")
    if step == "reload_plugin":
        await manager.load_plugin("plain")
    notes.task = asyncio.create_task(getattr(manager, step)("plain"))
    with contextlib.suppress(asyncio.CancelledError):
        await notes.task
    notes.task = None

    assert notes.now == {}
    assert notes.ever
    await host.close()


async def test_plugin_that_cannot_be_read_is_not_noted(
    folder: Folder, manager: PluginManager, notes: Notes
) -> None:
    folder.plugin("bad", "watch = 1")

    with pytest.raises(PluginLoadError):
        await manager.load_plugin("bad")

    assert notes.ever == []


@pytest.mark.usefixtures("_ended")
async def test_code_that_ended_the_process_is_left_out(
    folder: Folder, manager: PluginManager, notes: Notes
) -> None:
    folder.plugin("good")

    failures = await manager.load_all()

    assert [*failures] == ["bad"]
    assert "the bot's process ended while this code was being loaded" in str(failures["bad"])
    assert manager.list_plugins() == ["good"]
    assert notes.ever == ["good"]


@pytest.mark.usefixtures("_ended")
async def test_what_needs_the_code_that_is_left_out_says_so(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("quiz", "dependencies = ['bad']")

    with pytest.raises(PluginError, match="it is left out"):
        await manager.load_plugin("quiz")


@pytest.mark.usefixtures("_ended")
async def test_changed_code_is_loaded_again(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("bad", TELLS)

    assert await manager.load_all() == {}


@pytest.mark.usefixtures("_ended")
@pytest.mark.parametrize("step", ["load_plugin", "reload_plugin"])
async def test_code_that_is_left_out_is_loaded_by_hand(
    host: Host, manager: PluginManager, step: str
) -> None:
    host.go_on.set()
    await manager.load_all()

    await getattr(manager, step)("bad")

    assert manager.list_plugins() == ["bad"]


@pytest.mark.usefixtures("_ended")
async def test_running_plugin_is_not_reloaded_with_code_that_ended_the_process(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("bad", TELLS)
    await manager.load_all()
    folder.plugin("bad", WAITS)

    failures = await manager.reload_plugins(["bad"])

    assert "left out" in str(failures["bad"])
    assert manager.list_plugins() == ["bad"]
    host.go_on.set()
    await manager.reload_plugin("bad")


@pytest.mark.usefixtures("_ended")
async def test_text_that_somebody_gives_is_run_whatever_it_has_done(
    folder: Folder, host: Host
) -> None:
    host.go_on.set()

    text = (folder.path / "bad.py").read_text()

    assert (await host.plugin_manager.define_plugin("bad", text)).enabled
