"""What the workbench shows of the bot, its plugins, events, services, commands and log."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from rosey.conversation import Exchange
from rosey.diagnostics.durations import seconds
from rosey.diagnostics.log import LogLine
from rosey.diagnostics.snapshot import BotSnapshot, CommandSnapshot, PluginSnapshot
from rosey.plugins.events import Delivery
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.services import ServiceInfo
from rosey.workbench.faces.answer import Answer, Lines, Part, Table


def lines(value: object, text: Iterable[str]) -> Answer:
    """Some lines of text."""
    return Answer.of_lines(value, text)


def table(
    value: object,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str = "",
    empty: str = "nothing",
) -> Answer:
    """A table; without rows it is the line `empty`."""
    cells = tuple(tuple(row) for row in rows)
    if not cells:
        return lines(value, [f"{title}: {empty}" if title else empty])
    return Answer(value, Table(title=title, heads=tuple(heads), rows=cells))


def facts(value: object, pairs: Mapping[str, str]) -> Answer:
    """Names and values, one pair a row."""
    return table(value, (), pairs.items())


def status(bot: BotSnapshot, band: Iterable[Part] = ()) -> Answer:
    """The bot at a glance.

    Args:
        bot: The bot.
        band: What stands over it; see `access_faces.production`.
    """
    counts = {state: sum(p.state is state for p in bot.plugins) for state in PluginState}
    counted = [f"{n} {state}" for state, n in counts.items() if n]
    if held := sum(p.held is not None for p in bot.plugins):
        counted.append(f"{held} of them held")
    if bot.rejected:
        counted.append(f"{len(bot.rejected)} refused")
    shown = {
        "bot": f"running for {seconds(bot.uptime_s)}" if bot.is_running else "stopped",
        "config": bot.config,
        "connection": bot.connection,
        "plugins": ", ".join(counted) or "none",
        "commands": " ".join(c.usage.split()[0] for c in bot.commands) or "none",
        "services": " ".join(s.name for s in bot.services) or "none",
    }
    return Answer(bot, *band, *facts(bot, shown).parts)


def plugins(bot: BotSnapshot, edited: Container[str] = ()) -> Answer:
    """All plugins, one a row.

    Args:
        bot: The bot.
        edited: The names of plugins whose files are no more what runs.
    """
    heads = ("plugin", "state", "version", "reloads", "uptime", "p95", "faults", "description")
    rows = [
        [
            p.name,
            p.standing(is_edited=p.name in edited),
            p.version or "-",
            str(p.reloads),
            seconds(p.uptime_s),
            seconds(p.usage.handled.p95_s or None),
            str(p.fault_count),
            p.error or p.description,
        ]
        for p in bot.plugins
    ]
    rows += [[name, "refused", "-", "-", "-", "-", "-", why] for name, why in bot.rejected.items()]
    return table(bot.plugins, heads, rows, empty="no plugins found; put one into plugins/")


def plugin(info: PluginSnapshot, usages: Sequence[str] = ()) -> Answer:
    """One plugin in full.

    Args:
        info: The plugin.
        usages: How to call its commands; by default only their words are shown.
    """
    shown = {
        "plugin": info.name,
        "state": str(info.state),
        "version": info.version or "-",
        "description": info.description or "-",
        "author": info.author or "-",
        "source": info.source,
        "reloads": str(info.reloads),
        "uptime": seconds(info.uptime_s),
        "needs": ", ".join(info.dependencies) or "-",
        "commands": "\n".join(usages) or " ".join(info.commands) or "-",
        "services": " ".join(info.services) or "-",
        "has taken": "\n".join(f"{t.kind} {t.label}" for t in info.taken) or "-",
        "config": "\n".join(f"{k} = {v}" for k, v in info.config.items()) or "-",
        "may": "-" if info.permissions is None else " ".join(info.permissions) or "nothing",
        "usage": "\n".join(info.usage.lines),
        "faults": str(info.fault_count),
    }
    if info.waits_for:
        shown["waits for"] = "\n".join(info.waits_for)
    if info.held is not None:
        shown["held"] = "\n".join(info.held.first) or "nothing waits for it yet"
    if info.last_fault is not None:
        shown["last fault"] = f"{info.last_fault.where}: {info.last_fault.error}"
    if info.left_behind:
        shown["left behind"] = "\n".join(info.left_behind)
    if info.error is not None:
        shown["error"] = info.error
    return facts(info, shown)


def reload_report(plugin: PluginSnapshot) -> list[str]:
    """What a reload did beside taking the new code, in lines for people."""
    report = plugin.last_reload
    if report is None:
        return []  # it had failed to load, and is loaded now
    return [f"  {line}" for line in report.lines]


def delivery(report: Delivery) -> Answer:
    """Who handled an event, how that ended and how long it took."""
    heads = ("plugin", "handler", "outcome", "took", "error")
    rows = [
        [h.plugin or "rosey", h.handler, str(h.outcome), seconds(h.duration_s), h.error or ""]
        for h in report.handled
    ]
    title = f"{report.event} (event {report.id})"
    return table(report, heads, rows, title=title, empty=report.refused or "nobody handles it")


def exchange(done: Exchange) -> Answer:
    """Who handled an event, and what was replied."""
    handled = delivery(done.delivery)
    if not done.replies:
        return Answer(done, *handled.parts)
    return Answer(done, *handled.parts, Lines(lines=("replies:", *done.replies)))


def services(infos: Sequence[ServiceInfo]) -> Answer:
    """What plugins offer each other."""
    rows = [[s.name, s.provider or "rosey", s.version or "-"] for s in infos]
    return table(infos, ("service", "provider", "version"), rows, empty="no services")


def commands(infos: Sequence[CommandSnapshot]) -> Answer:
    """The chat commands."""
    rows = [[c.usage, c.plugin or "rosey", c.rank, c.help] for c in infos]
    return table(infos, ("command", "plugin", "rank", "help"), rows)


def log(kept: Sequence[LogLine]) -> Answer:
    """Log records, one a row."""
    rows = [[line.level, line.logger, line.text] for line in kept]
    return table(kept, ("level", "logger", "message"), rows, empty="the log is empty")
