"""Which events are listed: the query, what can stand in it, and those that are saved by name."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator, Sequence

from rosey.diagnostics.traces.query import SWITCHES, TERMS
from rosey.errors import RoseyError
from rosey.workbench.commands import candidates
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.panel.area import Arguments
from rosey.workbench.panel.controls import button, completions, div, form, link, submit, text
from rosey.workbench.panel.sight import Sight

QUERY, FIRST = "events.query", "events.first"

FILTERS = "events"
"""What queries are saved as, to list events by."""

Words = tuple[str, ...]
"""The terms of a query."""

_SAYS = "events-query-says"
_WORDS = "events-query-words"
_NAMED = ("event:", "plugin:")

_HELP = (
    ("event:user_*", "events of this name, or that match the pattern"),
    ("plugin:trivia", "what this plugin handled, answered or emitted"),
    ("user:alice", "messages of this user"),
    ("chain:42", "event 42 and all that it led to"),
    ("error:yes", "what failed or was refused"),
    ("slow:yes", "what had a handler that took 0.1 s or more"),
    ("reply:yes", "what the bot said"),
    ('"two words"', "what has this in its name, text, data or error"),
    ("-event:timer", "what the term does not pick"),
)


def changed(query: str) -> dict[str, str | int]:
    """What the view becomes for another query: the list begins at its top."""
    return {QUERY: query, FIRST: 0}


def words_of(query: str) -> Words:
    """The terms of a query; of one that cannot be read there are none."""
    try:
        return tuple(shlex.split(query))
    except ValueError:
        return ()


def narrowed(words: Words, term: str, value: str) -> str:
    """A query that picks by one term more, in place of one of the same kind."""
    left = [word for word in words if not word.startswith(f"{term}:")]
    return shlex.join([*left, f"{term}:{value}"])


def tools(sight: Sight, error: str) -> Element:
    """The query, what is wrong with it, its help, and the saved ones."""
    query = sight.view.text(QUERY)
    search = text(
        bind=QUERY,
        value=query,
        kind="search",
        label="Query: which events are listed",
        placeholder="plugin:trivia error:yes",
        choices=_WORDS,
        is_wrong=bool(error),
        described_by=_SAYS if error else None,
    )
    says = [el("span", {"id": _SAYS, "class": "trouble"}, error)] if error else []
    words = completions(_WORDS, _completed(sight, query))
    clear = [link("All events", changed(""))] if query else []
    return div("tools", search, words, *clear, *says, _help(), *_saved(sight))


def keep(sight: Sight, arguments: Arguments) -> None:
    """Save the query under a name."""
    sight.saved.save(FILTERS, str(arguments["name"]), sight.view.text(QUERY))


def forget(sight: Sight, arguments: Arguments) -> None:
    """Delete a query that was saved."""
    sight.saved.delete(FILTERS, str(arguments["name"]))


def _completed(sight: Sight, query: str) -> Iterator[str]:
    """The query with each term that its last word can become."""
    before, space, last = query.rpartition(" ")
    term = last.removeprefix("-")
    turned = last[: len(last) - len(term)]
    for word in _terms(sight, term):
        if word.startswith(term):
            yield f"{before}{space}{turned}{word}"


def _terms(sight: Sight, begun: str) -> Sequence[str]:
    """What a term can be; the bot is only asked for names where one is being typed."""
    if begun.startswith(_NAMED):
        with contextlib.suppress(RoseyError):  # a plugin blocks the bot
            return [*candidates.query_terms(sight.session, ())]
    switches = [f"{term}:{value}" for term in SWITCHES for value in ("yes", "no")]
    return [*(f"{term}:" for term in TERMS if term not in SWITCHES), *switches]


def _help() -> Element:
    rows = (
        el("tr", {}, el("td", {}, link(term, changed(term))), el("td", {}, picks))
        for term, picks in _HELP
    )
    told = el("p", {}, "An event has to match each term. A click on a cell of the list adds one.")
    head = el("summary", {}, "What can be asked")
    return el("details", {"class": "help"}, head, told, el("table", {}, el("tbody", {}, *rows)))


def _saved(sight: Sight) -> Iterator[Element]:
    chips = [
        el(
            "li",
            {},
            link(name, changed(str(query)), about="list the events of this filter"),
            button("Forget", "events.forget", {"name": name}, about=f"the filter {name}"),
            does={"key": name},
        )
        for name, query in sight.saved.of(FILTERS).items()
    ]
    if chips:
        yield el("ul", {"class": "chips"}, *chips)
    if sight.view.text(QUERY):
        name = text(
            name="name",
            label="Name to keep this filter under",
            placeholder="its name",
            does={"clear": True},
        )
        yield form("events.keep", name, submit("Keep filter"))
