"""Tasks that plugins start without asking, and steps that nobody may break off."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rosey.plugins.loop.own_loop import own_loop
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

STARTER = """
    async def setup(self): self.on_event("start", self.start)
    async def start(self, event, data):
        task = asyncio.create_task(data(), name="helper")
        self.bot.log.append(task)
    """


async def started(folder: Folder, host: Host, code: Any) -> asyncio.Task[Any]:  # noqa: ANN401  a coroutine function
    """Have a plugin start a raw task."""
    folder.plugin("dice", STARTER)
    await host.plugin_manager.load_plugin("dice")
    await host.bus.emit("start", code)
    task: asyncio.Task[Any] = host.log[0]
    return task


async def test_raw_task_is_entered_under_its_name_until_it_ends(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    end = asyncio.Event()
    task = await started(folder, host, end.wait)
    ledger = manager.plugins["dice"].ledger
    assert [entry.label for entry in ledger.entries if entry.kind == "task"] == ["helper"]

    end.set()
    assert await task is True

    assert [entry for entry in ledger.entries if entry.kind == "task"] == []


async def test_raw_task_that_never_began_is_ended_without_a_warning(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin(
        "dice", "async def setup(self):\n    asyncio.create_task(asyncio.sleep(60))\n    1 / 0"
    )

    await manager.load_all()

    assert manager.plugins == {}


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
async def test_raw_task_cannot_end_the_loop(
    folder: Folder, host: Host, error: BaseException
) -> None:
    async def leave() -> None:
        raise error

    task = await started(folder, host, leave)
    await asyncio.wait([task])

    assert "a task raised" in str(task.exception())


async def test_fault_of_a_raw_task_is_its_own(folder: Folder, host: Host) -> None:
    async def fail() -> None:
        raise ValueError

    task = await started(folder, host, fail)

    with pytest.raises(ValueError, match=r"^$"):
        await task


async def test_tasks_of_the_bot_are_nobodys(folder: Folder, host: Host) -> None:
    folder.plugin("dice")
    plugin = await host.plugin_manager.load_plugin("dice")

    await asyncio.create_task(asyncio.sleep(0))

    assert plugin.ledger.entries == ()


async def test_task_factory_of_somebody_else_is_used_and_kept() -> None:
    made: list[str] = []
    loop = asyncio.get_running_loop()

    def factory(loop: asyncio.AbstractEventLoop, code: Any, **named: Any) -> asyncio.Task[Any]:  # noqa: ANN401  asyncio's own signature
        made.append("task")
        return asyncio.Task(code, loop=loop, **named)

    loop.set_task_factory(factory)
    end = own_loop(loop)
    await asyncio.create_task(asyncio.sleep(0))
    end()

    assert made == ["task"]
    assert loop.get_task_factory() is factory
    loop.set_task_factory(None)


async def test_task_factory_that_was_wrapped_since_is_left_in_place() -> None:
    loop = asyncio.get_running_loop()
    end = own_loop(loop)
    loop.set_task_factory(None)

    end()

    assert loop.get_task_factory() is None
