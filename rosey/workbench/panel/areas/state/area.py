"""The area of what a plugin keeps: a live tree, whose values can be changed, and its past."""

from __future__ import annotations

import time

from rosey.diagnostics.state.snapshot import StateSnapshot
from rosey.errors import StatePathError, UsageError
from rosey.workbench.faces import state_faces
from rosey.workbench.faces.answer import Answer, Table
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.panel.area import Area, Arguments
from rosey.workbench.panel.areas.picking import chosen, instead, picker
from rosey.workbench.panel.areas.state.tree import (
    EDITED,
    FILTER,
    FIRST,
    OPENED,
    lately_of,
    tree_of,
)
from rosey.workbench.panel.attempt import Attempt, command
from rosey.workbench.panel.controls import (
    box,
    div,
    field,
    form,
    line_of,
    submit,
    text,
)
from rosey.workbench.panel.sight import LOOK_S, Sight

PLUGIN, FACTS = "state.plugin", "state.facts"

SET = "state.set"

FACTS_S = 1.0
"""Seconds between two looks at what a plugin uses, which asks its storage too."""

_LONGEST_LINE = 120


def _draw(sight: Sight) -> Element:
    name = chosen(sight, PLUGIN)
    search = text(
        bind=FILTER,
        value=sight.view.text(FILTER),
        kind="search",
        label="filter by path",
        placeholder="a part of a path",
    )
    facts = box("what it uses, and its past", bind=FACTS, is_on=sight.view.is_on(FACTS))
    head = div("tools", picker(sight, PLUGIN), search, facts)
    if (missing := instead(sight, name)) is not None:
        return div("state", head, missing)
    _snapshot(sight, name)  # what it tells of changes marks branches that are closed
    below = [_facts(sight, name)] if sight.view.is_on(FACTS) else []
    return div("state", head, _editor(sight, name), tree_of(sight, name), *below)


def _editor(sight: Sight, name: str) -> Element:
    """The value that was chosen, to type another; in the same place whichever that is."""
    of_plugin = f"{name} "
    edited = sight.view.text(EDITED)
    path = edited.removeprefix(of_plugin) if edited.startswith(of_plugin) else ""
    held, why = _held(sight, name, path)
    control = el(
        "input",
        {
            "name": "value",
            "disabled": held is None,
            "placeholder": why,
            "autocomplete": "off",
            "spellcheck": "false",
        },
        does={"value": held or "", "focus": path, "key": "value"},
    )
    line = f"%rosey set {name} {path}={held}"
    shown = [line_of(line)] if held is not None and len(line) <= _LONGEST_LINE else []
    return form(
        SET,
        field(path or "value", control),
        submit("Set", line=line, is_on=held is not None),
        *shown,
        arguments={"plugin": name, "path": path},
    )


def _held(sight: Sight, name: str, path: str) -> tuple[str | None, str]:
    """A value as it would be typed; or None, and why it cannot be."""
    if not path:
        return None, "click a value to change it"
    try:
        held = sight.bot.plugins[name].as_typed(path, LOOK_S)
    except StatePathError as error:
        return None, str(error)
    return held, "" if held is not None else "cannot be typed: open it, and change what is in it"


def _set(sight: Sight, arguments: Arguments) -> Attempt:
    path = str(arguments["path"])
    if not path:
        raise UsageError("click the value to change first")
    return command(sight.session, f"%rosey set {arguments['plugin']} {path}={arguments['value']}")


def _facts(sight: Sight, name: str) -> Element:
    snapshot = _snapshot(sight, name)
    taken: dict[str, list[str]] = {}
    for thing in snapshot.plugin.taken:
        taken.setdefault(thing.kind, []).append(thing.label)
    rows = tuple((kind, "\n".join(labels)) for kind, labels in taken.items())
    ledger = Table(title="has taken", heads=(), rows=rows)
    region = {
        "role": "region",
        "tabindex": "0",
        "aria-label": f"More about {name}",
        "class": "facts",
    }
    return el(
        "div",
        region,
        *state_faces.state(snapshot).elements[1:],
        *([ledger.element] if rows else []),
    )


def _snapshot(sight: Sight, name: str) -> StateSnapshot:
    """All about a plugin, as it was within the last second: its storage is asked for that."""
    key, now = "state.snapshot", time.monotonic()
    seen: tuple[float, StateSnapshot] | None = sight.seen.get(key)
    if seen is not None and seen[1].plugin.name == name and now - seen[0] < FACTS_S:
        return seen[1]
    snapshot = sight.bot.plugins[name].look(LOOK_S, is_noted=False)
    sight.seen[key] = now, snapshot
    lately_of(sight, name).note("look", snapshot.values)
    return snapshot


def _answer(sight: Sight) -> Answer:
    """What its line answers, without being a look that `%rosey state --diff` counts."""
    plugin = sight.bot.plugins[chosen(sight, PLUGIN)]
    return state_faces.state(plugin.look(LOOK_S, is_noted=False))


AREA = Area(
    name="state",
    title="State",
    draw=_draw,
    line=lambda sight: f"%rosey state {chosen(sight, PLUGIN)}",
    answer=_answer,
    actions={SET: _set},
    view={PLUGIN: "", FILTER: "", OPENED: {}, FIRST: 0, EDITED: "", FACTS: False},
)
