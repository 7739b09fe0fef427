"""`!help`, `!plugin` and `!services` answer in the words of the product's requirements."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rosey.bot import Bot
from rosey.chat.model import Rank
from rosey.plugins.supervision.limits import Limits
from tests.bots import bot_of, write_plugin

DICE = """
version = "1.0.0"
description = "Roll dice"
author = "YourName"

@command("roll", help="Roll a die.", aliases=("r",))
async def roll(self, ctx, sides: int = 6):
    await ctx.reply("4")

@command("cheat", rank=Rank.OWNER)
async def cheat(self, ctx): ...
"""

QUOTES = """
version = "0.5.0"
description = "Quote database"
dependencies = ["dice_roller"]

async def setup(self):
    self.provide_service("quotes", self, version="2")
    self.provide_service("names", self)
"""

USAGE = "Usage: !plugin [action] [name] [option]"

CONFIG = {
    "dice_roller": {"max_dice": 100, "max_sides": 1000},
    "trivia": {"enabled": True},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where plugins are: two that work, and one that does not."""
    write_plugin(tmp_path, "dice_roller", DICE)
    write_plugin(tmp_path, "quote_db", QUOTES)
    write_plugin(tmp_path, "trivia", 'version = "1.2.0"\ndescription = "Trivia game"')
    return tmp_path


@pytest.fixture
async def bot(folder: Path) -> AsyncIterator[Bot]:
    async with bot_of(folder, plugins={"plugin_config": CONFIG}) as bot:
        yield bot


async def test_list_has_loaded_plugins_with_their_states(bot: Bot) -> None:
    await bot.disable("trivia")

    (answer,) = await bot.say("!plugin list")

    assert answer.splitlines() == [
        "Loaded Plugins:",
        "  \u2713 dice_roller (v1.0.0) - Roll dice",
        "  \u2713 quote_db (v0.5.0) - Quote database",
        "  \u2717 trivia (v1.2.0) - Trivia game [DISABLED]",
    ]


async def test_list_is_what_the_command_does_without_words(bot: Bot) -> None:
    assert await bot.say("!plugin") == await bot.say("!plugin LIST")


async def test_list_names_what_failed_but_not_what_was_unloaded(bot: Bot, folder: Path) -> None:
    await bot.unload("trivia")
    write_plugin(folder, "broken", "1/0")
    await bot.say("!plugin load broken")

    (answer,) = await bot.say("!plugin list")

    assert "  \u2717 broken (v?) [FAILED]" in answer
    assert "trivia" not in answer


async def test_list_of_nothing_says_so() -> None:
    async with Bot() as bot:
        assert await bot.say("!plugin list") == ["Loaded Plugins:\n  none"]


async def test_info_tells_an_administrator_everything(bot: Bot) -> None:
    (answer,) = await bot.say("!plugin info dice_roller")

    assert answer.splitlines() == [
        "Plugin: dice_roller",
        "Version: 1.0.0",
        "Author: YourName",
        "Status: Enabled",
        "Description: Roll dice",
        "Commands: !cheat, !roll",
        "Dependencies: None",
        "May: manage, network, send, services, storage",
        "Usage: handled 0",
        "Config:",
        "  max_dice: 100",
        "  max_sides: 1000",
    ]


async def test_info_tells_others_neither_settings_nor_faults(bot: Bot) -> None:
    (answer,) = await bot.say("!plugin info dice_roller", rank=Rank.MODERATOR)

    assert answer.endswith("Dependencies: None")


async def test_info_names_dependencies_and_services(bot: Bot) -> None:
    (answer,) = await bot.say("!plugin info quote_db")

    assert "Author: unknown\n" in answer
    assert "Commands: None\nDependencies: dice_roller\nServices: quotes, names" in answer


async def test_info_names_what_went_wrong(bot: Bot, folder: Path) -> None:
    write_plugin(folder, "broken", '@command("boom")\nasync def boom(self, ctx): 1/0')
    await bot.load("broken")
    await bot.say("!boom")
    write_plugin(folder, "broken", "1/0")
    await bot.say("!plugin reload broken")

    (answer,) = await bot.say("!plugin info broken")

    assert "Status: Enabled\nDescription: none\n" in answer
    assert "Error: broken: ZeroDivisionError: division by zero" in answer
    assert "Faults: 1, last ZeroDivisionError: division by zero" in answer


async def test_info_of_a_file_that_cannot_be_a_plugin_tells_its_path_to_administrators_only(
    bot: Bot, folder: Path
) -> None:
    (folder / "os.py").write_text("", encoding="utf-8")
    await bot.plugin_manager.discover_plugins()

    (answer,) = await bot.say("!plugin info os")
    (public,) = await bot.say("!plugin info os", rank=Rank.GUEST)

    assert answer == f"{public} ({folder / 'os.py'})"
    assert public.startswith("\u2717 os: a plugin cannot have the name of a module")


@pytest.mark.parametrize(
    ("action", "answers"),
    [
        (
            "reload dice_roller",
            [
                "\u267b\ufe0f Reloading dice_roller...",
                "\u2713 Successfully reloaded dice_roller v1.0.0",
            ],
        ),
        ("disable trivia", ["\u23f8\ufe0f Disabling trivia...", "\u2713 Plugin trivia disabled"]),
        ("unload trivia", ["\U0001f4e4 Unloading trivia...", "\u2713 Plugin trivia unloaded"]),
        ("DISABLE trivia", ["\u23f8\ufe0f Disabling trivia...", "\u2713 Plugin trivia disabled"]),
    ],
)
async def test_step_is_announced_and_confirmed(bot: Bot, action: str, answers: list[str]) -> None:
    assert await bot.say(f"!plugin {action}") == answers


async def test_step_back_is_announced_and_confirmed(bot: Bot) -> None:
    await bot.disable("trivia")
    await bot.unload("quote_db")

    assert await bot.say("!plugin enable trivia") == [
        "\u25b6\ufe0f Enabling trivia...",
        "\u2713 Plugin trivia enabled",
    ]
    assert await bot.say("!plugin load quote_db") == [
        "\U0001f4e6 Loading quote_db...",
        "\u2713 Plugin quote_db loaded",
    ]


async def test_disabled_plugin_answers_no_command(bot: Bot) -> None:
    await bot.say("!plugin disable dice_roller")

    assert await bot.say("!roll") == ["There is no command !roll. !help lists them."]
    assert bot.plugin_manager.list_plugins() == ["dice_roller", "quote_db", "trivia"]


async def test_reload_tells_the_version_that_runs_then(bot: Bot, folder: Path) -> None:
    write_plugin(folder, "trivia", 'version = "2.0.0"')

    answers = await bot.say("!plugin reload trivia")

    assert answers[-1] == "\u2713 Successfully reloaded trivia v2.0.0"


async def test_failed_reload_tells_file_and_line_and_changes_nothing(
    bot: Bot, folder: Path
) -> None:
    file = write_plugin(folder, "dice_roller", "def (")

    beginning, answer = await bot.say("!plugin reload dice_roller")

    assert beginning == "\u267b\ufe0f Reloading dice_roller..."
    assert answer.startswith("\u2717 dice_roller: ")
    assert f"({file}:6)" in answer
    assert await bot.say("!roll") == ["4"]


async def test_reload_that_hangs_is_answered_with_what_hangs(bot: Bot, folder: Path) -> None:
    body = f"{DICE}\nasync def setup(self):\n    await asyncio.Event().wait()\n"
    file = write_plugin(folder, "dice_roller", body)
    file.write_text(f"import asyncio\n{file.read_text(encoding='utf-8')}", encoding="utf-8")
    bot.plugin_manager.limits = Limits(deadline_s=0.05)

    (_, answer) = await bot.say("!plugin reload dice_roller")

    assert "setup of dice_roller did not finish within 0.05 s" in answer
    assert await bot.say("!roll") == ["4"]


async def test_plugin_whose_file_is_new_can_be_loaded(bot: Bot, folder: Path) -> None:
    write_plugin(folder, "fresh")

    assert (await bot.say("!plugin load fresh"))[-1] == "\u2713 Plugin fresh loaded"


async def test_file_that_was_no_plugin_can_be_loaded_once_it_is_one(bot: Bot, folder: Path) -> None:
    (folder / "Fresh.py").write_text("", encoding="utf-8")
    await bot.plugin_manager.discover_plugins()
    (folder / "Fresh.py").unlink()
    write_plugin(folder, "fresh")

    assert (await bot.say("!plugin load fresh"))[-1] == "\u2713 Plugin fresh loaded"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("reload trivai", "\u2717 no plugin named 'trivai' is known; did you mean trivia?"),
        ("info nothing", "\u2717 no plugin named 'nothing' is known"),
        (
            "eat trivia",
            f"{USAGE} (action must be one of list, info, load, unload, enable, disable, reload)",
        ),
        ("reload", f"{USAGE} (reload needs the name of a plugin)"),
        (f"info {'x' * 65}", f"{USAGE} (info needs the name of a plugin)"),
        ("info a b c", f"{USAGE} (there are too many words)"),
    ],
)
async def test_wrong_words_are_answered_with_what_is_right(
    bot: Bot, line: str, answer: str
) -> None:
    assert await bot.say(f"!plugin {line}") == [answer]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("load trivia", "\u2717 trivia is loaded already: reload it to load it again"),
        ("enable trivia", "\u2717 trivia is enabled already"),
        (
            "unload dice_roller",
            "\u2717 dice_roller is needed by quote_db: unload them first, or together with it",
        ),
    ],
)
async def test_step_that_cannot_be_is_answered_with_the_reason(
    bot: Bot, line: str, answer: str
) -> None:
    assert (await bot.say(f"!plugin {line}"))[-1] == answer


@pytest.mark.parametrize("action", ["load", "unload", "enable", "disable", "reload"])
async def test_managing_needs_an_administrator(bot: Bot, action: str) -> None:
    answers = await bot.say(f"!plugin {action} trivia", rank=Rank.MODERATOR)

    assert answers == [f"!plugin {action} needs the rank admin."]
    assert "trivia" in bot.plugin_manager.list_plugins()


async def test_services_are_listed_with_provider_and_version(bot: Bot) -> None:
    bot.services.register("clock", object())

    assert await bot.say("!services") == [
        "Services:\n  clock - rosey\n  names - quote_db\n  quotes 2 - quote_db"
    ]


async def test_no_services_are_listed_as_none() -> None:
    async with Bot() as bot:
        assert await bot.say("!services") == ["Services:\n  none"]


async def test_help_lists_what_the_user_may_use(bot: Bot) -> None:
    (answer,) = await bot.say("!help", rank=Rank.GUEST)

    assert answer == (
        "Commands:\n"
        "  !help [command] - List the commands, or explain one.\n"
        "  !plugin [action] [name] [option] - List and manage plugins.\n"
        "  !roll [sides] - Roll a die.\n"
        "  !services - List the services that plugins provide."
    )
    assert "  !cheat\n" in (await bot.say("!help"))[0]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("!help roll", "!roll [sides] - Roll a die."),
        ("!help !ROLL", "!roll [sides] - Roll a die."),
        ("!help r", "!roll [sides] - Roll a die."),
        ("!help cheat", "!cheat (rank: owner) - no help"),
        ("!help !nothing", "There is no command !nothing."),
    ],
)
async def test_help_explains_one_command(bot: Bot, line: str, answer: str) -> None:
    assert await bot.say(line) == [answer]


async def test_answers_use_the_prefix_of_the_bot(folder: Path) -> None:
    async with bot_of(folder, command_prefix="?") as bot:
        assert "Commands: ?cheat, ?roll" in (await bot.say("?plugin info dice_roller"))[0]
        assert await bot.say("?plugin reload trivia", rank=Rank.GUEST) == [
            "?plugin reload needs the rank admin."
        ]


CANARY = "canary-hunter2"

LEAKS = [
    pytest.param("raise ValueError(os.environ['CANARY'])", id="import"),
    pytest.param("async def setup(self):\n    raise ValueError(self.config['token'])", id="setup"),
    pytest.param("dependencies = [os.environ['CANARY']]", id="dependency"),
]


@pytest.mark.parametrize("body", LEAKS)
async def test_secret_is_not_in_the_answer_to_a_load_or_reload_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    monkeypatch.setenv("CANARY", CANARY)
    plugins = {"plugin_config": {"network": {"token": "${CANARY}"}}, "disabled": ["network"]}
    write_plugin(tmp_path, "network", f"import os\n{body}")
    async with bot_of(tmp_path, plugins=plugins, environ={"CANARY": CANARY}) as bot:
        said = await bot.say("!plugin load network")
        again = await bot.say("!plugin reload network")
        write_plugin(tmp_path, "network")
        await bot.load("network")
        write_plugin(tmp_path, "network", f"import os\n{body}")
        serving = await bot.say("!plugin reload network")

    assert ["<secret>" in answers[-1] for answers in (said, again, serving)] == [True] * 3
    assert CANARY not in "".join([*said, *again, *serving])


async def test_secret_in_a_path_is_not_in_the_answer_to_info(tmp_path: Path) -> None:
    folder = tmp_path / CANARY
    folder.mkdir()
    (folder / "os.py").write_text("", encoding="utf-8")
    plugins = {"plugin_dirs": [str(tmp_path / "${CANARY}")]}
    async with bot_of(folder, plugins=plugins, environ={"CANARY": CANARY}) as bot:
        said = await bot.say("!plugin info os")

    assert "<secret>" in said[0]
    assert CANARY not in said[0]


SCHEMA = """
class config_schema(ConfigSchema):
    token = SecretField()
    url = fields.Str()
"""


@pytest.mark.parametrize("schema", ["", SCHEMA], ids=["no schema", "schema"])
async def test_secret_is_in_no_answer(tmp_path: Path, schema: str) -> None:
    body = f"""
{schema}

async def setup(self):
    self.token = self.config["token"]

@command("login")
async def login(self, ctx):
    token = getattr(self.token, "reveal", lambda: self.token)()
    raise ValueError(f"cannot log in with {{token}}")
"""
    write_plugin(tmp_path, "network", body)
    settings = {"token": "${TOKEN}", "url": "https://bot:${TOKEN}@host"}
    plugins = {"plugin_config": {"network": settings}}
    async with bot_of(tmp_path, plugins=plugins, environ={"TOKEN": CANARY}) as bot:
        said = await bot.say("!login") + await bot.say("!plugin info network")

    assert "  token: '${TOKEN}'\n  url: 'https://bot:${TOKEN}@host'" in said[-1]
    assert "Faults: 1, last ValueError: cannot log in with <secret>" in said[-1]
    assert CANARY not in "".join(said)


COUNTER = """
def export_state(self): return self.count
def import_state(self, state, version): self.count = state
count = 0
@command("count")
async def say_count(self, ctx):
    self.count += 1
    await ctx.reply(str(self.count))
"""


async def test_reload_keeps_the_state_unless_it_is_to_be_fresh(folder: Path) -> None:
    write_plugin(folder, "counter", COUNTER)
    async with bot_of(folder) as bot:
        await bot.say("!count")
        await bot.say("!plugin reload counter")
        assert await bot.say("!count") == ["2"]

        await bot.say("!plugin reload counter --fresh")
        assert await bot.say("!count") == ["1"]


@pytest.mark.parametrize("line", ["reload trivia --old", "load trivia --fresh", "info trivia x"])
async def test_option_that_there_is_not_is_answered_with_the_usage(bot: Bot, line: str) -> None:
    (answer,) = await bot.say(f"!plugin {line}")

    assert answer == f"{USAGE} (only reload takes an option: --fresh)"
