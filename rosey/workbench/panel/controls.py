"""The panel's controls: each has a name for those who do not see it, and works by keyboard.

What an element does is told in `does`, by names that front/panel.js knows:

- `key`: tells an element from its neighbours, so that it stays itself as they come and go
- `do`: `[action, arguments]`, on a click, or when a form is submitted
- `set`: names of the view and what they become, on a click
- `bind`: the name of the view that what is typed goes to
- `value`: what a control holds; what somebody types meanwhile stays
- `copy`: the text that a click copies
- `history`: what arrow up brings back; `clear`: it is empty after it is submitted
- `window`: which rows of a long list are there; `rows`: as high as so many rows
- `focus`: takes the focus when this changes

A box of class `rosey-follow` stays at its end as more comes in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rosey.workbench.faces.markup import Child, Element, Value, el


def div(kind: str, *children: Child, key: str | None = None) -> Element:
    """A box of a class that a style sheet knows."""
    return el("div", {"class": kind}, *children, does={} if key is None else {"key": key})


def button(  # noqa: PLR0913  a control has that many sides
    label: str,
    action: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    line: str = "",
    about: str = "",
    is_on: bool = True,
) -> Element:
    """A button that does something.

    Args:
        label: What stands on it.
        action: What it does, by a name of its area's actions.
        arguments: What it says with it.
        line: The line of `%rosey` that does the same.
        about: What the label means, where other buttons have the same one.
        is_on: Whether it can be pressed.
    """
    name = f"{label} {about}" if about else None
    attributes = {
        "type": "button",
        "title": line or None,
        "aria-label": name,
        "disabled": not is_on,
    }
    does = {"do": [action, dict(arguments or {})], "key": f"{action} {label} {about}"}
    return el("button", attributes, label, does=does)


def switch(label: str, name: str, value: str | bool | int, *, is_pressed: bool) -> Element:  # noqa: FBT001  what the view becomes
    """A button that changes the view, and shows whether it has."""
    attributes = {"type": "button", "aria-pressed": "true" if is_pressed else "false"}
    return el("button", attributes, label, does={"set": {name: value}, "key": f"{name} {label}"})


def link(label: str, changes: Mapping[str, Any], *, about: str = "") -> Element:
    """A button that looks like text, and changes the view.

    Args:
        label: What stands on it.
        changes: What the view becomes.
        about: What it shows or does, where the label alone does not say.
    """
    name = f"{label}: {about}" if about else None
    attributes = {"type": "button", "class": "link", "aria-label": name}
    return el("button", attributes, label, does={"set": dict(changes)})


def opener(
    label: str, changes: Mapping[str, Any], *, is_open: bool, title: str = "", kind: str = ""
) -> Element:
    """A link that opens more about what stands on it, or closes that, and says which.

    Args:
        label: What stands on it.
        changes: What the view becomes.
        is_open: Whether it is open.
        title: What the label means, or all of it.
        kind: Classes beside that of a link.
    """
    attributes = {
        "type": "button",
        "class": f"link {kind}".rstrip(),
        "title": title or None,
        "aria-expanded": "true" if is_open else "false",
    }
    return el("button", attributes, label, does={"set": dict(changes)})


def field(label: str, control: Element, *, note: Child | None = None) -> Element:
    """A control under its label, which holds it; a note stands below."""
    notes = [] if note is None else [note]
    return el("label", {"class": "field"}, el("span", {}, label), control, *notes)


def text(  # noqa: PLR0913  a control has that many sides
    *,
    bind: str | None = None,
    value: str = "",
    name: str | None = None,
    label: str | None = None,
    kind: str = "text",
    placeholder: str = "",
    choices: str | None = None,
    is_wrong: bool = False,
    described_by: str | None = None,
    does: Mapping[str, Any] | None = None,
) -> Element:
    """A line to type in.

    Args:
        bind: The name of the view that it goes to while it is typed.
        value: What it holds.
        name: What its form calls it.
        label: What it is, where no label stands beside it.
        kind: Its type in HTML.
        placeholder: An example.
        choices: The id of a list of completions; see `completions`.
        is_wrong: What it holds does not do.
        described_by: The id of the element that says why, or what is meant.
        does: What else it does.
    """
    attributes: dict[str, Value] = {
        "type": kind,
        "name": name,
        "aria-label": label,
        "placeholder": placeholder or None,
        "list": choices,
        "aria-invalid": "true" if is_wrong else None,
        "aria-describedby": described_by,
        "autocomplete": "off",
        "spellcheck": "false",
    }
    bound = {} if bind is None else {"bind": bind}
    return el("input", attributes, does={"value": value, **bound, **(does or {})})


def area_of_text(  # noqa: PLR0913  a control has that many sides
    *,
    bind: str | None = None,
    value: str = "",
    name: str | None = None,
    label: str | None = None,
    rows: int = 6,
    is_wrong: bool = False,
    described_by: str | None = None,
) -> Element:
    """Lines to type in; see `text`."""
    attributes: dict[str, Value] = {
        "name": name,
        "aria-label": label,
        "rows": rows,
        "aria-invalid": "true" if is_wrong else None,
        "aria-describedby": described_by,
        "spellcheck": "false",
    }
    bound = {} if bind is None else {"bind": bind}
    return el("textarea", attributes, does={"value": value, **bound})


def select(
    choices: Sequence[tuple[str, str]],
    *,
    bind: str | None = None,
    value: str = "",
    name: str | None = None,
    label: str | None = None,
) -> Element:
    """A choice of one of several values, each with what people read."""
    attributes = {"name": name, "aria-label": label}
    options = (
        el("option", {"selected": each == value}, shown, does={"value": each, "key": each})
        for each, shown in choices
    )
    bound = {} if bind is None else {"bind": bind}
    return el("select", attributes, *options, does={"value": value, **bound})


def box(label: str, *, bind: str | None = None, is_on: bool, name: str | None = None) -> Element:
    """A box to tick, with its label."""
    bound = {} if bind is None else {"bind": bind}
    control = el("input", {"type": "checkbox", "name": name}, does={"value": is_on, **bound})
    return el("label", {"class": "box"}, control, el("span", {}, label))


def form(action: str, *children: Child, arguments: Mapping[str, Any] | None = None) -> Element:
    """Controls that are sent together, by Enter or by their button."""
    return el("form", {}, *children, does={"do": [action, dict(arguments or {})]})


def submit(label: str, *, line: str = "", is_on: bool = True) -> Element:
    """The button that sends a form."""
    return el("button", {"type": "submit", "title": line or None, "disabled": not is_on}, label)


def completions(identifier: str, values: Iterable[str]) -> Element:
    """What can be typed into a line, which names it in `choices`."""
    options = (el("option", {}, does={"value": value, "key": value}) for value in values)
    return el("datalist", {"id": identifier}, *options)


def line_of(line: str) -> Element:
    """A line for a cell, which does the same as what stands beside it; a click copies it."""
    attributes = {"type": "button", "class": "line", "title": "copy"}
    return el("button", attributes, el("code", {}, line), does={"copy": line})


def nothing(what: str, then: Child = "") -> Element:
    """What stands in place of an empty list, and what to do about it."""
    return el("p", {"class": "nothing"}, what, *([" ", then] if then else []))


def hue(name: str) -> str:
    """The class of a name's own colour, the same everywhere; the name itself is always beside it.

    A plugin's neighbours in the alphabet differ from it.
    """
    return f"hue hue-{sum(map(ord, name)) % 12}"


def head(names: Iterable[str]) -> Element:
    """What stands over the columns of a table."""
    return el("thead", {}, el("tr", {}, *(el("th", {"scope": "col"}, name) for name in names)))


def windowed(  # noqa: PLR0913  a list has that many sides
    heads: Sequence[str],
    rows: Sequence[Element],
    *,
    label: str,
    name: str,
    first: int,
    total: int,
) -> Element:
    """A long list, of which only the rows around those on the screen are there.

    Args:
        heads: What stands over each column.
        rows: The rows that are there, each a `tr` of one line, with a key.
        label: What is listed.
        name: The name of the view that says from which row on they are there.
        first: That row, from 0.
        total: How many there are.
    """
    below = max(total - first - len(rows), 0)
    body = el("tbody", {}, _gap("above", first, heads), *rows, _gap("below", below, heads))
    table = el("table", {"class": "windowed", "aria-rowcount": total + 1}, head(heads), body)
    there = {"view": name, "first": first, "count": len(rows), "total": total}
    attributes = {"class": "scrolls", "tabindex": "0", "role": "region", "aria-label": label}
    return el("div", attributes, table, does={"window": there, "key": name})


def _gap(where: str, rows: int, heads: Sequence[str]) -> Element:
    cell = el("td", {"colspan": len(heads)})
    return el(
        "tr", {"aria-hidden": "true", "class": "gap"}, cell, does={"key": where, "rows": rows}
    )
