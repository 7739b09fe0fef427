"""What the parts of the bot ask about a plugin: how much it may take, and what it has taken."""

from __future__ import annotations

from rosey.errors import PermissionDeniedError, PluginError
from rosey.plugins.base import Plugin
from rosey.plugins.life.slots import Slot
from rosey.plugins.manager import PluginManager
from rosey.plugins.supervision.limits import Limits
from rosey.plugins.supervision.permissions import Permission
from rosey.storage import Storage


class Denied:
    """Stands in for what a plugin has not declared that it needs: any use of it is refused."""

    def __init__(self, plugin: str, permission: Permission) -> None:
        self._plugin = plugin
        self._permission = permission

    def __getattr__(self, attribute: str) -> object:
        raise PermissionDeniedError(self._plugin, self._permission)


class Oversight:
    """Knows the limits, permissions and accounts of all plugins, for whoever deals with them.

    Args:
        plugin_manager: Has the plugins.
        storage: Has what they persist.
    """

    def __init__(self, plugin_manager: PluginManager, storage: Storage) -> None:
        self._manager = plugin_manager
        self._storage = storage

    def attach_storage(self, plugin: Plugin) -> None:
        """Give a fresh plugin its storage, if it has declared that it needs it."""
        may_keep = Permission.STORAGE in plugin.ledger.permissions
        storage = self._storage.namespace(plugin.name) if may_keep else None
        plugin.storage = storage or Denied(plugin.name, Permission.STORAGE)

    def limits_of(self, plugin: str) -> Limits:
        """How much a plugin may take; one that is not loaded, as much as any."""
        slot = self._slot(plugin)
        staged = slot.staged if slot is not None else None
        return staged.ledger.limits if staged is not None else self._manager.limits

    def silence_of(self, plugin: str) -> PluginError | None:
        """Why a plugin may say nothing; None where it may speak."""
        slot = self._slot(plugin)
        if slot is None or slot.staged is None:
            return None
        if Permission.SEND in slot.staged.ledger.permissions:
            return None
        return PermissionDeniedError(plugin, Permission.SEND)

    def note_reply(self, plugin: str) -> None:
        """Count a reply that went out."""
        slot = self._slot(plugin)
        if slot is not None:
            slot.account.replies += 1

    def note_refused_reply(self, plugin: str) -> None:
        """Count a reply that was not allowed."""
        slot = self._slot(plugin)
        if slot is not None:
            slot.account.refused_replies += 1

    def note_blocked(self, plugin: str | None, seconds: float) -> None:
        """Count seconds for which a plugin's code has held the loop."""
        slot = self._slot(plugin) if plugin is not None else None
        if slot is not None:
            slot.account.blocked_s += seconds

    def _slot(self, plugin: str) -> Slot | None:
        return self._manager.slots.get(plugin)
