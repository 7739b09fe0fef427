"""What is wrong with a plugin, shown in place: on its row, and at the message that met it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from rosey.diagnostics.trouble import Trouble
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.faces.trouble_faces import often, place, shortened

NEW_S = 5.0
"""Seconds for which a trouble is announced to those who do not see it: once, while it is new."""


def error_card(one: Trouble, now: float | None = None) -> Element:
    """A trouble: what and why, where and what still runs; code and traceback fold out.

    It has a key, so that what folded it out stays as it is while the count goes on.

    Args:
        one: The trouble.
        now: Seconds since the epoch; by default the present.
    """
    told = el("p", {"role": _role(one, now)}, el("strong", {}, one.title), f": {one.error}")
    facts = " · ".join(filter(None, [place(one), often(one), one.fate]))
    key = f"trouble {one.plugin} {one.where} {one.error}"
    return el(
        "div",
        {"class": "error-card"},
        told,
        el("p", {"class": "quiet"}, facts),
        *_code(one),
        does={"key": key},
    )


def _role(one: Trouble, now: float | None) -> str | None:
    moment = time.time() if now is None else now
    return "alert" if one.since is not None and moment - one.since < NEW_S else None


def _code(one: Trouble) -> Iterator[Element]:
    if one.frame:
        yield el("pre", {"class": "frame"}, "\n".join(one.frame))
    if lines := shortened(one.traceback):
        summary = el("summary", {}, "Traceback")
        yield el("details", {}, summary, el("pre", {}, "\n".join(lines)))
