"""A thousand reloads under a stream of numbered events: each comes once, and in its order."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import random
from typing import Any

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

RELOADS = 1000

pytestmark = pytest.mark.no_loop_debug(reason="it would trace each of a hundred thousand callbacks")

COUNTER = """
    async def setup(self): {setup}
    def export_state(self): {export_state}; return self.count
    def import_state(self, state, version): {import_state}; self.count = state
    async def on_enable(self): {on_enable}
    async def teardown(self): {teardown}
    count = 0
    @on("number")
    async def note(self, event, number):
        self.count += 1
        self.bot.log.append(number)
        if number % 7 == 0: await asyncio.sleep(0)
    """
PHASES = ("import", "setup", "export_state", "import_state", "on_enable")
FAULTS = ("1 / 0", "raise SystemExit", "raise asyncio.CancelledError")


def write(folder: Folder, edit: int, fault: str | None, chance: random.Random) -> None:
    """Write the next version, with a fault in one of its phases, or with none."""
    lines = dict.fromkeys(("setup", "export_state", "import_state", "on_enable", "teardown"), "...")
    head = f"# {edit}"
    if fault == "import":
        head += f"\n{chance.choice(FAULTS)}"
    elif fault is not None:
        lines[fault] = chance.choice(FAULTS)
    folder.plugin("dice", COUNTER.format(**lines), head=head)


@pytest.mark.timeout(60)
async def test_each_event_comes_once_and_in_order_through_a_thousand_reloads(
    folder: Folder, host: Host, manager: PluginManager, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(1)  # noqa: S311  chance, not secrecy
    write(folder, 0, None, chance)
    await manager.load_plugin("dice")
    gates_ms: list[float] = []
    host.bus.subscribe(
        "plugin.reloaded", lambda _event, data: gates_ms.append(1000 * data["gate_closed_s"])
    )
    is_over = asyncio.Event()
    emitting = asyncio.create_task(emit_until(host, is_over))
    outcomes: collections.Counter[str] = collections.Counter()

    for edit in range(1, RELOADS + 1):
        fault = chance.choice(PHASES) if edit % 3 == 0 else chance.choice([None, "teardown"])
        outcomes[fault or "none"] += 1
        write(folder, edit, fault, chance)
        await reload(manager, fails=fault in PHASES and fault != "export_state")
    is_over.set()
    sent = await emitting

    assert [entry for entry in host.log if isinstance(entry, int)] == [*range(sent)]
    with capsys.disabled():
        print(f"\n{RELOADS} reloads, faults by phase {dict(outcomes)}; {told(sent, gates_ms)}")  # noqa: T201  the figures of the proof


def told(sent: int, gates_ms: list[float]) -> str:
    """Say in words what was measured."""
    gates_ms.sort()
    middle, late = gates_ms[len(gates_ms) // 2], gates_ms[len(gates_ms) * 99 // 100]
    return (
        f"{sent} events, each once and in order; "
        f"gate closed {middle:.2f} ms in the median, {late:.2f} ms at the 99th of 100"
    )


async def reload(manager: PluginManager, *, fails: bool) -> None:
    """Reload the plugin, and hold what becomes of it against what was to be."""
    if not fails:
        await reload_in_spite_of_its_state(manager)
        return
    before = manager.get_plugin("dice")
    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")
    assert manager.get_plugin("dice") is before


async def reload_in_spite_of_its_state(manager: PluginManager) -> None:
    """Reload; where the version that runs cannot export its state, begin without it."""
    try:
        await manager.reload_plugin("dice")
    except PluginLoadError:
        await manager.reload_plugin("dice", fresh=True)


async def emit_until(host: Host, is_over: asyncio.Event) -> int:
    """Emit ten numbers a millisecond; gives how many."""
    sent: list[asyncio.Task[Any]] = []
    number = 0
    while not is_over.is_set():
        sent = [task for task in sent if not task.done()]
        sent += [host.bus.emit_soon("number", number + more) for more in range(10)]
        number += 10
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.001):
                await is_over.wait()
    await asyncio.gather(*sent)
    return number
