"""What is typed to be fired is read, or refused with its place; its line and call do the same."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from rosey.chat.model import Rank
from rosey.diagnostics.traces.again import Draft
from rosey.errors import UsageError
from rosey.workbench.panel.areas.fire.draft import (
    body_of,
    drafted,
    line_for,
    python_of,
    rank_of,
    read,
)

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(str.strip)
EVENTS = TEXTS.map(str.strip)
DRAFTS = st.builds(Draft, event=EVENTS.filter(lambda e: e != "message"), data=PLAIN)
SAID = st.builds(
    Draft,
    event=st.just("message"),
    data=st.fixed_dictionaries({"msg": TEXTS, "username": TEXTS}),
    rank=st.sampled_from(Rank),
)


class Magic:
    """What a cell calls instead of IPython."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def run_line_magic(self, name: str, line: str) -> None:
        self.lines.append(f"%{name} {line.strip()}")


class Call:
    """A `bot` whose `traces` note what they are told to fire."""

    def __init__(self) -> None:
        self.traces = self
        self.fired: list[Draft] = []

    async def emit(self, event: str, data: object) -> None:
        self.fired.append(Draft(event=event, data=data))

    async def say(self, text: str, user: str, rank: Rank) -> None:
        said = {"msg": text, "username": user}
        self.fired.append(Draft(event="message", data=said, rank=rank))


@given(DRAFTS | SAID)
def test_a_line_does_the_same_once_it_is_pasted(draft: Draft) -> None:
    line = line_for(draft)
    if line is None:
        return
    magic = Magic()

    cell = TransformerManager().transform_cell(line)  # type: ignore[no-untyped-call]  # IPython's

    exec(cell, {"get_ipython": lambda: magic})  # noqa: S102  as IPython does

    assert [drafted(line) for line in magic.lines] == [draft]


@given(DRAFTS | SAID)
def test_a_call_does_the_same_once_it_is_pasted(draft: Draft) -> None:
    bot = Call()
    cell = f"async def cell():\n    {python_of(draft).replace(chr(10), chr(10) + '    ')}"
    names: dict[str, Any] = {"bot": bot}

    exec(cell, names)  # noqa: S102  as IPython does
    asyncio.run(names["cell"]())

    assert bot.fired == [draft]


@given(DRAFTS | SAID)
def test_what_is_filled_in_is_read_as_it_was(draft: Draft) -> None:
    assert read(draft.event, body_of(draft), rank_of(draft)) == draft


@pytest.mark.parametrize(
    ("draft", "line"),
    [
        (Draft(event="user_join", data={"n": 1}), '%rosey emit user_join {"n": 1}'),
        (Draft(event="two words", data=None), "%rosey emit 'two words' null"),
        (Draft(event="it's two", data="ä?"), '%rosey emit "it\'s two" "ä?"'),
        (Draft(event="""it's "two" """, data=None), None),
        (
            Draft(event="message", data={"msg": "-u x", "username": "bob"}, rank=Rank.GUEST),
            "%rosey say -u bob -r guest -- -u x",
        ),
        (Draft(event="message", data={"msg": "why?", "username": "b"}, rank=Rank.GUEST), None),
        (Draft(event="message", data={"msg": "a\nb", "username": "b"}, rank=Rank.GUEST), None),
        (Draft(event="message", data={"msg": "a\\", "username": "b"}, rank=Rank.GUEST), None),
        (Draft(event="message", data={"msg": "a"}), '%rosey emit message {"msg": "a"}'),
    ],
)
def test_the_line_is_shown_where_there_is_one(draft: Draft, line: str | None) -> None:
    assert line_for(draft) == line


@pytest.mark.parametrize(
    ("event", "body", "reason"),
    [
        (" ", "{}", "the name of an event is missing"),
        ("x" * 201, "{}", "a name has at most 200 characters, not 201"),
        ("a", '{\n "b": 1,\n}', "line 3, column 1: expecting property name enclosed"),
        ("a", "{} x", "line 1, column 4: extra data"),
        ("a", "nothing", "line 1, column 1: expecting value"),
        ("a", '{"b": 1, "b": 2}', "this is no JSON: the key 'b' stands twice"),
        ("a", "[NaN]", "this is no JSON: NaN is no number"),
        ("a", '"\ud800"', "this is no JSON"),
        ("a", "[" * 50_000, "this is nested too deeply"),
        ("a", "1" * 100_001, "data has at most 100,000 characters, not 100,001"),
    ],
)
def test_what_cannot_be_fired_says_where_it_is_wrong(event: str, body: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        read(event, body, "guest")


@pytest.mark.parametrize(
    "data", [{"msg": "a"}, {"msg": " ", "username": "b"}, {"msg": 1, "username": "b"}, [1], None]
)
def test_a_message_that_nobody_can_say_comes_from_a_guest(data: object) -> None:
    assert read("message", json.dumps(data), "owner").rank is None


def test_data_that_is_left_empty_is_an_empty_object() -> None:
    assert read("a", " \n", "guest") == Draft(event="a", data={})


def test_a_rank_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no rank 'king'"):
        read("message", '{"msg": "a", "username": "b"}', "king")
