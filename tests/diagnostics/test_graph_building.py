"""The graph of a bot has what its plugins declare, import, offer, use, say and hear."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rosey.bot import Bot
from rosey.diagnostics.graph import Graph, Kind
from rosey.diagnostics.graph_building import Emissions, bot_graph
from tests.bots import bot_of, write_plugin

DICE = """
version = "1.2"

async def setup(self):
    self.provide_service("rolls", self, version="2.0")

@command("roll")
async def roll(self, ctx):
    self.emit_event("dice.rolled", 6)
    await ctx.reply("6")
"""
GAME = """
dependencies = ["dice"]

async def setup(self):
    self.get_service("rolls")
    self.get_service("coins")

@on("dice.*")
async def see(self, event, data): ...

@on("never.?*")
async def wait(self, event, data): ...

@on("message")
async def hear(self, event, data): ...
"""


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    write_plugin(tmp_path, "dice", DICE)
    write_plugin(tmp_path, "game", GAME)
    tally = write_plugin(tmp_path, "tally")
    tally.write_text(f"import rosey_plugins.dice\n{tally.read_text()}")
    write_plugin(tmp_path, "lost", 'dependencies = ["nowhere"]')
    async with bot_of(tmp_path) as bot:
        yield bot


def lines(graph: Graph) -> list[str]:
    return [f"{edge.source} {edge.relation} {edge.target}" for edge in graph.edges]


async def test_every_relation_is_there(bot: Bot) -> None:
    emissions = Emissions()
    with bot.bus.tap(emissions.note):
        await bot.say("!roll")

    assert lines(bot_graph(bot, emissions.pairs())) == [
        "event dice.rolled is heard by plugin game",
        "event message is heard by plugin game",
        "event never.?* is heard by plugin game",
        "plugin dice emits event dice.rolled",
        "plugin dice is needed by plugin game",
        "plugin dice is imported by plugin tally",
        "plugin dice provides service rolls",
        "plugin nowhere is needed by plugin lost",
        "service coins is used by plugin game",
        "service rolls is used by plugin game",
    ]


async def test_nodes_say_how_they_are_and_what_is_missing(bot: Bot) -> None:
    graph = bot_graph(bot, [])

    notes = {node.key: node.note for node in graph.nodes if node.kind is not Kind.EVENT}
    assert notes == {
        "plugin dice": "1.2 enabled",
        "plugin game": "0.1.0 enabled",
        "plugin lost": "failed",
        "plugin nowhere": "not there",
        "plugin tally": "0.1.0 enabled",
        "service coins": "nobody provides it",
        "service rolls": "2.0",
    }
    assert [node.key for node in graph.missing] == ["plugin nowhere", "service coins"]


async def test_pattern_stands_for_itself_until_such_an_event_was_seen(bot: Bot) -> None:
    assert "event dice.* is heard by plugin game" in lines(bot_graph(bot, []))


async def test_emissions_of_plugins_that_are_gone_are_left_out(bot: Bot) -> None:
    assert "plugin gone emits event x" not in lines(bot_graph(bot, [("gone", "x")]))


async def test_what_the_bot_says_for_everyone_is_left_out(bot: Bot) -> None:
    said = [("dice", "reply"), ("dice", "plugin.error")]

    assert not [line for line in lines(bot_graph(bot, said)) if "emits" in line]
