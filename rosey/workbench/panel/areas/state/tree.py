"""The tree of what a plugin keeps, as rows whose values can be chosen to be changed."""

from __future__ import annotations

from collections.abc import Iterator

from rosey.diagnostics.state.tree import Branch, StateTree
from rosey.workbench.faces.markup import Child, Element, el
from rosey.workbench.panel.areas.state.lately import Lately
from rosey.workbench.panel.controls import link, nothing, opener, windowed
from rosey.workbench.panel.sight import LOOK_S, Sight
from rosey.workbench.panel.view import ENTRY

FILTER, OPENED, FIRST, EDITED = "state.filter", "state.opened", "state.first", "state.edited"

ROWS = 80
"""How many rows are in the browser at a time."""

_HEADS = ("name", "value", "in Python")

_MOST_DEEP = 12
"""What is deeper is set in no further."""


def lately_of(sight: Sight, name: str) -> Lately:
    """What of a plugin changed lately, as far as this panel has seen it."""
    lately: Lately = sight.seen.setdefault(f"state.lately {name}", Lately())
    return lately


def tree_of(sight: Sight, name: str) -> Element:
    """The rows of what a plugin keeps that are on the screen."""
    tree = _filtered(sight, name) if sight.view.text(FILTER) else _opened(sight, name)
    if not tree.total:
        return _none(sight, name)
    lately = lately_of(sight, name)
    lately.note("tree", {branch.path: branch.text for branch in tree.branches})
    rows = [
        _row(name, branch, key=f"{place} {branch.path}", is_new=_is_new(lately, branch))
        for place, branch in enumerate(tree.branches, start=tree.first)
    ]
    label = f"What {name} keeps"
    return windowed(_HEADS, rows, label=label, name=FIRST, first=tree.first, total=tree.total)


def _none(sight: Sight, name: str) -> Element:
    if filtered := sight.view.text(FILTER):
        return nothing(f"Nothing that {name} keeps matches {filtered!r}: clear the filter.")
    return nothing(f"{name} keeps nothing of its own.")


def _opened(sight: Sight, name: str) -> StateTree:
    plugin, of_plugin = sight.bot.plugins[name], f"{name} "
    opened = [entry.removeprefix(of_plugin) for entry in sight.view.entries(OPENED)]
    first = sight.view.number(FIRST)
    tree = plugin.tree(opened, first=first, most=ROWS, timeout_s=LOOK_S)
    if first < tree.total:
        return tree
    # It was longer when somebody went there.
    return plugin.tree(opened, first=max(tree.total - ROWS, 0), most=ROWS, timeout_s=LOOK_S)


def _filtered(sight: Sight, name: str) -> StateTree:
    """What matches the filter, one below the other."""
    found = [*sight.bot.plugins[name].search(sight.view.text(FILTER), LOOK_S).items()]
    first = min(sight.view.number(FIRST), max(len(found) - ROWS, 0))
    rows = found[first : first + ROWS]
    return StateTree(total=len(found), first=first, branches=tuple(_leaf(*row) for row in rows))


def _leaf(path: str, text: str) -> Branch:
    is_reachable = not path.endswith("[...]")
    return Branch(path=path, name=path, depth=0, text=text, is_reachable=is_reachable)


def _is_new(lately: Lately, branch: Branch) -> bool:
    return lately.is_new(branch.path, with_below=not branch.is_open)


def _row(name: str, branch: Branch, *, key: str, is_new: bool) -> Element:
    head = el(
        "th",
        {"scope": "row", "class": f"depth-{min(branch.depth, _MOST_DEEP)}"},
        *_name(name, branch),
    )
    marks = [el("span", {"class": "new"}, "● changed")] if is_new else []
    value = el("td", {}, _value(name, branch), " ", *marks)
    # Paths are no keys: two that are masked look the same.
    key = branch.path if branch.is_reachable else key
    return el("tr", {}, head, value, el("td", {}, _expression(name, branch)), does={"key": key})


def _name(name: str, branch: Branch) -> Iterator[Child]:
    if not branch.size or not branch.is_reachable:
        yield el("span", {"class": "leaf"}, branch.name)
        return
    change = {f"{OPENED}{ENTRY}{name} {branch.path}": None if branch.is_open else True}
    label = f"{'▾' if branch.is_open else '▸'} {branch.name}"
    yield opener(label, change, is_open=branch.is_open)


def _value(name: str, branch: Branch) -> Child:
    if not branch.is_reachable:
        return branch.text
    return link(branch.text, {EDITED: f"{name} {branch.path}"}, about=f"change {branch.path}")


def _expression(name: str, branch: Branch) -> Child:
    """What reads the value in a cell; a click copies it."""
    if not branch.is_reachable:
        return ""
    code = f'bot.plugins["{name}"].state.{branch.path}'
    attributes = {"type": "button", "class": "line", "title": f"copy {code}"}
    return el("button", attributes, el("code", {}, code), does={"copy": code})
