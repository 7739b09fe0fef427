"""Queries pick events by their content."""

from __future__ import annotations

import pytest

from rosey.diagnostics.traces.query import parse
from rosey.errors import UsageError
from tests.diagnostics.traces.events import failed, ran, traced

EVENTS = {
    "join": traced(1, "user_join", data="{'username': 'Alice'}", emitter="gate"),
    "said": traced(2, "message", user="Bob", text="!play two words", handled=(ran("songs"),)),
    "answer": traced(3, "reply", root=2, cause=2, text="playing"),
    "fault": traced(4, "song.added", handled=(failed("songs"),)),
    "slow": traced(5, "song.ended", handled=(ran("songs", took_s=2.0),)),
    "late": traced(6, "timer", handled=(failed("timers", took_s=2.0),)),
}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "join said answer fault slow late"),
        ("event:user_join", "join"),
        ("event:song.*", "fault slow"),
        ("plugin:songs", "said fault slow"),
        ("plugin:gate", "join"),
        ("user:bob", "said"),
        ("error:yes", "fault late"),
        ("error:no plugin:songs", "said slow"),
        ("slow:yes", "slow late"),
        ("reply:yes", "answer"),
        ("chain:2", "said answer"),
        ("alice", "join"),
        ("'two words'", "said"),
        ("valueerror", "fault late"),
        ("-plugin:songs", "join answer late"),
        ("play -event:reply", "said"),
        ("http://x", ""),
        ("-", ""),
        ("--alice", "join"),
        ("''", "join said answer fault slow late"),
    ],
)
def test_what_matches_is_found(query: str, found: str) -> None:
    asked = parse(query)

    assert [name for name, event in EVENTS.items() if asked.matches(event)] == found.split()


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("'open", "No closing quotation: close the quote"),
        ("error:maybe", "error: is followed by yes or no, not by 'maybe'"),
        ("chain:last", "chain: is followed by the number of an event, not by 'last'"),
        ("x " * 501, "a query has at most 1,000 characters, not 1,002"),
        ("x " * 21, "a query has at most 20 terms, not 21"),
        ("plugins:songs", "there is no plugins: in a query; there are event, plugin, user, chain"),
    ],
)
def test_what_cannot_be_looked_for_is_said(query: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        parse(query)


@pytest.mark.parametrize("query", ["-" * 999 + "x", "event:" + "*a" * 400 + "*b", "*" * 1_000])
def test_no_query_takes_long(query: str) -> None:
    assert parse(query).matches(traced(1, "a" * 1_000)) in {True, False}
