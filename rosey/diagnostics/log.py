"""The last log records, kept in memory: where background output goes that no cell asked for."""

from __future__ import annotations

import collections
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rosey.chat.escaping import for_log
from rosey.plugins.calling.faults import describe
from rosey.plugins.events import current_event

RECORDS_KEPT = 1_000
LOGGERS = ("rosey", "plugin")
LEVELS = ("INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One log record, as text that cannot hurt a terminal or forge another record.

    Attributes:
        number: Its place among all records of the ring, from 1.
        at: Seconds since the epoch.
        level: DEBUG, INFO, WARNING, ERROR or CRITICAL.
        logger: Its logger: `plugin.NAME`, or a module of Rosey.
        plugin: The plugin that logged it, or that Rosey logged it about; None where there is none.
        event: The id of the event during whose handling it was logged; None where there was none.
        text: The message on one line, with the exception that it tells of.
    """

    number: int
    at: float
    level: str
    logger: str
    plugin: str | None
    event: int | None
    text: str


class LogRing(logging.Handler):
    """Keeps the last `RECORDS_KEPT` records of Rosey and its plugins, between open and close.

    Args:
        redact: Takes secrets out of a text.

    Attributes:
        count: How many records were kept, those that were let go of since included.
    """

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__(logging.INFO)
        self._redact = redact
        self._lines: collections.deque[LogLine] = collections.deque(maxlen=RECORDS_KEPT)
        self._raised: list[logging.Logger] = []
        self.count = 0

    @property
    def dropped(self) -> int:
        """How many records it has let go of, as there were newer ones."""
        kept = tuple(self._lines)
        return kept[0].number - 1 if kept else 0

    def open(self) -> None:
        """Begin to listen."""
        for name in LOGGERS:
            logger = logging.getLogger(name)
            logger.addHandler(self)
            if logger.level == logging.NOTSET:
                logger.setLevel(logging.INFO)
                self._raised.append(logger)

    def close(self) -> None:
        """Stop listening; what was kept stays."""
        for name in LOGGERS:
            logging.getLogger(name).removeHandler(self)
        while self._raised:
            self._raised.pop().setLevel(logging.NOTSET)
        super().close()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record; called by logging, from any thread, one at a time."""
        text = for_log(self._redact(_text(record)))
        self.count += 1
        self._lines.append(
            LogLine(
                number=self.count,
                at=record.created,
                level=record.levelname,
                logger=record.name,
                plugin=plugin_of(record),
                event=event.id if (event := current_event()) is not None else None,
                text=text,
            )
        )

    def lines(
        self,
        plugin: str | None = None,
        *,
        level: str = "INFO",
        event: int | None = None,
        search: str = "",
    ) -> tuple[LogLine, ...]:
        """What was kept, oldest first; see `picked`."""
        kept = tuple(self._lines)
        return picked(kept, plugin, level=level, event=event, search=search)


def picked(
    lines: Iterable[LogLine],
    plugin: str | None = None,
    *,
    level: str = "INFO",
    event: int | None = None,
    search: str = "",
) -> tuple[LogLine, ...]:
    """Some of the records of a log, in their order.

    Args:
        lines: The records.
        plugin: Of which plugin; None for all.
        level: How grave at least: one of `LEVELS`.
        event: Logged while which event was handled; None for any.
        search: What stands in the message or the logger's name, in whichever case.
    """
    least, wanted = LEVELS.index(level), search.casefold()
    return tuple(
        line
        for line in lines
        if (plugin is None or line.plugin == plugin)
        and (event is None or line.event == event)
        and _rank(line.level) >= least
        and (wanted in line.text.casefold() or wanted in line.logger.casefold())
    )


def _rank(level: str) -> int:
    # A plugin may have levels of its own, whose names say nothing to us.
    return LEVELS.index(level) if level in LEVELS else 0


def _text(record: logging.LogRecord) -> str:
    """The message, and the exception on one line: a traceback would need many."""
    try:
        text = record.getMessage()
    except Exception as error:  # noqa: BLE001  a plugin's message must not fail the plugin
        return f"{record.msg} (its arguments do not fit: {describe(error)})"
    if record.exc_info is not None and record.exc_info[1] is not None:
        text = f"{text}: {describe(record.exc_info[1])}"
    return text


def plugin_of(record: logging.LogRecord) -> str | None:
    """Whose record it is: by its logger, or as `extra={"plugin": ...}` says."""
    family, _, rest = record.name.partition(".")
    if family == "plugin":
        return rest.partition(".")[0] or None
    plugin = getattr(record, "plugin", None)
    return plugin if isinstance(plugin, str) else None
