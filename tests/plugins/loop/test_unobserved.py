"""What fails in a plugin's name while nobody asks for it is that plugin's fault."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest

from rosey.plugins.loop import unobserved
from rosey.plugins.loop.own_loop import own_loop
from tests.plugins.host import Folder, Host

BODY = """
    async def setup(self): self.on_event("start", self.start)
    async def fail(self): raise ValueError("bad luck")
    def fail_now(self, *_): raise ValueError("bad luck")
    async def start(self, event, data):
        loop = asyncio.get_running_loop()
        """


@pytest.fixture
def faults(host: Host) -> asyncio.Queue[dict[str, Any]]:
    """What was announced as a fault."""
    queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    host.bus.subscribe("plugin.error", lambda _, data: queue.put_nowait(data))
    return queue


async def start(folder: Folder, host: Host, code: str, data: object = None) -> None:
    """Have a handler of a plugin run `code`."""
    folder.plugin("dice", BODY + code)
    await host.plugin_manager.load_plugin("dice")
    await host.bus.emit("start", data)


WAYS = {
    "asyncio.create_task(self.fail(), name='poll')": "task poll",
    "loop.create_task(self.fail(), name='poll')": "task poll",
    "asyncio.ensure_future(self.fail()).set_name('poll')": "task poll",
    "asyncio.gather(self.fail(), asyncio.sleep(0))": "task",
    "loop.call_soon(self.fail_now)": "callback Main.fail_now",
    "loop.call_later(0, self.fail_now)": "callback Main.fail_now",
    "asyncio.create_task(asyncio.sleep(0)).add_done_callback(self.fail_now)": (
        "callback Main.fail_now"
    ),
}


@pytest.mark.parametrize("way", WAYS)
async def test_failure_that_nobody_asks_for_is_its_plugin_s_fault(
    folder: Folder, host: Host, faults: asyncio.Queue[dict[str, Any]], way: str
) -> None:
    await start(folder, host, way)

    fault = await faults.get()

    assert (fault["plugin"], fault["where"]) == ("dice", WAYS[way])
    assert fault["error"] == "ValueError: bad luck"
    assert f"{folder.path}/dice.py" in fault["traceback"]
    assert host.plugin_manager.slots.known("dice").fault_count == 1


async def test_failure_in_a_task_group_is_that_of_the_handler_alone(
    folder: Folder, host: Host, faults: asyncio.Queue[dict[str, Any]]
) -> None:
    code = "async with asyncio.TaskGroup() as group: group.create_task(self.fail())"
    await start(folder, host, code)

    fault = await faults.get()
    gc.collect()
    await host.bus.drain()

    assert fault["where"] == "Main.start at start"
    assert faults.empty()


async def test_task_that_its_plugin_keeps_is_reported_a_while_after_it_failed(
    folder: Folder,
    host: Host,
    faults: asyncio.Queue[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(unobserved, "UNOBSERVED_S", 0)
    await start(folder, host, "self.kept = asyncio.create_task(self.fail(), name='poll')")

    fault = await faults.get()
    await host.plugin_manager.unload_plugin("dice")
    gc.collect()
    await host.bus.drain()

    assert (fault["plugin"], fault["where"]) == ("dice", "task poll")
    assert faults.empty()


async def test_task_that_somebody_asked_meanwhile_is_not_reported(
    folder: Folder, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unobserved, "UNOBSERVED_S", 0)
    task: asyncio.Future[asyncio.Task[None]] = asyncio.get_running_loop().create_future()
    await start(folder, host, "data.set_result(asyncio.create_task(self.fail()))", task)

    with pytest.raises(ValueError, match="bad luck"):
        await (await task)
    for _ in range(3):  # what would look at it has had its turn
        await asyncio.sleep(0)

    assert await host.errors() == []


async def test_task_that_ends_in_another_thread_is_reported_on_the_loop(
    folder: Folder, host: Host, faults: asyncio.Queue[dict[str, Any]]
) -> None:
    kept: list[asyncio.Task[None]] = []
    await start(folder, host, "data.append(asyncio.create_task(self.fail()))", kept)
    await asyncio.wait(kept)

    await asyncio.to_thread(kept.clear)

    assert (await faults.get())["plugin"] == "dice"


async def test_fault_of_who_hears_of_faults_is_told_only_once(
    folder: Folder, host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    folder.plugin(
        "dice",
        """
        async def fail(self): raise ValueError
        @on("plugin.error")
        async def hear(self, event, data): asyncio.create_task(self.fail())
        """,
    )
    await host.plugin_manager.load_plugin("dice")

    await host.bus.emit("plugin.error", {})
    while not caplog.records:  # noqa: ASYNC110  nobody is told who could set an event
        await asyncio.sleep(0)

    assert await host.errors() == []
    assert len(caplog.records) == 1


@pytest.fixture
async def loop() -> AsyncIterator[asyncio.AbstractEventLoop]:
    """A loop without an exception handler; it gets back the one that it had."""
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(None)
    yield loop
    loop.set_exception_handler(before)


async def test_what_is_no_plugin_s_goes_to_the_handler_that_was_there(
    loop: asyncio.AbstractEventLoop,
) -> None:
    heard: list[str] = []
    loop.set_exception_handler(lambda _, context: heard.append(context["message"]))
    end = own_loop(loop)

    loop.call_exception_handler({"message": "a stranger's"})
    end()
    loop.call_exception_handler({"message": "another"})

    assert heard == ["a stranger's", "another"]


async def test_what_is_no_plugin_s_is_logged_as_by_asyncio(
    loop: asyncio.AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    end = own_loop(loop)
    with pytest.raises(ZeroDivisionError) as caught:
        1 / 0  # noqa: B018  for its traceback

    loop.call_exception_handler({"message": "a stranger's", "exception": caught.value})
    end()

    (record,) = caplog.records
    assert record.name == "asyncio"
    assert record.message.startswith("a stranger's")


async def test_handler_that_was_set_since_is_left_in_place(
    loop: asyncio.AbstractEventLoop,
) -> None:
    end = own_loop(loop)
    loop.set_exception_handler(handler := lambda *_: None)

    end()

    assert loop.get_exception_handler() is handler


async def test_no_look_is_left_when_the_bot_is_gone(folder: Folder, host: Host) -> None:
    kept: list[asyncio.Task[None]] = []
    await start(folder, host, "data.append(asyncio.create_task(self.fail()))", kept)
    await asyncio.wait(kept)
    loop: Any = asyncio.get_running_loop()

    def looks() -> list[Any]:
        return [timer for timer in loop._scheduled if not timer.cancelled()]  # noqa: SLF001  there is no public list

    assert looks()
    await host.close()

    assert looks() == []
    kept.pop().exception()
