"""The panel as plain HTML beside its widget, for whoever opens the notebook without its kernel."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

from IPython.display import display

from rosey.workbench.faces.answer import Answer
from rosey.workbench.faces.markup import el, to_html

EVERY_S = 30.0
"""Seconds between two refreshes while somebody looks at the panel: each changes the notebook."""


class Still:
    """An output of its own, which the panel's style sheet hides where the panel lives.

    Args:
        answer: What the panel shows.
    """

    def __init__(self, answer: Callable[[], Answer]) -> None:
        self._answer = answer
        self._id: str | None = None
        self._shown_at = 0.0

    def show(self) -> None:
        """Show it in the cell that runs."""
        self._id = uuid.uuid4().hex
        self._display(is_update=False)

    def refresh(self) -> None:
        """Show how the panel is now, in each cell that has it."""
        if self._id is not None:
            self._display(is_update=True)

    def refresh_now_and_then(self) -> None:
        """The same, where that was not done just now."""
        if time.monotonic() - self._shown_at >= EVERY_S:
            self.refresh()

    def _display(self, *, is_update: bool) -> None:
        self._shown_at = time.monotonic()
        answer = self._answer()
        moment = time.strftime("%Y-%m-%d %H:%M:%S")
        told = el("p", {}, f"The panel as it was at {moment}; %rosey panel opens another.")
        html = f'<div class="rosey-still">{to_html(told)}{answer.html}</div>'
        display(  # type: ignore[no-untyped-call]  # IPython is untyped
            {"text/plain": answer.text, "text/html": html},
            raw=True,
            display_id=self._id,
            update=is_update,
        )
