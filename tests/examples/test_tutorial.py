"""The tutorial holds: its files are written, its lines are said, and its answers come."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rosey import Bot
from tests.examples import bots

TUTORIAL = bots.ROOT / "docs" / "tutorials" / "write-a-plugin.md"


def blocks() -> list[tuple[str, str]]:
    """What the fenced blocks are, and what is in them: a file's path, or `chat`."""
    text = TUTORIAL.read_text(encoding="utf-8")
    return re.findall(r"^```\w+ (\S+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def exchanges(chat: str) -> Iterator[tuple[str, str]]:
    """Each line that is said, with what is answered to it."""
    for exchange in re.split(r"^> ", chat, flags=re.MULTILINE)[1:]:
        line, _, answer = exchange.partition("\n")
        yield line, answer.rstrip("\n")


def save(folder: Path, file: str, content: str) -> None:
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(content, encoding="utf-8")


async def test_each_line_of_the_tutorial_is_answered_as_it_says(folder: Path) -> None:
    async with Bot(bots.config(folder)) as bot:
        for what, content in blocks():
            if what != "chat":
                save(folder, what, content)
                continue
            for line, answer in exchanges(content):
                replies = "\n".join(await bot.say(line))
                assert replies.replace(f"{folder}/", ".../") == answer, line


def test_test_that_the_tutorial_ends_with_passes(folder: Path) -> None:
    for what, content in blocks():
        if what != "chat":
            save(folder, what, content)

    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "2 passed" in result.stdout, result.stdout


def test_every_block_of_the_tutorial_is_checked() -> None:
    fences = re.findall(r"^```\w", TUTORIAL.read_text(encoding="utf-8"), re.MULTILINE)

    assert len(fences) == len(blocks()) > 5
    assert len([*exchanges("".join(content for _, content in blocks()))]) > 10
