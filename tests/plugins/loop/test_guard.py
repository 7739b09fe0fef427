"""Plugin code does not stop the loop, nor change how it works; everybody else may."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from rosey.errors import SharedLoopError
from rosey.plugins.loop.guard import guard
from rosey.plugins.loop.own_loop import own_loop
from tests.plugins.host import Folder, Host

CALLS = {
    "stop": "loop.stop()",
    "close": "loop.close()",
    "shutdown_asyncgens": "await loop.shutdown_asyncgens()",
    "shutdown_default_executor": "await loop.shutdown_default_executor()",
    "set_default_executor": "loop.set_default_executor(None)",
    "set_exception_handler": "loop.set_exception_handler(None)",
    "set_task_factory": "loop.set_task_factory(None)",
}

HANDLER = """
    @on("start")
    async def start(self, event, data):
        loop = asyncio.get_running_loop()
        {}
    """


@pytest.mark.parametrize("method", CALLS)
async def test_plugin_that_meddles_with_the_loop_is_refused(
    folder: Folder, host: Host, method: str
) -> None:
    folder.plugin("dice", HANDLER.format(CALLS[method]))
    await host.plugin_manager.load_plugin("dice")

    delivery = await host.bus.emit("start")

    (handled,) = delivery.handled
    reason = f"dice must not call {method}: the loop is everybody's"
    assert handled.error == f"rosey.errors.SharedLoopError: {reason}"


async def test_plugin_s_thread_is_refused_too(folder: Folder, host: Host) -> None:
    code = "await asyncio.to_thread(loop.call_soon_threadsafe, loop.stop)"
    folder.plugin("dice", HANDLER.format(code))
    await host.plugin_manager.load_plugin("dice")
    told = asyncio.Event()
    host.bus.subscribe("plugin.error", lambda *_: told.set())

    await host.bus.emit("start")
    await told.wait()

    (fault,) = await host.errors()
    assert (fault["plugin"], "SharedLoopError" in fault["error"]) == ("dice", True)


@pytest.mark.usefixtures("host")
async def test_everybody_else_may_and_threads_are_to_be_had() -> None:
    loop = asyncio.get_running_loop()
    handler = loop.get_exception_handler()

    loop.set_exception_handler(None)
    loop.set_exception_handler(handler)

    assert await asyncio.to_thread(lambda: 1) == 1


async def test_plugin_may_end_its_own_bot(folder: Folder, host: Host) -> None:
    folder.plugin("dice", HANDLER.format("await self.bot.plugin_manager.close()"))
    await host.plugin_manager.load_plugin("dice")

    await host.bus.emit("start")

    assert "stop" not in vars(asyncio.get_running_loop())


async def test_bots_that_share_a_loop_leave_it_as_it_was_in_any_order() -> None:
    loop = asyncio.get_running_loop()
    before, handler = {*vars(loop)}, loop.get_exception_handler()

    first, second = own_loop(loop), own_loop(loop)
    first()
    assert "stop" in vars(loop)
    second()

    assert {*vars(loop)} == before
    assert loop.get_task_factory() is None
    assert loop.get_exception_handler() is handler


async def test_task_on_a_loop_of_two_bots_is_entered_once(folder: Folder, host: Host) -> None:
    end = own_loop(asyncio.get_running_loop())
    folder.plugin("dice", HANDLER.format("self.kept = asyncio.create_task(asyncio.sleep(60))"))
    plugin = await host.plugin_manager.load_plugin("dice")

    await host.bus.emit("start")

    assert [entry.kind for entry in plugin.ledger.entries].count("task") == 1
    end()


async def test_exception_handler_that_a_plugin_set_nevertheless_gives_way_to_the_bot_s(
    folder: Folder, host: Host
) -> None:
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    code = "asyncio.BaseEventLoop.set_exception_handler(loop, self.start)"
    folder.plugin("dice", HANDLER.format(code))
    await host.plugin_manager.load_plugin("dice")
    await host.bus.emit("start")
    assert loop.get_exception_handler() != before

    await host.plugin_manager.unload_plugin("dice")

    assert loop.get_exception_handler() == before


async def test_method_that_somebody_replaced_since_is_left_in_place() -> None:
    loop = asyncio.get_running_loop()
    end = guard(loop)
    vars(loop)["stop"] = stop = lambda: None

    end()

    assert vars(loop).pop("stop") is stop


def test_loop_without_attributes_of_its_own_is_left_alone() -> None:
    class WrittenInC:
        __slots__ = ()
        stop = close = set_default_executor = set_exception_handler = set_task_factory = print
        shutdown_asyncgens = shutdown_default_executor = print

    guard(cast("asyncio.AbstractEventLoop", WrittenInC()))()


def test_error_says_who_must_not_do_what() -> None:
    error = SharedLoopError("dice", "stop")

    assert (error.plugin, error.method) == ("dice", "stop")
