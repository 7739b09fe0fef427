"""What is wrong with plugins at the moment, as plain values: it goes when it is mended."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rosey.diagnostics.rows import Rows
from rosey.diagnostics.snapshot import Observed, redacted
from rosey.diagnostics.traces.trace import EventTrace, HandlerTrace
from rosey.errors import PluginError, PluginLoadError
from rosey.plugins.life.repeats import Repeated
from rosey.plugins.life.slots import Slot
from rosey.plugins.lifecycle import PluginState


class TroubleKind(enum.StrEnum):
    """What has gone wrong."""

    NOT_LOADED = "was not loaded"
    NOT_RELOADED = "was not reloaded"
    QUARANTINED = "is quarantined"
    FAULT = "had a fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is wrong with a plugin, as text without secrets.

    Attributes:
        plugin: The plugin's name.
        kind: What has gone wrong.
        where: The handler, hook, task or command that failed; empty where it was the code itself.
        error: Why, on one line.
        file: Where the line stands that is to blame; None where none is known.
        line: Its number, from 1.
        frame: It and its neighbours, as they were when it failed; empty where it is not known.
        traceback: As Python prints it, from the plugin's own code on; may be empty.
        since: When it came first, in seconds since the epoch; None where nobody has noted that.
        count: How often it has come since.
        version: Of the code that runs; None where none does.
        state: Where the plugin stands.
    """

    plugin: str
    kind: TroubleKind
    where: str = ""
    error: str
    file: str | None = None
    line: int | None = None
    frame: tuple[str, ...] = ()
    traceback: str = ""
    since: float | None = None
    count: int = 1
    version: str | None = None
    state: PluginState

    @property
    def title(self) -> str:
        """What has gone wrong, in a few words."""
        if self.kind is TroubleKind.FAULT:
            return f"{self.plugin} failed in {self.where}"
        return f"{self.plugin} {self.kind}"

    @property
    def fate(self) -> str:
        """What still runs, for people."""
        if self.version is None:
            return "nothing of it runs"
        does = "serves on" if self.state is PluginState.ENABLED else f"stays {self.state}"
        return f"version {self.version} {does} with its state"


def troubles(bot: Observed, name: str | None = None) -> Rows[Trouble]:
    """What is wrong with all plugins, or with one; to be called on the bot's loop.

    Returns:
        By plugin; of each first why it is not as somebody wanted it, then the faults of the
        version that serves, newest first.

    Raises:
        PluginNotFoundError: There is no plugin of that name.
    """
    slots = bot.plugin_manager.slots
    if name is not None and name not in slots.rejected:
        return Rows(_of_slot(bot, slots.known(name)))
    refused = {n: e for n, e in slots.rejected.items() if name in {None, n}}
    found = [_refused(bot, plugin, error) for plugin, error in refused.items()]
    for slot in slots if name is None else ():
        found += _of_slot(bot, slot)
    return Rows(sorted(found, key=lambda one: one.plugin))


def behind(trace: EventTrace, known: Iterable[Trouble]) -> tuple[Trouble, ...]:
    """Those of some troubles that an event has met, or led to: their code is to blame for it."""
    failed = [ran for ran in trace.ran if ran.is_failure]
    return tuple(one for one in known if any(_is_of(one, trace.event, ran) for ran in failed))


def _is_of(one: Trouble, event: str, ran: HandlerTrace) -> bool:
    places = {ran.handler, f"{ran.handler} at {event}"}
    return (one.plugin, one.error) == (ran.plugin, ran.error) and one.where in places


def _of_slot(bot: Observed, slot: Slot) -> Iterator[Trouble]:
    if slot.error is not None:
        yield _error(bot, slot, slot.error)
    if slot.staged is not None:
        for repeated in reversed([*slot.repeats]):
            yield _fault(bot, slot, repeated)


def _error(bot: Observed, slot: Slot, error: PluginError) -> Trouble:
    facts = error if isinstance(error, PluginLoadError) else None
    kind = _kind(slot)
    # Its title says that already.
    why = str(error).removeprefix(f"{slot.name} {kind}: ")
    return Trouble(
        plugin=slot.name,
        kind=kind,
        error=bot.redact(facts.reason if facts is not None else why),
        file=str(facts.path) if facts is not None and facts.path is not None else None,
        line=facts.line if facts is not None else None,
        frame=tuple(map(bot.redact, facts.frame)) if facts is not None else (),
        traceback=bot.redact(facts.traceback) if facts is not None else "",
        since=slot.error_since,
        count=slot.error_count,
        version=_version(slot),
        state=slot.state,
    )


def _fault(bot: Observed, slot: Slot, repeated: Repeated) -> Trouble:
    fault = redacted(bot, repeated.fault)
    place = fault.place
    return Trouble(
        plugin=slot.name,
        kind=TroubleKind.FAULT,
        where=fault.where,
        error=fault.error,
        file=place.file if place is not None else None,
        line=place.line if place is not None else None,
        frame=place.frame if place is not None else (),
        traceback=fault.traceback,
        since=repeated.since,
        count=repeated.count,
        version=_version(slot),
        state=slot.state,
    )


def _refused(bot: Observed, name: str, error: PluginLoadError) -> Trouble:
    return Trouble(
        plugin=name,
        kind=TroubleKind.NOT_LOADED,
        error=bot.redact(error.reason),
        file=str(error.path) if error.path is not None else None,
        state=PluginState.DISCOVERED,
    )


def _kind(slot: Slot) -> TroubleKind:
    if slot.state is PluginState.QUARANTINED:
        return TroubleKind.QUARANTINED
    return TroubleKind.NOT_RELOADED if slot.is_loaded else TroubleKind.NOT_LOADED


def _version(slot: Slot) -> str | None:
    return slot.staged.plugin.version if slot.staged is not None else None
