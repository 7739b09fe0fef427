"""A link keeps one connection up, and carries messages in and replies out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from rosey.chat import connection as connection_module
from rosey.chat.connection import BACKOFF_MOST_S, Link, Receive, backoff_s
from rosey.chat.model import Message, Reply, User
from rosey.chat.origin import Origin
from rosey.errors import ConnectionLostError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.events import Event
from tests.clock import Clock


class Network:
    """A network that a test breaks at will."""

    name = "net"
    own_name: str | None = None
    pace = None
    is_trusted = False

    def __init__(self) -> None:
        self.outcomes: list[BaseException | None] = []
        self.said: list[Reply] = []
        self.refusal: Exception | None = None
        self.receive: Receive | None = None
        self.up = asyncio.Event()
        self.closes = 0

    async def run(self, receive: Receive) -> None:
        self.receive = receive
        if self.outcomes:
            outcome = self.outcomes.pop(0)
            if outcome is None:
                return
            raise outcome
        self.up.set()
        await asyncio.Event().wait()

    async def send(self, reply: Reply) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.said.append(reply)

    async def close(self) -> None:
        self.closes += 1


@pytest.fixture
async def bus() -> AsyncIterator[PluginEventBus]:
    bus = PluginEventBus()
    yield bus
    await bus.drain()
    await bus.close()


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def pauses() -> list[float]:
    """Seconds that the link has waited."""
    return []


@pytest.fixture
async def link(bus: PluginEventBus, network: Network, pauses: list[float]) -> AsyncIterator[Link]:
    """A link whose time passes while it waits, and in no time."""
    clock = Clock()

    async def wait(seconds: float) -> None:
        pauses.append(seconds)
        clock.now_s += seconds
        await asyncio.sleep(0)

    link = Link(network, bus, wait=wait, clock=clock)
    yield link
    await link.close()


@pytest.mark.parametrize(("attempt", "pause_s"), [(0, 1), (1, 2), (5, 32), (6, 60), (10**9, 60)])
def test_backoff_doubles_up_to_a_minute(attempt: int, pause_s: float) -> None:
    assert backoff_s(attempt) == pause_s


def test_backoff_has_no_attempt_before_the_first() -> None:
    with pytest.raises(ValueError, match="attempt -1 is before the first"):
        backoff_s(-1)


async def test_message_comes_in_with_its_origin(
    bus: PluginEventBus, link: Link, network: Network
) -> None:
    heard: list[tuple[str | None, Any]] = []
    bus.subscribe("message", lambda event, data: heard.append((event.origin, data["message"])))
    link.start()
    await network.up.wait()
    message = Message(text="hi", user=User(name="bob"), connection="net")

    assert network.receive is not None
    await network.receive(message)

    assert heard == [("net", message)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"msg": "hi", "connection": "net"}, ["hi"]),
        ({"msg": "hi", "connection": "net", "to": "bob"}, ["hi"]),
        ({"msg": "hi", "connection": "other"}, []),
        ({"msg": "hi"}, []),
        ("hi", []),
    ],
)
async def test_only_replies_to_this_connection_go_out(
    bus: PluginEventBus, link: Link, network: Network, data: object, said: list[str]
) -> None:
    assert link.name == "net"

    await bus.emit("reply", data)

    assert [reply.text for reply in network.said] == said


async def test_reply_that_names_no_connection_goes_where_its_cause_came_from(
    bus: PluginEventBus,
    link: Link,  # noqa: ARG001  it is listening
    network: Network,
) -> None:
    await bus.emit("reply", {"msg": "hi"}, origin="net")

    assert network.said == [Reply(text="hi", connection="net")]


async def test_bot_says_something_here_unless_it_handles_an_event_from_elsewhere(
    bus: PluginEventBus, link: Link, network: Network
) -> None:
    async def answer(_event: Event, _data: object) -> None:
        await link.send_message("hello")

    bus.subscribe("join", answer)
    await link.send_message("on my own", to="bob")
    await bus.emit("join", origin="net")
    await bus.emit("join", origin="other")
    await bus.emit("join")

    assert [(reply.text, reply.to) for reply in network.said] == [
        ("on my own", "bob"),
        ("hello", None),
        ("hello", None),
    ]


@pytest.mark.parametrize(("is_private", "to"), [(True, "bob"), (False, None)])
async def test_what_is_said_to_a_private_message_stays_private(
    bus: PluginEventBus,
    link: Link,
    network: Network,
    is_private: bool,  # noqa: FBT001  a parameter of the test
    to: str | None,
) -> None:
    async def answer(_event: Event, _data: object) -> None:
        await link.send_message("psst")

    bus.subscribe("message", answer)
    message = Message(text="x", user=User(name="bob"), connection="net", is_private=is_private)

    await bus.emit("message", message.data, origin="net")

    assert network.said == [Reply(text="psst", connection="net", to=to)]


@pytest.mark.parametrize(("is_private", "to"), [(True, "bob"), (False, None)])
async def test_what_a_private_message_leads_to_is_said_in_private(
    bus: PluginEventBus,
    link: Link,
    network: Network,
    is_private: bool,  # noqa: FBT001  a parameter of the test
    to: str | None,
) -> None:
    is_handled = asyncio.Event()
    late: list[asyncio.Task[None]] = []

    async def greet(_event: Event, _data: object) -> None:
        await link.send_message("psst")
        await bus.emit("reply", "psst")

    async def greet_later() -> None:
        await is_handled.wait()
        await bus.emit("seen")

    async def look(_event: Event, _data: object) -> None:
        await bus.emit("seen")
        late.append(asyncio.create_task(greet_later()))

    bus.subscribe("seen", greet)
    bus.subscribe("message", look)
    link.start()
    await network.up.wait()
    message = Message(text="x", user=User(name="bob"), connection="net", is_private=is_private)

    assert network.receive is not None
    await network.receive(message)
    is_handled.set()
    await asyncio.wait(late)
    await bus.emit("seen", origin="net")

    assert [reply.to for reply in network.said] == [to, to, to, to, None, None]
    assert {(reply.text, reply.connection) for reply in network.said} == {("psst", "net")}


async def test_who_is_named_in_a_reply_gets_it_whatever_led_to_it(
    bus: PluginEventBus,
    link: Link,  # noqa: ARG001  it is listening
    network: Network,
) -> None:
    async def answer(_event: Event, _data: object) -> None:
        await bus.emit("reply", {"msg": "x", "to": "ann"})
        await bus.emit("reply", {"msg": "x", "to": None})
        await bus.emit("reply", {"msg": "x", "connection": "net"})

    bus.subscribe("seen", answer)

    await bus.emit("seen", origin=Origin("net", to="bob"))

    assert [reply.to for reply in network.said] == ["ann", None, None]


async def test_what_the_network_says_back_is_no_message(
    bus: PluginEventBus, link: Link, network: Network
) -> None:
    heard: list[str] = []
    bus.subscribe("message", lambda _event, data: heard.append(data["username"]))
    network.own_name = "rosey"
    link.start()
    await network.up.wait()
    assert network.receive is not None

    for name in ("rosey", "bob"):
        await network.receive(Message(text="hi", user=User(name=name), connection="net"))

    assert heard == ["bob"]
    assert link.dropped == {"own": 1}


async def test_nothing_is_dropped_where_only_the_owner_talks(
    bus: PluginEventBus, link: Link, network: Network
) -> None:
    heard: list[str] = []
    bus.subscribe("message", lambda _event, data: heard.append(data["username"]))
    network.own_name = "rosey"
    network.is_trusted = True
    link.start()
    await network.up.wait()
    assert network.receive is not None

    for _ in range(1_000):
        await network.receive(Message(text="hi", user=User(name="rosey"), connection="net"))

    assert heard == ["rosey"] * 1_000
    assert link.dropped == {}


@pytest.mark.parametrize(("is_trusted", "said"), [(False, "\u00b7 !op bad"), (True, "!op bad")])
async def test_what_the_bot_says_is_no_command_to_another_bot(
    link: Link,
    network: Network,
    is_trusted: bool,  # noqa: FBT001  a parameter of the test
    said: str,
) -> None:
    network.is_trusted = is_trusted

    await link.send_message("!op bad")

    assert [reply.text for reply in network.said] == [said]


async def test_lost_connection_is_made_again_after_growing_pauses(
    link: Link, network: Network, pauses: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    network.outcomes = [ConnectionLostError("kicked\nERROR forged") for _ in range(8)]

    link.start()
    await network.up.wait()

    for attempt, pause in enumerate(pauses):
        assert backoff_s(attempt) / 2 <= pause <= backoff_s(attempt)
    assert len(pauses) == 8
    assert len(set(pauses)) == 8
    assert "net: kicked\\nERROR forged; again in " in caplog.messages[0]


async def test_connection_that_held_begins_with_short_pauses_again(
    bus: PluginEventBus, network: Network, pauses: list[float]
) -> None:
    async def wait(seconds: float) -> None:
        pauses.append(seconds)

    network.outcomes = [ConnectionLostError("lost")] * 4
    # When each of the four attempts began and was lost: the third one held.
    times = iter([0, 1, 2, 3, 10, 10 + BACKOFF_MOST_S + 1, 80, 81, 90])
    link = Link(network, bus, wait=wait, clock=lambda: next(times))

    link.start()
    await network.up.wait()
    await link.close()

    assert [
        backoff_s(attempt) / 2 <= p <= backoff_s(attempt)
        for attempt, p in zip([0, 1, 0, 1], pauses, strict=True)
    ] == [True] * 4


async def test_fault_in_a_connection_is_reported_and_it_is_tried_again(
    bus: PluginEventBus, link: Link, network: Network, pauses: list[float]
) -> None:
    faults: list[Any] = []
    bus.fault_listeners.append(faults.append)
    network.outcomes = [KeyError("frame")]

    link.start()
    await network.up.wait()

    assert [(f.plugin, f.where, f.error) for f in faults] == [
        (None, "connection net", "KeyError: 'frame'")
    ]
    assert len(pauses) == 1


async def test_connection_that_the_other_side_ends_is_not_made_again(
    link: Link, network: Network, pauses: list[float]
) -> None:
    network.outcomes = [None]

    await link.start()

    assert pauses == []


async def test_reply_is_lost_while_the_connection_is_down_and_nobody_is_at_fault(
    bus: PluginEventBus, link: Link, network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    faults: list[Any] = []
    bus.fault_listeners.append(faults.append)
    network.refusal = ConnectionLostError("not connected\n")

    await link.send_message("hi")
    await link.close()

    assert faults == []
    assert [(r.levelno, r.getMessage()) for r in caplog.records] == [
        (logging.WARNING, "net: a reply was not sent: not connected\\n")
    ]


async def test_fault_while_sending_reaches_nobody_who_speaks(
    bus: PluginEventBus, link: Link, network: Network
) -> None:
    faults: list[Any] = []
    bus.fault_listeners.append(faults.append)
    network.refusal = OSError("broken")

    await link.send_message("hi")

    assert [fault.error for fault in faults] == ["OSError: broken"]


async def test_closed_link_neither_says_nor_connects_any_more(
    bus: PluginEventBus, link: Link, network: Network
) -> None:
    task = link.start()
    await network.up.wait()

    await link.close()
    await bus.emit("reply", {"msg": "hi", "connection": "net"})

    assert task.cancelled()
    assert network.said == []


async def test_link_that_never_started_closes_its_connection_once(
    link: Link, network: Network
) -> None:
    await link.close()
    await link.close()

    assert network.closes == 1


async def test_link_can_be_closed_while_it_waits_to_connect_again(
    bus: PluginEventBus, network: Network
) -> None:
    waiting = asyncio.Event()

    async def wait(_seconds: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    network.outcomes = [ConnectionLostError("lost")]
    link = Link(network, bus, wait=wait)
    link.start()
    await waiting.wait()

    await link.close()

    assert network.closes == 1


async def test_link_can_be_closed_before_it_has_begun_to_connect(
    link: Link, network: Network
) -> None:
    link.start()

    await link.close()

    assert network.receive is None
    assert network.closes == 1


async def test_connection_that_will_not_end_holds_nobody_up(
    bus: PluginEventBus,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(connection_module, "CLOSING_MOST_S", 0.01)
    may_end = asyncio.Event()

    class Stubborn(Network):
        async def run(self, receive: Receive) -> None:
            del receive
            self.up.set()
            await _despite_cancellation(may_end.wait)

    stubborn = Stubborn()
    link = Link(stubborn, bus)
    task = link.start()
    await stubborn.up.wait()

    await link.close()

    assert stubborn.closes == 1
    assert caplog.messages == ["net does not end when it is told to"]
    may_end.set()
    await asyncio.wait([task])


async def _despite_cancellation(wait: Callable[[], Awaitable[object]]) -> None:
    try:
        await wait()
    except asyncio.CancelledError:
        await wait()
