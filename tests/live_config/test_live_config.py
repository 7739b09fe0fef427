"""A saved configuration is applied to the bot that runs, where it has changed and nowhere else."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rosey.bot import Bot
from rosey.chat.model import Rank, User
from rosey.config import Config
from rosey.live_config import ConfigChange
from tests.bots import write_plugin
from tests.live_config.furniture import SHOWS, sections, seen
from tests.plugins.saves import SAVES, in_place
from tests.sites import Ear, Site

# Sections


async def test_plugin_with_the_hook_is_told_and_no_other_is_touched(followed: Site) -> None:
    async with followed.running() as bot:
        changed = Ear(bot, "config.changed")
        before = bot.plugin_manager.plugins
        seen(bot)

        followed.configure(plugins=sections(calm={"most": 20}, plain={"word": "old"}))

        assert (await changed.next())["told"] == ("calm",)
        assert seen(bot) == [({"most": 10}, {"most": 20})]
        assert await bot.say("!calm") == ["{'most': 20}"]
        assert bot.plugin_manager.plugins == before


async def test_plugin_without_the_hook_is_reloaded_alone(followed: Site) -> None:
    async with followed.running() as bot:
        changed = Ear(bot, "config.changed")
        calm = bot.plugin_manager.get_plugin("calm")

        followed.configure(plugins=sections(calm={"most": 10}, plain={"word": "new"}))

        assert (await changed.next())["reloaded"] == ("plain",)
        assert await bot.say("!plain") == ["{'word': 'new'}"]
        assert bot.plugin_manager.get_plugin("calm") is calm


@pytest.mark.parametrize("save", SAVES)
async def test_every_way_of_saving_is_noticed(followed: Site, save: Callable[[Path], None]) -> None:
    async with followed.running() as bot:
        changed = Ear(bot, "config.changed")

        await asyncio.to_thread(save, followed.config)

        assert (await changed.next())["reloaded"] == ("plain",)
        assert await bot.say("!plain") == ["{'word': 'new'}"]


async def test_file_behind_a_link_is_followed(followed: Site, tmp_path: Path) -> None:
    real = followed.config.rename(tmp_path / "real.json")
    followed.config.symlink_to(real)
    async with followed.running() as bot:
        changed = Ear(bot, "config.changed")

        in_place(real)

        assert (await changed.next())["reloaded"] == ("plain",)


async def test_yaml_is_followed_too(followed: Site) -> None:
    followed.config = followed.config.with_suffix(".yaml")
    followed.config.write_text("plugins:\n  plain:\n    word: old\n")
    async with followed.running() as bot:
        changed = Ear(bot, "config.changed")

        followed.config.write_text("plugins:\n  plain:\n    word: new\n")

        await changed.next()
        assert await bot.say("!plain") == ["{'word': 'new'}"]


async def test_same_content_does_nothing(site: Site) -> None:
    async with site.running() as bot:
        before = bot.plugin_manager.plugins
        site.config.write_text(json.dumps(json.loads(site.config.read_text()), indent=4))

        assert await bot.reload_config() == ConfigChange(file=str(site.config))
        assert bot.plugin_manager.plugins == before


async def test_secret_that_moves_to_the_environment_is_hidden_from_then_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROSEY_TEST_WORD", "canary")
    site.configure(plugins=sections(plain={"word": "canary"}))
    async with site.running() as bot:
        changed, plugins = Ear(bot, "config.changed"), bot.plugin_manager.plugins
        site.configure(plugins=sections(plain={"word": "${ROSEY_TEST_WORD}"}))

        assert await bot.reload_config() == ConfigChange(file=str(site.config))
        assert bot.redact("canary") == "<secret>"
        assert bot.plugin_manager.plugins == plugins
        await bot.bus.drain()
        assert changed.heard == []


async def test_variable_that_has_changed_is_taken_over(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROSEY_TEST_WORD", "first")
    site.configure(plugins=sections(plain={"word": "${ROSEY_TEST_WORD}"}))
    async with site.running() as bot:
        monkeypatch.setenv("ROSEY_TEST_WORD", "second")

        assert (await bot.reload_config()).reloaded == ("plain",)
        assert await bot.say("!plain") == ["{'word': 'second'}"]


async def test_what_a_program_replaced_stays_until_the_file_says_something_else(
    site: Site,
) -> None:
    config = await asyncio.to_thread(Config.load, site.config)
    async with Bot(dataclasses.replace(config, command_prefix="?")) as bot:
        await bot.reload_config()
        assert bot.router.prefix == "?"

        site.configure()
        await bot.reload_config()
        assert bot.router.prefix == "!"


async def test_true_instead_of_1_is_a_change(site: Site) -> None:
    async with site.running() as bot:
        for value in (1, True):
            site.configure(plugins=sections(plain={"word": value}))
            assert (await bot.reload_config()).reloaded == ("plain",)

        assert await bot.say("!plain") == ["{'word': True}"]


async def test_section_that_is_gone_leaves_the_defaults(site: Site) -> None:
    async with site.running() as bot:
        seen(bot)
        site.configure()

        change = await bot.reload_config()

        assert (change.told, change.reloaded) == (("calm",), ("plain",))
        assert await bot.say("!calm") == ["{'most': 6}"]
        assert await bot.say("!plain") == ["{}"]


async def test_code_and_section_that_need_each_other_are_taken_together(
    followed: Site,
) -> None:
    calm = followed.plugins / "calm.py"
    code = calm.read_text().replace("most = ", "least = fields.Int(required=True)\n        most = ")
    async with followed.running() as bot:
        refused, changed = Ear(bot, "config.rejected"), Ear(bot, "config.changed")

        followed.configure(plugins=sections(calm={"least": 1}, plain={"word": "old"}))
        await refused.next()
        calm.write_text(code)

        assert (await changed.next())["reloaded"] == ("calm",)
        assert await bot.say("!calm") == ["{'least': 1, 'most': 6}"]


async def test_new_code_waits_for_the_settings_that_it_needs(followed: Site) -> None:
    calm = followed.plugins / "calm.py"
    code = calm.read_text().replace("most = ", "least = fields.Int(required=True)\n        most = ")
    async with followed.running() as bot:
        failed, changed = Ear(bot, "plugin.reload_failed"), Ear(bot, "config.changed")

        calm.write_text(code)
        assert "least: missing data" in (await failed.next())["error"]
        followed.configure(plugins=sections(calm={"least": 1}, plain={"word": "old"}))

        assert (await changed.next())["reloaded"] == ("calm",)


async def test_plugin_that_failed_for_its_settings_is_loaded_when_they_are_mended(
    site: Site,
) -> None:
    site.configure(plugins=sections(calm={"most": 101}))
    async with site.running() as bot:
        assert "calm" in bot.failures
        site.configure(plugins=sections(calm={"most": 99}))

        assert (await bot.reload_config()).loaded == ("calm",)
        assert await bot.say("!calm") == ["{'most': 99}"]


# Settings given by hand


async def test_setting_given_by_hand_stays_until_its_own_line_changes(site: Site) -> None:
    async with site.running() as bot:
        seen(bot)
        await bot.plugin_manager.configure_plugin("plain", {"word": "mine", "more": 1})

        site.configure(plugins=sections(calm={"most": 11}, plain={"word": "old", "other": 2}))
        await bot.reload_config()
        assert await bot.say("!plain") == ["{'word': 'mine', 'more': 1, 'other': 2}"]

        site.configure(plugins=sections(calm={"most": 11}, plain={"word": "new", "other": 2}))
        await bot.reload_config()
        assert await bot.say("!plain") == ["{'word': 'new', 'more': 1, 'other': 2}"]


async def test_setting_given_by_hand_that_is_saved_changes_nothing_more(site: Site) -> None:
    async with site.running() as bot:
        plain = await bot.plugin_manager.configure_plugin("plain", {"word": "mine"})
        site.configure(plugins=sections(calm={"most": 10}, plain={"word": "mine"}))

        assert (await bot.reload_config()).reloaded == ()
        assert bot.plugin_manager.get_plugin("plain") is plain


# The bot's own settings


async def test_plugins_are_loaded_and_unloaded_as_the_lists_say(followed: Site) -> None:
    async with followed.running() as bot:
        changed = Ear(bot, "config.changed")

        followed.configure(plugins={"disabled": ["calm"]})
        assert (await changed.next())["unloaded"] == ("calm",)
        assert bot.plugin_manager.list_plugins() == ["plain"]

        followed.configure(plugins={"enabled": ["calm"]})
        facts = await changed.next()
        assert (facts["loaded"], facts["unloaded"]) == (("calm",), ("plain",))
        assert bot.plugin_manager.list_plugins() == ["calm"]


async def test_new_plugin_and_the_list_that_names_it_may_come_together(followed: Site) -> None:
    followed.configure(plugins={"enabled": ["plain"]})
    async with followed.running() as bot:
        changed = Ear(bot, "config.changed")

        write_plugin(followed.plugins, "late")
        write_plugin(followed.plugins, "later")
        followed.configure(plugins={"enabled": ["plain", "late"]})

        assert (await changed.next())["loaded"] == ("late",)
        assert sorted(bot.plugin_manager.list_plugins()) == ["late", "plain"]


async def test_plugin_that_another_one_needs_stays(site: Site) -> None:
    write_plugin(site.plugins, "user", 'dependencies = ["plain"]')
    async with site.running() as bot:
        site.configure(plugins={"disabled": ["plain"]})

        change = await bot.reload_config()

        assert "plain is needed by user" in change.failed["plain"]
        assert "plain" in bot.plugin_manager.list_plugins()


async def test_prefix_and_accounts_are_those_of_the_file(site: Site) -> None:
    async with site.running() as bot:
        site.configure(command_prefix="?", accounts={"ada": "admin"})

        change = await bot.reload_config()

        assert change.settings == ("command_prefix", "accounts")
        assert await bot.say("?plain") == ["{}"]
        assert bot.router.permissions.rank_of(User(name="x", account="ada")) is Rank.ADMIN


async def test_limits_of_floods_are_those_of_the_file(site: Site) -> None:
    async with site.running() as bot:
        site.configure(flood={"user_burst": 5, "damper": False})

        change = await bot.reload_config()

        assert change.settings == ("flood",)
        assert (bot.config.flood.user.burst, bot.config.flood.damper) == (5, False)


async def test_limits_of_plugins_are_those_of_the_file(site: Site) -> None:
    site.answering("dice", "6")
    async with site.running() as bot:
        limits = {"deadline_s": 5, "crash": {"max_faults": 1}}
        site.configure(plugins={"limits": limits, "blocking": {"notice_s": 0.5}})
        change = await bot.reload_config()

        told = bot.plugin_manager.slots.known("dice").serving.ledger.limits
        assert (told.deadline_s, told.crash.max_faults, told.crash.window_s) == (5, 1, 60)
        assert (bot.blocking_watch.notice_s, bot.blocking_watch.fault_s) == (0.5, 1.0)
        assert change.settings == ("plugins.limits", "plugins.blocking")


async def test_limits_of_one_plugin_go_before_those_of_all(site: Site) -> None:
    write_plugin(site.plugins, "dice", "def on_config_change(self, old, new): ...")
    async with site.running() as bot:
        section = {"dice": {"limits": {"live_tasks": 3}, "auto_reload_on_crash": True}}
        site.configure(plugins={"limits": {"live_tasks": 7}, "plugin_config": section})
        change = await bot.reload_config()

        limits = bot.plugin_manager.slots.known("dice").serving.ledger.limits
        assert change.told == ("dice",)
        assert (limits.live_tasks, limits.crash.auto_reload) == (3, True)


async def test_other_folders_bring_other_plugins_and_are_watched(followed: Site) -> None:
    more = followed.plugins.with_name("more")
    write_plugin(more, "late", SHOWS.format(name="late"))
    write_plugin(more, "plain", 'version = "2"\n' + SHOWS.format(name="plain"))
    async with followed.running() as bot:
        changed, enabled = Ear(bot, "config.changed"), Ear(bot, "plugin.enabled")

        followed.configure(plugins={"plugin_dirs": ["more"]})
        facts = await changed.next()
        assert (facts["loaded"], facts["unloaded"]) == (("late",), ("calm",))
        assert facts["reloaded"] == ("plain",)
        assert bot.plugin_manager.plugins["plain"].version == "2"

        await bot.bus.drain()
        enabled.heard.clear()
        write_plugin(more, "later")
        async with asyncio.timeout(10):
            while "later" not in bot.plugin_manager.list_plugins():
                await enabled.next()


async def test_what_needs_a_restart_is_named(site: Site) -> None:
    async with site.running() as bot:
        site.configure(storage="data", connection="console")
        change = await bot.reload_config()
        assert change.at_next_start == ("connection", "storage")
        assert bot.config.connection == "console"

        site.configure(connection="console")
        assert (await bot.reload_config()).at_next_start == ("connection",)


async def test_hot_reload_can_be_switched_off_and_on(followed: Site) -> None:
    plain = followed.plugins / "plain.py"
    same = sections(calm={"most": 10}, plain={"word": "old"})
    async with followed.running() as bot:
        changed, reloaded = Ear(bot, "config.changed"), Ear(bot, "plugin.reloaded")

        followed.configure(plugins={**same, "hot_reload": False})
        await changed.next()
        plain.write_text(plain.read_text().replace("str(", "repr("))
        followed.configure(plugins=same)
        await bot.reload_config()

        # What was saved meanwhile is noticed now.
        assert (await reloaded.next())["plugin"] == "plain"


# Faults of plugins


async def test_plugin_whose_hook_fails_keeps_its_settings_and_is_told_again(site: Site) -> None:
    async with site.running() as bot:
        errors = Ear(bot, "plugin.error")
        # There is no `seen` yet, so that the hook fails.
        site.configure(plugins=sections(calm={"most": 20}, plain={"word": "old"}))
        change = await bot.reload_config()
        assert "on_config_change failed: AttributeError" in change.failed["calm"]
        assert (await errors.next())["plugin"] == "calm"
        assert await bot.say("!calm") == ["{'most': 10}"]

        seen(bot)
        site.configure(plugins=sections(calm={"most": 30}, plain={"word": "old"}))
        assert (await bot.reload_config()).told == ("calm",)
        assert seen(bot) == [({"most": 10}, {"most": 30})]


async def test_plugin_that_cannot_be_reloaded_serves_on_with_the_old_settings(site: Site) -> None:
    body = 'async def setup(self):\n    assert self.config["word"] != "bad"\n'
    write_plugin(site.plugins, "plain", body + SHOWS.format(name="plain"))
    async with site.running() as bot:
        seen(bot)
        site.configure(plugins=sections(calm={"most": 20}, plain={"word": "bad"}))

        change = await bot.reload_config()

        assert (change.told, [*change.failed]) == (("calm",), ["plain"])
        assert await bot.say("!plain") == ["{'word': 'old'}"]


# Secrets


async def test_secrets_of_the_new_file_and_of_the_old_one_are_masked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROSEY_TEST_OLD", "old-canary")
    monkeypatch.setenv("ROSEY_TEST_NEW", "new-canary")
    site.configure(plugins=sections(plain={"word": "${ROSEY_TEST_OLD}"}))
    async with site.running() as bot:
        site.configure(plugins=sections(plain={"word": "${ROSEY_TEST_NEW}"}))

        await bot.reload_config()

        assert await bot.say("!plain") == ["{'word': 'new-canary'}"]
        assert bot.redact("old-canary new-canary") == "<secret> <secret>"
        assert bot.shown_config("plain", {"word": "new-canary"}) == {"word": "${ROSEY_TEST_NEW}"}


SLOW = """
async def on_config_change(self, old, new):
    self.bot.telling.set()
    await self.bot.go_on.wait()
"""


async def test_settings_that_change_during_a_reload_are_not_lost(site: Site) -> None:
    body = """
    async def setup(self):
        self.bot.waiting.set()
        await self.bot.go_on.wait()
    """
    plain = site.plugins / "plain.py"
    async with site.running() as bot:
        plain.write_text(plain.read_text() + body)
        vars(bot).update(waiting=asyncio.Event(), go_on=asyncio.Event())
        by_hand = asyncio.create_task(bot.reload("plain"))
        await vars(bot)["waiting"].wait()
        site.configure(plugins=sections(calm={"most": 10}, plain={"word": "new"}))
        applied = asyncio.create_task(bot.reload_config())
        asyncio.get_running_loop().call_later(0.2, vars(bot)["go_on"].set)
        await asyncio.gather(by_hand, applied)

        assert await bot.say("!plain") == ["{'word': 'new'}"]


async def test_code_of_one_plugin_and_section_of_another_may_come_together(
    followed: Site,
) -> None:
    plain = followed.plugins / "plain.py"
    async with followed.running() as bot:
        changed, reloaded = Ear(bot, "config.changed"), Ear(bot, "plugin.reloaded")
        seen(bot)
        plain.write_text(plain.read_text().replace("str(", "repr("))
        followed.configure(plugins=sections(calm={"most": 20}, plain={"word": "old"}))

        assert (await changed.next())["reloaded"] == ()
        assert (await reloaded.next())["plugin"] == "plain"


async def test_reload_goes_on_where_nobody_waits_for_it(site: Site) -> None:
    write_plugin(site.plugins, "plain", SLOW + SHOWS.format(name="plain"))
    async with site.running() as bot:
        changed = Ear(bot, "config.changed")
        vars(bot).update(telling=asyncio.Event(), go_on=asyncio.Event())
        site.configure(plugins=sections(calm={"most": 10}, plain={"word": "new"}))

        reload = asyncio.create_task(bot.reload_config())
        await vars(bot)["telling"].wait()
        reload.cancel()
        await asyncio.wait([reload])
        vars(bot)["go_on"].set()

        assert (await changed.next())["told"] == ("plain",)
        assert await bot.say("!plain") == ["{'word': 'new'}"]


async def test_save_and_reload_at_once_are_one_change(followed: Site) -> None:
    async with followed.running() as bot:
        reloaded = Ear(bot, "plugin.reloaded")
        followed.configure(plugins=sections(calm={"most": 10}, plain={"word": "new"}))

        await asyncio.gather(*(bot.reload_config() for _ in range(5)))

        await bot.bus.drain()
        assert len(reloaded.heard) == 1
