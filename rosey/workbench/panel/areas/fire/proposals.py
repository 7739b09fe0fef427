"""What can be fired without typing it: presets, what was fired or emitted last, and examples."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator, Mapping

from rosey.diagnostics.traces.again import Draft, draft_of
from rosey.diagnostics.traces.census import MESSAGE
from rosey.diagnostics.traces.examples import EXAMPLES
from rosey.diagnostics.traces.trace import EventTrace
from rosey.errors import RoseyError, UsageError
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.panel.area import Arguments
from rosey.workbench.panel.areas.fire.view import (
    BODY,
    DEFAULTS,
    EVENT,
    RANK,
    event_of,
    filled,
    typed_in,
)
from rosey.workbench.panel.controls import button, div, form, link, nothing, submit, text
from rosey.workbench.panel.sight import Sight
from rosey.workbench.panel.watch import window

PRESETS = "fire"
"""What events are saved as, to be fired."""

LAST_SHOWN = 5
_LAST_READ = 50
_SHOWN_CHARS = 60


def proposals(sight: Sight, *, can_keep: bool) -> Element:
    """What fills the form by a click, and what keeps what is typed, where that can be fired."""
    last = [_body("last", number, draft) for number, draft in enumerate(_last(sight))]
    example = [*_example(event_of(sight))]
    parts = [*_titled("Presets", [*_presets(sight)]), *_titled("Last data", [*last, *example])]
    if not parts:
        parts = [nothing("Type an event's name: what it carried last is offered here.")]
    return div("proposals", *parts, _keeping(is_on=can_keep))


def keep(sight: Sight, arguments: Arguments) -> None:
    """Save what is typed as a preset.

    Raises:
        UsageError: It has no name, or cannot be fired.
    """
    typed = typed_in(sight)
    if typed.draft is None:
        raise UsageError(typed.error)
    sight.saved.save(PRESETS, str(arguments["name"]), filled(typed.draft))


def forget(sight: Sight, arguments: Arguments) -> None:
    """Delete a preset."""
    sight.saved.delete(PRESETS, str(arguments["name"]))


def _titled(title: str, entries: list[Element]) -> list[Element]:
    return [el("h3", {}, title), el("ul", {"class": "chips"}, *entries)] if entries else []


def _presets(sight: Sight) -> Iterator[Element]:
    for name, entry in sight.saved.of(PRESETS).items():
        values = {key: str(entry[key]) for key in DEFAULTS} if _is_preset(entry) else DEFAULTS
        shown = link(name, values, about="fill in this preset")
        gone = button("Forget", "fire.forget", {"name": name}, about=f"the preset {name}")
        yield el("li", {}, shown, f" {values[EVENT]} ", gone, does={"key": name})


def _is_preset(entry: object) -> bool:
    return isinstance(entry, Mapping) and {*DEFAULTS} <= {*entry}


def _last(sight: Sight) -> list[Draft]:
    """What such an event carried last, each once; of the newest events, those that are whole."""
    event = event_of(sight)
    drafts: list[Draft] = []
    for trace in _newest(sight, event) if event else ():
        with contextlib.suppress(RoseyError):
            draft = draft_of(trace)
            if draft.event == event and draft not in drafts:
                drafts.append(draft)
    return drafts[:LAST_SHOWN]


def _newest(sight: Sight, event: str) -> tuple[EventTrace, ...]:
    query = shlex.join([f"event:{event}"])
    return window(sight, "fire.window", query).look(0, _LAST_READ).rows


def _example(event: str) -> Iterator[Element]:
    if event in EXAMPLES:
        yield _body("example", 0, Draft(event=event, data=EXAMPLES[event]))


def _body(kind: str, number: int, draft: Draft) -> Element:
    values = filled(draft)
    shown = " ".join(values[BODY].split())
    shown = shown if len(shown) <= _SHOWN_CHARS else f"{shown[:_SHOWN_CHARS]}…"
    about = "the example" if kind == "example" else "the last data"
    rank = f" as {values[RANK]}" if draft.event == MESSAGE else ""
    entry = link(f"{shown}{rank}", values, about=f"fill in {about}")
    return el(
        "li",
        {},
        *(["example: "] if kind == "example" else []),
        entry,
        does={"key": f"{kind} {number}"},
    )


def _keeping(*, is_on: bool) -> Element:
    name = text(
        name="name",
        label="Name to keep this preset under",
        placeholder="its name",
        does={"clear": True},
    )
    return form("fire.keep", name, submit("Keep as a preset", is_on=is_on))
