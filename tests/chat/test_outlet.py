"""Replies go out in order, in turns, at the pace of plugin and network; too many do not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from rosey.chat import outlet as outlet_module
from rosey.chat.buckets import Rate
from rosey.chat.damper import Line
from rosey.chat.model import Reply
from rosey.chat.outlet import KEPT_S, Outlet
from rosey.chat.rules import Rules
from rosey.errors import ConnectionLostError, PluginError
from rosey.plugins.calling.faults import Fault
from rosey.plugins.supervision.limits import Limits
from tests.clock import Clock

LIMITS = Limits(replies_per_s=1.0, reply_burst=2, queued_replies=3)


class Network:
    """Takes replies, unless a test keeps it from doing so."""

    name = "net"
    own_name = None
    pace: Rate | None = None
    is_trusted = False

    def __init__(self) -> None:
        self.said: list[str] = []
        self.refusal: Exception | None = None
        self.is_open = asyncio.Event()
        self.is_open.set()

    async def send(self, reply: Reply) -> None:
        await self.is_open.wait()
        if self.refusal is not None:
            raise self.refusal
        self.said.append(reply.text)


class Mouth:
    """An outlet, and what is told of it."""

    def __init__(self) -> None:
        self.network = Network()
        self.clock = Clock()
        self.limits = LIMITS
        self.silenced: set[str] = set()
        self.faults: list[Fault] = []
        self.sent: list[str] = []
        self.refused: list[str] = []
        self.spoken: list[tuple[Line | None, str]] = []
        self.pauses_s: list[float] = []
        rules = Rules(
            limits_of=lambda _plugin: self.limits,
            refusal_of=self.refusal_of,
            sent=self.sent.append,
            refused=self.refused.append,
        )
        self.outlet = Outlet(
            self.network,
            rules,
            self.faults.append,
            spoke=lambda line, text: self.spoken.append((line, text)),
            wait=self.clock.wait,
            clock=self.clock,
            slow_down=self.pause,
        )

    async def pause(self, seconds: float) -> None:
        self.pauses_s.append(seconds)
        await asyncio.sleep(0)

    def refusal_of(self, plugin: str) -> PluginError | None:
        return PluginError(plugin, f"{plugin} may not send") if plugin in self.silenced else None

    async def say(self, *texts: str, plugin: str | None = "dice", line: Line | None = None) -> None:
        for text in texts:
            await self.outlet.say(Reply(text=text, connection="net"), plugin, line)

    async def go_on(self, seconds: float) -> None:
        """Let time pass, and let whoever has waited for it do what they do then."""
        for _ in range(round(seconds * 4)):
            self.clock.advance(0.25)
            await settled()


async def settled() -> None:
    """Let the tasks that can run do so, until all of them wait for the time or the network."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def mouth() -> AsyncIterator[Mouth]:
    mouth = Mouth()
    yield mouth
    mouth.network.refusal = None
    await mouth.outlet.close()


async def test_replies_go_out_at_once_within_the_limits(mouth: Mouth) -> None:
    line = Line("bob", 0)

    await mouth.say("a", "b", line=line)

    assert mouth.network.said == ["a", "b"]
    assert mouth.sent == ["dice", "dice"]
    assert mouth.spoken == [(line, "a"), (line, "b")]


async def test_replies_above_the_limits_wait_in_order(mouth: Mouth) -> None:
    await mouth.say("a", "b", "c", "d")
    assert mouth.network.said == ["a", "b"]

    await mouth.go_on(1.0)
    await mouth.say("e")
    assert mouth.network.said == ["a", "b", "c"]

    await mouth.go_on(2.0)
    assert mouth.network.said == ["a", "b", "c", "d", "e"]


async def test_plugin_that_says_too_much_waits_for_itself(mouth: Mouth) -> None:
    await mouth.say("a", "b", "c")

    await mouth.say("1", "2", plugin="quiz")
    await mouth.say("usage", plugin=None)

    assert mouth.network.said == ["a", "b", "1", "2", "usage"]


async def test_replies_above_the_bound_are_refused_and_counted_and_told_once(
    mouth: Mouth, caplog: pytest.LogCaptureFixture
) -> None:
    await mouth.say(*map(str, range(100)))

    (fault,) = mouth.faults
    assert (fault.plugin, fault.where) == ("dice", "reply")
    assert fault.error == (
        "rosey.errors.LimitExceededError: dice has 3 replies waiting on net (limit queued_replies)"
    )
    assert mouth.refused == ["dice"] * 95

    await mouth.go_on(3.0)
    assert mouth.network.said == ["0", "1", "2", "3", "4"]
    assert caplog.messages == ["net: 95 replies of dice were refused"]


async def test_plugin_whose_replies_are_refused_is_slowed_down_more_and_more(mouth: Mouth) -> None:
    await mouth.say(*map(str, range(100)))

    assert len({*mouth.pauses_s}) == 95
    assert mouth.pauses_s == sorted(mouth.pauses_s)
    assert 0 < mouth.pauses_s[-1] <= 1


async def test_flood_after_a_pause_is_told_again(mouth: Mouth) -> None:
    for _ in range(2):
        await mouth.say(*map(str, range(10)))
        await mouth.go_on(10.0)

    assert len(mouth.faults) == 2


async def test_flood_of_the_bots_own_is_refused_too(mouth: Mouth) -> None:
    mouth.network.pace = Rate(per_s=1.0, burst=1)

    await mouth.say(*["usage"] * 1_002, plugin=None)

    assert [fault.plugin for fault in mouth.faults] == [None]
    assert mouth.refused == []


async def test_code_that_does_nothing_but_speak_leaves_time_to_others(mouth: Mouth) -> None:
    others: list[str] = []

    async def flood() -> None:
        while not others:
            await mouth.say("x")

    async with asyncio.timeout(5):
        asyncio.get_running_loop().call_soon(others.append, "me too")
        await flood()


async def test_limits_that_change_hold_for_what_waits(mouth: Mouth) -> None:
    await mouth.say("a", "b", "c", "d")
    mouth.limits = Limits(replies_per_s=100.0, reply_burst=100)

    await mouth.go_on(1.0)

    assert mouth.network.said == ["a", "b", "c", "d"]


async def test_network_has_its_pace_and_plugins_take_turns(mouth: Mouth) -> None:
    mouth.limits = Limits()
    mouth.network.pace = Rate(per_s=1.0, burst=1)
    await mouth.say(*"aaaaaaaa", plugin="flooder")
    await mouth.say(*"bc", plugin="dice")
    await mouth.say("u", plugin=None)
    assert mouth.network.said == ["a"]

    await mouth.go_on(6.0)

    # Who waits in the line already keeps their place: one turn each.
    assert mouth.network.said == ["a", "a", "b", "u", "a", "c", "a"]


async def test_order_is_kept_while_a_reply_is_on_its_way(mouth: Mouth) -> None:
    mouth.network.is_open.clear()
    speaking = asyncio.create_task(mouth.say("a"))
    await settled()
    await mouth.say("b")

    mouth.network.is_open.set()
    await speaking
    await settled()

    assert mouth.network.said == ["a", "b"]


async def test_order_is_kept_when_the_reply_on_its_way_is_lost(mouth: Mouth) -> None:
    mouth.network.is_open.clear()
    speaking = asyncio.create_task(mouth.say("a"))
    await settled()
    await mouth.say("b")

    mouth.network.refusal = ConnectionLostError("kicked")
    mouth.network.is_open.set()
    await speaking
    mouth.network.refusal = None
    await mouth.go_on(3.0)

    assert mouth.network.said == ["a", "b"]


async def test_replies_of_a_slow_network_are_kept_for_as_long_as_it_takes(mouth: Mouth) -> None:
    mouth.network.pace = Rate(per_s=1 / KEPT_S, burst=1)

    await mouth.say("a", "b", "c")
    await mouth.go_on(2 * KEPT_S)

    assert mouth.network.said == ["a", "b", "c"]


async def test_flood_after_an_outage_is_a_fault_again(mouth: Mouth) -> None:
    mouth.network.refusal = ConnectionLostError("kicked")
    await mouth.say("a")
    mouth.network.refusal = None
    await mouth.go_on(3.0)

    await mouth.say(*map(str, range(10)))

    assert [fault.plugin for fault in mouth.faults] == ["dice"]


async def test_replies_wait_while_the_connection_is_down(
    mouth: Mouth, caplog: pytest.LogCaptureFixture
) -> None:
    mouth.limits = Limits()
    mouth.network.refusal = ConnectionLostError("kicked")
    await mouth.say("a", "b")
    await mouth.say("1", plugin="quiz")
    await mouth.go_on(30.0)

    mouth.network.refusal = None
    await mouth.go_on(3.0)

    assert mouth.network.said == ["a", "1", "b"]
    assert (caplog.messages, mouth.faults) == ([], [])


async def test_replies_that_have_waited_too_long_are_dropped_with_one_line(
    mouth: Mouth, caplog: pytest.LogCaptureFixture
) -> None:
    mouth.limits = Limits()
    mouth.network.refusal = ConnectionLostError("kicked\nERROR forged")
    await mouth.say("a", "b")
    await mouth.go_on(KEPT_S / 2)
    await mouth.say("c")
    await mouth.go_on(KEPT_S * 3 / 4)

    mouth.network.refusal = None
    await mouth.go_on(3.0)

    assert mouth.network.said == ["c"]
    assert caplog.messages == ["net: 2 replies were not sent: kicked\\nERROR forged"]


async def test_what_does_not_fit_while_the_connection_is_down_is_nobodys_fault(
    mouth: Mouth, caplog: pytest.LogCaptureFixture
) -> None:
    mouth.network.refusal = ConnectionLostError("kicked")

    await mouth.say(*map(str, range(10)))
    await mouth.go_on(KEPT_S * 2)

    assert (mouth.faults, mouth.refused) == ([], [])
    assert caplog.messages == ["net: 10 replies were not sent: kicked"]


async def test_network_that_takes_no_reply_holds_nobody_up(
    mouth: Mouth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlet_module, "SEND_MOST_S", 0.01)
    mouth.network.is_open.clear()

    await mouth.say("a")

    assert [(f.plugin, f.where, f.error) for f in mouth.faults] == [
        (None, "connection net", "TimeoutError")
    ]


async def test_plugin_that_may_not_speak_is_told_so_once_until_it_may(mouth: Mouth) -> None:
    for _ in range(2):
        mouth.silenced.add("dice")
        await mouth.say("a", "b")
        mouth.silenced.clear()
        await mouth.say("c")

    assert mouth.network.said == ["c", "c"]
    assert [fault.error for fault in mouth.faults] == [
        "rosey.errors.PluginError: dice may not send"
    ] * 2
    assert mouth.refused == ["dice"] * 4


async def test_last_words_go_out_before_the_end(mouth: Mouth) -> None:
    await mouth.say("a", "b", "c")
    closing = asyncio.create_task(mouth.outlet.close())

    await mouth.go_on(1.0)
    await closing

    assert mouth.network.said == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("refusal", "why", "last_words_s"),
    [(None, "it was closed", 0.01), (ConnectionLostError("kicked"), "kicked", 1_000.0)],
)
async def test_what_still_waits_in_the_end_is_dropped_with_one_line(  # noqa: PLR0913, PLR0917  fixtures and parameters
    mouth: Mouth,
    refusal: Exception | None,
    why: str,
    last_words_s: float,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(outlet_module, "LAST_WORDS_S", last_words_s)
    mouth.network.pace = Rate(per_s=1.0, burst=1)
    mouth.network.refusal = refusal
    mouth.limits = Limits()

    await mouth.say(*"abcd")
    await mouth.outlet.close()

    lost = 4 - len(mouth.network.said)
    assert caplog.messages == [f"net: {lost} replies were not sent: {why}"]


async def test_nothing_waits_where_only_the_owner_listens() -> None:
    mouth = Mouth()
    mouth.network.is_trusted = True
    mouth.network.pace = Rate(per_s=1.0, burst=1)

    await mouth.say(*map(str, range(1_000)))

    assert mouth.network.said == [*map(str, range(1_000))]
    assert mouth.sent == ["dice"] * 1_000


async def test_reply_to_an_owner_who_is_gone_is_lost_with_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    mouth = Mouth()
    mouth.network.is_trusted = True
    mouth.network.refusal = ConnectionLostError("nobody reads")

    await mouth.say("a")

    assert caplog.messages == ["net: a reply was not sent: nobody reads"]
    assert mouth.sent == []
