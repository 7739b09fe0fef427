"""What the workbench shows."""

from __future__ import annotations

import pytest

from rosey.diagnostics.snapshot import BotSnapshot
from rosey.workbench import render

NOTHING = BotSnapshot(
    is_running=False,
    uptime_s=None,
    config="defaults",
    connection="local",
    plugins=(),
    rejected={},
    services=(),
    commands=(),
    events=(),
)


@pytest.mark.parametrize(
    ("duration_s", "shown"),
    [
        (None, "-"),
        (0.0, "0.0 µs"),
        (0.0000234, "23 µs"),
        (0.0009999, "999 µs"),
        (0.00312, "3.1 ms"),
        (0.31, "310 ms"),
        (0.99999, "999 ms"),
        (1.56, "1.5 s"),
        (12.9, "12 s"),
        (59.99, "59 s"),
        (60, "1 min 00 s"),
        (3599.9, "59 min 59 s"),
        (7500, "2 h 05 min"),
        (86_400 * 3 + 3600 * 4.5, "3 d 04 h"),
    ],
)
def test_durations_have_two_digits_and_a_unit(duration_s: float | None, shown: str) -> None:
    assert render.seconds(duration_s) == shown


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
