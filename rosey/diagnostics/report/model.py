"""A bug report as plain values; its file has the same names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

FORMAT: Final = 1
"""The version of the file; a file of a higher one is not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What the bot ran on.

    Attributes:
        rosey: Rosey's version.
        python: Python's.
        platform: The system and the kind of machine.
        libraries: Versions of the installed packages that were imported, by name.
    """

    rosey: str
    python: str
    platform: str
    libraries: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BotFacts:
    """The bot as a whole.

    Attributes:
        uptime_s: Seconds since its start; None where it did not run.
        connection: Where people talk to it.
        config: Where its configuration comes from.
        rejected: Files that could not be plugins, with the reason.
        services: What was provided, and by which plugin.
    """

    uptime_s: float | None
    connection: str
    config: str
    rejected: Mapping[str, str]
    services: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultFacts:
    """Something that went wrong in a plugin.

    Attributes:
        at: Seconds since the epoch.
        where: The handler, hook, task or command.
        error: The exception on one line.
        traceback: As Python prints it.
    """

    at: float
    where: str
    error: str
    traceback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginFacts:
    """One plugin.

    Attributes:
        name: Its name.
        version: Its version.
        state: Where it stood in its life.
        kind: Whether it is a file, a package, a cell or an installed package.
        digests: A hash of the code that ran, by module; the plugin itself is the empty name.
        generation: The number of that load among all loads; None where it was not loaded.
        reloads: Successful reloads since it was loaded.
        uptime_s: Seconds since it was loaded; None where it was not.
        dependencies: What it depends on, as written.
        has_taken: Everything in its ledger, a line each.
        permissions: What it may ask of the bot; None where it was not loaded.
        settings: The shape of its settings: numbers and truth values as they are, of all else the
            type.
        values: What its attributes held, as text by path.
        usage: What it used of what all share, in lines.
        error: Why it failed, or its last reload was refused.
        faults: The newest ones.
        left_behind: What its generations left behind.
    """

    name: str
    version: str
    state: str
    kind: str
    digests: Mapping[str, str]
    generation: int | None
    reloads: int
    uptime_s: float | None
    dependencies: tuple[str, ...]
    has_taken: tuple[str, ...]
    permissions: tuple[str, ...] | None
    settings: Mapping[str, str]
    values: Mapping[str, str]
    usage: tuple[str, ...]
    error: str | None
    faults: tuple[FaultFacts, ...]
    left_behind: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """One event, and what became of it.

    Attributes:
        id: Its id.
        at: When it was emitted, in seconds since the epoch.
        event: Its name.
        cause: Id of the event that caused it; None for a root cause.
        emitter: Who emitted it.
        data: What it carried, or what was said.
        took_s: Seconds until all handlers had ended.
        handled: The handlers and how each ended, a line each.
        failures: What went wrong, a line each.
        changes: What it changed in the plugins that got it, a line each.
    """

    id: int
    at: float
    event: str
    cause: int | None
    emitter: str
    data: str
    took_s: float
    handled: tuple[str, ...]
    failures: tuple[str, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFacts:
    """One log record; see `LogLine`."""

    at: float
    level: str
    logger: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFacts:
    """What a task or a thread was doing.

    Attributes:
        name: Which one, and whose.
        lines: Its stack as Python prints it, the innermost frame last.
    """

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BugReport:
    """A bug report.

    Attributes:
        format: The version of its file.
        made_at: When it was made, in seconds since the epoch.
        trouble: Why parts of it are missing; empty where none are.
        versions: What the bot ran on.
        bot: The bot as a whole; None where it did not answer.
        plugins: All plugins that were known, by name.
        events: The last events, oldest first.
        log: The last log records, oldest first.
        stacks: What the plugins' tasks and the other threads were doing.
        masked: How often something was masked, by kind.
        left_out: How much more there was, by section.
    """

    format: int = FORMAT
    made_at: float
    trouble: str
    versions: Versions
    bot: BotFacts | None
    plugins: tuple[PluginFacts, ...]
    events: tuple[EventFacts, ...]
    log: tuple[LogFacts, ...]
    stacks: tuple[StackFacts, ...]
    masked: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
