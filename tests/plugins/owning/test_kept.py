"""Live things go from generation to generation, and are closed when nobody keeps them any more."""

from __future__ import annotations

from typing import Any

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

BODY = """
    async def setup(self):
        self.db = await self.keep("db", self.connect, key={key}, {close})
        {more}
    {connect}
    """
CONNECT = """async def connect(self):
        from tests.plugins.owning.test_kept import Connection
        return Connection(self.bot.log)
    """


class Connection:
    """A thing of a library."""

    def __init__(self, log: list[Any]) -> None:
        self.log = log
        log.append("opened")

    async def aclose(self) -> None:
        """Close it as most libraries have it closed."""
        self.log.append("closed")


def write(folder: Folder, key: object = 1, *, close: str = "", more: str = "") -> None:
    folder.plugin("dice", BODY.format(key=repr(key), close=close, more=more, connect=CONNECT))


def db(manager: PluginManager) -> object:
    plugin: Any = manager.plugins["dice"]
    found: object = plugin.db
    return found


async def test_thing_with_an_equal_key_is_handed_over(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    write(folder, {"path": ["a"]})
    await manager.load_plugin("dice")
    before = db(manager)

    for _ in range(3):
        await manager.reload_plugin("dice")

    assert db(manager) is before
    assert host.log == ["opened"]
    await manager.unload_plugin("dice")
    assert host.log == ["opened", "closed"]


async def test_thing_with_another_key_is_made_anew_and_the_old_one_closed_after_the_swap(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    write(folder, 1)
    await manager.load_plugin("dice")
    before = db(manager)
    write(folder, 2)

    await manager.reload_plugin("dice")

    assert db(manager) is not before
    assert host.log == ["opened", "opened", "closed"]


async def test_thing_that_is_kept_no_more_is_closed(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    write(folder)
    await manager.load_plugin("dice")
    folder.plugin("dice")

    await manager.reload_plugin("dice")

    assert host.log == ["opened", "closed"]


@pytest.mark.parametrize(("key", "log"), [(1, ["opened"]), (2, ["opened", "opened", "closed"])])
async def test_failed_reload_closes_what_it_has_made_and_nothing_else(
    folder: Folder, host: Host, manager: PluginManager, key: int, log: list[str]
) -> None:
    write(folder, 1)
    await manager.load_plugin("dice")
    before = db(manager)
    write(folder, key, more="1 / 0")

    with pytest.raises(PluginLoadError, match="ZeroDivisionError"):
        await manager.reload_plugin("dice")

    assert db(manager) is before
    assert host.log == log


async def test_newest_generation_says_how_a_thing_is_closed(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    write(folder, close='close=lambda db: self.bot.log.append("old")')
    await manager.load_plugin("dice")
    write(folder, close='close=lambda db: self.bot.log.append("new")')
    await manager.reload_plugin("dice")

    await manager.unload_plugin("dice")

    assert host.log == ["opened", "new"]


async def test_thing_without_a_close_is_let_go(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("dice", 'async def setup(self): self.db = await self.keep("db", dict)')
    await manager.load_plugin("dice")

    await manager.unload_plugin("dice")

    assert manager.plugins == {}


async def test_failing_close_is_named(
    folder: Folder, host: Host, manager: PluginManager, caplog: pytest.LogCaptureFixture
) -> None:
    write(folder, close="close=lambda db: 1 / 0")
    await manager.load_plugin("dice")

    await manager.unload_plugin("dice")

    assert [fault["where"] for fault in await host.errors()] == ["kept db"]
    assert "dice left something behind: kept db: division by zero" in caplog.text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('await self.keep("db", lambda: self)', "'db': a Main of dice generation"),
        ('await self.keep("db", dict, key=[self])', r"key of 'db'\[0\]: a Main of dice generation"),
        (
            'await self.keep("db", dict); await self.keep("db", dict, key=2)',
            "'db' is kept with another key already",
        ),
    ],
)
async def test_what_the_next_generation_could_not_use_is_refused(
    folder: Folder, manager: PluginManager, body: str, reason: str
) -> None:
    folder.plugin("dice", f"async def setup(self): {body}")

    with pytest.raises(PluginLoadError, match=reason):
        await manager.load_plugin("dice")


async def test_thing_that_is_asked_for_again_is_the_same(
    folder: Folder, manager: PluginManager
) -> None:
    body = 'self.same = await self.keep("db", dict) is await self.keep("db", dict)'
    folder.plugin("dice", f"async def setup(self): {body}")

    plugin: Any = await manager.load_plugin("dice")

    assert plugin.same
    assert plugin.ledger.kept.names == ("db",)
