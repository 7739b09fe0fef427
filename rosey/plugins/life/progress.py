"""How far a reload has come, and what took how long."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

ASKED_FOR = "it was asked for"
FOLLOWED = "its files or its settings changed"
SETTINGS = "its settings changed"
CELL_RUN = "its cell was run"
CRASHED = "it had crashed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadReport:
    """How a plugin was reloaded, as plain values.

    Attributes:
        version: Of the code that runs now.
        generation: The number of that load among all loads.
        file: Where the code stands.
        state: What became of the state: `none` where there never was any, `fresh`, `kept`, or
            `migrated from 1 to 2`.
        asked: The plugins whose reload was asked for.
        together: All that took over in the same moment: those, and what depends on them.
        why: For each of these, why: `it was asked for`, `its files or its settings changed`, `its
            settings changed`, `its cell was run`, `it had crashed`, or what it imports or needs of
            the others.
        duration_s: Seconds by phase, for all of them.
        gate_closed_s: Seconds for which their events waited.
        cancelled: How many calls into them did not finish in time.
    """

    version: str
    generation: int
    file: str
    state: str
    asked: tuple[str, ...]
    together: tuple[str, ...]
    why: Mapping[str, str]
    duration_s: Mapping[str, float]
    gate_closed_s: float
    cancelled: int

    @property
    def lines(self) -> tuple[str, ...]:
        """The report for people, the most important first."""
        took_ms = 1000 * sum(self.duration_s.values())
        state = f"; its state: {self.state}" if self.state != "none" else ""
        lines = [f"in {took_ms:.1f} ms, events waited {1000 * self.gate_closed_s:.1f} ms{state}"]
        if self.why[self.asked[0]] != ASKED_FOR:
            lines.append(f"why: {self.why[self.asked[0]]}")
        if len(self.together) > 1:
            told = [f"{name} ({self.why[name]})" for name in self.together]
            lines.append(f"at once: {', '.join(told)}")
        if self.cancelled:
            lines.append(f"{self.cancelled} calls did not finish in time and were cancelled")
        return tuple(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One generation of a plugin that came into service, as plain values.

    Attributes:
        generation: Its number among all loads of all plugins.
        version: Of its code.
        at: When it came into service, in seconds since the epoch.
        why: `loaded`, or why it was reloaded; see `ReloadReport`.
        state: What became of the state; see `ReloadReport`.
    """

    generation: int
    version: str
    at: float
    why: str
    state: str


class Progress:
    """The phases of one transaction.

    Attributes:
        phase: The one that is under way, or in which it failed: `read`, `import`, `construct`,
            `setup`, `quiesce`, `export_state`, `import_state`, `on_enable`, `swap`.
        plugin: Whose turn it is, or was when it failed.
        duration_s: Seconds by phase, of all plugins together.
        gate_closed_s: Seconds for which events had to wait.
        cancelled: How many calls had to be cancelled, as they did not finish in time.
    """

    def __init__(self, plugin: str) -> None:
        self.phase = "read"
        self.plugin = plugin
        self.duration_s: dict[str, float] = {}
        self.gate_closed_s = 0.0
        self.cancelled = 0

    @contextlib.contextmanager
    def during(self, phase: str, plugin: str | None = None) -> Iterator[None]:
        """Note that a phase is under way, and how long it takes."""
        self.phase = phase
        self.plugin = plugin if plugin is not None else self.plugin
        started = time.perf_counter()
        try:
            yield
        finally:
            took = time.perf_counter() - started
            self.duration_s[phase] = self.duration_s.get(phase, 0.0) + took
