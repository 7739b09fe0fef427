"""How far an attempt is, and the button that ends it."""

from __future__ import annotations

import time

from rosey.diagnostics.durations import seconds
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.panel.attempt import CANCEL, Attempt
from rosey.workbench.panel.controls import button, div


def progress(attempt: Attempt) -> Element:
    """A bar that shows how far it is, where it tells that, or else that it goes on."""
    told = seconds(time.time() - attempt.began_at)
    does = {}
    if attempt.total:
        does = {"value": attempt.done}
        told = f"{attempt.done} of {attempt.total}, {told}"
    bar = el("progress", {"aria-label": attempt.line, "max": attempt.total or None}, does=does)
    cancel = button(
        "Cancel",
        CANCEL,
        {"attempt": attempt.number},
        about=attempt.line,
        is_on=attempt.can_be_cancelled,
    )
    return div("how-far", bar, f" {told} ", cancel)
