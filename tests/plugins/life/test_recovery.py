"""A plugin that fails too often goes out of service, and comes back where its config says so."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.life.recovery import Recovery
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from rosey.plugins.supervision.crash_policy import CrashPolicy
from tests.plugins.host import Folder, Host

FAILS = '@on("roll")\ndef roll(self, event, data):\n    raise ValueError(data)'

COUNTS = """
rolls = 0

@on("roll")
def roll(self, event, data):
    self.rolls += 1
    self.bot.log.append(self.rolls)
    if self.rolls > 1:
        raise ValueError("too many rolls")

def export_state(self):
    return self.rolls

def import_state(self, state, version):
    self.rolls = state
"""


class Clinic:
    """A host whose plugins may fail twice; what their recovery waits for, a test lets pass."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.manager: PluginManager = host.plugin_manager
        self.waits: asyncio.Queue[float] = asyncio.Queue()
        self.pass_on = asyncio.Semaphore(0)
        recovery: Recovery = self.manager._recovery  # noqa: SLF001  its clock is nobody else's business
        recovery._wait = self._wait  # noqa: SLF001  as above
        recovery._chance = lambda: 0.5  # noqa: SLF001  as above

    async def _wait(self, seconds: float) -> None:
        self.waits.put_nowait(seconds)
        await self.pass_on.acquire()

    def allow(self, **policy: Any) -> None:  # noqa: ANN401  those of CrashPolicy
        limits = self.manager.limits
        crash = CrashPolicy(max_faults=1, **policy)
        self.manager.limits = dataclasses.replace(limits, crash=crash)

    async def fail(self, times: int = 2) -> None:
        for number in range(times):
            await self.host.bus.emit("roll", f"roll {number}")

    async def becomes(self, state: PluginState) -> str:
        """Wait until the plugin is in a state; tells why."""
        slot = self.manager.slots.known("dice")
        async with asyncio.timeout(5):
            while slot.state is not state:  # noqa: ASYNC110  a recovery may end without an event
                await asyncio.sleep(0)
        return str(slot.error)


@pytest.fixture
async def clinic(host: Host) -> Clinic:
    clinic = Clinic(host)
    clinic.allow()
    return clinic


async def test_plugin_that_fails_too_often_is_quarantined_with_the_reason(
    folder: Folder, host: Host, clinic: Clinic
) -> None:
    folder.plugin("dice", FAILS)
    await clinic.manager.load_plugin("dice")

    await clinic.fail()

    assert await clinic.becomes(PluginState.QUARANTINED) == (
        "dice is quarantined: 2 faults within 60 s, the last in Main.roll at roll: "
        "ValueError: roll 1; enable or reload it when it is mended"
    )
    assert "Main.roll" not in host.handlers()


async def test_plugin_that_fails_now_and_then_serves_on(folder: Folder, clinic: Clinic) -> None:
    folder.plugin("dice", FAILS)
    await clinic.manager.load_plugin("dice")

    await clinic.fail(1)
    await clinic.host.bus.drain()

    assert clinic.manager.slots.known("dice").state is PluginState.ENABLED


async def test_event_of_the_quarantine_says_why(folder: Folder, host: Host, clinic: Clinic) -> None:
    told: list[dict[str, Any]] = []
    host.bus.subscribe("plugin.quarantined", lambda _event, data: told.append(data))
    folder.plugin("dice", FAILS)
    await clinic.manager.load_plugin("dice")

    await clinic.fail()
    await clinic.becomes(PluginState.QUARANTINED)
    await host.bus.drain()

    assert [(facts["plugin"], "2 faults" in facts["error"]) for facts in told] == [("dice", True)]


async def test_enabled_again_it_has_all_its_chances(folder: Folder, clinic: Clinic) -> None:
    folder.plugin("dice", FAILS)
    await clinic.manager.load_plugin("dice")
    await clinic.fail()
    await clinic.becomes(PluginState.QUARANTINED)

    await clinic.manager.enable_plugin("dice")
    await clinic.fail(1)
    await clinic.host.bus.drain()

    assert clinic.manager.slots.known("dice").state is PluginState.ENABLED


async def test_it_is_reloaded_with_its_state_after_longer_and_longer_waits(
    folder: Folder, host: Host, clinic: Clinic
) -> None:
    clinic.allow(auto_reload=True, max_reloads=2, backoff_s=1)
    folder.plugin("dice", COUNTS)
    await clinic.manager.load_plugin("dice")

    for wait_s in (1, 2):
        await clinic.fail(3)
        assert await clinic.waits.get() == wait_s
        assert clinic.manager.slots.known("dice").state is PluginState.QUARANTINED
        clinic.pass_on.release()
        await clinic.becomes(PluginState.ENABLED)
    await clinic.fail(2)
    why = await clinic.becomes(PluginState.QUARANTINED)

    assert [entry for entry in host.log if isinstance(entry, int)] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert "after 2 reloads for crashes within 600 s" in why
    assert "with --fresh" in why


async def test_reason_tells_when_it_is_reloaded(folder: Folder, clinic: Clinic) -> None:
    clinic.allow(auto_reload=True, backoff_s=4)
    folder.plugin("dice", FAILS)
    await clinic.manager.load_plugin("dice")

    await clinic.fail()

    assert (await clinic.becomes(PluginState.QUARANTINED)).endswith("; it is reloaded in 4.0 s")


async def test_reload_that_fails_is_tried_again_and_then_given_up(
    folder: Folder, clinic: Clinic
) -> None:
    clinic.allow(auto_reload=True, max_reloads=2)
    folder.plugin("dice", FAILS)
    await clinic.manager.load_plugin("dice")
    await clinic.fail()
    folder.write("dice.py", "def (:")

    for _ in range(2):
        await clinic.waits.get()
        clinic.pass_on.release()
    slot = clinic.manager.slots.known("dice")
    while "after 2 reloads" not in str(slot.error):  # noqa: ASYNC110  no event tells of it
        await asyncio.sleep(0)

    assert "a reload after a crash failed: dice: SyntaxError" in str(slot.error)
    assert slot.state is PluginState.QUARANTINED


async def test_state_that_does_not_go_over_is_offered_to_be_dropped(
    folder: Folder, clinic: Clinic
) -> None:
    clinic.allow(auto_reload=True, max_reloads=1)
    folder.plugin("dice", COUNTS.replace("return self.rolls", "raise ValueError('broken state')"))
    await clinic.manager.load_plugin("dice")
    await clinic.fail(3)
    await clinic.waits.get()
    clinic.pass_on.release()
    slot = clinic.manager.slots.known("dice")
    while "mended" not in str(slot.error):  # noqa: ASYNC110  no event tells of it
        await asyncio.sleep(0)

    assert "broken state" in str(slot.error)
    assert "with --fresh" in str(slot.error)
    await clinic.manager.reload_plugin("dice", fresh=True)
    assert slot.state is PluginState.ENABLED


async def test_who_enables_it_meanwhile_has_the_last_word(folder: Folder, clinic: Clinic) -> None:
    clinic.allow(auto_reload=True)
    folder.plugin("dice", FAILS)
    plugin = await clinic.manager.load_plugin("dice")
    await clinic.fail()
    await clinic.waits.get()

    await clinic.manager.enable_plugin("dice")
    clinic.pass_on.release()
    await asyncio.wait(clinic.manager._recovery._at_work.values())  # noqa: SLF001  no event tells of it
    await clinic.host.bus.drain()

    assert clinic.manager.get_plugin("dice") is plugin


async def test_fix_that_is_loaded_at_the_last_moment_is_not_quarantined(
    folder: Folder, host: Host, clinic: Clinic
) -> None:
    folder.plugin("dice", FAILS)
    await clinic.manager.load_plugin("dice")
    setup = "async def setup(self):\n    self.bot.waiting.set()\n    await self.bot.go_on.wait()"
    folder.plugin("dice", setup)
    reloading = asyncio.create_task(clinic.manager.reload_plugin("dice"))
    await host.waiting.wait()

    await clinic.fail()
    host.go_on.set()
    await reloading
    await host.bus.drain()

    assert clinic.manager.slots.known("dice").state is PluginState.ENABLED


async def test_reload_that_comes_before_the_quarantine_is_a_new_start(
    folder: Folder, host: Host, clinic: Clinic
) -> None:
    folder.plugin("dice", FAILS)
    old = await clinic.manager.load_plugin("dice")

    await clinic.fail()
    new = await clinic.manager.reload_plugin("dice")
    await asyncio.wait(clinic.manager._recovery._at_work.values())  # noqa: SLF001  no event tells of it
    await host.bus.drain()

    assert new is not old
    assert clinic.manager.slots.known("dice").state is PluginState.ENABLED


async def test_faults_of_a_plugin_that_serves_no_more_change_nothing(
    folder: Folder, host: Host, clinic: Clinic
) -> None:
    clinic.allow(auto_reload=True)
    hooks = "async def teardown(self):\n    raise OSError\nasync def on_disable(self):\n    1 / 0"
    folder.plugin("dice", hooks)
    await clinic.manager.load_plugin("dice")

    await clinic.manager.unload_plugin("dice")
    await host.bus.drain()

    assert clinic.manager.slots.known("dice").state is PluginState.UNLOADED
    assert clinic.waits.empty()


async def test_crash_of_a_plugin_that_is_recovering_waits_for_that(
    folder: Folder, clinic: Clinic
) -> None:
    folder.plugin("dice", FAILS)
    await clinic.manager.load_plugin("dice")
    await clinic.fail()

    await clinic.manager.handle_plugin_crash("dice", ValueError("one more"))

    assert clinic.manager.slots.known("dice").state is PluginState.QUARANTINED


async def test_crash_of_a_plugin_that_is_not_loaded_is_nothing(clinic: Clinic) -> None:
    await clinic.manager.handle_plugin_crash("dice", ValueError())

    assert clinic.manager.slots.get("dice") is None


async def test_bot_that_stops_reloads_nothing_more(folder: Folder, clinic: Clinic) -> None:
    clinic.allow(auto_reload=True)
    folder.plugin("dice", FAILS)
    await clinic.manager.load_plugin("dice")
    await clinic.fail()
    await clinic.waits.get()

    await clinic.manager.close()

    assert clinic.manager.slots.known("dice").state is PluginState.UNLOADED


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"limits": {"crash": {"max_fault": 1}}}, "limits.crash.max_fault"),
        ({"limits": {"deadline_s": 0}}, "limits.deadline_s"),
        ({"auto_reload_on_crash": "perhaps"}, "auto_reload_on_crash"),
    ],
)
async def test_wrong_limits_are_refused_with_their_path(
    folder: Folder, clinic: Clinic, settings: dict[str, Any], path: str
) -> None:
    folder.plugin("dice")

    with pytest.raises(PluginLoadError, match=f"plugins.plugin_config.dice.{path}: "):
        await clinic.manager.load_plugin("dice", settings)
