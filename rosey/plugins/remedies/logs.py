"""What a generation left in `logging`, which keeps handlers, filters and loggers for ever."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator

from rosey.plugins.remedies.lines import name_of, taken_back
from rosey.plugins.remedies.origin import Origin


def logging_handlers_and_filters(origin: Origin) -> Iterator[str]:
    """On whatever logger; a handler also for its stream, target, formatter or filter."""
    known = [logging.root, *logging.Logger.manager.loggerDict.values()]
    for logger in [log for log in known if isinstance(log, logging.Logger)]:
        if not logger.handlers and not logger.filters:  # as nearly all
            continue
        for handler in [*logger.handlers]:
            ends = (handler, getattr(handler, "stream", None), getattr(handler, "target", None))
            if any(map(origin.owns, ends)):
                what = f"logging handler {name_of(handler)} on {logger.name}"
                yield taken_back(what, functools.partial(_remove_handler, logger, handler))
            else:
                yield from _parts_of_handler(handler, origin)
        yield from _filters(logger, logger.name, origin)


def logging_factories(origin: Origin) -> Iterator[str]:
    """What makes loggers and records; those of `logging` itself take their place."""
    logger_class, make_record = logging.getLoggerClass(), logging.getLogRecordFactory()
    if origin.owns(logger_class):
        take_back = functools.partial(logging.setLoggerClass, logging.Logger)
        yield taken_back(f"logger class {name_of(logger_class)}", take_back)
    if origin.owns(make_record):
        take_back = functools.partial(logging.setLogRecordFactory, logging.LogRecord)
        yield taken_back(f"log record factory {name_of(make_record)}", take_back)


def loggers(origin: Origin) -> Iterator[str]:
    """Those named after its modules: `logging` keeps every logger for ever."""
    known = logging.Logger.manager.loggerDict
    for name in filter(origin.has, [*known]):
        del known[name]
    yield from ()


def _remove_handler(logger: logging.Logger, handler: logging.Handler) -> None:
    logger.removeHandler(handler)
    handler.close()


def _parts_of_handler(handler: logging.Handler, origin: Origin) -> Iterator[str]:
    yield from _filters(handler, name_of(handler), origin)
    if origin.owns(handler.formatter):
        what = f"formatter {name_of(handler.formatter)} of logging handler {name_of(handler)}"
        yield taken_back(what, functools.partial(handler.setFormatter, None))


def _filters(place: logging.Filterer, name: str, origin: Origin) -> Iterator[str]:
    for entry in filter(origin.owns, [*place.filters]):
        what = f"logging filter {name_of(entry)} on {name}"
        yield taken_back(what, functools.partial(place.removeFilter, entry))
