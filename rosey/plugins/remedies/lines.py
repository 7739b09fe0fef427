"""What people are told of each thing that was left behind."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Iterator

from rosey.plugins.calling.faults import describe

CONTAINED = (Exception, SystemExit, asyncio.CancelledError)
"""What the code of a plugin that is over may raise without any consequence."""


def taken_back(what: str, take_back: Callable[[], object]) -> str:
    """Take one thing back; whatever that raises becomes part of the line."""
    return next(failure(what, take_back), f"taken back: {what}")


def failure(what: str, take_back: Callable[[], object]) -> Iterator[str]:
    """Take back what its author was right to leave: there is a line only where that fails."""
    try:
        take_back()
    except CONTAINED as error:
        yield f"not taken back: {what}: {describe(error)}"


def name_of(thing: object) -> str:
    """What a function, class, partial or instance is called in its source."""
    if isinstance(thing, functools.partial):
        return name_of(thing.func)
    name: str = getattr(thing, "__qualname__", type(thing).__qualname__)
    return name
