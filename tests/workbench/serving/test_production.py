"""What notebooks may do to a bot that serves others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bots import write_plugin
from tests.served import STOP, served

pytestmark = pytest.mark.timeout(120)

READ_ONLY = "in production, and read-only"

GREETS = """
async def setup(self):
    self.greeted = []

@command("hello")
async def hello(self, ctx: CommandContext):
    await ctx.reply("hello")
"""


def test_two_notebooks_look_change_and_lock_the_same_bot(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "pet", GREETS)
    (tmp_path / "config.json").write_text('{"connection": "local", "storage": "data"}')
    with served(tmp_path) as bot, bot.client() as ann, bot.client() as bob:
        assert "PRODUCTION, read-only: %rosey unlock REASON" in ann.run("%rosey")
        assert "%rosey unlock REASON  change it, for some minutes" in ann.run("%rosey")
        assert "pet" in ann.run("%rosey list")
        for code in ("%rosey reload pet", "bot.reload('pet')", "%rosey say !hello", "%rosey stop"):
            assert READ_ONLY in ann.run(code), code

        assert "PRODUCTION, unlocked: until" in ann.run("%rosey unlock -m 5 pet is asleep")
        assert "is reloaded" in bob.run("%rosey reload pet")
        assert "PRODUCTION, unlocked: until" in bob.run("bot")
        bob.run("%rosey lock")
        assert READ_ONLY in ann.run("bot.plugins.pet.set('greeted', [1])")

        ann.run(STOP)
        assert bot.end() == 0
        log = bot.rest()
    assert "refused, as this bot is in production and locked: reload pet" in log
    assert "from a notebook: reload pet (pet is asleep)" in log
    lines = (tmp_path / "data" / "audit.jsonl").read_text().splitlines()
    whats = [json.loads(line)["what"] for line in lines]
    assert whats == ["unlock", "reload pet", "lock", "unlock", "stop"]
