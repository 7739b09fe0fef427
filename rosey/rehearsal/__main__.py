"""The process of a rehearsal.

It is run by its path: the clock must be in its place before anything of Rosey is imported.
"""

from __future__ import annotations

import importlib.util
import os
import pickle
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

if TYPE_CHECKING:
    from rosey.rehearsal.clock import HandMovedClock

_CLOCK = "rosey.rehearsal.clock"


def main() -> None:
    """Read what is to be done, and do it."""
    orders, facts = _own_lines()
    starts_at_s: float | None = pickle.load(orders)  # noqa: S301  our own process wrote it
    clock = None if starts_at_s is None else _hand_moved_clock(starts_at_s)
    task, plan = pickle.load(orders)  # noqa: S301  as above
    # A number of its own: that of `orders` is given back when this function returns, and is some
    # other file's while the interpreter ends.
    watched = os.dup(orders.fileno())
    threading.Thread(target=_end_with_parent, args=[watched], daemon=True).start()

    from rosey.rehearsal.stage import Stage  # noqa: PLC0415  not before the clock is moved

    stage = Stage(facts, clock)
    stage.tell({})  # it is heard that everything is imported, and nobody else's
    task(plan, stage)


def _own_lines() -> tuple[BinaryIO, TextIO]:
    """The standard input and output, for orders and facts alone.

    What plugins print goes to the errors from now on, and they read nothing; nor do the processes
    that they start.
    """
    orders = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    facts = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.close(nothing)
    return orders, facts


def _hand_moved_clock(starts_at_s: float) -> HandMovedClock:
    """Put a clock into its place by a module that Rosey, imported later, finds as its own."""
    place = Path(__file__).with_name("clock.py")
    spec = importlib.util.spec_from_file_location(_CLOCK, place)
    assert spec is not None  # noqa: S101  the file is there
    assert spec.loader is not None  # noqa: S101  as above
    module = sys.modules[_CLOCK] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    clock: HandMovedClock = module.HandMovedClock(starts_at_s)
    clock.install()
    return clock


def _end_with_parent(orders: int) -> None:
    # Not by the file object: this thread would have its lock when the interpreter ends.
    while os.read(orders, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
