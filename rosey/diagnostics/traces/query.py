"""Queries: a few words that pick events by their content."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass

from rosey.diagnostics.traces.trace import EventTrace, Kind
from rosey.errors import UsageError
from rosey.plugins.delivery.routes import fitting

Term = Callable[[EventTrace], bool]
"""Tells whether an event matches it."""

_YES = {"yes": True, "no": False}

MOST_CHARS = 1_000
MOST_TERMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for in traces; an event matches where it matches all terms.

    Attributes:
        text: As it was written.
        terms: What it is made of.
    """

    text: str
    terms: tuple[Term, ...]

    def matches(self, trace: EventTrace) -> bool:
        """Whether an event is one of those that are looked for."""
        return all(term(trace) for term in self.terms)


def parse(text: str) -> Query:
    """A query: `event:user_* plugin:songs user:bob error:yes reply:no "two words" -word`.

    A word by itself is looked for in the event's name, data and text, in any case; `-` turns any
    term around. Queries are bounded, so that none takes long to tell of an event.

    Raises:
        UsageError: A term is not known, a quote is not closed, or the query is too long.
    """
    if len(text) > MOST_CHARS:
        raise UsageError(f"a query has at most {MOST_CHARS:,} characters, not {len(text):,}")
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"{error}: close the quote") from error
    if len(words) > MOST_TERMS:
        raise UsageError(f"a query has at most {MOST_TERMS} terms, not {len(words)}")
    return Query(text=text, terms=tuple(_term(word) for word in words))


def _term(word: str) -> Term:
    bare = word.lstrip("-") or word[-1:]
    term = _positive(bare)
    is_turned = (len(word) - len(bare)) % 2 == 1
    return (lambda trace: not term(trace)) if is_turned else term


def _positive(word: str) -> Term:
    name, separator, value = word.partition(":")
    is_address = value.startswith("//")
    if not separator or not name.isidentifier() or is_address:
        folded = word.casefold()
        return lambda trace: _contains(trace, folded)
    if name not in _TERMS:
        raise UsageError(f"there is no {name}: in a query; there are {', '.join(_TERMS)}")
    return _TERMS[name](value)


def _contains(trace: EventTrace, folded: str) -> bool:
    texts = (trace.event, trace.text or "", trace.data or "", *trace.failures)
    return any(folded in text.casefold() for text in texts)


def _event(pattern: str) -> Term:
    fits = fitting(pattern)
    return lambda trace: fits(trace.event)


def _user(name: str) -> Term:
    folded = name.casefold()
    return lambda trace: (trace.user or "").casefold() == folded


def _yes(value: str, name: str, fact: Term) -> Term:
    if value not in _YES:
        raise UsageError(f"{name}: is followed by yes or no, not by {value!r}")
    return lambda trace: fact(trace) is _YES[value]


def _had(trace: EventTrace, plugin: str) -> bool:
    return plugin == trace.emitter or any(ran.plugin == plugin for ran in trace.ran)


def _chain(value: str) -> Term:
    if not value.isdecimal():
        raise UsageError(f"chain: is followed by the number of an event, not by {value!r}")
    number = int(value)
    return lambda trace: trace.root == number


_TERMS: dict[str, Callable[[str], Term]] = {
    "event": _event,
    "plugin": lambda value: lambda trace: _had(trace, value),
    "user": _user,
    "chain": _chain,
    "error": lambda value: _yes(value, "error", lambda trace: trace.kind is Kind.FAILED),
    "slow": lambda value: _yes(value, "slow", lambda trace: trace.is_slow),
    "reply": lambda value: _yes(value, "reply", lambda trace: trace.event == "reply"),
}
"""What can stand before the colon."""

TERMS = tuple(_TERMS)
SWITCHES = ("error", "slow", "reply")
"""Those of them that are followed by yes or no."""
