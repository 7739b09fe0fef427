"""Elements: what is shown in a notebook, as data that becomes HTML, or a tree for the panel.

Text is text until the very last step, and made harmless there: nothing that a stranger wrote is
ever markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from rosey.chat.escaping import for_dom, for_html

Value: TypeAlias = "str | float | bool | None"
"""Of an attribute: None and False leave it out, True is one without a value."""

Child: TypeAlias = "Element | str"

_VOID = frozenset({"br", "hr", "input"})

_PASSED_ON = frozenset({"copy", "history", "key"})
"""What an element does by texts that may be anybody's, and that nobody needs back as they were."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a page.

    Attributes:
        tag: Its name, one of HTML or SVG.
        attributes: By name. Names are this project's own; values may come from anybody.
        children: Elements and texts, in order.
        does: What the panel does with it beyond showing it, by the names that its script knows; a
            page without the panel's script does nothing.
    """

    tag: str
    attributes: Mapping[str, Value]
    children: tuple[Child, ...]
    does: Mapping[str, Any]


def el(
    tag: str,
    attributes: Mapping[str, Value] | None = None,
    *children: Child,
    does: Mapping[str, Any] | None = None,
) -> Element:
    """An element, briefly."""
    return Element(tag, attributes or {}, children, does or {})


def to_html(element: Child) -> str:
    """The element as HTML, all text and all values escaped."""
    if isinstance(element, str):
        return for_html(element)
    opening = " ".join([element.tag, *_written(element.attributes)])
    if element.tag in _VOID:
        return f"<{opening}>"
    return f"<{opening}>{''.join(map(to_html, element.children))}</{element.tag}>"


def to_tree(element: Child, shown: Callable[[str], str] = str) -> Any:  # noqa: ANN401  any JSON
    """The element as plain data for the panel: `[tag, attributes, does, *children]`, or a text.

    Args:
        element: The element.
        shown: What becomes of each text that is read: no secrets, and not too much of it.
    """
    if isinstance(element, str):
        return for_dom(shown(element))
    attributes = {
        name: for_dom(shown(value)) if isinstance(value, str) else value
        for name, value in _set(element.attributes)
    }
    children = (to_tree(child, shown) for child in element.children)
    does = {
        name: _sendable(value, shown if name in _PASSED_ON else str)
        for name, value in element.does.items()
    }
    return [element.tag, attributes, does, *children]


def _sendable(value: Any, shown: Callable[[str], str]) -> Any:  # noqa: ANN401  any JSON
    """Plain data as it is, but for halves of characters, which no message can hold."""
    if isinstance(value, str):
        told = shown(value)
        return told if told.isascii() else told.encode(errors="replace").decode()
    if isinstance(value, Mapping):
        return {_sendable(name, shown): _sendable(each, shown) for name, each in value.items()}
    return [_sendable(each, shown) for each in value] if isinstance(value, list | tuple) else value


def _written(attributes: Mapping[str, Value]) -> Iterator[str]:
    for name, value in _set(attributes):
        yield name if value is True else f'{name}="{for_html(str(value))}"'


def _set(attributes: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    return (
        (name, value)
        for name, value in attributes.items()
        if value is not None and value is not False
    )
