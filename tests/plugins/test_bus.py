"""Events to handlers, values through filters."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.calls import Caller
from rosey.plugins.calling.faults import Outcome
from rosey.plugins.delivery.taps import Tap
from rosey.plugins.events import MAX_HOPS, Delivery, Event, current_event
from rosey.plugins.ledger import Ledger


@pytest.fixture
async def bus() -> AsyncIterator[PluginEventBus]:
    """A bus that is closed in the end."""
    bus = PluginEventBus(Caller(grace_s=0.05))
    yield bus
    await bus.drain()
    await bus.close()


@pytest.fixture
def log() -> list[Any]:
    return []


def appender(log: list[Any], entry: object) -> Callable[[Event, object], None]:
    """A handler that leaves a trace."""
    return lambda _event, _data: log.append(entry)


async def test_event_reaches_plain_and_async_handlers(bus: PluginEventBus, log: list[Any]) -> None:
    async def handle(event: Event, data: object) -> None:
        log.append((str(event), data))

    bus.subscribe("roll", handle)
    bus.subscribe("roll", lambda _event, data: log.append(data))

    await bus.emit("roll", 6)

    assert log == [("roll", 6), 6]


async def test_handlers_run_by_priority_then_by_subscription(
    bus: PluginEventBus, log: list[Any]
) -> None:
    for label, priority in [("c", 0), ("a", 10), ("d", 0), ("b", 5), ("e", -5)]:
        bus.subscribe("roll", appender(log, label), priority)

    delivery = await bus.emit("roll")

    assert log == [*"abcde"]
    assert [handled.priority for handled in delivery.handled] == [10, 5, 0, 0, -5]


async def test_slow_handler_does_not_delay_others_of_its_priority(
    bus: PluginEventBus, log: list[Any]
) -> None:
    go_on = asyncio.Event()

    async def slow(_event: Event, _data: object) -> None:
        await go_on.wait()
        log.append("slow")

    def quick(_event: Event, _data: object) -> None:
        log.append("quick")
        go_on.set()

    bus.subscribe("roll", slow)
    bus.subscribe("roll", quick)
    bus.subscribe("roll", appender(log, "later"), -1)

    delivery = await bus.emit("roll")

    assert log == ["quick", "slow", "later"]
    assert [handled.handler for handled in delivery.handled] == ["slow", "quick", "<lambda>"]


async def test_report_tells_what_became_of_each_handler(bus: PluginEventBus) -> None:
    async def good(_event: Event, _data: object) -> None:
        await asyncio.sleep(0)

    def bad(_event: Event, data: object) -> None:
        raise ValueError(data)

    bus.subscribe("roll", good)
    bus.subscribe("roll", bad)

    first, second = (await bus.emit("roll", 7)).handled

    assert (first.plugin, first.handler, first.outcome, first.error) == (
        None,
        "good",
        Outcome.HANDLED,
        None,
    )
    assert (second.handler, second.outcome, second.error) == ("bad", "failed", "ValueError: 7")
    assert first.duration_s > 0


@pytest.mark.parametrize("suspends", [False, True])
@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (asyncio.CancelledError(), Outcome.CANCELLED),
        (SystemExit(3), Outcome.FAILED),
        (KeyboardInterrupt(), Outcome.FAILED),
        (GeneratorExit(), Outcome.FAILED),
        (ValueError(), Outcome.FAILED),
        (StopIteration(), Outcome.FAILED),
    ],
)
async def test_whatever_a_handler_raises_stays_with_it(
    bus: PluginEventBus, log: list[Any], error: BaseException, outcome: Outcome, *, suspends: bool
) -> None:
    async def bad(_event: Event, _data: object) -> None:
        if suspends:
            await asyncio.sleep(0)
        raise error

    bus.subscribe("roll", bad)
    bus.subscribe("roll", appender(log, "next"))

    delivery = await bus.emit("roll")

    assert log == ["next"]
    assert [handled.outcome for handled in delivery.handled] == [outcome, Outcome.HANDLED]


async def test_fault_is_logged_once_and_announced(
    bus: PluginEventBus, log: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    bus.subscribe("roll", lambda _event, _data: 1 / 0)
    bus.subscribe("plugin.error", lambda _event, data: log.append(data["error"]))

    await bus.emit("roll")
    await bus.drain()

    assert log == ["ZeroDivisionError: division by zero"]
    assert caplog.text.count("Traceback") == 1


async def test_failing_listener_to_errors_is_told_of_itself_no_more(
    bus: PluginEventBus, log: list[Any]
) -> None:
    def listen(event: Event, _data: object) -> None:
        log.append(event.id)
        raise ValueError

    bus.subscribe("plugin.error", listen)
    bus.subscribe("roll", lambda _event, _data: 1 / 0)

    await bus.emit("roll")
    await bus.drain()

    assert len(log) == 1


async def test_handler_that_takes_the_source_gets_it(bus: PluginEventBus, log: list[Any]) -> None:
    async def named(_event: Event, _data: object, source: object = None) -> None:
        log.append(source)

    async def anything(_event: Event, _data: object, **options: object) -> None:
        log.append(options["source"])

    @functools.wraps(named)
    async def wrapped(*arguments: Any, **options: Any) -> None:  # noqa: ANN401  passed on
        await named(*arguments, **options)

    bus.subscribe("roll", named)
    bus.subscribe("roll", anything)
    bus.subscribe("roll", wrapped)

    await bus.emit("roll", None, "me")

    assert log == ["me", "me", "me"]


async def test_handler_that_takes_no_source_gets_none(bus: PluginEventBus, log: list[Any]) -> None:
    class Listener:
        async def plain(source, event: Event, _data: object) -> None:  # noqa: N805  what is tested
            log.append((event.name, source))

    def two(event: Event, _data: object) -> None:
        source = event.name  # a variable, no parameter
        log.append(source)

    @functools.wraps(two)
    def wrapped(event: Event, data: object, **_options: object) -> None:
        two(event, data)

    listener = Listener()
    for handler in (listener.plain, two, wrapped):
        bus.subscribe("roll", handler)

    await bus.emit("roll", None, "me")

    assert log == [("roll", listener), "roll", "roll"]


async def test_any_callable_can_handle(bus: PluginEventBus) -> None:
    class Handler:
        async def __call__(self, event: Event, data: object) -> None: ...

    def three(number: int, event: Event, data: object) -> None: ...

    bus.subscribe("roll", Handler())
    bus.subscribe("roll", functools.partial(three, 3))
    bus.subscribe("roll", dict[Any, Any]().setdefault)

    handled = (await bus.emit("roll")).handled

    assert [h.handler for h in handled] == ["Handler", "three", "dict.setdefault"]
    assert {h.outcome for h in handled} == {Outcome.HANDLED}


async def test_handler_whose_signature_nobody_knows_can_handle(bus: PluginEventBus) -> None:
    bus.subscribe("roll", max)

    (handled,) = (await bus.emit("roll", 1)).handled

    assert handled.handler == "max"


@pytest.mark.parametrize(
    ("pattern", "event", "matches"),
    [
        ("trivia.*", "trivia.started", True),
        ("trivia.*", "trivia.round.over", True),
        ("trivia.*", "trivia", False),
        ("*", "anything", True),
        ("*.over", "round.over", True),
        ("a*c", "abc", True),
        ("a*c", "abcd", False),
        ("[ab]*", "a1", False),
        ("[ab]*", "[ab]1", True),
        ("a?*", "ab", False),
        ("a.c", "abc", False),
    ],
)
async def test_only_stars_match_anything(
    bus: PluginEventBus, log: list[Any], pattern: str, event: str, *, matches: bool
) -> None:
    bus.subscribe(pattern, appender(log, event))

    await bus.emit(event)

    assert bool(log) is matches


async def test_pattern_and_name_run_in_one_order(bus: PluginEventBus, log: list[Any]) -> None:
    bus.subscribe("r*", appender(log, 1))
    bus.subscribe("roll", appender(log, 2))
    bus.subscribe("*", appender(log, 0), 1)

    await bus.emit("roll")

    assert log == [0, 1, 2]


async def test_unsubscribe_ends_only_that_handler(bus: PluginEventBus, log: list[Any]) -> None:
    first, second = appender(log, 1), appender(log, 2)
    for pattern in ["roll", "r*"]:
        bus.subscribe(pattern, first)
        bus.subscribe(pattern, second)

    bus.unsubscribe("roll", first)
    bus.unsubscribe("r*", second)
    bus.unsubscribe("roll", print)
    await bus.emit("roll")

    assert log == [2, 1]


async def test_cancelled_subscription_gets_nothing_more(
    bus: PluginEventBus, log: list[Any]
) -> None:
    subscription = bus.subscribe("roll", appender(log, 1))
    assert repr(subscription) == "<Subscription <lambda> to roll>"

    subscription.cancel()
    subscription.cancel()
    await bus.emit("roll")

    assert log == []
    assert bus.subscriptions() == ()


async def test_subscription_made_in_a_handler_gets_the_next_event(
    bus: PluginEventBus, log: list[Any]
) -> None:
    bus.subscribe("roll", lambda event, _data: bus.subscribe("roll", appender(log, event.id)))

    await bus.emit("roll")
    assert log == []
    await bus.emit("roll")

    assert log == [1]


async def test_stop_ends_the_round(bus: PluginEventBus, log: list[Any]) -> None:
    bus.subscribe("roll", lambda event, _data: event.stop())
    bus.subscribe("roll", appender(log, "same priority"))
    bus.subscribe("roll", appender(log, "lower priority"), -1)

    delivery = await bus.emit("roll")

    assert log == []
    assert delivery.is_stopped
    assert len(delivery.handled) == 1


async def test_event_names_the_plugin_whose_code_emitted_it(bus: PluginEventBus) -> None:
    emitters: list[str | None] = []
    dice = Ledger("dice", bus.caller, bus.report)

    async def roll(*_: object) -> None:
        await bus.emit("rolled")

    bus.subscribe("roll", roll, owner=dice)
    bus.subscribe("roll*", lambda event, _data: emitters.append(event.emitter))
    await bus.emit("roll")

    assert emitters == [None, "dice"]


async def test_events_carry_their_cause(bus: PluginEventBus) -> None:
    deliveries: list[Delivery] = []

    async def answer(event: Event, _data: object) -> None:
        assert current_event() is event
        deliveries.append(await bus.emit("answer"))
        deliveries.append(await bus.emit_soon("later"))

    bus.subscribe("ask", answer)
    root = await bus.emit("ask", origin="console")

    assert (root.cause, root.root, root.hops) == (None, root.id, 0)
    assert [(d.cause, d.root, d.hops) for d in deliveries] == [(root.id, root.id, 1)] * 2
    assert len({d.id for d in [root, *deliveries]}) == 3
    assert repr(root) == f"<Delivery of ask ({root.id}) to 1 handlers>"


async def test_origin_is_that_of_the_root_unless_given(bus: PluginEventBus, log: list[Any]) -> None:
    async def answer(_event: Event, _data: object) -> None:
        await bus.emit("inherits")
        await bus.emit("own", origin="elsewhere")

    bus.subscribe("ask", answer)
    bus.subscribe("*", lambda event, _data: log.append((str(event), event.origin)))

    await bus.emit("ask", origin="console")

    assert sorted(log) == [("ask", "console"), ("inherits", "console"), ("own", "elsewhere")]


async def test_no_event_is_current_outside_of_handlers(bus: PluginEventBus) -> None:
    bus.subscribe("roll", lambda _event, _data: None)
    event = Event("roll", None, None, 5, None, None)

    await bus.emit("roll")

    assert current_event() is None
    assert repr(event) == "<Event 5 roll caused by None>"


@pytest.mark.parametrize("emit", ["emit", "emit_soon"])
async def test_handlers_that_answer_each_other_are_ended(
    bus: PluginEventBus, log: list[Any], emit: str
) -> None:
    async def ping(event: Event, _data: object) -> None:
        log.append(event.hops)
        await getattr(bus, emit)("pong")

    async def pong(event: Event, _data: object) -> None:
        log.append(event.hops)
        await getattr(bus, emit)("ping")

    faults: list[str] = []
    bus.subscribe("ping", ping)
    bus.subscribe("pong", pong)
    bus.subscribe("plugin.error", lambda _event, data: faults.append(data["error"]))

    await bus.emit("ping")
    await bus.drain()

    assert log == [*range(MAX_HOPS + 1)]
    assert len(faults) == 1
    assert "pong is event 18 of a chain" in faults[0]


async def test_refused_event_says_so_in_its_report(bus: PluginEventBus) -> None:
    refusals: list[str | None] = []

    async def again(_event: Event, _data: object) -> None:
        refusals.append((await bus.emit("again")).refused)

    bus.subscribe("again", again)
    await bus.emit("again")
    await bus.drain()

    assert str(refusals[0]).startswith("again is event 18 of a chain; at most 16 follow a root")
    assert refusals[1:] == [None] * MAX_HOPS


async def test_listener_to_errors_that_answers_them_is_ended(
    bus: PluginEventBus, log: list[Any]
) -> None:
    async def listen(event: Event, _data: object) -> None:
        log.append(event.hops)
        await bus.emit("answer")

    bus.subscribe("plugin.error", listen)
    bus.subscribe("answer", lambda _event, _data: 1 / 0)

    await bus.emit("answer")
    await bus.drain()

    assert len(log) < 2 * MAX_HOPS


async def test_events_of_emit_soon_begin_in_order(bus: PluginEventBus, log: list[Any]) -> None:
    bus.subscribe("roll", lambda _event, data: log.append(data))

    for number in range(5):
        bus.emit_soon("roll", number)
    await bus.drain()

    assert log == [0, 1, 2, 3, 4]


async def test_drain_waits_for_what_an_event_led_to(bus: PluginEventBus, log: list[Any]) -> None:
    release = asyncio.Event()
    bus.subscribe("ask", lambda _event, _data: [bus.emit_soon("answer")])
    bus.subscribe("answer", appender(log, "answered"))
    bus.subscribe("other", lambda _event, _data: release.wait())
    bus.emit_soon("other")

    delivery = await bus.emit("ask")
    await bus.drain(delivery.root)

    assert log == ["answered"]
    release.set()


async def test_thread_emits_on_the_loop_of_the_bus(bus: PluginEventBus, log: list[Any]) -> None:
    bus.subscribe("roll", lambda _event, data: log.append((data, threading.current_thread())))
    bus.caller.bind()

    await asyncio.to_thread(lambda: bus.emit_threadsafe("roll", 6).result())

    assert log == [(6, threading.main_thread())]


def test_thread_cannot_emit_before_the_bus_has_run() -> None:
    with pytest.raises(RuntimeError, match="no event loop runs plugins yet"):
        PluginEventBus().emit_threadsafe("roll")


async def test_emit_from_another_loop_is_refused_with_an_explanation(bus: PluginEventBus) -> None:
    bus.subscribe("roll", print)
    bus.caller.bind()

    with pytest.raises(RuntimeError, match="use emit_threadsafe from elsewhere"):
        await asyncio.to_thread(lambda: asyncio.run(bus.emit("roll")))


def test_bus_moves_to_a_new_loop_when_its_own_is_closed(log: list[Any]) -> None:
    bus = PluginEventBus()
    bus.subscribe("roll", appender(log, 6))

    asyncio.run(bus.emit("roll"))
    asyncio.run(bus.emit("roll"))

    assert log == [6, 6]


async def test_close_cancels_what_is_on_its_way(log: list[Any]) -> None:
    bus = PluginEventBus(Caller(grace_s=0.05))
    began = asyncio.Event()

    async def hang(_event: Event, _data: object) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            log.append("ended")

    bus.subscribe("roll", hang)
    emitting = bus.emit_soon("roll")
    await began.wait()
    await bus.close()

    assert emitting.done()
    assert log == ["ended"]


async def test_tap_sees_every_event_after_its_delivery(bus: PluginEventBus, log: list[Any]) -> None:
    with bus.tap(lambda event, delivery: log.append((event.name, delivery.id))):
        delivery = await bus.emit("roll")
    await bus.emit("unseen")

    assert log == [("roll", delivery.id)]


async def test_failing_tap_disturbs_nobody(
    bus: PluginEventBus, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_event: Event, _delivery: Delivery) -> None:
        raise ValueError

    with bus.tap(fail):
        await bus.emit("roll")

    assert "a tap failed at roll" in caplog.text


async def test_lookout_sees_every_event_before_anybody_else(
    bus: PluginEventBus, log: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_event: Event) -> None:
        raise ValueError

    def nothing(_event: Event, _delivery: Delivery) -> None:
        pass

    bus.subscribe("roll", lambda *_: log.append("handled"))
    with (
        bus.tap(nothing, before=fail),
        bus.tap(nothing, before=lambda event: log.append(event.name)),
    ):
        await bus.emit("roll")
    await bus.emit("roll")

    assert log == ["roll", "handled", "handled"]
    assert "at roll" in caplog.text


async def test_tap_that_asks_for_it_sees_what_was_cancelled(
    bus: PluginEventBus, log: list[Any]
) -> None:
    async def hang(_event: Event, _data: object) -> None:
        emitting.cancel()
        await asyncio.Event().wait()

    def note(word: str) -> Tap:
        return lambda event, _delivery: log.append((word, event.name))

    bus.subscribe("roll", hang)
    with bus.tap(note("after")), bus.tap(note("after"), cancelled=note("cancelled")):
        emitting = bus.emit_soon("roll")
        await asyncio.wait([emitting])

    assert emitting.cancelled()
    assert log == [("cancelled", "roll")]


async def test_filters_transform_a_value_by_priority(bus: PluginEventBus) -> None:
    async def double(value: int) -> int:
        await asyncio.sleep(0)
        return value * 2

    bus.add_filter("score", double)
    bus.add_filter("score", lambda value: value + 1, 10)

    assert await bus.apply_filters("score", 3) == 8
    assert await bus.apply_filters("nothing", 3) == 3


async def test_failing_filter_is_left_out_and_reported(bus: PluginEventBus, log: list[Any]) -> None:
    bus.add_filter("score", lambda value: value / 0)
    bus.add_filter("score", lambda value: value + 1)
    bus.subscribe("plugin.error", lambda _event, data: log.append(data["where"]))

    assert await bus.apply_filters("score", 3) == 4
    await bus.drain()
    assert log == ["filter score (<lambda>)"]


async def test_filter_ends_when_it_is_cancelled(bus: PluginEventBus) -> None:
    bus.add_filter("score", lambda value: value + 1).cancel()

    assert await bus.apply_filters("score", 3) == 3


async def test_routes_of_many_names_are_forgotten(bus: PluginEventBus, log: list[Any]) -> None:
    bus.subscribe("roll.*", lambda event, _data: log.append(event.name))

    for number in range(5000):
        await bus.emit(f"roll.{number}")

    assert len(log) == 5000
    assert len(bus._routes) <= 4096  # noqa: SLF001  what bounds the memory
