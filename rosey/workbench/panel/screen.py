"""The whole panel as trees of elements: what stands around the area that is open."""

from __future__ import annotations

import collections
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rosey.errors import RoseyError
from rosey.workbench.faces.markup import Element, el, to_tree
from rosey.workbench.next_steps import next_steps
from rosey.workbench.panel.area import Area
from rosey.workbench.panel.attempt import Attempt
from rosey.workbench.panel.controls import div, line_of
from rosey.workbench.panel.production import band
from rosey.workbench.panel.progress import progress
from rosey.workbench.panel.sight import Sight
from rosey.workbench.panel.view import AREA

logger = logging.getLogger(__name__)

MOST_CHARS = 20_000
"""A longer text is cut in the panel."""

ATTEMPTS_SHOWN = 5


def regions(areas: Mapping[str, Area], sight: Sight) -> dict[str, list[Any]]:
    """What each region of the widget shows."""
    area = areas[sight.view.text(AREA)]

    def shown(text: str) -> str:
        return _cut(sight.session.redact(text))

    def trees(elements: Sequence[Element]) -> list[Any]:
        return [to_tree(element, shown) for element in elements]

    return {
        "head": trees(_head(sight)),
        "tabs": trees([_tabs(areas.values(), area)]),
        "body": trees([_body(area, sight)]),
        "last": trees([*map(_attempt, reversed(sight.attempts[-ATTEMPTS_SHOWN:]))]),
    }


def _head(sight: Sight) -> list[Element]:
    """How the bot is, on one line, below the band of one in production."""
    try:
        standing, above = sight.bot.standing(), [*band(sight)]
    except RoseyError as error:
        return [el("p", {"class": "status"}, str(error))]
    counts = collections.Counter(where.partition(",")[0] for where in standing.values())
    told = ", ".join(f"{count} {where}" for where, count in sorted(counts.items()))
    status = el("p", {"class": "status"}, el("strong", {}, "plugins"), f" {told or 'none'}")
    return [*above, status]


def _tabs(areas: Iterable[Area], opened: Area) -> Element:
    tabs = (_tab(area, is_open=area is opened) for area in areas)
    return el("div", {"role": "tablist", "aria-label": "Areas"}, *tabs)


def _tab(area: Area, *, is_open: bool) -> Element:
    attributes = {
        "role": "tab",
        "type": "button",
        "id": f"tab-{area.name}",
        "aria-selected": "true" if is_open else "false",
        "aria-controls": "area",
        "tabindex": 0 if is_open else -1,
    }
    return el("button", attributes, area.title, does={"key": area.name, "set": {AREA: area.name}})


def _body(area: Area, sight: Sight) -> Element:
    attributes = {
        "role": "tabpanel",
        "id": "area",
        "class": f"area area-{area.name}",
        "aria-labelledby": f"tab-{area.name}",
    }
    return el("div", attributes, *_drawn(area, sight), does={"key": area.name})


def _drawn(area: Area, sight: Sight) -> list[Element]:
    if not sight.session.is_running:
        return [_without_a_bot()]
    try:
        return [area.draw(sight), div("same", "the same as text: ", line_of(area.line(sight)))]
    except RoseyError as error:
        return [el("p", {"class": "trouble"}, str(error))]
    except Exception as error:  # noqa: BLE001  one area's fault is not to end the panel
        _log_once(area, sight, error)
        told = f"{area.title} cannot be drawn: a fault of Rosey's, which the log tells of. "
        return [el("p", {"class": "trouble"}, told, line_of("%rosey log --level ERROR"))]


def _log_once(area: Area, sight: Sight, error: Exception) -> None:
    """Log a fault when it comes: it comes again with each drawing, and each record brings one."""
    key, fault = f"{area.name}.fault", repr(error)
    if sight.seen.get(key) != fault:
        sight.seen[key] = fault
        logger.error("the panel's area %s cannot be drawn", area.name, exc_info=error)


def _without_a_bot() -> Element:
    steps = (el("li", {}, line_of(line), f" {what}") for line, what in next_steps(None))
    return div("nothing", "No bot runs. In a cell:", el("ul", {}, *steps))


def _attempt(attempt: Attempt) -> Element:
    """What was done, and what came of it."""
    kind = f"mark mark-{attempt.standing.name.lower()}"
    line = [line_of(attempt.line)] if attempt.line else []
    head = el("p", {}, el("span", {"class": kind}, str(attempt.standing)), *line)
    parts = attempt.answer.elements if attempt.answer is not None else [progress(attempt)]
    return div("attempt", head, *parts, key=f"attempt {attempt.number}")


def _cut(text: str) -> str:
    left = len(text) - MOST_CHARS
    return text if left <= 0 else f"{text[:MOST_CHARS]}… ({left:,} more characters)"
