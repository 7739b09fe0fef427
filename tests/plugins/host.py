"""The smallest bot that plugins run in, and a folder to write them to."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rosey.plugins.base import Plugin
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.calls import Caller
from rosey.plugins.events import Subscription
from rosey.plugins.manager import PluginManager
from rosey.plugins.services import ServiceRegistry


class Folder:
    """A plugin directory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(exist_ok=True)

    def write(self, file: str, code: str | bytes) -> Path:
        """Write a file as it is, but for the indentation that all lines of a text share."""
        path = self.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(code if isinstance(code, bytes) else textwrap.dedent(code).encode())
        return path

    def plugin(self, name: str, body: str = "", *, head: str = "", file: str = "") -> Path:
        """Write a plugin: `body` stands in its class, `head` above that."""
        code = (
            "import asyncio\nfrom rosey.plugins import Plugin, every, on\n"
            f"{textwrap.dedent(head)}\n"
            f"class Main(Plugin):\n    name = {name!r}\n"
            f"{textwrap.indent(textwrap.dedent(body), '    ')}"
        )
        return self.write(file or f"{name}.py", code)


class Host:
    """A bot without chat.

    Attributes:
        commands: Who answers which word.
        log: Where plugins leave traces.
        waiting: A plugin says with it that it waits for `go_on`.
        go_on: What a plugin waits for that must not end before a test is ready.
    """

    def __init__(
        self,
        *plugin_dirs: Path,
        plugin_config: Mapping[str, Mapping[str, Any]] | None = None,
        deadline_s: float = 10,
    ) -> None:
        self.bus = PluginEventBus(Caller(deadline_s=deadline_s, grace_s=0.05))
        self.services = ServiceRegistry()
        self.commands: dict[str, Callable[..., Any]] = {}
        self.log: list[Any] = []
        self.waiting, self.go_on = asyncio.Event(), asyncio.Event()
        self.plugin_manager = PluginManager(self, plugin_dirs, plugin_config=plugin_config)

    def register_command(self, name: str, handler: Callable[..., Any], *, plugin: Plugin) -> None:
        """Answer the chat command `name` with `handler(event, data)`."""
        plugin.ledger.take(
            "command",
            name,
            begin=lambda: self.commands.update({name: handler}),
            give_back=lambda: self.commands.pop(name),
        )

    def on(self, event: str, handler: Callable[..., Any], *, priority: int = 0) -> Subscription:
        """Subscribe `handler(event, data)` to `event`."""
        return self.bus.subscribe(event, handler, priority)

    def handlers(self) -> list[str]:
        """What is subscribed now, by name."""
        return [subscription.face.handler for subscription in self.bus.subscriptions()]

    async def closes_gate(self, plugin: str) -> None:
        """Wait until what is meant for a plugin has to wait."""
        gate = self.plugin_manager.slots.known(plugin).gate
        while gate.is_open:  # noqa: ASYNC110  nobody is told who could set an event
            await asyncio.sleep(0)

    async def errors(self) -> list[dict[str, Any]]:
        """The faults that were announced so far, once all of them are."""
        await self.bus.drain()
        return [entry for entry in self.log if isinstance(entry, dict) and "traceback" in entry]

    async def close(self) -> None:
        """Unload everything and end the bus."""
        await self.plugin_manager.close()
        await self.bus.drain()
        await self.bus.close()
