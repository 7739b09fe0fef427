"""Schemas that nest each other by name mean those of their own generation."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import marshmallow
import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.loading.loader import Generation
from rosey.plugins.manager import PluginManager
from rosey.plugins.remedies import settle_schemas
from tests.plugins.generations import Bench, bench
from tests.plugins.host import Folder, Host

SHAPES = {
    "itself": ("Nested('Limits')", {"most": 1}),
    "list": ("List(fields.Nested('Limits'))", [{"most": 1}]),
    "values": ("Dict(fields.Str(), fields.Nested('Limits'))", {"a": {"most": 1}}),
    "keys": ("Dict(fields.Pluck('Limits', 'most'))", {1: "a"}),
    "tuple": ("Tuple([fields.Str(), fields.Nested('Limits')])", ["a", {"most": 1}]),
    "dictionary": ("Nested({'low': fields.Nested('Limits')})", {"low": {"most": 1}}),
    "list of lists": ("List(fields.List(fields.Nested('Limits')))", [[{"most": 1}]]),
    "full name": ("Nested('dice.Limits')", {"most": 1}),
    "name as marshmallow has it": ("Nested(f'{__name__}.Limits')", {"most": 1}),
}
CODE = """
from marshmallow import Schema, fields, post_load
class Settings(Schema):
    field = fields.FIELD
class Limits(Schema):
    most = fields.Integer()
    @post_load
    def note(self, data, **_):
        seen.append(type(self))
        return data["most"]
seen = []
early = Settings()
"""
HEAD = "from marshmallow import Schema, fields\n"


@pytest.fixture
def lab() -> Iterator[Bench]:
    with bench() as made:
        yield made


def settled(lab: Bench, code: str, **modules: str) -> Generation:
    """Run a generation and settle its schemas, as the plugin system does."""
    generation = lab.run(HEAD + code, **{n: HEAD + text for n, text in modules.items()})
    settle_schemas(generation)
    return generation


def nested(generation: Generation, schema: str = "Settings", field: str = "field") -> type[Any]:
    """The class that a field of a generation's schema nests."""
    made: marshmallow.Schema = vars(generation.main)[schema]()
    inner = made.fields[field]
    assert isinstance(inner, marshmallow.fields.Nested)
    return type(inner.schema)


@pytest.mark.parametrize("shape", SHAPES)
def test_name_means_a_schema_of_the_same_generation(lab: Bench, shape: str) -> None:
    field, value = SHAPES[shape]
    code = CODE.replace("FIELD", field)
    pair = lab.run(code), lab.run(code)

    for generation in pair:
        settle_schemas(generation)

    for generation in pair:
        names = vars(generation.main)
        # Also where the instance was made before anything was settled.
        for schema in (names["early"], names["Settings"]()):
            schema.load({"field": value})
        assert names["seen"] == [names["Limits"]] * 2


def test_no_registry_has_a_schema_that_was_settled(lab: Bench) -> None:
    before = {**marshmallow.class_registry._registry}  # noqa: SLF001  there is no public list

    settled(lab, "class Settings(Schema): ...")

    assert marshmallow.class_registry._registry == before  # noqa: SLF001  as above


def test_schema_that_is_never_registered_is_found_too(lab: Bench) -> None:
    code = """if True:
        from rosey.plugins.loading.schema import ConfigSchema
        class Settings(ConfigSchema): field = fields.Nested("Limits")
        class Limits(ConfigSchema): ...
    """
    generation = settled(lab, code)

    assert nested(generation) is vars(generation.main)["Limits"]


def test_name_means_the_nearest_of_two_modules(lab: Bench) -> None:
    code = """if True:
        from .parts import Limits as Other
        class Settings(Schema): field = fields.Nested("Limits")
        class Limits(Schema): ...
    """
    generation = settled(lab, code, parts="class Limits(Schema): ...")

    assert nested(generation) is vars(generation.main)["Limits"]


def test_later_of_two_schemas_of_one_name_is_meant(lab: Bench) -> None:
    code = """if True:
        class Limits(Schema): ...
        first = Limits
        class Limits(Schema): ...
        class Settings(Schema): field = fields.Nested("Limits")
    """
    generation = settled(lab, code)

    assert nested(generation) is vars(generation.main)["Limits"]


def test_name_may_mean_a_schema_of_a_library(lab: Bench) -> None:
    class Library(marshmallow.Schema): ...

    generation = settled(lab, 'class Settings(Schema): field = fields.Nested("Library")')

    assert nested(generation) is Library
    del marshmallow.class_registry._registry["Library"]  # noqa: SLF001  nobody else gives it back


def test_field_that_a_library_s_schema_bequeaths_is_left_to_it(
    lab: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Base(marshmallow.Schema):
        field = marshmallow.fields.Nested("Limits")

        class Meta:
            register = False

    monkeypatch.setattr(marshmallow, "Base", Base, raising=False)
    code = "from marshmallow import Base\nclass Settings(Base): ...\nclass Limits(Schema): ..."
    settled(lab, code)

    field = Base().fields["field"]

    assert isinstance(field, marshmallow.fields.Nested)
    assert field.nested == "Limits"


def test_field_of_a_mixin_is_settled(lab: Bench) -> None:
    code = """if True:
        class Mixin: field = fields.Nested("Limits")
        class Settings(Mixin, Schema): ...
        class Limits(Schema): ...
    """
    generation = settled(lab, code)

    assert nested(generation) is vars(generation.main)["Limits"]


def test_schema_of_a_late_import_is_settled_by_another_call(lab: Bench) -> None:
    code = "class Limits(Schema): ...\ndef late():\n    from . import parts\n    return parts"
    generation = settled(lab, code, parts='class Late(Schema): field = fields.Nested("Limits")')
    vars(generation.main)["Late"] = vars(vars(generation.main)["late"]())["Late"]

    settle_schemas(generation)

    assert nested(generation, "Late") is vars(generation.main)["Limits"]


REFUSED = {
    "Limit": "none is called so",
    "scores.Limits": "none is called so",
    "Table": "none is called so",
    "Limits": "2 schemas are called so (dice.a, dice.b)",
}


@pytest.mark.parametrize("name", REFUSED)
def test_name_that_does_not_mean_one_schema_is_refused(lab: Bench, name: str) -> None:
    lab.run(f"{HEAD}class Table(Schema): ...", name="scores")
    code = f'from . import a, b\n\nclass Settings(Schema):\n    field = fields.Nested("{name}")'
    limits = "class Limits(Schema): ..."

    with pytest.raises(PluginLoadError) as caught:
        settled(lab, code, a=limits, b=limits)

    assert str(caught.value) == (
        f"dice: Settings.field nests a schema by the name {name!r}, but {REFUSED[name]}: nest "
        "the class itself, or `lambda: Class` where it is defined later "
        f"({Path('plugins', 'dice', '__init__.py')}:4)"
    )


def test_refused_schema_that_no_module_defines_has_the_plugin_s_path(lab: Bench) -> None:
    code = """if True:
        class Kind(type(Schema)): ...
        class Base(Schema, metaclass=Kind): ...
        Settings = Base.from_dict({"field": fields.Nested("Limit")})
    """
    with pytest.raises(PluginLoadError) as caught:
        settled(lab, code)

    assert caught.value.path == Path("plugins", "dice")


def test_nothing_is_settled_where_nobody_uses_marshmallow(
    lab: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = lab.run(f'{HEAD}class Settings(Schema): field = fields.Nested("Limit")')
    monkeypatch.delitem(sys.modules, "marshmallow")

    settle_schemas(generation)


PLUGIN_HEAD = """
    from marshmallow import Schema, fields
    class Limits(Schema):
        most = fields.Integer(load_default=VERSION)
    class Settings(Schema):
        field = fields.Nested("Limits")
"""
PLUGIN = """
    async def setup(self):
        from . import late
        self.schemas = Settings, late.Late
        self.on_event("load", self.load)
        if VERSION == 2:
            self.bot.waiting.set()
            await self.bot.go_on.wait()
    def load(self, event, data):
        self.bot.log += [schema().load({"field": {}}) for schema in self.schemas]
"""
LATE = 'class Late(Schema):\n    field = fields.Nested("Limits")'


def write(folder: Folder, version: int) -> None:
    """Write a plugin that imports some of its schemas while it is set up."""
    head, body = (text.replace("VERSION", str(version)) for text in (PLUGIN_HEAD, PLUGIN))
    folder.plugin("dice", body, head=head, file="dice/__init__.py")
    folder.write("dice/late.py", HEAD + LATE)


async def test_names_mean_the_same_while_a_reload_is_being_prepared(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    write(folder, 1)
    await manager.load_plugin("dice")
    write(folder, 2)
    reload = asyncio.create_task(manager.reload_plugin("dice"))
    await host.waiting.wait()

    await host.bus.emit("load")
    host.go_on.set()
    await reload
    await host.bus.emit("load")

    assert host.log == [{"field": {"most": version}} for version in (1, 1, 2, 2)]


async def test_name_that_means_nothing_keeps_the_old_plugin(
    folder: Folder, manager: PluginManager
) -> None:
    write(folder, 1)
    old = await manager.load_plugin("dice")
    folder.write("dice/late.py", HEAD + LATE.replace("Limits", "Limit"))

    with pytest.raises(PluginLoadError, match="nests a schema by the name 'Limit'"):
        await manager.reload_plugin("dice")

    assert manager.get_plugin("dice") is old


async def test_settings_are_validated_by_schemas_that_are_nested_by_name(
    folder: Folder, manager: PluginManager
) -> None:
    head = """
        from rosey.plugins.loading.schema import ConfigSchema, fields
        class Settings(ConfigSchema): limits = fields.Nested("Limits")
        class Limits(ConfigSchema): most = fields.Integer()
    """
    folder.plugin("dice", "config_schema = Settings", head=head)

    plugin = await manager.load_plugin("dice", {"limits": {"most": "6"}})

    assert plugin.config == {"limits": {"most": 6}}
