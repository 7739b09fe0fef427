"""A plugin's slot remembers which generations served, why, and what became of the state."""

from __future__ import annotations

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.life.slots import GENERATIONS_KEPT
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder

COUNTER = """
version = "{}"
state_version = {}
def export_state(self): return 1
def import_state(self, state, version): ...
"""


async def test_each_generation_that_came_into_service_is_remembered(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("counter", COUNTER.format("1.0", 1))
    await manager.load_plugin("counter")
    folder.plugin("counter", COUNTER.format("1.1", 1))
    await manager.reload_plugin("counter")
    await manager.reload_plugin("counter", fresh=True)
    await manager.configure_plugin("counter", {"loud": True})

    history = [(s.version, s.why, s.state) for s in manager.slots.known("counter").history]
    assert history == [
        ("1.0", "loaded", "none"),
        ("1.1", "it was asked for", "kept"),
        ("1.1", "it was asked for", "fresh"),
        ("1.1", "its settings changed", "kept"),
    ]


async def test_what_goes_with_another_says_with_which(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    folder.plugin("game", 'dependencies = ["dice"]')
    await manager.load_all()

    await manager.reload_plugin("dice")

    assert manager.slots.known("dice").history[-1].why == "it was asked for"
    assert manager.slots.known("game").history[-1].why == "it needs dice"


async def test_what_never_served_is_not_remembered(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("dice")
    await manager.load_plugin("dice")
    serial = manager.slots.serial("dice")
    folder.write("dice.py", "1 / 0")

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")

    assert [s.generation for s in manager.slots.known("dice").history] == [serial]


async def test_old_generations_are_forgotten(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("dice")
    await manager.load_plugin("dice")
    for _ in range(GENERATIONS_KEPT):
        await manager.reload_plugin("dice")

    history = manager.slots.known("dice").history
    assert len(history) == GENERATIONS_KEPT
    assert history[-1].at >= history[0].at
    assert {s.why for s in history} == {"it was asked for"}
