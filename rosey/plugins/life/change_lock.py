"""The lock of a plugin: whoever changes it holds it, and it is known who waits for that."""

from __future__ import annotations

import asyncio

from rosey.errors import PluginStateError
from rosey.plugins.calling.calls import Caller
from rosey.plugins.calling.gate import Gate
from rosey.plugins.calling.ownership import check_permission, current_owner
from rosey.plugins.supervision.permissions import Permission


class ChangeLock:
    """Held by whoever changes a plugin, one after the other, in the order of asking.

    Args:
        plugin: The plugin's name.
        gate: The plugin's gate.
        caller: Told who waits, so that a change does not wait for code that waits for it.
    """

    def __init__(self, plugin: str, gate: Gate, caller: Caller) -> None:
        self._plugin = plugin
        self._gate = gate
        self._caller = caller
        self._lock = asyncio.Lock()

    def locked(self) -> bool:
        """Whether somebody is changing the plugin."""
        return self._lock.locked()

    async def __aenter__(self) -> None:
        """Wait until nobody else changes the plugin.

        Raises:
            PermissionDeniedError: A plugin asks that has not declared `manage`.
            PluginStateError: A hook of the plugin asks, which whoever changes it waits for.
        """
        check_permission(Permission.MANAGE)
        owner = current_owner()
        if self.locked() and owner is not None and owner.is_staged and owner.gate is self._gate:
            message = (
                f"{self._plugin} is being changed: its own hooks cannot ask for another change"
            )
            raise PluginStateError(self._plugin, message)
        with self._caller.stalled_at(self._gate):
            await self._lock.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()
