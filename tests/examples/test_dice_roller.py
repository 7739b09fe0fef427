"""The plugin dice_roller, talked to through a bot."""

from __future__ import annotations

from pathlib import Path

from rosey import Bot, Rank
from tests.examples import bots


async def test_roll_shows_the_dice_and_what_they_add_up_to(bot: Bot) -> None:
    plugin = bot.plugin_manager.get_plugin("dice_roller")
    assert plugin is not None
    plugin.__dict__["chance"] = bots.LoadedDice(6, 5, 3, 1)

    assert await bot.say("!roll 4d6kh3") == ["🎲 Rolled 4d6kh3: [6, 5, 3, (1)] = 14"]


async def test_roll_alone_rolls_one_die(bot: Bot) -> None:
    [reply] = await bot.say("!roll")

    assert reply in {f"🎲 Rolled 1d6: [{face}] = {face}" for face in range(1, 7)}


async def test_roll_takes_spaces_between_terms(bot: Bot) -> None:
    [reply] = await bot.say("!roll 1d1 + 2d1 - 1")

    assert reply == "🎲 Rolled 1d1+2d1-1: [1] + [1, 1] - 1 = 2"


async def test_bad_notation_is_answered_with_usage_and_reason(bot: Bot) -> None:
    assert await bot.say("!roll dice") == [
        "Usage: !roll [dice...] (cannot read 'dice': try 2d6, d20+3 or 4d6kh3)"
    ]
    assert await bot.say(f"!roll {'9' * 10_000}d6") == [
        "Usage: !roll [dice...] (at most 100 characters)"
    ]


async def test_word_that_only_begins_like_the_command_is_another_command(bot: Bot) -> None:
    [reply] = await bot.say("!rollover")

    assert reply.startswith("There is no command !rollover")


async def test_limits_come_from_the_config(folder: Path) -> None:
    settings = {"dice_roller": {"max_dice": 2, "max_sides": 6}}

    async with Bot(bots.config(folder, settings)) as bot:
        assert await bot.say("!roll 3d6") == ["Usage: !roll [dice...] (1 to 2 dice at once)"]
        assert await bot.say("!roll d7") == ["Usage: !roll [dice...] (1 to 6 sides)"]


async def test_cooldown_makes_members_wait_and_moderators_not(folder: Path) -> None:
    async with Bot(bots.config(folder, {"dice_roller": {"cooldown": 60}})) as bot:
        assert len(await bot.say("!roll", user="ann", rank=Rank.MEMBER)) == 1
        [wait] = await bot.say("!roll", user="ann", rank=Rank.MEMBER)
        assert "can be used again in" in wait
        for _ in range(2):
            [rolled] = await bot.say("!roll", user="bob", rank=Rank.MODERATOR)
            assert rolled.startswith("🎲")


async def test_config_out_of_range_is_refused_with_every_fault(folder: Path) -> None:
    settings = {"dice_roller": {"max_dice": 1001, "max_sides": 0, "cooldown": 61, "dice": 6}}

    async with Bot(bots.config(folder, settings)) as bot:
        reason = str(bot.failures["dice_roller"])

    for setting in settings["dice_roller"]:
        assert f"plugins.plugin_config.dice_roller.{setting}: " in reason


async def test_dice_roller_of_the_requirements_runs_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    text = Path(__file__).with_name("prd_dice_roller.txt").read_text(encoding="utf-8")
    (tmp_path / "plugins" / "dice_roller.py").write_text(text, encoding="utf-8")

    async with Bot(bots.config(tmp_path)) as bot:
        [rolled] = await bot.say("!roll 2d6")
        [refused] = await bot.say("!roll 101d6")

    assert rolled.startswith("🎲 Rolled 2d6: [")
    assert refused == "Too many dice or sides!"
