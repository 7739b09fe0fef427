"""A configuration that does not fit is refused whole, before anything has changed."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from rosey.bot import Bot
from rosey.errors import ConfigError
from tests.bots import write_plugin
from tests.live_config.furniture import sections, seen
from tests.sites import Ear, Site


async def test_faulty_file_is_refused_with_every_fault_and_changes_nothing(site: Site) -> None:
    async with site.running() as bot:
        config, plugins = bot.config, bot.plugin_manager.plugins
        site.configure(
            command_prefix="?",
            plugins=sections(calm={"most": 101, "mist": 1}, plain={"word": "new"}),
        )

        with pytest.raises(ConfigError) as caught:
            await bot.reload_config()

        assert [str(fault) for fault in caught.value.faults] == [
            "plugins.plugin_config.calm.most: must be less than or equal to 100",
            "plugins.plugin_config.calm.mist: there is no such setting; did you mean most?",
        ]
        assert (bot.config, bot.plugin_manager.plugins) == (config, plugins)
        assert bot.router.prefix == "!"
        assert await bot.say("!plain") == ["{'word': 'old'}"]


async def test_refusal_is_told_once_and_the_fix_is_picked_up(
    followed: Site, caplog: pytest.LogCaptureFixture
) -> None:
    async with followed.running() as bot:
        refused, changed = Ear(bot, "config.rejected"), Ear(bot, "config.changed")
        seen(bot)
        for _ in range(3):
            followed.config.write_text("{")
            with pytest.raises(ConfigError, match="line 1"):
                await bot.reload_config()
        fault = "line 1, column 2: expecting property name enclosed in double quotes"
        assert await refused.next() == {"file": str(followed.config), "faults": [fault]}

        followed.configure(plugins=sections(calm={"most": 20}, plain={"word": "old"}))

        assert (await changed.next())["told"] == ("calm",)
        assert len(refused.heard) == caplog.text.count("refused, and nothing has changed") == 1


async def test_other_faults_are_told_anew(site: Site) -> None:
    async with site.running() as bot:
        refused = Ear(bot, "config.rejected")
        for prefix in ("", "", 5, "?", 5):
            site.configure(command_prefix=prefix)
            with contextlib.suppress(ConfigError):
                await bot.reload_config()

        await bot.bus.drain()
        assert [facts["faults"] for facts in refused.heard] == [
            ["command_prefix: must be 1 to 5 characters, none of them a space"],
            ["command_prefix: not a valid string"],
            ["command_prefix: not a valid string"],
        ]


@pytest.mark.parametrize(
    ("plugins", "fault"),
    [
        ({"plugin_dirs": ["x" * 300]}, "plugins.plugin_dirs: a folder cannot be searched: File"),
        ({"hot_relaod": 1}, "plugins.hot_relaod: there is no such setting"),
    ],
)
async def test_fault_of_the_bot_s_own_settings(
    site: Site, plugins: dict[str, Any], fault: str
) -> None:
    async with site.running() as bot:
        site.configure(plugins=plugins)

        with pytest.raises(ConfigError, match=fault):
            await bot.reload_config()


async def test_file_that_is_gone_changes_nothing_and_is_told_once(
    followed: Site, caplog: pytest.LogCaptureFixture
) -> None:
    content = followed.config.read_text()
    async with followed.running() as bot:
        changed, enabled = Ear(bot, "config.changed"), Ear(bot, "plugin.enabled")
        followed.config.unlink()
        with pytest.raises(ConfigError, match="cannot be read: No such file"):
            await bot.reload_config()
        for name in ("one", "two"):
            write_plugin(followed.plugins, name)
            await enabled.next()
        assert await bot.say("!plain") == ["{'word': 'old'}"]
        assert caplog.text.count("is gone") == 1

        followed.config.write_text(content.replace("old", "new"))
        assert (await changed.next())["reloaded"] == ("plain",)
        followed.config.unlink()
        write_plugin(followed.plugins, "three")
        while (await enabled.next())["plugin"] != "three":
            pass
        assert caplog.text.count("is gone") == 2


async def test_bot_without_a_file_says_so() -> None:
    async with Bot() as bot:
        with pytest.raises(ConfigError, match="it was in no file that could be read again"):
            await bot.reload_config()


async def test_bot_that_does_not_run_takes_nothing_over() -> None:
    with pytest.raises(RuntimeError, match="does not run"):
        await Bot().reload_config()


async def test_settings_for_a_plugin_that_is_not_there_are_told(site: Site) -> None:
    async with site.running() as bot:
        site.configure(plugins=sections(calm={"most": 10}, plain={"word": "old"}, calmer={"a": 1}))

        change = await bot.reload_config()

        assert change.failed == {"calmer": "no plugin named 'calmer' is known; did you mean calm?"}


WORDS = """
class config_schema(ConfigSchema):
    word = fields.Str(validate=validate.Equal("fine", error="{input} is not fine"))
    number = fields.Int(validate=lambda value: 1 // value)
"""


async def test_refusal_tells_no_secret(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSEY_TEST_NEW", "new-canary")
    write_plugin(site.plugins, "plain", WORDS)
    site.configure()
    async with site.running() as bot:
        site.configure(plugins=sections(plain={"word": "${ROSEY_TEST_NEW}"}))

        with pytest.raises(ConfigError, match=r"plain\.word: <secret> is not fine"):
            await bot.reload_config()


async def test_schema_that_fails_is_a_fault_of_the_section(site: Site) -> None:
    write_plugin(site.plugins, "plain", WORDS)
    site.configure()
    async with site.running() as bot:
        site.configure(plugins=sections(plain={"number": 0}))

        with pytest.raises(ConfigError, match=r"plugin_config\.plain: ZeroDivisionError"):
            await bot.reload_config()
