"""What is meant for a plugin that is held waits, and is let through one by one, and back again."""

from __future__ import annotations

import asyncio
import logging
import textwrap
from collections.abc import Mapping
from typing import Any

import pytest

from rosey.errors import PluginError, PluginNotFoundError, PluginStateError
from rosey.plugins.calling.faults import Outcome
from rosey.plugins.delivery import mailbox
from rosey.plugins.events import Delivery, Event, LateEvent
from rosey.plugins.holding.hold import MOST_STEPS_BACK
from rosey.plugins.holding.holding import Holding
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

NOTES = """
version = "{version}"

@on("roll")
def roll(self, event, data):
    self.bot.log.append(("{version}", data))
"""
SUMS = """
version = "{version}"

async def setup(self): self.rolled = []

@on("roll")
def roll(self, event, data):
    self.rolled.append({kept})
    self.bot.log.append([*self.rolled])

def export_state(self): return self.rolled

def import_state(self, state, version): self.rolled = state
"""
ONE_BY_ONE = {"limits": {"concurrent_handlers": 1}}
OTHER = '@on("roll", priority={priority})\ndef hear(self, event, data): self.bot.log.append(data)'


@pytest.fixture
def holding(manager: PluginManager) -> Holding:
    return manager.holding


async def load(
    manager: PluginManager, *names: str, config: Mapping[str, Any] | None = None
) -> None:
    await manager.discover_plugins()
    for name in names:
        await manager.load_plugin(name, config)


async def roll(host: Host, *numbers: int) -> list[Delivery]:
    return [await host.bus.emit("roll", number) for number in numbers]


async def step(holding: Holding, name: str) -> Delivery:
    return await (await holding.step(name))


def waiting(holding: Holding, name: str) -> list[object]:
    return [event.data for event in holding.waiting(name) or ()]


async def test_events_are_let_through_one_by_one_in_their_order(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice", NOTES.format(version="1"))
    await load(manager, "dice")
    assert holding.waiting("dice") is None
    await holding.hold("dice")
    deliveries = await roll(host, 1, 2, 3, 4)
    assert [h.outcome for d in deliveries for h in d.handled] == [Outcome.HELD] * 4
    assert host.log == []
    assert waiting(holding, "dice") == [1, 2, 3, 4]

    for number in (1, 2):
        delivery = await step(holding, "dice")
        assert delivery.cause == deliveries[number - 1].id
        assert [h.outcome for h in delivery.handled] == [Outcome.HANDLED]
    assert host.log == [("1", 1), ("1", 2)]

    await holding.resume("dice")
    assert host.log == [("1", 1), ("1", 2), ("1", 3), ("1", 4)]
    await roll(host, 5)
    assert host.log[-1] == ("1", 5)
    assert holding.waiting("dice") is None


async def test_what_waits_meets_the_version_that_was_loaded_meanwhile(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice", NOTES.format(version="1"))
    await load(manager, "dice")
    await holding.hold("dice")
    await roll(host, 1, 2)
    await step(holding, "dice")

    folder.plugin("dice", NOTES.format(version="2"))
    await manager.reload_plugin("dice")
    await roll(host, 3)
    assert host.log == [("1", 1)]
    await step(holding, "dice")
    await holding.resume("dice")

    assert host.log == [("1", 1), ("2", 2), ("2", 3)]


async def test_a_handler_that_was_renamed_gets_what_waits(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice", NOTES.format(version="1"))
    await load(manager, "dice")
    await holding.hold("dice")
    await roll(host, 1)
    folder.plugin("dice", NOTES.format(version="2").replace("def roll", "def rolled"))
    await manager.reload_plugin("dice")

    await holding.resume("dice")

    assert host.log == [("2", 1)]


@pytest.mark.parametrize("priority", [5, 0, -5])
async def test_other_plugins_have_the_event_at_once(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding, priority: int
) -> None:
    folder.plugin("dice", NOTES.format(version="1"))
    folder.plugin("other", OTHER.format(priority=priority))
    await load(manager, "dice", "other")
    await holding.hold("dice")

    await roll(host, 1)
    assert host.log == [1]
    await holding.resume("dice")

    assert host.log == [1, ("1", 1)]


async def test_all_handlers_of_the_plugin_get_an_event_in_one_step_by_priority(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    body = """
    @on("roll", priority=-1)
    async def last(self, event, data):
        self.bot.log.append("last")

    @on("*l", priority=1)
    async def first(self, event, data):
        self.bot.log.append("first")
        await asyncio.sleep(0)

    @on("roll")
    async def second(self, event, data):
        self.bot.log.append("second")
    """
    folder.plugin("dice", body)
    await load(manager, "dice")
    await holding.hold("dice")
    await roll(host, 1, 2)

    delivery = await step(holding, "dice")

    assert len(delivery.handled) == 3
    assert host.log == ["first", "second", "last"]
    await holding.resume("dice")
    assert host.log == ["first", "second", "last"] * 2


STAGES = """
@on("roll", priority=1)
async def first(self, event, data):
    self.bot.log.append("first")
    self.bot.waiting.set()
    await self.bot.go_on.wait()

@on("roll")
async def second(self, event, data):
    self.bot.log.append("second")
"""


async def test_hold_in_the_middle_of_an_event_holds_the_handlers_that_have_not_had_it(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice", STAGES)
    await load(manager, "dice")
    sent = host.bus.emit_soon("roll", 1)
    await host.waiting.wait()

    await holding.hold("dice")
    host.go_on.set()
    await sent
    assert host.log == ["first"]
    await step(holding, "dice")

    assert host.log == ["first", "second"]


async def test_resume_in_the_middle_of_an_event_calls_no_handler_twice(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    body = """
    @on("roll", priority=2)
    def early(self, event, data): self.bot.log.append("early")

    @on("roll", priority=-2)
    def late(self, event, data): self.bot.log.append("late")
    """
    folder.plugin("dice", body)
    folder.plugin("slow", STAGES)
    await load(manager, "dice", "slow")
    await holding.hold("dice")
    sent = host.bus.emit_soon("roll", 1)
    await host.waiting.wait()

    await holding.resume("dice")
    assert host.log == ["first", "early"]
    host.go_on.set()
    await sent

    assert host.log == ["first", "early", "second", "late"]


async def test_event_that_waits_for_a_reload_waits_on_where_the_plugin_is_held_meanwhile(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    body = """
    async def on_enable(self):
        self.bot.waiting.set()
        await self.bot.go_on.wait()
    """
    folder.plugin("dice", NOTES.format(version="1"))
    await load(manager, "dice")
    folder.plugin("dice", NOTES.format(version="2") + textwrap.dedent(body))
    reload = asyncio.create_task(manager.reload_plugin("dice"))
    await host.waiting.wait()
    sent = host.bus.emit_soon("roll", 1)
    await asyncio.sleep(0)

    await holding.hold("dice")
    host.go_on.set()
    await reload
    await sent
    assert host.log == []
    await step(holding, "dice")

    assert host.log == [("2", 1)]


async def test_event_that_another_plugin_has_stopped_does_not_wait(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice", NOTES.format(version="1"))
    folder.plugin("stops", '@on("roll", priority=1)\ndef stop(self, event, data): event.stop()')
    await load(manager, "dice", "stops")
    await holding.hold("dice")

    await roll(host, 1)

    assert waiting(holding, "dice") == []


async def test_stop_by_others_who_had_it_first_is_not_for_the_plugin_that_is_held(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    stops = """
    @on("roll", priority=1)
    def stop(self, event, data):
        event.stop()
        self.bot.log.append("stopped")

    @on("roll")
    def never(self, event, data): self.bot.log.append("never")
    """
    folder.plugin("dice", stops)
    folder.plugin("other", '@on("roll")\ndef hear(self, event, data): event.stop()')
    await load(manager, "dice", "other")
    await holding.hold("dice")
    await roll(host, 1)

    delivery = await step(holding, "dice")

    assert host.log == ["stopped"]
    assert delivery.is_stopped


async def test_what_a_late_event_leads_to_belongs_to_its_chain(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    body = (
        '@on("ask")\nasync def ask(self, event, data):\n    await self.bot.bus.emit("told", data)'
    )
    folder.plugin("dice", body)
    await load(manager, "dice")
    told: list[Event] = []
    host.on("told", lambda event, _data: told.append(event))
    await holding.hold("dice")
    first = await host.bus.emit("ask", 1, origin="somewhere")

    delivery = await step(holding, "dice")

    assert (told[0].root, told[0].cause) == (first.id, delivery.id)
    assert (told[0].origin, told[0].hops) == ("somewhere", 1)


async def test_what_it_emits_to_itself_waits_too(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    body = (
        '@on("ask")\nasync def ask(self, event, data):\n    await self.bot.bus.emit("roll", data)'
    )
    folder.plugin("dice", f"{NOTES.format(version='1')}\n{body}")
    await load(manager, "dice")
    await holding.hold("dice")
    await host.bus.emit("ask", 1)

    await step(holding, "dice")
    assert host.log == []
    await holding.resume("dice")

    assert host.log == [("1", 1)]


async def test_filters_and_timers_go_on(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    body = """
    async def setup(self): self.bot.bus.add_filter('score', lambda value: value + 1)

    @every(0.001)
    def tick(self): self.bot.waiting.set()
    """
    folder.plugin("dice", body)
    await load(manager, "dice")
    await holding.hold("dice")
    host.waiting.clear()

    assert await host.bus.apply_filters("score", 1) == 2
    await host.waiting.wait()


async def test_fault_in_a_step_is_a_fault_of_the_plugin(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice", '@on("roll")\ndef roll(self, event, data): raise ValueError(data)')
    await load(manager, "dice")
    await holding.hold("dice")
    await roll(host, 1)
    assert manager.slots.known("dice").fault_count == 0

    delivery = await step(holding, "dice")

    assert [h.outcome for h in delivery.handled] == [Outcome.FAILED]
    assert manager.slots.known("dice").fault_count == 1


async def test_tap_sees_a_late_event_as_it_sees_others(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice", STAGES)
    await load(manager, "dice")
    await holding.hold("dice")
    await roll(host, 1, 2)
    seen: list[tuple[str, object]] = []

    def note(what: str, event: Event) -> None:
        if isinstance(event, LateEvent):
            seen.append((what, event.data))

    with host.bus.tap(
        lambda event, _: note("after", event),
        before=lambda event: note("before", event),
        cancelled=lambda event, _: note("cancelled", event),
    ):
        task = await holding.step("dice")
        await host.waiting.wait()
        task.cancel()
        await asyncio.wait([task])
        host.go_on.set()
        await step(holding, "dice")

    assert seen == [("before", 1), ("cancelled", 1), ("before", 2), ("after", 2)]


async def test_a_step_is_taken_back_with_its_state_and_repeated_in_new_code(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice", SUMS.format(version="1", kept="-data"))
    await load(manager, "dice")
    await holding.hold("dice")
    await roll(host, 1, 2, 3)
    assert not holding.can_step_back("dice")
    await step(holding, "dice")
    await step(holding, "dice")
    assert holding.can_step_back("dice")

    folder.plugin("dice", SUMS.format(version="2", kept="data"))
    assert (await holding.step_back("dice")).data == 2
    assert waiting(holding, "dice") == [2, 3]
    await step(holding, "dice")
    assert host.log == [[-1], [-1, -2], [-1, 2]]
    await holding.step_back("dice")
    await holding.step_back("dice")
    await holding.resume("dice")

    assert host.log[3:] == [[1], [1, 2], [1, 2, 3]]
    assert manager.slots.known("dice").history[-1].why == "a step was taken back"


async def test_a_step_back_into_broken_code_changes_nothing(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice", SUMS.format(version="1", kept="data"))
    await load(manager, "dice")
    await holding.hold("dice")
    await roll(host, 1, 2)
    await step(holding, "dice")
    mended = folder.plugin("dice", "def broken(")

    with pytest.raises(PluginError, match="dice"):
        await holding.step_back("dice")

    assert waiting(holding, "dice") == [2]
    await step(holding, "dice")
    assert host.log == [[1], [1, 2]]
    assert mended.exists()
    folder.plugin("dice", SUMS.format(version="1", kept="data"))
    await holding.step_back("dice")
    assert waiting(holding, "dice") == [2]


async def test_exclusive_version_that_comes_back_has_the_state_of_now(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    exclusive = "exclusive = True\n" + textwrap.dedent(SUMS.format(version="1", kept="data"))
    folder.plugin("dice", exclusive)
    await load(manager, "dice")
    await holding.hold("dice")
    await roll(host, 1, 2, 3)
    await step(holding, "dice")
    await step(holding, "dice")
    broken = "\nasync def on_enable(self): raise ValueError('not today')\n"
    folder.plugin("dice", exclusive + broken)

    with pytest.raises(PluginError, match="not today"):
        await holding.step_back("dice")
    await step(holding, "dice")

    assert host.log[-1] == [1, 2, 3]


FAILS = """
def export_state(self): raise ValueError('lost')
def import_state(self, state, version): ...
"""


@pytest.mark.parametrize(
    ("state", "why"),
    [("", "dice has no export_state that gives its state"), (FAILS, r"\(ValueError: lost\)")],
)
async def test_step_whose_state_is_not_known_cannot_be_taken_back(
    folder: Folder, host: Host, holding: Holding, *, state: str, why: str
) -> None:
    folder.plugin("dice", NOTES.format(version="1") + state)
    await load(host.plugin_manager, "dice")
    await holding.hold("dice")
    with pytest.raises(PluginStateError, match="no step that could be taken back"):
        await holding.step_back("dice")
    await roll(host, 1)
    await step(holding, "dice")
    assert not holding.can_step_back("dice")

    with pytest.raises(PluginStateError, match=f"the step cannot be taken back: .*{why}"):
        await holding.step_back("dice")

    assert waiting(holding, "dice") == []


async def test_state_that_cannot_be_exported_is_told_at_the_step(
    folder: Folder, host: Host, holding: Holding, caplog: pytest.LogCaptureFixture
) -> None:
    folder.plugin("dice", NOTES.format(version="1") + FAILS)
    await load(host.plugin_manager, "dice")
    await holding.hold("dice")
    await roll(host, 1)

    await step(holding, "dice")

    assert "dice cannot export its state" in caplog.text
    assert "ValueError: lost" in caplog.text
    assert host.log == [("1", 1)]


async def test_only_the_last_steps_can_be_taken_back(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice", SUMS.format(version="1", kept="data"))
    await load(manager, "dice")
    await holding.hold("dice")
    await roll(host, *range(MOST_STEPS_BACK + 1))
    for _ in range(MOST_STEPS_BACK + 1):
        await step(holding, "dice")

    for _ in range(MOST_STEPS_BACK):
        await holding.step_back("dice")

    assert not holding.can_step_back("dice")
    assert len(waiting(holding, "dice")) == MOST_STEPS_BACK


async def test_disabled_plugin_keeps_what_waits_until_it_is_enabled(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice", NOTES.format(version="1"))
    await load(manager, "dice")
    await holding.hold("dice")
    await roll(host, 1)
    await manager.disable_plugin("dice")

    with pytest.raises(PluginStateError, match="dice is disabled: enable it first; waiting: 1"):
        await holding.step("dice")
    with pytest.raises(PluginStateError, match="dice is disabled: enable it first; waiting: 1"):
        await holding.resume("dice")
    await manager.enable_plugin("dice")
    await holding.resume("dice")

    assert host.log == [("1", 1)]


async def test_unloading_ends_a_hold_and_says_how_much_it_drops(
    folder: Folder,
    host: Host,
    manager: PluginManager,
    holding: Holding,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder.plugin("dice", NOTES.format(version="1"))
    await load(manager, "dice")
    await holding.hold("dice")
    await roll(host, 1, 2)

    await manager.unload_plugin("dice")

    assert "dice is held no more; events dropped that waited for it: 2" in caplog.text
    await manager.load_plugin("dice")
    await roll(host, 3)
    assert host.log == [("1", 3)]


async def emptied(holding: Holding, name: str) -> None:
    """Wait until a plugin is held no more."""
    while holding.waiting(name) is not None:  # noqa: ASYNC110  nobody is told who could set an event
        await asyncio.sleep(0)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three events are as many as may wait."""
    monkeypatch.setattr(mailbox, "MOST_HELD", 3)


@pytest.mark.usefixtures("few")
async def test_hold_ends_by_itself_when_too_many_wait(
    folder: Folder, host: Host, holding: Holding, caplog: pytest.LogCaptureFixture
) -> None:
    folder.plugin("dice", NOTES.format(version="1"))
    await load(host.plugin_manager, "dice")
    await holding.hold("dice")

    deliveries = await roll(host, *range(8))

    outcomes = [h.outcome for d in deliveries for h in d.handled]
    assert outcomes == [*[Outcome.HELD] * 6, Outcome.DROPPED, Outcome.DROPPED]
    assert "dice is held no more, as too much waits for it; events let through: 3" in caplog.text
    slot = host.plugin_manager.slots.known("dice")
    assert slot.account.dropped == 2
    assert [fault.where for fault in slot.faults] == ["its mailbox"]
    await emptied(holding, "dice")
    rolled = [entry for entry in host.log if isinstance(entry, tuple)]
    assert rolled == [("1", number) for number in range(6)]


@pytest.mark.usefixtures("few")
async def test_too_much_for_a_plugin_that_is_disabled_waits_on(
    folder: Folder, host: Host, holding: Holding, caplog: pytest.LogCaptureFixture
) -> None:
    manager = host.plugin_manager
    folder.plugin("dice", STAGES)
    await load(manager, "dice", config=ONE_BY_ONE)
    await holding.hold("dice")
    await roll(host, *range(4))
    await host.waiting.wait()

    await manager.disable_plugin("dice")
    host.go_on.set()
    while "dice is disabled: enable it first; waiting: 3" not in caplog.text:  # noqa: ASYNC110  as above
        await asyncio.sleep(0)

    await manager.enable_plugin("dice")
    await holding.resume("dice")
    assert host.log == ["first", *["first", "second"] * 3]


async def test_hold_while_it_is_resumed_holds_what_is_left(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice", STAGES)
    await load(manager, "dice", config=ONE_BY_ONE)
    await holding.hold("dice")
    await roll(host, 1, 2)
    resuming = asyncio.create_task(holding.resume("dice"))
    await host.waiting.wait()

    await holding.hold("dice")
    host.go_on.set()
    await resuming

    assert waiting(holding, "dice") == [2]
    assert host.log == ["first", "second"]


async def test_resume_goes_on_although_nobody_waits_for_it(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice", STAGES)
    await load(manager, "dice", config=ONE_BY_ONE)
    await holding.hold("dice")
    await roll(host, 1, 2)
    resuming = asyncio.create_task(holding.resume("dice"))
    await host.waiting.wait()

    resuming.cancel()
    host.go_on.set()
    await emptied(holding, "dice")

    assert host.log == ["first", "second"] * 2


async def test_what_cannot_be_done_is_said_with_what_to_do(
    folder: Folder, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice", NOTES.format(version="1"))
    with pytest.raises(PluginNotFoundError):
        await holding.hold("dice")
    await load(manager, "dice")

    with pytest.raises(PluginStateError, match="dice is not held: hold it first"):
        await holding.step("dice")
    with pytest.raises(PluginStateError, match="dice is not held: hold it first"):
        await holding.resume("dice")
    await holding.hold("dice")
    with pytest.raises(PluginStateError, match="nothing waits for dice"):
        await holding.step("dice")
    await manager.disable_plugin("dice")
    with pytest.raises(PluginStateError, match="dice is disabled: enable it, then hold it"):
        await holding.hold("dice")


async def test_bot_that_stops_has_what_waits_handled(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice", NOTES.format(version="1"))
    folder.plugin("off", NOTES.format(version="2"))
    await load(manager, "dice", "off")
    for name in ("dice", "off"):
        await holding.hold(name)
    await roll(host, 1, 2)
    await manager.disable_plugin("off")

    await holding.end_all()

    assert host.log == [("1", 1), ("1", 2)]
    assert holding.waiting("dice") is holding.waiting("off") is None


async def test_plugin_that_takes_too_long_does_not_keep_the_bot_from_stopping(
    folder: Folder, host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    manager = PluginManager(host, [folder.path], quiesce_s=0.01)
    folder.plugin("dice", STAGES)
    await load(manager, "dice", config=ONE_BY_ONE)
    await manager.holding.hold("dice")
    await roll(host, 1, 2)

    await manager.holding.end_all()

    assert "dice is held no more; events dropped that waited for it: 1" in caplog.text
    host.go_on.set()
    await manager.close()


async def test_hold_again_changes_nothing(
    folder: Folder, manager: PluginManager, holding: Holding, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    folder.plugin("dice", NOTES.format(version="1"))
    await load(manager, "dice")

    await holding.hold("dice")
    await holding.hold("dice")

    assert caplog.text.count("dice is held\n") == 1
