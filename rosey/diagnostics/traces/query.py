"""Queries: a few words that pick events by their content."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass

from rosey.diagnostics.traces.trace import EventTrace, Kind
from rosey.errors import UsageError
from rosey.plugins.delivery.routes import fits

_YES = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for in traces; an event matches where it matches all terms.

    Attributes:
        text: As it was written.
        terms: Each tells whether an event matches it.
    """

    text: str
    terms: tuple[Callable[[EventTrace], bool], ...]

    def matches(self, trace: EventTrace) -> bool:
        """Whether an event is one of those that are looked for."""
        return all(term(trace) for term in self.terms)


def parse(text: str) -> Query:
    """A query: `event:user_* plugin:songs user:bob error:yes reply:no "two words" -word`.

    A word by itself is looked for in the event's name, data and text, in any case; `-` turns any
    term around.

    Raises:
        UsageError: A term is not known, or a quote is not closed.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"{error}: close the quote") from error
    return Query(text=text, terms=tuple(_term(word) for word in words))


def _term(word: str) -> Callable[[EventTrace], bool]:
    if word.startswith("-") and len(word) > 1:
        term = _term(word[1:])
        return lambda trace: not term(trace)
    name, separator, value = word.partition(":")
    is_address = value.startswith("//")
    if not separator or not name.isidentifier() or is_address:
        return lambda trace: _contains(trace, word)
    if name not in _TERMS:
        raise UsageError(f"there is no {name}: in a query; there are {', '.join(_TERMS)}")
    return _TERMS[name](value)


def _contains(trace: EventTrace, word: str) -> bool:
    texts = (trace.event, trace.text or "", trace.data or "", *trace.failures)
    return any(word.casefold() in text.casefold() for text in texts)


def _yes(value: str, name: str, fact: Callable[[EventTrace], bool]) -> Callable[[EventTrace], bool]:
    if value not in _YES:
        raise UsageError(f"{name}: is followed by yes or no, not by {value!r}")
    return lambda trace: fact(trace) is _YES[value]


def _had(trace: EventTrace, plugin: str) -> bool:
    return plugin == trace.emitter or any(ran.plugin == plugin for ran in trace.ran)


def _chain(value: str) -> Callable[[EventTrace], bool]:
    if not value.isdecimal():
        raise UsageError(f"chain: is followed by the number of an event, not by {value!r}")
    return lambda trace: trace.root == int(value)


_TERMS: dict[str, Callable[[str], Callable[[EventTrace], bool]]] = {
    "event": lambda value: lambda trace: fits(value, trace.event),
    "plugin": lambda value: lambda trace: _had(trace, value),
    "user": lambda value: lambda trace: (trace.user or "").casefold() == value.casefold(),
    "chain": _chain,
    "error": lambda value: _yes(value, "error", lambda trace: trace.kind is Kind.FAILED),
    "slow": lambda value: _yes(value, "slow", lambda trace: trace.is_slow),
    "reply": lambda value: _yes(value, "reply", lambda trace: trace.event == "reply"),
}
"""What can stand before the colon."""

TERMS = tuple(_TERMS)
