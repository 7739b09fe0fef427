"""The panel where there is no notebook."""

from __future__ import annotations

from rosey.workbench.commands.panels import PANEL
from rosey.workbench.panel.opening import Panels
from rosey.workbench.session import Session
from tests.workbench.panel.conftest import plugins, session

__all__ = ["plugins", "session"]


def test_a_terminal_answers_with_what_the_area_would_show(session: Session) -> None:
    session.panels = Panels(session)
    assert PANEL.run is not None

    shown = PANEL.run(session, "plugins").text

    assert shown.startswith("a panel needs a notebook")
    assert "greeter  enabled" in shown
