"""A plugin directory, and a bot that finds plugins there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "plugins")


@pytest.fixture
async def host(folder: Folder) -> AsyncIterator[Host]:
    """A running bot that logs the faults of its plugins."""
    running = Host(folder.path)
    running.bus.subscribe("plugin.error", lambda _event, data: running.log.append(data))
    running.plugin_manager.start()
    yield running
    await running.close()


@pytest.fixture
def manager(host: Host) -> PluginManager:
    return host.plugin_manager
