"""Opening control panels, as the facade sees it: the panel itself stands far above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from rosey.errors import RoseyError
from rosey.workbench.faces.answer import Answer


class OpenPanel(Protocol):
    """A panel that is open: a notebook shows it where it is a cell's value."""

    @property
    def answer(self) -> Answer:
        """What it shows, as text and HTML that stay as they are."""

    @property
    def view(self) -> Mapping[str, Any]:
        """Which area is open, and what was chosen and typed, by name."""

    def show(self) -> None:
        """Show it in the cell that runs."""

    def close(self) -> None:
        """End it: what it showed last stays in the notebook."""


class PanelOpener(Protocol):
    """Opens panels."""

    @property
    def areas(self) -> tuple[str, ...]:
        """The names of a panel's areas, in the order of their tabs."""

    def open(self, area: str | None) -> OpenPanel:
        """Open a panel.

        Args:
            area: Which area is open at first; None for the first one.

        Raises:
            RoseyError: There is no such area, or none can be opened here.
        """


class NoPanels:
    """For a bot outside of IPython."""

    @property
    def areas(self) -> tuple[str, ...]:
        """None."""
        return ()

    def open(self, area: str | None) -> OpenPanel:
        """Refuse it."""
        del area
        raise RoseyError("a panel needs a notebook: %load_ext rosey there")
