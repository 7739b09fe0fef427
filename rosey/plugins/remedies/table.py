"""The list of all that is looked through when a generation has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rosey.plugins.calling.faults import describe
from rosey.plugins.loading.loader import Generation
from rosey.plugins.remedies import interpreter, libraries, logs, registries, running, schemas
from rosey.plugins.remedies.lines import CONTAINED
from rosey.plugins.remedies.origin import Origin

Remedy = Callable[[Origin], Iterator[str]]

REMEDIES: tuple[Remedy, ...] = (
    running.tasks,
    running.timers,
    running.readers_and_writers,
    running.loop_signal_handlers,
    running.loop_exception_handler,
    running.threads,
    interpreter.signal_handlers,
    interpreter.exit_functions,
    interpreter.builtin_names,
    interpreter.hooks,
    interpreter.hooks_of_threads,
    interpreter.trace_functions,
    interpreter.finalizers,
    interpreter.import_hooks,
    interpreter.garbage_collector_callbacks,
    interpreter.last_exception,
    registries.caches_by_module,
    registries.typing_caches,
    registries.copyreg_reducers,
    registries.warnings_filters,
    registries.warnings_seen,
    registries.codec_search_functions,
    logs.logging_handlers_and_filters,
    logs.logging_factories,
    logs.loggers,
    schemas.marshmallow_schemas,
    libraries.sqlite3_adapters_and_converters,
    libraries.sqlite3_connections,
    libraries.sqlalchemy_tables,
    libraries.ctypes_types,
    libraries.mock_patches,
)
"""One for each mechanism; most are no-ops most of the time, and none walks the heap."""


def remedy(generation: Generation) -> tuple[str, ...]:
    """Take back what a generation left behind in the interpreter, outside its ledger.

    To be called on the bot's loop when the ledger has been closed, right before the generation is
    dropped: some registries can only be asked about one function after the other, and the
    generation's modules say which there are. It takes less than a millisecond and never raises.

    Args:
        generation: One that is over: retired, or discarded before it served.

    Returns:
        A line for each thing that its author should have given back: what was taken back, what
        could not be, and what to do about it. What Python itself keeps of any code goes silently.
    """
    origin = Origin(generation)
    lines: list[str] = []
    for look in REMEDIES:
        try:
            # One by one: those before a failure count.
            for line in look(origin):
                lines.append(line)  # noqa: PERF402  as said
        except CONTAINED as error:
            name = look.__name__.replace("_", " ")
            lines.append(f"{name} could not be looked through: {describe(error)}")
    return tuple(lines)
