"""The three example plugins in one bot, through their whole life."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from rosey import Bot, Config
from tests.examples import bots

NAMES = ["dice_roller", "quote_db", "trivia"]


def taken(bot: Bot) -> tuple[list[str], list[str], list[str]]:
    """What plugins have of the bot at the moment."""
    subscriptions = sorted(repr(s) for s in bot.bus.subscriptions())
    commands = [command.name for command in bot.router.commands()]
    return subscriptions, bot.services.list_services(), commands


def test_configuration_of_the_project_runs_the_examples() -> None:
    config = Config.load(bots.ROOT / "config.json")

    assert list(config.plugins.enabled or ()) == NAMES
    assert config.plugins.plugin_dirs == (bots.PLUGINS,)
    assert config.storage == bots.ROOT / "data"
    assert config.connection == "local"


async def test_settings_of_the_project_are_accepted(folder: Path) -> None:
    config = await asyncio.to_thread(Config.load, bots.ROOT / "config.json")

    async with Bot(bots.config(folder, config.plugins.plugin_config)) as bot:
        assert bot.failures == {}
        assert bot.plugin_manager.list_plugins() == NAMES


async def test_questions_that_come_with_trivia_are_all_answerable(folder: Path) -> None:
    content = (bots.PLUGINS / "trivia_questions.json").read_bytes()
    (folder / "plugins" / "trivia_questions.json").write_bytes(content)

    async with Bot(bots.config(folder)) as bot:
        trivia = bot.plugin_manager.get_plugin("trivia")
        assert trivia is not None
        questions = trivia.__dict__["questions"]

    assert len({question.text for question in questions}) == len(questions) > 30


async def test_unloading_leaves_nothing_behind(folder: Path) -> None:
    async with Bot(Config.from_mapping({"plugins": {"plugin_dirs": []}})) as empty:
        before = taken(empty)

    async with Bot(bots.config(folder)) as bot:
        await bot.say("!trivia start 3")
        await bot.say("!quote add Hello there - Obi-Wan")
        for name in NAMES:
            await bot.unload(name)

        assert taken(bot) == before


@pytest.mark.parametrize(
    ("name", "line"),
    [("dice_roller", "!roll 2d6"), ("quote_db", "!quote"), ("trivia", "!trivia scores")],
)
async def test_plugin_answers_all_the_time_while_it_is_reloaded(
    bot: Bot, name: str, line: str
) -> None:
    [before] = await bot.say(line)

    for _ in range(5):
        talk = asyncio.gather(*(bot.say(line) for _ in range(5)))
        await bot.reload(name)
        answers = await talk
        assert {len(replies) for replies in answers} == {1}
        assert {reply[0] for [reply] in answers} == {before[0]}
