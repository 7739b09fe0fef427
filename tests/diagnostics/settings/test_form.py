"""The form of a plugin tells what there is to set, by its schema or by what it was given."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from rosey.bot import Bot
from rosey.diagnostics.settings.checking import configure
from rosey.diagnostics.settings.form import config_form
from rosey.diagnostics.settings.model import Bounds, Setting, SettingKind
from rosey.errors import PluginError, PluginNotFoundError
from tests.bots import bot_of, write_plugin

CANARY = "canary-hunter2"

DECLARING = """
import enum

from rosey import *


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Config(ConfigSchema):
    {fields}


class Dice(Plugin):
    name = "dice"
    config_schema = Config
"""


@contextlib.asynccontextmanager
async def declaring(
    folder: Path,
    *fields: str,
    environ: dict[str, str] | None = None,
    **given: Any,  # noqa: ANN401  settings are of any type
) -> AsyncIterator[Bot]:
    """A bot with a plugin whose schema has some fields, and which is given some settings."""
    (folder / "dice.py").write_text(DECLARING.format(fields="\n    ".join(fields)), "utf-8")
    async with bot_of(folder, environ=environ, plugins={"plugin_config": {"dice": given}}) as bot:
        assert bot.failures == {}
        yield bot


async def settings_of(folder: Path, *fields: str, **given: Any) -> tuple[Setting, ...]:  # noqa: ANN401  as above
    """The settings that some fields make."""
    async with declaring(folder, *fields, **given) as bot:
        return (await config_form(bot, "dice")).settings


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("fields.Bool()", SettingKind.BOOL),
        ("fields.Int()", SettingKind.INT),
        ("fields.Float()", SettingKind.FLOAT),
        ("fields.Decimal()", SettingKind.FLOAT),
        ("fields.Str()", SettingKind.TEXT),
        ("fields.Email()", SettingKind.TEXT),
        ("fields.Date()", SettingKind.TEXT),
        ("SecretField()", SettingKind.TEXT),
        ("fields.Str(validate=validate.OneOf(['a']))", SettingKind.CHOICE),
        ("fields.Bool(validate=validate.OneOf([True]))", SettingKind.BOOL),
        ("fields.List(fields.Int())", SettingKind.LIST),
        ("fields.Tuple([fields.Int()])", SettingKind.LIST),
        ("fields.Dict()", SettingKind.DICT),
        ("fields.Nested(ConfigSchema, many=True)", SettingKind.LIST),
        ("fields.Nested(ConfigSchema)", SettingKind.GROUP),
        ("fields.Raw()", SettingKind.OTHER),
    ],
)
async def test_kind_is_that_of_the_field(tmp_path: Path, field: str, kind: SettingKind) -> None:
    (setting,) = await settings_of(tmp_path, f"it = {field}")

    assert setting.kind is kind


async def test_setting_has_what_the_field_says(tmp_path: Path) -> None:
    bounds, metadata = "validate.Range(1, 9)", "{'description': 'How many'}"
    field = f"dice = fields.Int(load_default=3, validate={bounds}, metadata={metadata})"

    assert await settings_of(tmp_path, field, dice=4) == (
        Setting(
            path="dice",
            kind=SettingKind.INT,
            help="How many",
            bounds=Bounds(least=1, most=9),
            default="3",
            value="4",
            is_given=True,
        ),
    )


async def test_setting_that_is_not_given_has_its_default(tmp_path: Path) -> None:
    one, made, required = await settings_of(
        tmp_path,
        "one = fields.Float(load_default=30)",
        "made = fields.List(fields.Int(), load_default=lambda: [1])",
        "required = fields.Str(required=True, data_key='asked')",
        asked="x",
    )

    assert (one.value, one.is_given, one.differs) == ("30.0", False, False)
    assert (made.value, made.default) == ("[1]", "[1]")
    assert (required.path, required.is_required, required.default) == ("asked", True, None)


async def test_equal_numbers_do_not_differ(tmp_path: Path) -> None:
    same, other = await settings_of(
        tmp_path,
        "same = fields.Float(load_default=2.0)",
        "other = fields.Float(load_default=2.0)",
        same=2,
        other=3,
    )

    assert (same.differs, other.differs) == (False, True)


@pytest.mark.parametrize(
    ("field", "demand"),
    [
        ("fields.Int(validate=validate.Range(min=1, max=5))", "int, 1 to 5"),
        (
            "fields.Float(validate=validate.Range(0, 9.5, min_inclusive=False))",
            "float, above 0, at most 9.5",
        ),
        ("fields.Int(validate=validate.Range(max=5, max_inclusive=False))", "int, below 5"),
        ("fields.Int(validate=validate.And(validate.Range(2), bool))", "int, at least 2"),
        ("fields.Int(validate=bool)", "int"),
        ("fields.Date(validate=validate.Range(min=__import__('datetime').date.min))", "text"),
        (
            "fields.Str(validate=validate.Length(1, 5), allow_none=True)",
            "text, 1 to 5 characters, or null",
        ),
        ("fields.List(fields.Int(), validate=validate.Length(equal=2))", "list, 2 entries"),
        ("fields.Str(validate=validate.OneOf('ab'))", 'one of "a", "b"'),
        ("fields.Int(validate=validate.OneOf(range(999)))", "int"),
    ],
)
async def test_demand_is_told_in_words(tmp_path: Path, field: str, demand: str) -> None:
    (setting,) = await settings_of(tmp_path, f"it = {field}")

    assert setting.demand == demand


async def test_members_of_an_enum_are_choices_as_a_file_has_them(tmp_path: Path) -> None:
    by_name, by_value = await settings_of(
        tmp_path,
        "name = fields.Enum(Level, load_default=Level.HIGH)",
        "value = fields.Enum(Level, by_value=True, load_default=Level.HIGH)",
    )

    assert (by_name.choices, by_name.default) == (('"LOW"', '"HIGH"'), '"HIGH"')
    assert (by_value.choices, by_value.default) == (("1", "2"), "2")


async def test_default_that_json_cannot_tell_is_written_as_the_field_does(tmp_path: Path) -> None:
    settings = await settings_of(
        tmp_path,
        "date = fields.Date(load_default=__import__('datetime').date(2026, 1, 31))",
        "decimal = fields.Decimal(load_default=__import__('decimal').Decimal('0.5'))",
        "thing = fields.Raw(load_default=object)",
    )

    assert [setting.default for setting in settings] == ['"2026-01-31"', "0.5", None]


async def test_nested_schema_is_a_group_with_the_paths_of_its_settings(tmp_path: Path) -> None:
    async with declaring(
        tmp_path,
        "limit = fields.Nested(ConfigSchema.from_dict({'a': fields.Int(), 'b': fields.Int()}),",
        "    load_default=lambda: {'b': 2})",
        limit={"a": 1},
    ) as bot:
        form = await config_form(bot, "dice")

    (group,) = form.settings
    assert group.kind is SettingKind.GROUP
    assert [(s.path, s.value) for s in group.leaves()] == [("limit.a", "1"), ("limit.b", "2")]
    assert form.get("limit.b") == group.parts[1]
    assert form.get("limit") is None


async def test_schema_that_nests_itself_comes_to_an_end(tmp_path: Path) -> None:
    (group,) = await settings_of(tmp_path, "again = fields.Nested(lambda: Config())")

    assert [setting.kind for setting in group.leaves()] == [SettingKind.DICT]


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("SecretField()", CANARY),
        ("fields.Str(load_only=True)", CANARY),
        ("fields.Str(metadata={'secret': True})", CANARY),
        ("fields.List(SecretField())", [CANARY]),
        ("fields.Dict(values=SecretField())", {"a": CANARY}),
        ("fields.Tuple([fields.Int(), SecretField()])", [1, CANARY]),
        (
            "fields.Nested(ConfigSchema.from_dict({'a': fields.Str()}), load_only=True)",
            {"a": CANARY},
        ),
        (
            "fields.Nested(ConfigSchema.from_dict({'a': SecretField()}), many=True)",
            [{"a": CANARY}],
        ),
    ],
)
async def test_secret_never_leaves_the_bot(tmp_path: Path, field: str, given: object) -> None:
    (setting,) = await settings_of(tmp_path, f"it = {field}", it=given)

    assert setting.is_secret
    assert (setting.value, setting.default, setting.shown_as) == (None, None, "<secret>")
    assert CANARY not in repr(setting)


async def test_secret_that_nobody_gave_shows_nothing(tmp_path: Path) -> None:
    (setting,) = await settings_of(tmp_path, "it = SecretField()")

    assert (setting.is_secret, setting.shown_as) == (True, "")


async def test_what_comes_from_the_environment_is_shown_as_its_variable(tmp_path: Path) -> None:
    fields = ["name = fields.Str()", "token = SecretField()", "mixed = SecretField()"]
    fields += ["db = fields.Dict()", "copy = fields.Str()"]
    async with declaring(
        tmp_path,
        *fields,
        environ={"TOKEN": CANARY},
        name="${TOKEN}",
        token="${TOKEN}",
        mixed="half${TOKEN}",
        db={"host": "here", "password": "${TOKEN}"},
        copy=CANARY,
    ) as bot:
        form = await config_form(bot, "dice")

    assert [(s.is_secret, s.value) for s in form.settings] == [(True, None)] * 5
    assert [s.shown_as for s in form.settings] == [
        "${TOKEN}",
        "${TOKEN}",
        "<secret>",
        '{"host": "here", "password": "${TOKEN}"}',
        "<secret>",
    ]


async def test_what_was_given_by_hand_for_a_variable_is_a_secret_too(tmp_path: Path) -> None:
    field, environ = "name = fields.Str()", {"TOKEN": CANARY}
    async with declaring(tmp_path, field, environ=environ, name="${TOKEN}") as bot:
        await bot.plugin_manager.configure_plugin("dice", {"name": "another"})
        (setting,) = (await config_form(bot, "dice")).settings

    assert (setting.is_secret, setting.value, setting.shown_as) == (True, None, "<secret>")


async def test_what_stands_beside_a_variable_is_no_secret_once_it_is_given_by_hand(
    tmp_path: Path,
) -> None:
    inner = "{'host': fields.Str(), 'user': fields.Str(), 'password': fields.Str()}"
    field = f"db = fields.Nested(ConfigSchema.from_dict({inner}))"
    given = {"host": "here", "user": "${USER}", "password": "${TOKEN}"}
    environ = {"TOKEN": CANARY, "USER": "ann-the-owner"}
    async with declaring(tmp_path, field, environ=environ, db=given) as bot:
        await configure(bot, "dice", {"db.host": "there", "db.user": "bob"})
        (group,) = (await config_form(bot, "dice")).settings

    assert [(s.value, s.shown_as) for s in group.leaves()] == [
        ('"there"', ""),
        (None, "<secret>"),
        (None, "${TOKEN}"),
    ]


async def test_every_plugin_has_the_common_settings_that_are_not_its_own(tmp_path: Path) -> None:
    async with declaring(tmp_path, "unload_after_idle_s = fields.Int()") as bot:
        form = await config_form(bot, "dice")

    assert [s.path for s in form.common] == ["auto_reload_on_crash", "limits"]
    jitter = form.get("limits.crash.jitter")
    assert jitter is not None
    assert jitter.demand == "float, 0 to 1"


async def test_plugin_without_a_schema_has_the_settings_that_it_was_given(tmp_path: Path) -> None:
    write_plugin(tmp_path / "dice", "__init__", "pass").write_text(
        "from rosey import Plugin\nclass Dice(Plugin):\n    name = 'dice'\n"
    )
    (tmp_path / "dice" / "config.json").write_text('{"sides": 6, "loud": true}')
    given = {"sides": 20, "word": "hi", "ratio": 0.5, "more": [1], "by": {"a": 1}, "none": None}
    async with bot_of(tmp_path, plugins={"plugin_config": {"dice": given}}) as bot:
        form = await config_form(bot, "dice")

    assert not form.has_schema
    assert [(s.path, str(s.kind)) for s in form.settings] == [
        ("sides", "int"),
        ("loud", "bool"),
        ("word", "text"),
        ("ratio", "float"),
        ("more", "list"),
        ("by", "dict"),
        ("none", "other"),
    ]
    sides, loud, *_ = form.settings
    assert (sides.value, sides.default, sides.is_given, sides.differs) == ("20", "6", True, True)
    assert (loud.value, loud.default, loud.is_given, loud.differs) == ("true", "true", False, False)


async def test_plugins_own_defaults_go_before_those_of_its_schema(tmp_path: Path) -> None:
    (tmp_path / "dice").mkdir()
    text = DECLARING.format(fields="sides = fields.Int(load_default=6)")
    (tmp_path / "dice" / "__init__.py").write_text(text)
    (tmp_path / "dice" / "config.json").write_text('{"sides": 8}')
    async with bot_of(tmp_path) as bot:
        (setting,) = (await config_form(bot, "dice")).settings

    assert (setting.value, setting.default) == ("8", "8")


async def test_plugin_that_is_not_loaded_has_no_form(tmp_path: Path) -> None:
    async with bot_of(tmp_path) as bot:
        with pytest.raises(PluginNotFoundError):
            await config_form(bot, "dice")


async def test_schema_that_fails_to_tell_is_named(tmp_path: Path) -> None:
    # It is asked for a default when the plugin is loaded, and again for the form.
    default = "fields.Int(load_default=iter([1]).__next__)"
    async with declaring(tmp_path, f"it = {default}") as bot:
        with pytest.raises(PluginError, match="the config_schema of dice cannot be read: "):
            await config_form(bot, "dice")
