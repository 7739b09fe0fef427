"""What the workbench shows of a profile: verdict, chart, lines of code, and old versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rosey.diagnostics.durations import seconds, time_of_day
from rosey.diagnostics.profile.result import Growth, MemoryProfile, Pinned
from rosey.workbench.calls.memory import KeptProfile
from rosey.workbench.faces.answer import Answer, Part, Table
from rosey.workbench.faces.chart import Chart

HEADS = (
    "profile",
    "plugin",
    "verdict",
    "bytes a reload",
    "than before",
    "old versions",
    "reloads",
)
"""What stands over the columns of a list of profiles."""

_MOST_CODE_CHARS = 60


def profile(found: MemoryProfile) -> Answer:
    """A verdict with what it stands on."""
    where = "the running plugin" if found.is_live else "on a copy of the bot"
    slope, blocks = found.slope, found.blocks
    facts = {
        "plugin": f"{found.plugin}, {where}",
        "verdict": found.verdict,
        "growth": f"{slope.value:,.0f} bytes a reload ({slope.low:,.0f} to {slope.high:,.0f}), "
        f"{blocks.value:.2f} blocks",
        **_left_out(found),
        "measured": f"{found.reloads} reloads after {found.warm_up} to warm up, "
        f"in {seconds(found.seconds)}",
    }
    return Answer(found, Table(title="", heads=(), rows=tuple(facts.items())), *_details(found))


def _left_out(found: MemoryProfile) -> dict[str, str]:
    """What grew once is told: where it comes again in the next profile, it is a leak in bursts."""
    if found.verdict != "flat" or (burst := found.burst) is None:
        return {}
    return {
        "left out": f"{burst.height / 1_000:+,.0f} kB from reload {burst.first + 1} to "
        f"{burst.last + 1}, as a table of Python's takes when it is full; a leak comes again: "
        "profile once more"
    }


def profiles(kept: Sequence[KeptProfile]) -> Answer:
    """The last profiles, newest first, and how each differs from the one before it."""
    rows = tuple(row(kept, one) for one in reversed(kept))
    if not rows:
        return Answer.of_lines(kept, ["nothing has been profiled yet: %rosey profile NAME does it"])
    return Answer(kept, Table(title="", heads=HEADS, rows=rows))


def row(kept: Sequence[KeptProfile], one: KeptProfile) -> tuple[str, ...]:
    """One of the last profiles, under `HEADS`."""
    found = one.profile
    return (
        f"{one.number}, {time_of_day(one.at)}",
        f"{found.plugin}, live" if found.is_live else found.plugin,
        found.verdict,
        f"{found.slope.value:,.0f}",
        _than_before(kept, one),
        str(len(found.pinned) or "-"),
        f"{found.reloads} after {found.warm_up}",
    )


def _than_before(kept: Sequence[KeptProfile], one: KeptProfile) -> str:
    """How much more a plugin grows at each reload than in its last profile before."""
    before = [
        other.profile.slope.value
        for other in kept
        if other.number < one.number and other.profile.plugin == one.profile.plugin
    ]
    return f"{one.profile.slope.value - before[-1]:+,.0f}" if before else "-"


def _details(found: MemoryProfile) -> Iterator[Part]:
    yield Chart(
        title=f"memory while {found.plugin} was reloaded",
        unit="reloads",
        values=found.samples,
        slope=found.slope.value,
    )
    # Where memory is flat, what grew are lists and dictionaries that were made larger once.
    if found.is_leaking and found.growth:
        yield Table(
            title="what grew most",
            heads=("line", "bytes a reload", "blocks", "code"),
            rows=tuple(map(_growth, found.growth)),
        )
    if found.pinned:
        yield Table(
            title="old versions that are still in memory",
            heads=("generation", "what lives", "who keeps it"),
            rows=tuple(_pinned(found.plugin, one) for one in found.pinned),
        )


def _growth(one: Growth) -> tuple[str, ...]:
    code = one.code
    if len(code) > _MOST_CODE_CHARS:
        code = f"{code[:_MOST_CODE_CHARS]}…"
    return (
        f"{_place(one)}:{one.line}",
        f"{one.bytes_per_reload:,.0f}",
        f"{one.blocks_per_reload:.1f}",
        code,
    )


def _place(one: Growth) -> str:
    """The plugin's own files as the user knows them, from here; others by their ends."""
    path = Path(one.file)
    if one.is_own:
        return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
    return "/".join(path.parts[-2:])


def _pinned(plugin: str, one: Pinned) -> tuple[str, ...]:
    holders = "\n".join(one.holders) or "your notebook, which is no leak: see %rosey leaks"
    return f"{plugin} {one.serial}", "\n".join(one.alive), holders
