"""The reference of the testing kit names all that it has."""

from __future__ import annotations

import re
from pathlib import Path

from rosey.testing.tested_bot import REPLY_S, TestedBot

REFERENCE = (Path(__file__).parents[2] / "docs" / "reference" / "testing.md").read_text("utf-8")


def test_each_call_of_a_tested_bot_is_named() -> None:
    calls = {n for n in vars(TestedBot) if not n.startswith("_")} - {"note_reply"}
    attributes = {"bot", "faults", "replies"}

    assert [n for n in calls | attributes if not re.search(rf"`(await )?{n}\b", REFERENCE)] == []


def test_the_time_for_a_reply_is_that_of_the_code() -> None:
    assert f"timeout_s={REPLY_S}" in REFERENCE
