"""What sends an event once more: all of it, as the same user, or a reason why not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosey.chat.model import Rank
from rosey.diagnostics.state.whole import whole
from rosey.diagnostics.traces.again import Draft, draft_of
from rosey.diagnostics.traces.trace import DATA_CHARS
from rosey.errors import RoseyError
from rosey.plugins.loading.schema import MASK
from tests.diagnostics.traces.events import traced

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(PLAIN)
def test_plain_data_comes_back_as_it_was(data: object) -> None:
    kept = whole(data, str, DATA_CHARS)
    try:
        again = draft_of(traced(event="song", data=kept))
    except RoseyError:
        assert kept.endswith("...") or "<" in kept
    else:
        assert again == Draft(event="song", data=data)


@pytest.mark.parametrize("rank", Rank)
def test_a_message_is_said_by_the_same_user_who_may_do_no_more(rank: Rank) -> None:
    trace = traced(event="message", user="bob", rank=rank, text="!play", data="{'msg': <Message>}")

    assert draft_of(trace) == Draft(
        event="message", data={"msg": "!play", "username": "bob"}, rank=rank
    )


def test_whoever_is_not_named_says_it_as_a_guest() -> None:
    again = draft_of(traced(event="message", data="5"))

    assert again.data == {"msg": "", "username": "guest"}
    assert again.rank is Rank.GUEST


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"data": None}, "its data was not kept: too much went on"),
        ({"data": "[" + "1, " * 333 + "..."}, "only the beginning of its data was kept"),
        ({"data": f"{{'token': '{MASK}'}}"}, "there are secrets in its data"),
        ({"data": "{'msg': 'abc'...}"}, "its data is not plain, or was not kept in full"),
        ({"data": "[1, 12 more]"}, "its data is not plain"),
        ({"data": "(1, 2)"}, "its data is not plain"),
        ({"data": "{1: 2}"}, "its data is not plain"),
        ({"data": "<Song>"}, "its data is not plain"),
        ({"data": "-" * 999 + "1"}, "its data is not plain"),
        ({"event": "message", "text": "x" * 1_000 + "...", "user": "bob"}, "only the beginning"),
    ],
)
def test_what_cannot_be_sent_again_says_why(facts: dict[str, Any], reason: str) -> None:
    with pytest.raises(RoseyError, match=reason):
        draft_of(traced(**facts))
