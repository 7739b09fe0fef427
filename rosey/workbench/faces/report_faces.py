"""How a bug report is shown, on the machine where it was made and on any other."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

from rosey.diagnostics.durations import seconds
from rosey.diagnostics.report.model import BugReport, PluginFacts
from rosey.workbench.faces.answer import Answer, Lines, Table

_MOST_ROWS = 20
_MOST_VALUES = 30


def contents(report: BugReport) -> tuple[str, ...]:
    """What is in a report, and what was masked, in lines."""
    counts = {
        "plugins": len(report.plugins),
        "events": len(report.events),
        "log records": len(report.log),
        "stacks": len(report.stacks),
    }
    held = ", ".join(f"{count} {what}" for what, count in counts.items())
    masked = ", ".join(f"{count} x {kind}" for kind, count in report.masked.items()) or "nothing"
    left_out = ", ".join(f"{count} {section}" for section, count in report.left_out.items())
    lines = [f"in it: {held}; versions of what ran", f"masked: {masked}"]
    lines += [f"left out, as too much: {left_out}"] if left_out else []
    return (*lines, *([report.trouble] if report.trouble else []))


def bug_report(report: BugReport, differing: Sequence[str] = ()) -> Answer:
    """A report that was opened.

    Args:
        report: The report.
        differing: What it ran on that is another version here, a line each.
    """
    parts = [_overview(report), Lines(lines=contents(report)), *_differing(differing)]
    parts += _table("plugins", ("plugin", "state", "version", "code", "faults", "error"), [
        (p.name, p.state, p.version, _digest(p), str(len(p.faults)), p.error or "-")
        for p in report.plugins
    ])  # fmt: skip
    for plugin in report.plugins:
        parts += _plugin(plugin)
    parts += _table("last events", ("#", "at", "event", "from", "took", "what"), [
        (str(e.id), _clock(e.at), e.event, e.emitter, seconds(e.took_s),
         "; ".join(e.failures) or e.data or "-")
        for e in report.events[-_MOST_ROWS:]
    ])  # fmt: skip
    parts += _table("last log records", ("at", "level", "logger", "message"), [
        (_clock(line.at), line.level, line.logger, line.text) for line in report.log[-_MOST_ROWS:]
    ])  # fmt: skip
    for stack in report.stacks:
        parts.append(Lines(lines=(stack.name, *stack.lines)))
    return Answer(report, *parts)


def _overview(report: BugReport) -> Table:
    pairs = {
        "made": _clock(report.made_at, "%Y-%m-%d %H:%M:%S"),
        "rosey": report.versions.rosey,
        "python": f"{report.versions.python} on {report.versions.platform}",
    }
    if (bot := report.bot) is not None:
        pairs |= {
            "uptime": seconds(bot.uptime_s),
            "config": bot.config,
            "connection": bot.connection,
            "services": " ".join(bot.services) or "none",
            **{f"refused {name}": why for name, why in bot.rejected.items()},
        }
    return Table(title="bug report", heads=(), rows=tuple(pairs.items()))


def _differing(lines: Sequence[str]) -> list[Lines | Table]:
    if not lines:
        return [Lines(lines=("all versions are those of this process",))]
    return [Lines(lines=("other versions than here:", *(f"  {line}" for line in lines)))]


def _plugin(plugin: PluginFacts) -> list[Lines | Table]:
    pairs = {
        **{f"setting {name}": what for name, what in plugin.settings.items()},
        **_first(plugin.values),
        **{f"has taken {n}": what for n, what in enumerate(plugin.has_taken, start=1)},
    }
    parts = _table(plugin.name, (), pairs.items())
    for fault in plugin.faults:
        told = fault.traceback.rstrip().splitlines() or [fault.error]
        parts.append(Lines(lines=(f"{plugin.name} failed in {fault.where}:", *told)))
    if plugin.left_behind:
        parts.append(Lines(lines=(f"{plugin.name} left behind:", *plugin.left_behind)))
    return parts


def _first(values: Mapping[str, str]) -> dict[str, str]:
    shown = dict([*values.items()][:_MOST_VALUES])
    more = len(values) - len(shown)
    return {**shown, **({"...": f"{more} more in the report's values"} if more else {})}


def _table(
    title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]
) -> list[Lines | Table]:
    cells = tuple(rows)
    return [Table(title=title, heads=heads, rows=cells)] if cells else []


def _digest(plugin: PluginFacts) -> str:
    return plugin.digests.get("", "-")[:8]


def _clock(at: float, form: str = "%H:%M:%S") -> str:
    """A moment as people of this machine read it; a dash for what no calendar has."""
    try:
        return time.strftime(form, time.localtime(at))
    except (OverflowError, ValueError, OSError):
        return "-"
