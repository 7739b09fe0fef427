"""A bot follows its files by itself: plugins, their data and links, saved as real editors do."""

from __future__ import annotations

import asyncio
import functools
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from rosey.bot import Bot
from rosey.config import Config
from rosey.plugins.watching import watcher
from tests.bots import write_plugin
from tests.plugins.saves import SAVES, in_place
from tests.sites import Ear, Site

ASKS = """
watch = ["../questions.txt"]

async def setup(self):
    self.text = await asyncio.to_thread(QUESTIONS.read_text)

@command("ask")
async def ask(self, ctx):
    await ctx.reply(self.text)
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer than usual, so that a busy machine does not break a set of files in two."""
    longer = functools.partial(watcher.Watcher, quiet_s=0.15, ceiling_s=3.0)
    monkeypatch.setattr(watcher, "Watcher", longer)


@pytest.mark.parametrize("save", SAVES)
async def test_save_changes_the_answer(site: Site, save: Callable[[Path], None]) -> None:
    dice = site.answering("dice", "old")
    async with site.running() as bot:
        reloaded = Ear(bot, "plugin.reloaded")
        assert await bot.say("!dice") == ["old"]

        await asyncio.to_thread(save, dice)
        await reloaded.next()

        assert await bot.say("!dice") == ["new"]


async def test_file_that_is_emptied_before_it_is_written_is_reloaded_once(site: Site) -> None:
    dice = site.answering("dice", "old")
    text = dice.read_text()
    async with site.running() as bot:
        tried = Ear(bot, "plugin.reloaded", "plugin.reload_failed")

        dice.write_text("")
        asyncio.get_running_loop().call_later(0.1, dice.write_text, text.replace("old", "new"))

        assert "error" not in await tried.next()
        assert await bot.say("!dice") == ["new"]


async def test_broken_save_is_announced_once_and_its_fix_is_picked_up(site: Site) -> None:
    dice, other = site.answering("dice", "old"), site.answering("other", "old")
    text = dice.read_text()
    async with site.running() as bot:
        failed, reloaded = Ear(bot, "plugin.reload_failed"), Ear(bot, "plugin.reloaded")

        for _ in range(2):
            dice.write_text("def (:")
            in_place(other)
            other.write_text(other.read_text() + "\n")
            await reloaded.next()
        assert await bot.say("!dice") == ["old"]
        (failure,) = failed.heard
        assert f"{dice}:1" in failure["error"]

        dice.write_text(text.replace("old", "new"))
        await reloaded.next()
        assert await bot.say("!dice") == ["new"]


async def test_unchanged_save_reloads_nothing(site: Site) -> None:
    dice, other = site.answering("dice", "old"), site.answering("other", "old")
    async with site.running() as bot:
        reloaded = Ear(bot, "plugin.reloaded")

        dice.write_text(dice.read_text())
        in_place(other)

        assert (await reloaded.next())["plugin"] == "other"
        assert len(reloaded.heard) == 1


async def test_new_plugin_is_loaded_deleted_one_is_unloaded_and_loaded_when_it_is_back(
    site: Site,
) -> None:
    async with site.running() as bot:
        steps = Ear(bot, "plugin.enabled", "plugin.unloaded")

        dice = site.answering("dice", "first")
        await steps.next()
        assert await bot.say("!dice") == ["first"]

        dice.unlink()
        await steps.next()
        assert bot.plugin_manager.list_plugins() == []

        site.answering("dice", "second")
        await steps.next()
        assert await bot.say("!dice") == ["second"]


async def test_renamed_plugin_keeps_its_command(site: Site) -> None:
    dice = site.answering("dice", "roll")
    text = dice.read_text()
    async with site.running() as bot:
        enabled = Ear(bot, "plugin.enabled")

        dice.write_text(text.replace('name = "dice"', 'name = "die"'))
        dice.rename(dice.with_name("die.py"))

        assert (await enabled.next())["plugin"] == "die"
        assert bot.plugin_manager.list_plugins() == ["die"]
        assert await bot.say("!dice") == ["roll"]


async def test_plugin_that_becomes_a_package_is_reloaded(site: Site) -> None:
    dice = site.answering("dice", "old")
    package = dice.with_suffix("")
    async with site.running() as bot:
        reloaded = Ear(bot, "plugin.reloaded")
        before = bot.plugin_manager.get_plugin("dice")

        package.mkdir()
        dice.rename(package / "__init__.py")
        await reloaded.next()

        assert await bot.say("!dice") == ["old"]
        assert bot.plugin_manager.get_plugin("dice") is not before


async def test_edit_behind_a_link_is_followed(site: Site, tmp_path: Path) -> None:
    dice = site.answering("dice", "old")
    real = dice.rename(tmp_path / "real.py")
    dice.symlink_to(real)
    async with site.running() as bot:
        reloaded = Ear(bot, "plugin.reloaded")

        in_place(real)
        await reloaded.next()

        assert await bot.say("!dice") == ["new"]


def write_package_of_100_files(site: Site, text: str) -> None:
    package = site.plugins / "many"
    package.mkdir(exist_ok=True)
    for number in range(99):
        (package / f"part_{number}.py").write_text(f"TEXT = {text!r}\n")
    body = '@command("many")\nasync def many(self, ctx):\n    await ctx.reply(part_98.TEXT)'
    main = write_plugin(site.plugins, "many", body)
    parts = ", ".join(f"part_{number}" for number in range(99))
    main.write_text(f"from . import {parts}\n{main.read_text()}")
    main.replace(package / "__init__.py")


@pytest.mark.usefixtures("patient")
async def test_checkout_of_100_files_is_one_reload(site: Site) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.org")
        subprocess.run(
            ["git", *identity, *arguments], cwd=site.plugins, check=True, capture_output=True
        )

    git("init", "--initial-branch=old")
    for text in ("old", "new"):
        git("checkout", "-B", text)
        write_package_of_100_files(site, text)
        git("add", ".")
        git("commit", "--message", text)
    git("checkout", "old")
    async with site.running() as bot:
        tried = Ear(bot, "plugin.reloading")

        await asyncio.to_thread(git, "checkout", "new")
        await tried.next()
        site.answering("marker", "last")
        await Ear(bot, "plugin.enabled").next()

        assert await bot.say("!many") == ["new"]
        assert len(tried.heard) == 1


async def test_data_file_reloads_the_plugin_that_watches_it_alone(
    site: Site, tmp_path: Path
) -> None:
    questions = tmp_path / "questions.txt"
    questions.write_text("old")
    quiz = write_plugin(site.plugins, "quiz", ASKS)
    head = f"import asyncio, pathlib\nQUESTIONS = pathlib.Path({str(questions)!r})\n"
    quiz.write_text(head + quiz.read_text())
    site.answering("other", "old")
    async with site.running() as bot:
        reloaded = Ear(bot, "plugin.reloaded")
        other = bot.plugin_manager.get_plugin("other")

        in_place(questions)
        await reloaded.next()

        assert await bot.say("!ask") == ["new"]
        assert bot.plugin_manager.get_plugin("other") is other


@pytest.mark.usefixtures("patient")
async def test_plugins_that_need_each_other_are_reloaded_together(site: Site) -> None:
    quotes, other = site.answering("quotes", "old"), site.answering("other", "old")
    game = write_plugin(site.plugins, "game", 'dependencies = ["quotes"]\nversion = "old"')
    async with site.running() as bot:
        reloaded = Ear(bot, "plugin.reloaded")

        for file in (quotes, game, other):
            in_place(file)
        together = [(await reloaded.next())["together"] for _ in range(3)]

        assert sorted(together) == [("other",), ("quotes", "game"), ("quotes", "game")]


async def test_data_file_that_a_plugin_loaded_by_hand_watches_is_followed(
    site: Site, tmp_path: Path
) -> None:
    data = tmp_path / "data.txt"
    data.write_text("old")
    write_plugin(site.plugins, "quiz", 'watch = ["../data.txt"]')
    site.configure(plugins={"disabled": ["quiz"]})
    async with site.running() as bot:
        reloaded = Ear(bot, "plugin.reloaded")

        await bot.load("quiz")
        await bot.bus.drain()
        in_place(data)

        assert (await reloaded.next())["plugin"] == "quiz"


async def test_data_file_that_a_refused_version_lacks_is_awaited(
    site: Site, tmp_path: Path
) -> None:
    quiz = site.answering("quiz", "old")
    head = f"import os\nassert os.stat({str(tmp_path / 'new.txt')!r})\n"
    async with site.running() as bot:
        steps = Ear(bot, "plugin.reloaded", "plugin.reload_failed")

        quiz.write_text(head + quiz.read_text() + '    watch = ["../new.txt"]\n')
        assert "FileNotFoundError" in (await steps.next())["error"]
        (tmp_path / "new.txt").write_text("it is there")

        assert (await steps.next())["plugin"] == "quiz"


async def test_what_waited_for_a_plugin_is_loaded_with_it(site: Site) -> None:
    dice = site.plugins / "dice.py"
    dice.write_text("def (:")
    write_plugin(site.plugins, "game", 'dependencies = ["dice"]')
    async with site.running() as bot:
        enabled = Ear(bot, "plugin.enabled")
        assert sorted(bot.failures) == ["dice", "game"]

        site.answering("dice", "new")

        assert [(await enabled.next())["plugin"] for _ in range(2)] == ["dice", "game"]


async def test_save_while_the_bot_starts_is_not_missed(site: Site) -> None:
    dice = site.answering("dice", "old")
    write_plugin(site.plugins, "slow", "async def setup(self):\n    await self.bot.save_it()")
    bot = Bot(await asyncio.to_thread(Config.load, site.config))
    vars(bot)["save_it"] = functools.partial(asyncio.to_thread, in_place, dice)

    async with bot:
        assert await bot.say("!dice") == ["new"]


async def test_bot_without_hot_reload_follows_nothing(site: Site) -> None:
    site.configure(plugins={"hot_reload": False})
    before = threading.enumerate()
    async with site.running():
        started = {thread.name for thread in threading.enumerate() if thread not in before}
        assert not [n for n in started if "asyncio" not in n and n != "rosey-watch"]
