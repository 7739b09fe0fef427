"""What a plugin has not declared is refused to it, and it is named."""

from __future__ import annotations

import logging

import pytest

from rosey.errors import PermissionDeniedError, PluginLoadError
from rosey.plugins.calling.ownership import check_permission
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from rosey.plugins.supervision.permissions import Permission
from tests.plugins.host import Folder, Host

ASKS = """
permissions = {permissions}

@on("ask")
async def ask(self, event, data):
    {asks}
    self.bot.log.append("done")
"""

ASKED = {
    "services": 'self.provide_service("scores", object())',
    "manage": 'await self.bot.plugin_manager.unload_plugin("quiz")',
}


async def ask(host: Host, folder: Folder, permissions: object, asks: str) -> list[str]:
    """Have a plugin ask for something; tells what it was refused with."""
    folder.plugin("quiz")
    folder.plugin("dice", ASKS.format(permissions=permissions, asks=asks))
    await host.plugin_manager.load_all()
    await host.bus.emit("ask")
    return [error["error"] for error in await host.errors()]


@pytest.mark.parametrize("permission", ASKED)
async def test_what_is_declared_is_granted(folder: Folder, host: Host, permission: str) -> None:
    assert await ask(host, folder, {permission}, ASKED[permission]) == []
    assert host.log == ["done"]


@pytest.mark.parametrize("permission", ASKED)
async def test_what_is_not_declared_is_refused(folder: Folder, host: Host, permission: str) -> None:
    refused = await ask(host, folder, sorted(ASKED.keys() - {permission}), ASKED[permission])

    why = f"dice has not declared {permission!r}: add it to its permissions"
    assert refused == [f"rosey.errors.PermissionDeniedError: {why}"]
    assert "done" not in host.log


@pytest.mark.parametrize("permission", ASKED)
async def test_who_declares_nothing_may_do_everything(
    folder: Folder, host: Host, permission: str
) -> None:
    assert await ask(host, folder, None, ASKED[permission]) == []


@pytest.mark.parametrize("way", ["get", "handle"])
async def test_service_of_others_cannot_be_used_without(
    folder: Folder, host: Host, way: str
) -> None:
    asks = f'self.bot.services.{way}("scores")'
    host.services.register("scores", object())

    assert len(await ask(host, folder, {"manage"}, asks)) == 1


@pytest.mark.parametrize(
    "asks",
    [
        "await manager.load_plugin('other')",
        "await manager.reload_plugin('quiz')",
        "await manager.disable_plugin('quiz')",
        "await manager.configure_plugin('quiz', {})",
    ],
)
async def test_plugin_that_may_not_manage_changes_no_plugin(
    folder: Folder, host: Host, manager: PluginManager, asks: str
) -> None:
    folder.plugin("other")
    body = ASKS.format(permissions="set()", asks=f"manager = self.bot.plugin_manager; {asks}")
    folder.plugin("dice", body)
    folder.plugin("quiz")
    quiz = await manager.load_plugin("quiz")
    await manager.load_plugin("dice")

    await host.bus.emit("ask")

    assert "has not declared 'manage'" in (await host.errors())[0]["error"]
    assert manager.get_plugin("quiz") is quiz
    assert manager.slots.known("quiz").state is PluginState.ENABLED
    assert manager.list_plugins() == ["dice", "quiz"]


async def test_what_a_new_version_declares_counts_from_its_setup_on(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    await manager.load_plugin("dice")
    setup = 'async def setup(self):\n    self.provide_service("scores", object())'
    folder.plugin("dice", f"permissions = set()\n{setup}")

    with pytest.raises(PluginLoadError, match="has not declared 'services'"):
        await manager.reload_plugin("dice")


@pytest.mark.parametrize("declared", ["{'sing'}", "'send'", "{'send': True}", "[1]", "[[]]", "7"])
async def test_permissions_that_do_not_exist_are_refused(
    folder: Folder, manager: PluginManager, declared: str
) -> None:
    folder.plugin("dice", f"permissions = {declared}")

    with pytest.raises(PluginLoadError, match="its permissions must be a set of some of manage, "):
        await manager.load_plugin("dice")


@pytest.mark.parametrize(
    ("declared", "told"),
    [("{'send', 'manage'}", "manage, send"), ("set()", "nothing"), ("None", "everything")],
)
async def test_what_a_plugin_may_is_logged_when_it_is_loaded(
    folder: Folder,
    manager: PluginManager,
    caplog: pytest.LogCaptureFixture,
    declared: str,
    told: str,
) -> None:
    folder.plugin("dice", f"permissions = {declared}")

    with caplog.at_level(logging.INFO):
        await manager.load_plugin("dice")

    assert f"dice 0.1.0 is loaded; it may use: {told}" in caplog.text


def test_bot_itself_may_do_everything() -> None:
    for permission in Permission:
        check_permission(permission)


def test_refusal_names_plugin_and_permission() -> None:
    error = PermissionDeniedError("dice", Permission.SEND)

    assert (error.plugin, error.permission) == ("dice", "send")
