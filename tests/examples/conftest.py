"""The example plugins, in a folder of the test's own."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rosey import Bot
from tests.examples import bots

QUESTIONS = [
    {"question": f"Which fruit is red, number {number}?", "answers": ["The Tomato", "Apple"]}
    for number in range(1, 4)
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the plugins, where trivia has three questions of one answer."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(bots.PLUGINS, tmp_path / "plugins", ignore=ignored)
    file = tmp_path / "plugins" / "trivia_questions.json"
    file.write_text(json.dumps(QUESTIONS), encoding="utf-8")
    return tmp_path


@pytest.fixture
async def bot(folder: Path) -> AsyncIterator[Bot]:
    """A bot that runs all three."""
    async with Bot(bots.config(folder)) as bot:
        assert bot.failures == {}
        yield bot
