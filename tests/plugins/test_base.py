"""What a plugin author writes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rosey.errors import PluginLoadError, PluginStateError
from rosey.plugins.base import Plugin, every, on
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host


async def load(manager: PluginManager, name: str) -> Any:  # noqa: ANN401  a class of the test's own
    """Load a plugin whose class the test knows better than mypy."""
    return await manager.load_plugin(name)


async def test_decorated_methods_handle_events_by_priority(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin(
        "dice",
        """
        @on("roll")
        async def last(self, event, data): self.bot.log.append("last")
        @on("roll", priority=10)
        @on("r*l")
        def first(self, event, data): self.bot.log.append("first")
        """,
    )
    await manager.load_plugin("dice")

    await host.bus.emit("roll")

    assert host.log == ["first", "last", "first"]


async def test_override_without_decorator_takes_the_declaration_back(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    head = """
        class Base(Plugin):
            @on("roll")
            def roll(self, event, data): ...
            @on("roll")
            def kept(self, event, data): ...
        """
    folder.plugin("dice", "def roll(self, event, data): ...", head=head)
    path = folder.path / "dice.py"
    path.write_text(path.read_text().replace("Main(Plugin)", "Main(Base)"))

    await manager.load_plugin("dice")

    assert [h for h in host.handlers() if h.startswith("Base")] == ["Base.kept"]


async def test_every_calls_while_the_plugin_is_enabled(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin(
        "dice", "ticks = asyncio.Semaphore(0)\n@every(0.001)\ndef tick(self): self.ticks.release()"
    )
    plugin = await load(manager, "dice")

    await plugin.ticks.acquire()
    await manager.disable_plugin("dice")

    assert [entry.is_active for entry in plugin.ledger.entries] == [False]


@pytest.mark.parametrize("seconds", [0, -1])
def test_every_without_a_pause_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="give seconds above 0"):
        every(seconds)


def test_decorator_returns_the_method() -> None:
    def method() -> None: ...

    assert on("roll")(method) is method


async def test_what_setup_takes_through_the_plugin_is_in_its_ledger(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin(
        "dice",
        """
        async def setup(self):
            self.on_event("roll", self.roll, priority=3)
            self.register_command("roll", self.roll)
            self.provide_service("rolls", 1)
            self.create_task(asyncio.Event().wait(), name="waiter")
            self.on_close(self.roll)
            self.on_close(print, label="last words")
        def roll(self, event=None, data=None): ...
        """,
    )

    plugin = await load(manager, "dice")

    assert [f"{entry.kind} {entry.label}" for entry in plugin.ledger.entries] == [
        "subscription roll (Main.roll)",
        "command roll",
        "service rolls",
        "task waiter",
        "closer Main.roll",
        "closer last words",
    ]


async def test_what_the_constructor_takes_is_in_the_ledger(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    body = """
        def __init__(self, bot, config=None):
            super().__init__(bot, config)
            self.on_event("roll", lambda event, data: bot.log.append(data))
            self.on_close(lambda: bot.log.append("closed"))
        """
    folder.plugin("dice", body)
    await manager.load_plugin("dice")
    await host.bus.emit("roll", 1)

    await manager.unload_plugin("dice")
    await host.bus.emit("roll", 2)

    assert host.log == [1, "closed"]


async def test_what_is_subscribed_after_setup_is_owned_too(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice")
    plugin = await manager.load_plugin("dice")
    before = host.handlers()
    plugin.on_event("roll", print)

    await manager.unload_plugin("dice")

    assert host.handlers() == before


async def test_event_of_a_plugin_has_it_as_source(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice")
    plugin = await manager.load_plugin("dice")
    host.bus.subscribe("rolled", lambda _event, data, source: host.log.append((data, source)))

    delivery = await plugin.emit_event("rolled", 6)

    assert host.log == [(6, plugin)]
    assert len(delivery.handled) == 1


def test_plugin_without_a_manager_has_no_ledger() -> None:
    with pytest.raises(PluginStateError, match="load it with a PluginManager"):
        _ = Plugin(None).ledger


async def test_plugin_without_a_manager_subscribes_at_its_bot(folder: Folder) -> None:
    host = Host(folder.path)

    Plugin(host).on_event("roll", print)

    assert host.handlers() == ["print"]


async def test_hooks_are_called_in_their_order(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    hooks = ["setup", "on_enable", "on_disable", "teardown"]
    folder.plugin(
        "dice", "".join(f"async def {h}(self): self.bot.log.append({h!r})\n" for h in hooks)
    )

    await manager.load_plugin("dice")
    await manager.disable_plugin("dice")
    await manager.enable_plugin("dice")
    await manager.unload_plugin("dice")

    assert host.log == ["setup", "on_enable", "on_disable", "on_enable", "on_disable", "teardown"]


async def test_hooks_may_be_plain_functions(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", "def setup(self): self.bot.log.append('set up')\n")

    await manager.load_plugin("dice")

    assert host.log == ["set up"]


@pytest.mark.parametrize("hook", ["setup", "on_enable"])
async def test_hook_that_exits_refuses_the_plugin_with_its_line(
    folder: Folder, manager: PluginManager, hook: str
) -> None:
    path = folder.plugin("dice", f"async def {hook}(self):\n    raise SystemExit(3)\n")

    with pytest.raises(PluginLoadError, match=f"{hook} raised SystemExit: 3") as caught:
        await manager.load_plugin("dice")

    line = path.read_text().splitlines().index("        raise SystemExit(3)") + 1
    assert (caught.value.path, caught.value.line) == (path, line)


async def test_hook_that_hangs_refuses_the_plugin_with_its_line(folder: Folder) -> None:
    path = folder.plugin("dice", "async def setup(self):\n    await asyncio.Event().wait()\n")
    host = Host(folder.path, deadline_s=0.01)

    with pytest.raises(PluginLoadError, match=r"setup of dice did not finish within 0\.01 s") as e:
        await host.plugin_manager.load_plugin("dice")

    line = path.read_text().splitlines().index("        await asyncio.Event().wait()") + 1
    assert (e.value.path, e.value.line) == (path, line)
    await host.close()


async def test_task_started_while_the_module_is_imported_is_owned(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", "TASK = TASK", head="TASK = asyncio.create_task(asyncio.Event().wait())")
    task: asyncio.Task[None] = (await load(manager, "dice")).TASK

    await manager.unload_plugin("dice")

    assert task.cancelled()
