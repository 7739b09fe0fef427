"""No text can forge a record or reach the terminal as a control, and no secret is logged."""

from __future__ import annotations

import logging
import re

import pytest

from rosey.cli.logs import CONTINUED, SafeFormatter

FORGED = "2026-01-01 00:00:00 CRITICAL root: admin granted"
LINE_ENDS = ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]


def record(message: str, *, name: str = "plugin.x", error: Exception | None = None) -> str:
    """Format one record."""
    raised = None if error is None else (type(error), error, None)
    made = logging.LogRecord(name, logging.WARNING, __file__, 1, "%s", (message,), raised)
    return SafeFormatter(lambda text: text.replace("canary", "<secret>")).format(made)


@pytest.mark.parametrize("end", LINE_ENDS, ids=ascii)
@pytest.mark.parametrize("place", ["message", "name", "error"])
def test_one_record_begins_one_line(end: str, place: str) -> None:
    hostile = f"x{end}{FORGED}"
    text = {
        "message": lambda: record(hostile),
        "name": lambda: record("m", name=hostile),
        "error": lambda: record("m", error=ValueError(hostile)),
    }[place]()

    first, *others = text.splitlines()

    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d WARNING ", first)
    assert all(line.startswith(CONTINUED) for line in others)


def test_controls_are_shown() -> None:
    assert r"\x1b]0;title\x07" in record("\x1b]0;title\x07")


def test_error_is_kept() -> None:
    assert record("m", error=ValueError("reason")).endswith(f"m\n{CONTINUED}ValueError: reason")


@pytest.mark.parametrize("place", ["message", "error"])
def test_secrets_are_masked(place: str) -> None:
    text = record("a canary") if place == "message" else record("m", error=ValueError("canary"))

    assert "canary" not in text
    assert "<secret>" in text
