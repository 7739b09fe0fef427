"""Takes a bug report of a bot."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rosey.diagnostics.log import LogLine
from rosey.diagnostics.report.bounds import TEXT_CHARS, Mask, masked, newest, shown
from rosey.diagnostics.report.masking import Masking
from rosey.diagnostics.report.model import (
    BotFacts,
    BugReport,
    EventFacts,
    FaultFacts,
    LogFacts,
    PluginFacts,
    StackFacts,
    Versions,
)
from rosey.diagnostics.report.plain import built
from rosey.diagnostics.report.stacks import stacks_of_tasks
from rosey.diagnostics.snapshot import BotSnapshot, Observed, PluginSnapshot, bot_snapshot
from rosey.diagnostics.state.looking import look
from rosey.diagnostics.traces.trace import EventTrace
from rosey.plugins.life.slots import Slot

_MOST_FAULTS = 5
_MOST = {"plugins": 500, "events": 200, "log": 300, "stacks": 70}
_BYTES = {"plugins": 1_000_000, "events": 400_000, "log": 200_000, "stacks": 200_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What only a look on the bot's loop can tell.

    Attributes:
        bot: The bot as a whole.
        plugins: All plugins.
        tasks: What their tasks do.
    """

    bot: BotFacts
    plugins: tuple[PluginFacts, ...]
    tasks: tuple[StackFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept beside the bot, and can be read while it hangs.

    Attributes:
        events: The last events, oldest first.
        log: The last log records, oldest first.
        threads: What the threads do.
    """

    events: Sequence[EventTrace]
    log: Sequence[LogLine]
    threads: Sequence[StackFacts]


def look_at_bot(bot: Observed, mask: Mask) -> Look:
    """Look at a bot, on its loop.

    Args:
        bot: The bot.
        mask: Takes secrets out of a text before it is shortened.
    """
    snapshot = bot_snapshot(bot)
    slots = {slot.name: slot for slot in bot.plugin_manager.slots}
    plugins = tuple(_plugin(info, slots[info.name], mask) for info in snapshot.plugins)
    return Look(bot=_bot(snapshot, mask), plugins=plugins, tasks=stacks_of_tasks())


def report_of(
    look: Look | None, kept: Kept, versions: Versions, masking: Masking, trouble: str = ""
) -> BugReport:
    """Put a report together: bounded, and masked.

    Args:
        look: What the bot has told; None where it did not answer.
        kept: What is kept beside it.
        versions: What it runs on.
        masking: Masks all texts, once more.
        trouble: Why parts are missing.
    """
    whole: dict[str, tuple[Any, ...]] = {
        "plugins": look.plugins if look is not None else (),
        "events": tuple(kept.events),
        "log": tuple(kept.log),
        "stacks": (*(look.tasks if look is not None else ()), *kept.threads),
    }
    last = {name: entries[-_MOST[name] :] for name, entries in whole.items()}
    last["events"] = tuple(_event(trace, masking.text) for trace in last["events"])
    last["log"] = tuple(_record(line, masking.text) for line in last["log"])
    told = {name: newest(entries, _BYTES[name]) for name, entries in last.items()}
    left_out = {name: len(entries) - len(told[name]) for name, entries in whole.items()}
    report = BugReport(
        made_at=time.time(),
        trouble=trouble,
        versions=versions,
        bot=look.bot if look is not None else None,
        plugins=told["plugins"],
        events=told["events"],
        log=told["log"],
        stacks=told["stacks"],
        left_out={name: count for name, count in left_out.items() if count},
    )
    safe: BugReport = built(BugReport, masking.plain(dataclasses.asdict(report)))
    return dataclasses.replace(safe, masked=dict(masking.counts))


def _bot(snapshot: BotSnapshot, mask: Mask) -> BotFacts:
    return BotFacts(
        uptime_s=snapshot.uptime_s,
        connection=snapshot.connection,
        config=snapshot.config,
        rejected={name: shown(why, mask) for name, why in snapshot.rejected.items()},
        services={info.name: info.provider or "rosey" for info in snapshot.services},
    )


def _plugin(info: PluginSnapshot, slot: Slot, mask: Mask) -> PluginFacts:
    staged = slot.staged
    units = staged.generation.snapshot.units if staged is not None else {}
    plugin = staged.plugin if staged is not None else None
    return PluginFacts(
        name=info.name,
        version=info.version,
        state=str(info.state),
        kind=str(slot.source.kind),
        digests={module: unit.digest.hex() for module, unit in units.items()},
        generation=info.generation,
        reloads=info.reloads,
        uptime_s=info.uptime_s,
        dependencies=info.dependencies,
        has_taken=tuple(shown(f"{t.kind} {t.label}", mask, 200) for t in info.taken[:100]),
        permissions=info.permissions,
        settings=_shape(plugin.config if plugin is not None else {}),
        # Of a text of any length only the beginning is told: no more of it is masked.
        values=look(plugin, lambda t: masked(t, mask, TEXT_CHARS)) if plugin is not None else {},
        usage=info.usage.lines,
        error=shown(info.error, mask) if info.error is not None else None,
        faults=tuple(
            FaultFacts(
                at=fault.at,
                where=shown(fault.where, mask, 200),
                error=shown(fault.error, mask),
                traceback=shown(fault.traceback, mask, 10_000),
            )
            for fault in [*slot.faults][-_MOST_FAULTS:]
        ),
        left_behind=tuple(shown(text, mask) for text in info.left_behind),
    )


def _shape(settings: Mapping[str, Any]) -> dict[str, str]:
    """Settings by what they are: what a text says may be anything, a number is what helps."""
    return {
        key: str(value) if isinstance(value, bool | int | float) else f"({type(value).__name__})"
        for key, value in settings.items()
    }


def _event(trace: EventTrace, mask: Mask) -> EventFacts:
    handled = (
        f"{ran.plugin or 'rosey'}: {ran.handler} {ran.outcome}"
        f" after {1000 * ran.waited_s:.1f} + {1000 * ran.took_s:.1f} ms"
        for ran in trace.ran[:50]
    )
    changed = (f"{c.plugin}: {change}" for c in trace.changed or () for change in c.changes[:20])
    said = trace.text if trace.text is not None else trace.data
    return EventFacts(
        id=trace.id,
        at=trace.at,
        event=shown(trace.event, mask, 200),
        cause=trace.cause,
        emitter=shown(trace.user or trace.emitter or "rosey", mask, 200),
        data=shown(said or "", mask, 1_000),
        took_s=trace.took_s,
        handled=tuple(shown(line, mask, 300) for line in handled),
        failures=tuple(shown(line, mask) for line in trace.failures),
        changes=tuple(shown(line, mask, 300) for line in changed),
    )


def _record(line: LogLine, mask: Mask) -> LogFacts:
    text = shown(line.text, mask, 2_000)
    return LogFacts(at=line.at, level=line.level, logger=line.logger, text=text)
