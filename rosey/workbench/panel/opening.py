"""Opens panels, and closes them with the extension; what they are made of comes with the first.

Half of all sessions open none, and `%load_ext rosey` is not to wait for what only a panel needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rosey.diagnostics.state.texts import echoed
from rosey.errors import UsageError
from rosey.workbench.panel.saved import Saved
from rosey.workbench.session import Session

if TYPE_CHECKING:
    from rosey.workbench.panel.panel import Panel


class Panels:
    """The panels of one session.

    Args:
        session: What `%rosey` works on.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._saved = Saved(None)
        self._open: set[Panel] = set()

    @property
    def areas(self) -> tuple[str, ...]:
        """The names of the areas, in the order of their tabs."""
        from rosey.workbench.panel.areas.table import AREAS  # noqa: PLC0415  see above

        return tuple(AREAS)

    def open(self, area: str | None) -> Panel:
        """Open a panel; see `PanelOpener.open`."""
        from rosey.workbench.panel.panel import Panel  # noqa: PLC0415  see above

        areas = self.areas
        area = area if area is not None else areas[0]
        if area not in areas:
            raise UsageError(f"there is no area {echoed(area)}: {', '.join(areas)}")
        if self._saved.folder != self._session.folder:
            self._saved = Saved(self._session.folder)
        panel = Panel(self._session, self._saved, area, self._open.discard)
        self._open.add(panel)
        return panel

    def close(self) -> None:
        """Close all that are open."""
        for panel in tuple(self._open):
            panel.close()
