"""How the state of a plugin is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rosey.diagnostics.durations import seconds, time_of_day
from rosey.diagnostics.state.changes import StateChange
from rosey.diagnostics.state.snapshot import StateSnapshot
from rosey.diagnostics.state.tree import Branch, StateTree
from rosey.workbench.faces import render
from rosey.workbench.faces.answer import Answer, Table


def values(found: Mapping[str, str], name: str, value: object = None) -> Answer:
    """What is kept, by path."""
    empty = f"{name} keeps nothing of its own"
    return render.table(
        found if value is None else value, ("attribute", "value"), found.items(), empty=empty
    )


def changed(name: str, found: Sequence[StateChange] | None) -> Answer:
    """What changed since the last look."""
    if found is None:
        first = f"this is the first look at {name}: the next one tells what has changed"
        return render.lines((), [first])
    rows = [[c.path, _or_dash(c.before), _or_dash(c.after)] for c in found]
    empty = f"nothing of {name} has changed since the last look"
    return render.table(found, ("attribute", "before", "now"), rows, empty=empty)


def state(plugin: StateSnapshot) -> Answer:
    """All about a loaded plugin."""
    name = plugin.plugin.name
    kept = values(plugin.values, name)
    return Answer(plugin, *kept.parts, Table(title="", heads=(), rows=_facts(plugin)))


def tree(found: StateTree) -> Answer:
    """Rows of the tree of what a plugin keeps, set in by how deep they stand."""
    rows = [[f"{'  ' * b.depth}{_sign(b)}{b.name}", b.text] for b in found.branches]
    shown, there = len(found.branches), found.total
    title = "" if shown == there else f"{shown:,} of {there:,} rows, from row {found.first:,}"
    return render.table(found, ("attribute", "value"), rows, title=title, empty="nothing is kept")


def _sign(branch: Branch) -> str:
    if not branch.size:
        return "  "
    return "▾ " if branch.is_open else "▸ "


def _facts(plugin: StateSnapshot) -> tuple[tuple[str, str], ...]:
    info = plugin.plugin
    taken: dict[str, list[str]] = {}
    for thing in info.taken:
        taken.setdefault(thing.kind, []).append(thing.label)
    shown = {
        "state": str(info.state),
        "version": f"{info.version}, generation {info.generation}",
        "uptime": seconds(info.uptime_s),
        "state version": str(plugin.state_version),
        "config": "\n".join(f"{key} = {value}" for key, value in info.config.items()),
        "commands": " ".join(info.commands),
        "subscriptions": "\n".join(taken.get("subscription", [])),
        "filters": "\n".join(taken.get("filter", [])),
        "provides": " ".join(info.services),
        "uses": " ".join(plugin.uses),
        "timers": "\n".join(f"{t.label}: due in {seconds(t.due_in_s)}" for t in plugin.timers),
        "tasks": "\n".join(taken.get("task", [])),
        "storage keys": " ".join(plugin.storage_keys or ()),
        "faults": "\n".join(f"{time_of_day(f.at)} {f.where}: {f.error}" for f in plugin.faults),
        "history": "\n".join(
            f"{time_of_day(g.at)} {g.version}, generation {g.generation}: {g.why}; "
            f"its state: {g.state}"
            for g in plugin.history
        ),
    }
    return tuple((name, text) for name, text in shown.items() if text)


def _or_dash(text: str | None) -> str:
    return "-" if text is None else text
