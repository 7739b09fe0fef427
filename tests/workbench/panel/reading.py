"""Reads what an area draws as a person does, and presses its buttons."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

from rosey.workbench.faces.markup import Child, Element
from rosey.workbench.panel.areas.table import ACTIONS
from rosey.workbench.panel.attempt import Attempt
from rosey.workbench.panel.sight import Sight

DEADLINE_S = 30


def text_of(element: Child) -> str:
    """All text in it, one blank between two pieces."""
    if isinstance(element, str):
        return element
    return " ".join(" ".join(map(text_of, element.children)).split())


def found(element: Child, tag: str = "", **wanted: object) -> Iterator[Element]:
    """The elements in it of a tag, or with attributes, `aria_label` for `aria-label`."""
    if isinstance(element, str):
        return
    named = {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
    if tag in {"", element.tag} and named.items() <= dict(element.attributes).items():
        yield element
    for child in element.children:
        yield from found(child, tag, **wanted)


def button(element: Child, label: str) -> Element:
    """The one button of a label, as it is read out."""
    names = {
        id(b): str(b.attributes.get("aria-label") or text_of(b)) for b in found(element, "button")
    }
    (one,) = [b for b in found(element, "button") if names[id(b)] == label]
    return one


def press(sight: Sight, element: Child, label: str, **typed: object) -> Attempt | None:
    """Press a button, with what is typed into its form, and wait until that is done."""
    does = button(element, label).does
    sight.view.change(does.get("set", {}))
    if "do" not in does:
        return None
    name, arguments = does["do"]
    return act(sight, name, {**typed, **arguments})


def send(sight: Sight, element: Child, label: str, **typed: object) -> Attempt | None:
    """Press the button that sends a form, with what is typed into it, and wait for the end."""
    pressed = button(element, label)
    (form,) = [form for form in found(element, "form") if pressed in found(form, "button")]
    name, arguments = form.does["do"]
    return act(sight, name, {**typed, **arguments})


def act(sight: Sight, name: str, arguments: Mapping[str, Any]) -> Attempt | None:
    """Do what a button or a form says, and wait until it is done."""
    attempt = ACTIONS[name](sight, arguments)
    if attempt is not None:
        ended = threading.Event()
        attempt.begin(sight.session, ended.set)
        assert ended.wait(DEADLINE_S)
    return attempt
