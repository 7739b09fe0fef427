"""How settings reach a plugin."""

from __future__ import annotations

from pathlib import Path

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.loading.json_reading import MOST_BYTES
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

SCHEMA = """
    from rosey.plugins.loading.schema import ConfigSchema, fields, validate
    class Settings(ConfigSchema):
        sides = fields.Integer(load_default=6, validate=validate.Range(min=2))
    """


async def test_schema_fills_in_defaults(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("dice", "config_schema = Settings", head=SCHEMA)

    assert (await manager.load_plugin("dice")).config == {"sides": 6}


async def test_config_that_does_not_fit_refuses_the_plugin_with_every_fault(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", "config_schema = Settings", head=SCHEMA)

    with pytest.raises(PluginLoadError) as caught:
        await manager.load_plugin("dice", {"sides": 1, "side": 2})

    assert "plugins.plugin_config.dice.sides: must be greater than" in caught.value.reason
    assert "dice.side: there is no such setting; did you mean sides?" in caught.value.reason


async def test_settings_that_the_manager_reads_fit_every_schema(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", "config_schema = Settings", head=SCHEMA)

    plugin = await manager.load_plugin("dice", {"auto_reload_on_crash": True})

    assert plugin.config == {"sides": 6, "auto_reload_on_crash": True}


async def test_config_of_the_bot_reaches_plugins(folder: Folder) -> None:
    folder.plugin("dice")
    host = Host(folder.path, plugin_config={"dice": {"sides": 8}})

    await host.plugin_manager.load_all()

    assert host.plugin_manager.plugins["dice"].config == {"sides": 8}
    await host.close()


async def test_config_given_goes_before_the_one_of_the_bot(folder: Folder) -> None:
    folder.plugin("dice")
    host = Host(folder.path, plugin_config={"dice": {"sides": 8}})

    await host.plugin_manager.load_all({"dice": {"sides": 20}})

    assert host.plugin_manager.plugins["dice"].config == {"sides": 20}
    await host.close()


async def test_config_beside_a_package_gives_its_defaults(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", file="dice/__init__.py")
    folder.write("dice/config.json", '{"sides": 4, "count": 1}')

    assert (await manager.load_plugin("dice", {"count": 2})).config == {"sides": 4, "count": 2}


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("{\n,}", "not JSON: Expecting property name", 2),
        (b'{"a": "\xff"}', "not JSON: 'utf-8' codec", None),
        ("[" * 100_000, "not JSON: maximum recursion depth", None),
        ("[]", "it must hold a JSON object", None),
        ('{"a": 1, "a": 2}', "not JSON: the key 'a' stands twice in one object", None),
        ('{"a": NaN}', "not JSON: NaN is no number in JSON", None),
        ('{"a": [1.5, 1e999]}', "not JSON: a number is too large", None),
        (b" " * MOST_BYTES + b"{}", f"it is larger than {MOST_BYTES} bytes", None),
    ],
    ids=[
        "malformed",
        "undecodable",
        "too deep",
        "list",
        "twins",
        "no number",
        "infinity",
        "too large",
    ],
)
async def test_malformed_config_beside_a_package_refuses_it_alone(
    folder: Folder, manager: PluginManager, text: str | bytes, reason: str, line: int | None
) -> None:
    folder.plugin("dice", file="dice/__init__.py")
    path: Path = folder.write("dice/config.json", text)
    folder.plugin("other")

    failure = (await manager.load_all())["dice"]

    assert isinstance(failure, PluginLoadError)
    assert failure.reason.startswith(reason)
    assert (failure.path, failure.line) == (path, line)
    assert manager.list_plugins() == ["other"]
