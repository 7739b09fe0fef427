"""A plugin takes no more than its limits allow, and whoever takes more is named."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest

from rosey.errors import LimitExceededError
from rosey.plugins.events import Delivery
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

WAITS = """
@on("roll")
async def roll(self, event, data):
    self.bot.log.append(data)
    self.bot.waiting.set()
    await self.bot.go_on.wait()
"""


async def load(manager: PluginManager, **limits: Any) -> None:  # noqa: ANN401  those of a section
    await manager.load_plugin("dice", {"limits": limits})


def rolled(host: Host) -> list[object]:
    return [entry for entry in host.log if isinstance(entry, int)]


def outcomes(deliveries: list[Delivery]) -> list[str]:
    return [str(handled.outcome) for delivery in deliveries for handled in delivery.handled]


async def test_events_beyond_what_may_be_under_way_wait_and_keep_their_order(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", WAITS)
    await load(manager, concurrent_handlers=2)
    emitted = [host.bus.emit_soon("roll", number) for number in range(6)]
    await host.waiting.wait()
    while manager.slots.known("dice").gate.waiting < 4:  # noqa: ASYNC110  nobody is told
        await asyncio.sleep(0)
    assert rolled(host) == [0, 1]

    host.go_on.set()

    assert outcomes([await task for task in emitted]) == ["handled"] * 6
    assert rolled(host) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("when_full", "handled"), [("drop_newest", [0, 1, 2]), ("drop_oldest", [0, 4, 5])]
)
async def test_events_beyond_what_may_wait_are_dropped_counted_and_named(
    folder: Folder, host: Host, manager: PluginManager, when_full: str, handled: list[int]
) -> None:
    told: list[object] = []
    host.bus.subscribe("plugin.dropped", lambda _event, data: told.append(data))
    folder.plugin("dice", WAITS)
    await load(manager, concurrent_handlers=1, queued_events=2, when_full=when_full)

    emitted = [host.bus.emit_soon("roll", number) for number in range(6)]
    await asyncio.wait(emitted, return_when=asyncio.FIRST_COMPLETED)
    host.go_on.set()
    deliveries = [await task for task in emitted]

    assert rolled(host) == handled
    assert sorted(outcomes(deliveries)) == ["dropped"] * 3 + ["handled"] * 3
    assert [error["plugin"] for error in await host.errors()] == ["dice"]
    assert told == [{"plugin": "dice", "events": 3}]
    assert manager.slots.known("dice").account.dropped == 3


async def test_neighbour_of_a_plugin_that_is_full_gets_its_events_at_once(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", WAITS)
    folder.plugin("quiz", '@on("roll")\ndef roll(self, event, data): self.bot.log.append("quiz")')
    await load(manager, concurrent_handlers=1)
    await manager.load_plugin("quiz")

    emitted = [host.bus.emit_soon("roll", number) for number in range(3)]
    while host.log.count("quiz") < 3:  # noqa: ASYNC110  as above
        await asyncio.sleep(0)

    assert not any(task.done() for task in emitted)
    host.go_on.set()
    await asyncio.wait(emitted)


async def test_handler_that_waits_for_its_own_plugin_is_not_held_up(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    body = """
    @on("roll")
    async def roll(self, event, data):
        await asyncio.sleep(0)
        await self.emit_event("rolled", 6)

    @on("rolled")
    async def rolled(self, event, data):
        await asyncio.sleep(0)
        self.bot.log.append(data)
    """
    folder.plugin("dice", body)
    await load(manager, concurrent_handlers=1)

    await host.bus.emit("roll")

    assert rolled(host) == [6]


async def test_timer_that_emits_to_its_own_plugin_is_not_held_up(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    body = """
    @every(0.001)
    async def tick(self):
        await asyncio.sleep(0)
        await self.emit_event("tick", 1)

    @on("tick")
    async def heard(self, event, data):
        await asyncio.sleep(0)
        self.bot.waiting.set()
    """
    folder.plugin("dice", body)
    await load(manager, concurrent_handlers=1, deadline_s=5)

    await host.waiting.wait()

    assert await host.errors() == []


async def test_tick_of_a_timer_that_finds_no_room_is_left_out(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", f"{WAITS}\n@every(0.001)\ndef tick(self): self.bot.log.append('tick')")
    await load(manager, concurrent_handlers=1, queued_events=1)
    emitted = [host.bus.emit_soon("roll", number) for number in range(2)]
    account = manager.slots.known("dice").account
    while account.dropped < 2:  # noqa: ASYNC110  nobody is told
        await asyncio.sleep(0)

    host.log.clear()
    host.go_on.set()
    await asyncio.wait(emitted)
    while "tick" not in host.log:  # noqa: ASYNC110  as above
        await asyncio.sleep(0)


async def test_handlers_that_never_end_do_not_hold_up_the_next_generation(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    body = """
    @on("roll")
    async def roll(self, event, data):
        self.bot.waiting.set()
        while not self.bot.go_on.is_set():
            try:
                await self.bot.go_on.wait()
            except asyncio.CancelledError:
                pass
    """
    folder.plugin("dice", body)
    await load(manager, concurrent_handlers=1, deadline_s=0.01)
    await host.bus.emit("roll")
    folder.plugin("dice", '@on("roll")\ndef roll(self, event, data): self.bot.log.append(data)')

    await manager.reload_plugin("dice")
    await host.bus.emit("roll", 6)

    assert rolled(host) == [6]
    host.go_on.set()


async def test_each_kind_of_call_has_its_deadline(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", WAITS)
    await load(manager, deadlines_s={"handler": 0.02})

    delivery = await host.bus.emit("roll", 1)

    assert outcomes([delivery]) == ["timed out"]
    assert manager.slots.known("dice").serving.ledger.limits.deadline("setup") == 10


async def test_limits_of_all_plugins_may_change_while_they_run(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", WAITS)
    await load(manager, queued_events=5)

    manager.limits = dataclasses.replace(manager.limits, deadline_s=0.02, queued_events=7)
    delivery = await host.bus.emit("roll", 1)

    assert outcomes([delivery]) == ["timed out"]
    assert manager.slots.known("dice").serving.ledger.limits.queued_events == 5


@pytest.mark.parametrize("start", ["self", "asyncio"])
async def test_plugin_has_no_more_tasks_than_it_may(
    folder: Folder, host: Host, manager: PluginManager, start: str
) -> None:
    body = f"""
    @on("roll")
    async def roll(self, event, data):
        for _ in range(data):
            {start}.create_task(asyncio.sleep(0))
    """
    folder.plugin("dice", body)
    await load(manager, live_tasks=3)

    assert outcomes([await host.bus.emit("roll", 3)]) == ["handled"]
    assert outcomes([await host.bus.emit("roll", 1)]) == ["failed"]
    ledger = manager.slots.known("dice").serving.ledger
    while ledger.live_tasks:  # noqa: ASYNC110  as above
        await asyncio.sleep(0)
    assert outcomes([await host.bus.emit("roll", 3)]) == ["handled"]

    (error,) = await host.errors()
    assert error["error"] == (
        "rosey.errors.LimitExceededError: dice has 3 tasks and wants one more (limit live_tasks)"
    )


async def test_plugin_has_no_more_registrations_than_it_may(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    body = """
    @on("roll")
    def roll(self, event, data):
        self.on_event("rolled", lambda event, data: None)
    """
    folder.plugin("dice", body)
    await load(manager, registrations=3)

    assert [outcomes([await host.bus.emit("roll")]) for _ in range(3)] == [
        ["handled"],
        ["handled"],
        ["failed"],
    ]
    assert "has 3 registrations and wants one more" in (await host.errors())[0]["error"]


async def test_plugin_that_emits_without_waiting_is_stopped(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    body = """
    @on("roll")
    def roll(self, event, data):
        while True:
            self.emit_event("rolled")
    """
    folder.plugin("dice", body)
    await load(manager, queued_events=50)

    assert outcomes([await host.bus.emit("roll")]) == ["failed"]
    await host.bus.drain()

    (error,) = await host.errors()
    assert "dice emits rolled while 50 of its events are on their way" in error["error"]
    assert manager.slots.known("dice").account.pending == 0


async def test_bot_itself_may_emit_as_much_as_it_likes(host: Host, manager: PluginManager) -> None:
    for _ in range(2_000):
        manager.emit("rolled")

    await host.bus.drain()


async def test_filter_of_a_plugin_that_is_full_is_left_out_where_it_would_be_dropped(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    setup = """
async def setup(self):
    self.bot.bus.add_filter("text", lambda text: text.upper())
"""
    folder.plugin("dice", setup + WAITS)
    await load(manager, concurrent_handlers=1, queued_events=1)
    emitted = [host.bus.emit_soon("roll", number) for number in range(2)]
    while manager.slots.known("dice").gate.waiting < 1:  # noqa: ASYNC110  nobody is told
        await asyncio.sleep(0)

    assert await host.bus.apply_filters("text", "six") == "six"

    host.go_on.set()
    await asyncio.wait(emitted)
    assert await host.bus.apply_filters("text", "six") == "SIX"


def test_error_names_the_limit() -> None:
    error = LimitExceededError("dice", "live_tasks", "has 3 tasks")

    assert (error.plugin, error.limit) == ("dice", "live_tasks")
