"""A check says what a change of settings would do, and does nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rosey.bot import Bot
from rosey.diagnostics.settings.checking import ConfigCheck, check_config, configure
from rosey.errors import ConfigFault, PluginNotFoundError, UsageError
from tests.bots import bot_of, write_plugin

CANARY = "canary-hunter2"

DICE = """
class config_schema(ConfigSchema):
    sides = fields.Int(load_default=6, validate=validate.Range(2, 100))
    word = fields.Str(load_default="hi")
    key = SecretField(load_default=None, allow_none=True)
    inner = fields.Nested(ConfigSchema.from_dict({"a": fields.Int(load_default=1)}))
    ways = fields.Dict(load_default=dict)
"""


def dice_of(folder: Path, body: str = DICE, **given: object) -> Bot:
    """A bot with a plugin that has been given some settings."""
    write_plugin(folder, "dice", body)
    return bot_of(folder, environ={"KEY": CANARY}, plugins={"plugin_config": {"dice": given}})


async def checked(folder: Path, given: dict[str, Any], **changes: object) -> ConfigCheck:
    """What a check says of some changes."""
    async with dice_of(folder, **given) as bot:
        return await check_config(bot, "dice", changes)


async def test_check_tells_what_would_be_another_thing(tmp_path: Path) -> None:
    check = await checked(tmp_path, {"inner": {"a": 5}}, sides=20, word="ho", **{"inner.a": 7})

    assert check.lines == (
        "inner.a: 5 -> 7",
        "sides: 6 -> 20",
        'word: "hi" -> "ho"',
        "dice would be reloaded",
    )


async def test_check_changes_nothing(tmp_path: Path) -> None:
    async with dice_of(tmp_path) as bot:
        await check_config(bot, "dice", {"sides": 20})

        assert bot.plugin_manager.plugins["dice"].config["sides"] == 6
        assert bot.plugin_manager.slots.known("dice").reloads == 0


async def test_all_faults_are_told_by_path(tmp_path: Path) -> None:
    limits = {"limits.deadline_s": -1, "limits.crash.jitter": 2}
    check = await checked(tmp_path, {}, sides=1, key=3, wrod="x", **limits)

    assert {fault.path for fault in check.faults} == {"sides", "key", "wrod", *limits}
    assert ConfigFault(path="limits.crash.jitter", reason="must be 0 to 1") in check.faults
    assert check.changes == ()
    assert check.lines[-1] == "dice would keep its settings"


async def test_what_means_the_same_changes_nothing(tmp_path: Path) -> None:
    check = await checked(tmp_path, {"sides": 8}, sides="8", word="hi")

    assert (check.faults, check.changes, check.reloads) == ((), (), ())
    assert check.lines == ("nothing would change",)


async def test_plugins_that_depend_on_it_would_be_reloaded_too(tmp_path: Path) -> None:
    write_plugin(tmp_path, "game", 'dependencies = ["dice"]')
    check = await checked(tmp_path, {}, sides=20)

    assert check.reloads == ("game",)
    assert check.lines[-1] == "dice would be reloaded, and with it game"


@pytest.mark.parametrize(
    ("given", "new", "lines"),
    [
        ("${KEY}", CANARY[::-1], ("key: ${KEY} -> <another secret>",)),
        ("plain-secret", CANARY[::-1], ("key: <secret> -> <another secret>",)),
        ("${KEY}", CANARY, ()),
    ],
)
async def test_secret_is_compared_and_not_told(
    tmp_path: Path, given: str, new: str, lines: tuple[str, ...]
) -> None:
    check = await checked(tmp_path, {"key": given}, key=new)

    assert check.lines[: len(lines)] == lines
    assert len(check.changes) == len(lines)
    assert CANARY[::-1] not in repr(check)


async def test_new_and_lost_entries_are_told(tmp_path: Path) -> None:
    check = await checked(tmp_path, {"ways": {"a": 1, "b": 2}}, ways={"b": 2, "c": 3})

    assert check.lines[:2] == ("ways.a is gone (was 1)", "ways.c = 3 (new)")


async def test_value_that_json_cannot_tell_is_told_in_pythons_words(tmp_path: Path) -> None:
    body = "class config_schema(ConfigSchema):\n    at = fields.Date(load_default=None)"
    async with dice_of(tmp_path, body, at="2026-01-31") as bot:
        check = await check_config(bot, "dice", {"at": "2026-02-01"})

    before, after = "datetime.date(2026, 1, 31)", "datetime.date(2026, 2, 1)"
    assert check.lines[0] == f"at: {before} -> {after}"


async def test_schema_that_raises_is_a_fault(tmp_path: Path) -> None:
    body = """
    class config_schema(ConfigSchema):
        n = fields.Int(load_default=0, validate=lambda n: 1 / (n < 5))
    """
    async with dice_of(tmp_path, body) as bot:
        check = await check_config(bot, "dice", {"n": 5})

    assert check.faults == (ConfigFault(path="", reason="ZeroDivisionError: division by zero"),)


async def test_path_into_no_group_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"sides\.a leads into"):
        await checked(tmp_path, {"sides": 5}, **{"sides.a": 1})


async def test_plugin_that_is_not_loaded_is_not_checked(tmp_path: Path) -> None:
    async with bot_of(tmp_path) as bot:
        with pytest.raises(PluginNotFoundError):
            await check_config(bot, "dice", {})


async def test_change_in_a_group_keeps_the_rest_of_it(tmp_path: Path) -> None:
    async with dice_of(tmp_path, limits={"queued_events": 9}) as bot:
        await configure(bot, "dice", {"limits.deadline_s": 2, "sides": 20})
        config = bot.plugin_manager.plugins["dice"].config

    assert config["limits"] == {"queued_events": 9, "deadline_s": 2}
    assert config["sides"] == 20
