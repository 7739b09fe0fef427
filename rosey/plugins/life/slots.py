"""What is known of each plugin, from its discovery on, whichever generation serves."""

from __future__ import annotations

import collections
import contextlib
import difflib
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from rosey.errors import PluginError, PluginLoadError, PluginNotFoundError, PluginStateError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import Fault
from rosey.plugins.calling.gate import Gate
from rosey.plugins.life.candidate import KeptState, Staged
from rosey.plugins.life.change_lock import ChangeLock
from rosey.plugins.life.dormant import Dormant
from rosey.plugins.life.progress import ReloadReport, Served
from rosey.plugins.life.repeats import Repeats
from rosey.plugins.life.shedding import Shedding
from rosey.plugins.lifecycle import PluginState, check_step, required_names
from rosey.plugins.loading.manifest import Manifest
from rosey.plugins.loading.settings import limits_for
from rosey.plugins.loading.sources import PluginSource
from rosey.plugins.supervision.account import Account
from rosey.plugins.supervision.limits import Limits

FAULTS_KEPT = 20
GENERATIONS_KEPT = 20
_MOMENTS_KEPT = 100_000

Needs = dict[str, set[str]]
"""For each plugin the names of what it needs."""


class Slot:
    """One plugin, whatever generation serves.

    Attributes:
        name: The plugin's name.
        source: Where its code stands.
        found: Where the last discovery found it, which may be elsewhere; None where it is gone.
        order: Its place among plugins of equal priority.
        state: Where it stands in its life; only `Slots.advance` writes it.
        staged: The generation in service; None where none is.
        dormant: What stands in for it until it is used; None where it does not wait for that.
        kept_state: The state that its next load gets, of a generation that was idle.
        manifest: What its code says of it.
        config: The settings given with the last load; None where the bot's config has them.
        defaults: The settings in its own `config.json`, of the version that runs.
        error: Why it failed, was quarantined, or its last reload was refused.
        error_since: When that was, in seconds since the epoch; None where it never was.
        error_count: How often that was in a row.
        reloads: Successful reloads since it was loaded.
        last_reload: How the last of them went; None before.
        history: The last `GENERATIONS_KEPT` that came into service, newest last.
        loaded_at: Seconds since the epoch; None where it is not loaded.
        faults: The last `FAULTS_KEPT`, newest last.
        repeats: Those of the generation that serves, each once and counted.
        fault_count: All of them since it was loaded.
        failed_at: When it had a fault since it was last enabled, on the loop's clock.
        recovered_at: When it was reloaded after a crash, on the same clock.
        left_behind: What its generations left behind since it was last loaded, for people: the
            newest `FAULTS_KEPT`.
        attempted: What was read at the last attempt to load it, as a digest; None before.
        gate: Where what is meant for it waits while its generations change places.
        account: What it has used, whatever generation served.
        lock: Held by whoever changes it.
    """

    def __init__(
        self, source: PluginSource, order: int, gate: Gate, lock: ChangeLock, account: Account
    ) -> None:
        self.name = source.name
        self.source = source
        self.found: PluginSource | None = source
        self.order = order
        self.state = PluginState.DISCOVERED
        self.staged: Staged | None = None
        self.dormant: Dormant | None = None
        self.kept_state: KeptState | None = None
        self.manifest = Manifest()
        self.config: Mapping[str, Any] | None = None
        self.defaults: Mapping[str, Any] = {}
        self.error: PluginError | None = None
        self.error_since: float | None = None
        self.last_reload: ReloadReport | None = None
        self.history: collections.deque[Served] = collections.deque(maxlen=GENERATIONS_KEPT)
        self.loaded_at: float | None = None
        self.faults: collections.deque[Fault] = collections.deque(maxlen=FAULTS_KEPT)
        self.repeats = Repeats()
        self.reloads = self.fault_count = self.error_count = 0
        self.failed_at: collections.deque[float] = collections.deque(maxlen=_MOMENTS_KEPT)
        self.recovered_at: collections.deque[float] = collections.deque(maxlen=_MOMENTS_KEPT)
        self.left_behind: collections.deque[str] = collections.deque(maxlen=FAULTS_KEPT)
        self.attempted: str | None = None
        self.gate, self.account, self.lock = gate, account, lock

    def note(self, fault: Fault, now: float) -> None:
        """Keep a fault; `now` is the time on the loop's clock."""
        self.faults.append(fault)
        if fault.place is None or fault.place.serial == self.serial:
            self.repeats.note(fault)
        self.fault_count += 1
        self.failed_at.append(now)

    def fail(self, error: PluginError) -> None:
        """Note why it is not as somebody wanted it; the same reason in a row is counted."""
        is_again = self.error is not None and str(self.error) == str(error)
        if not is_again:
            self.error_since, self.error_count = time.time(), 0
        self.error = error
        self.error_count += 1

    @property
    def is_loaded(self) -> bool:
        """Whether there is an instance."""
        return self.staged is not None

    @property
    def is_in_use(self) -> bool:
        """Whether there is an instance, or something that stands in for it."""
        return self.is_loaded or self.dormant is not None

    def end_dormancy(self) -> None:
        """Take away what stands in for it, and let those go on who wait for it."""
        if self.dormant is not None:
            self.dormant.end()
            self.dormant = None

    @property
    def serial(self) -> int | None:
        """That of the generation in service; None where none is."""
        return self.staged.generation.serial if self.staged is not None else None

    @property
    def serving(self) -> Staged:
        """The generation in service.

        Raises:
            PluginNotFoundError: There is none.
        """
        if self.staged is None:
            raise PluginNotFoundError(self.name)
        return self.staged


class Slots:
    """All plugins that are known, by name.

    Args:
        bus: Where changes of state are announced.

    Attributes:
        rejected: By name, why files of the last discovery cannot be plugins.
        listeners: Called each time that plugins have come into service, or have other settings.
    """

    def __init__(self, bus: PluginEventBus) -> None:
        self._bus = bus
        self._slots: dict[str, Slot] = {}
        self._orders = itertools.count()
        self.rejected: dict[str, PluginLoadError] = {}
        self._held: collections.Counter[str] = collections.Counter()
        self.listeners: tuple[Callable[[], object], ...] = ()

    def __iter__(self) -> Iterator[Slot]:
        return iter([*self._slots.values()])

    def loaded(self) -> list[Slot]:
        """Those that have an instance, in the order of their discovery."""
        return [slot for slot in self if slot.is_loaded]

    def update(self, found: Mapping[str, PluginSource | PluginLoadError]) -> None:
        """Take over what discovery found; what is in use stays, whatever became of its file."""
        self.rejected = {n: e for n, e in found.items() if isinstance(e, PluginLoadError)}
        for source in found.values():
            if isinstance(source, PluginLoadError):
                continue
            slot = self.admit(source)
            if not slot.is_loaded and not (slot.source.is_cell and slot.is_in_use):
                slot.source = source
        for slot in self:
            # A cell needs no file.
            place = found.get(slot.name, slot.source if slot.source.is_cell else None)
            slot.found = slot.source if isinstance(place, PluginLoadError) else place
            if place is None and not slot.is_in_use and not slot.lock.locked():
                del self._slots[slot.name]

    def admit(self, source: PluginSource) -> Slot:
        """The slot of a plugin that was discovered, or a new one."""
        slot = self._slots.get(source.name)
        if slot is None:
            account = Account()
            gate = Shedding(source.name, account, self._bus).gate
            lock = ChangeLock(source.name, gate, self._bus.caller)
            slot = Slot(source, next(self._orders), gate, lock, account)
            self._slots[source.name] = slot
        return slot

    @contextlib.contextmanager
    def holding(self, names: Sequence[str]) -> Iterator[None]:
        """Have plugins stay loaded inside a `with` block, however idle they are."""
        self._held.update(names)
        try:
            yield
        finally:
            self._held.subtract(names)

    def is_held(self, name: str) -> bool:
        """Whether somebody counts on a plugin that they do not depend on yet."""
        return self._held[name] > 0

    def known(self, name: str) -> Slot:
        """The slot of a plugin that was discovered.

        Raises:
            PluginLoadError: There is a file of that name, but it cannot be a plugin.
            PluginNotFoundError: There is none.
        """
        if name in self.rejected:
            raise self.rejected[name]
        if name not in self._slots:
            raise PluginNotFoundError(name, what="known", nearest=_nearest(name, self._slots))
        return self._slots[name]

    def get_loaded(self, name: str) -> Slot:
        """The slot of a plugin that has an instance.

        Raises:
            PluginNotFoundError: It has none.
            PluginStateError: It has none yet, as it waits to be used.
        """
        slot = self._slots.get(name)
        if slot is not None and slot.dormant is not None:
            waits_for = " or ".join(slot.dormant.waits_for)
            raise PluginStateError(name, f"{name} is not loaded yet: it waits for {waits_for}")
        if slot is None or not slot.is_loaded:
            raise PluginNotFoundError(name, nearest=_nearest(name, [s.name for s in self.loaded()]))
        return slot

    def get(self, name: str) -> Slot | None:
        """The slot of a plugin; None where none of that name was discovered."""
        return self._slots.get(name)

    def needs(self, also: Mapping[str, Iterable[str]] = MappingProxyType({})) -> Needs:
        """For each loaded plugin the names of what it needs, declared or imported.

        Args:
            also: For some plugins, what their next generation needs.
        """
        return {
            slot.name: {
                *required_names(slot.serving.plugin.dependencies),
                *slot.serving.generation.imports,
                *also.get(slot.name, ()),
            }
            for slot in self.loaded()
        }

    def version(self, name: str) -> str | None:
        """The version of a plugin; None where it is not loaded."""
        slot = self._slots.get(name)
        return slot.staged.plugin.version if slot is not None and slot.staged is not None else None

    def versions(self) -> dict[str, str]:
        """Version by name of what is loaded."""
        return {slot.name: slot.serving.plugin.version for slot in self.loaded()}

    def serial(self, name: str) -> int | None:
        """The serial of the generation of a plugin that serves; None where none does."""
        slot = self._slots.get(name)
        return slot.serial if slot is not None else None

    def advance(self, slot: Slot, state: PluginState, **facts: object) -> None:
        """Write a plugin's state, and announce it as the event `plugin.STATE`.

        Raises:
            PluginStateError: The step is not legal.
        """
        check_step(slot.name, slot.state, state)
        previous, slot.state = slot.state, state
        if state is PluginState.ENABLED:
            slot.failed_at.clear()
        if state is PluginState.ENABLED and previous is PluginState.LOADING:
            slot.loaded_at, slot.reloads, slot.fault_count = time.time(), 0, 0
            slot.last_reload = None
            slot.faults.clear()
            slot.left_behind.clear()
        self.announce(slot, str(state), previous=str(previous), **facts)

    def limit(self, limits: Limits) -> None:
        """Let each loaded plugin take as much as these say, where its own settings do not."""
        for staged in [slot.serving for slot in self.loaded()]:
            plugin = staged.plugin
            staged.ledger.limit(limits_for(type(plugin), plugin.config, limits))
        self.tell()

    def tell(self) -> None:
        """Call the listeners."""
        for listener in self.listeners:
            listener()

    def note_left(self, name: str, problems: Iterable[str]) -> None:
        """Note what a generation of a plugin has left behind."""
        if name in self._slots:
            self._slots[name].left_behind.extend(problems)

    def announce(self, slot: Slot, what: str, **facts: object) -> None:
        """Emit `plugin.WHAT` with the plugin's name and facts."""
        self._bus.emit_soon(f"plugin.{what}", {"plugin": slot.name, **facts})


def _nearest(name: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name, known, n=1)), None)
