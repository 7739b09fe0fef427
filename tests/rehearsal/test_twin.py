"""A twin does what its bot would do, and leaves the bot alone."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from rosey.errors import PluginLoadError, PluginNotFoundError
from rosey.rehearsal.twin import open_twin, twin_of
from tests.bots import bot_of, write_plugin

COUNTER = """
class config_schema(ConfigSchema):
    step = fields.Int(load_default=1)

async def setup(self):
    self.count = await self.storage.get("count", 0)

@command("count")
async def up(self, ctx):
    self.count += self.config["step"]
    await self.storage.set("count", self.count)
    await ctx.reply(str(self.count))
"""


async def test_a_twin_answers_and_the_bot_does_not_hear_of_it(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "counter", COUNTER)

    async with bot_of(tmp_path / "plugins", storage=str(tmp_path / "data")) as bot:
        await bot.say("!count")
        async with open_twin(twin_of(bot)) as twin:
            assert await twin.say("!count") == ["1"]
        assert await bot.say("!count") == ["2"]


async def test_a_twin_has_the_settings_that_were_changed_meanwhile(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "counter", COUNTER)

    async with bot_of(tmp_path / "plugins") as bot:
        await bot.plugin_manager.configure_plugin("counter", {"step": 5})
        async with open_twin(twin_of(bot)) as twin:
            assert await twin.say("!count") == ["5"]


async def test_a_twin_has_the_plugins_that_are_named_and_what_they_need(tmp_path: Path) -> None:
    for name, needs in (("scores", []), ("trivia", ["scores"]), ("other", [])):
        write_plugin(tmp_path / "plugins", name, f"dependencies = {needs}")

    async with (
        bot_of(tmp_path / "plugins") as bot,
        open_twin(twin_of(bot, ["trivia"])) as twin,
    ):
        assert twin.plugin_manager.list_plugins() == ["scores", "trivia"]


async def test_a_twin_has_the_texts_that_run_in_place_of_files(tmp_path: Path) -> None:
    file = write_plugin(tmp_path / "plugins", "counter", COUNTER)
    write_plugin(tmp_path / "plugins", "trivia", "dependencies = ['counter']")

    async with bot_of(tmp_path / "plugins") as bot:
        await bot.define("counter", file.read_text().replace("+=", "-="))
        async with open_twin(twin_of(bot, ["trivia"])) as twin:
            assert twin.plugin_manager.list_plugins() == ["counter", "trivia"]
            assert await twin.say("!count") == ["-1"]


async def test_a_twin_crosses_to_another_process(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "counter", COUNTER)

    async with bot_of(tmp_path / "plugins") as bot:
        carried = pickle.loads(pickle.dumps(twin_of(bot)))  # noqa: S301  our own bytes
    async with open_twin(carried) as twin:
        assert await twin.say("!count") == ["1"]


async def test_a_twin_of_a_plugin_that_is_not_there_is_refused(tmp_path: Path) -> None:
    async with bot_of(tmp_path) as bot:
        with pytest.raises(PluginNotFoundError):
            twin_of(bot, ["nobody"])


async def test_a_twin_whose_plugin_fails_is_not_opened(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "counter", COUNTER)

    async with bot_of(tmp_path / "plugins") as bot:
        write_plugin(tmp_path / "plugins", "counter", "def setup(self): raise OSError('full')")
        with pytest.raises(PluginLoadError, match="full"):
            async with open_twin(twin_of(bot)):
                pass
