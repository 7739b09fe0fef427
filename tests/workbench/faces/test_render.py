"""What the workbench shows."""

from __future__ import annotations

from rosey.diagnostics.rows import Rows
from rosey.diagnostics.snapshot import BotSnapshot
from rosey.workbench.faces import render

NOTHING = BotSnapshot(
    is_running=False,
    uptime_s=None,
    config="defaults",
    connection="local",
    plugins=Rows(),
    rejected={},
    services=Rows(),
    commands=Rows(),
    events=(),
)


def test_a_bot_without_anything_says_so() -> None:
    assert render.status(NOTHING).text.splitlines() == [
        "bot         stopped",
        "config      defaults",
        "connection  local",
        "plugins     none",
        "commands    none",
        "services    none",
    ]
    assert render.plugins(NOTHING).text == "no plugins found; put one into plugins/"
    assert render.services(()).text == "no services"
    assert render.log(()).text == "the log is empty"
