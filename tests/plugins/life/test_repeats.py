"""Faults that come again and again are kept once, and counted."""

from __future__ import annotations

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.calling.faults import Fault
from rosey.plugins.life.repeats import REPEATS_KEPT, Repeats
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

FAILS = '@on("roll")\ndef roll(self, event, data): raise ValueError(data)'


def fault(error: str, at: float = 0.0) -> Fault:
    return Fault(plugin="dice", where="roll", error=error, traceback="", at=at)


def test_same_fault_is_counted_from_its_first_time_on() -> None:
    repeats = Repeats()
    for at, error in enumerate(["six", "one", "six"]):
        repeats.note(fault(error, at))

    assert [(r.fault.error, r.fault.at, r.since, r.count) for r in repeats] == [
        ("one", 1, 1, 1),
        ("six", 2, 0, 2),
    ]


def test_flood_of_one_fault_drives_no_other_out() -> None:
    repeats = Repeats()
    repeats.note(fault("rare"))
    for _ in range(10_000):
        repeats.note(fault("common"))

    assert [(r.fault.error, r.count) for r in repeats] == [("rare", 1), ("common", 10_000)]


def test_of_very_many_different_ones_the_last_are_kept() -> None:
    repeats = Repeats()
    for number in range(100):
        repeats.note(fault(str(number)))

    assert [r.fault.error for r in repeats] == [str(n) for n in range(100 - REPEATS_KEPT, 100)]


async def test_faults_of_an_older_generation_are_past(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", FAILS)
    await manager.load_plugin("dice")
    await host.bus.emit("roll", "six")
    slot = manager.slots.known("dice")
    (before,) = slot.repeats

    await manager.reload_plugin("dice")

    assert before.fault.error == "ValueError: six"
    assert ([*slot.repeats], slot.fault_count) == ([], 1)


async def test_fault_in_the_end_of_an_older_generation_is_past_too(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", "async def teardown(self): 1 / 0")
    await manager.load_plugin("dice")

    await manager.reload_plugin("dice")

    slot = manager.slots.known("dice")
    assert ([*slot.repeats], slot.fault_count) == ([], 1)


async def test_reload_that_fails_again_is_counted_until_one_succeeds(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", "version = '1.0'")
    await manager.load_plugin("dice")
    folder.plugin("dice", "1 / 0")
    for _ in range(3):
        with pytest.raises(PluginLoadError):
            await manager.reload_plugin("dice")
    slot = manager.slots.known("dice")
    told, since = slot.error_count, slot.error_since
    folder.plugin("dice", "version = '1.1'")

    await manager.reload_plugin("dice")

    assert (told, slot.error) == (3, None)
    assert since is not None


async def test_another_reason_is_counted_anew(folder: Folder, manager: PluginManager) -> None:
    for code in ("1 / 0", "1 / 0", "import nowhere"):
        folder.plugin("dice", code)
        with pytest.raises(PluginLoadError):
            await manager.load_plugin("dice")

    assert manager.slots.known("dice").error_count == 1
