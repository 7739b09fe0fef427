"""What came of a profile, and whether that is a leak."""

from __future__ import annotations

from dataclasses import dataclass

from rosey.diagnostics.profile.slope import Slope, Stretch, stretches

LEAK_BYTES = 256
"""A plugin that surely grows by more at each reload leaks; one that does not stays under 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """An old version that is still in memory after a profile.

    Attributes:
        serial: The number of its generation.
        alive: Names of what lives of it.
        holders: Who holds it, a line each; empty where only the notebook does.
    """

    serial: int
    alive: tuple[str, ...]
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """A line of code whose memory grew while a plugin was reloaded.

    Attributes:
        file: Where the line stands.
        line: Its number, from 1.
        code: The line; empty where its file cannot be read.
        bytes_per_reload: By how much it grew.
        blocks_per_reload: The same in blocks of memory.
        is_own: It is the plugin's.
    """

    file: str
    line: int
    code: str
    bytes_per_reload: float
    blocks_per_reload: float
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryProfile:
    """How memory went while a plugin was reloaded again and again.

    Attributes:
        plugin: The plugin's name.
        is_live: The running plugin was reloaded, and not one on a copy of the bot.
        warm_up: Reloads before the first sample.
        samples: Bytes that Python had allocated since the beginning, after each reload, as far as
            they count; see `Scope`.
        slope: Bytes a reload.
        blocks: Blocks of memory a reload, of whatever size.
        pinned: Old versions that are still in memory, oldest first; the newest eight at the most.
        growth: What grew most, the plugin's own lines first.
        seconds: How long it took.
    """

    plugin: str
    is_live: bool
    warm_up: int
    samples: tuple[int, ...]
    slope: Slope
    blocks: Slope
    pinned: tuple[Pinned, ...]
    growth: tuple[Growth, ...]
    seconds: float

    @property
    def reloads(self) -> int:
        """How many reloads were sampled."""
        return len(self.samples)

    @property
    def leaked(self) -> tuple[Pinned, ...]:
        """The old versions that code holds; what the notebook holds is no leak."""
        return tuple(one for one in self.pinned if one.holders)

    @property
    def burst(self) -> Stretch | None:
        """The stretch in which memory grew so much at once that all would look like a leak.

        The slope leaves it out: a leak comes again.
        """
        steepest = max(stretches(self.samples), key=lambda stretch: stretch.height)
        return steepest if steepest.height > LEAK_BYTES * self.reloads else None

    @property
    def is_leaking(self) -> bool:
        """Whether an old version is held by code, or memory surely grows by too much."""
        return bool(self.leaked) or self.slope.low > LEAK_BYTES

    @property
    def verdict(self) -> str:
        """`flat`, `leaking` and by how much, or `unclear`."""
        if self.slope.low > LEAK_BYTES:
            return f"leaking {self.slope.value:,.0f} bytes a reload"
        if self.leaked:
            return "leaking: old versions stay in memory"
        # A few tables that were made larger look so; they do not with more samples.
        return "flat" if self.slope.value <= LEAK_BYTES else "unclear: more reloads will tell"
