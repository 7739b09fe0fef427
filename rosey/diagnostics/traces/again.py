"""What sends an event once more, as far as its trace has all that was in it."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from typing import Any

from rosey.chat.model import Rank
from rosey.diagnostics.traces.census import MESSAGE
from rosey.diagnostics.traces.trace import DATA_CHARS, EventTrace
from rosey.errors import RoseyError
from rosey.plugins.loading.schema import MASK


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event that can be emitted by hand.

    Attributes:
        event: Its name.
        data: What it carries, as JSON has it.
        rank: As whom a message is said; None for any other event.
    """

    event: str
    data: Any
    rank: Rank | None = None


def draft_of(trace: EventTrace) -> Draft:
    """What sends an event once more; a message is said by the same user, who may do no more.

    Raises:
        RoseyError: The trace lacks some of what was in it, or that is not plain data.
    """
    if trace.event == MESSAGE:
        said = {"msg": _complete(trace.text or ""), "username": _complete(trace.user or "guest")}
        return Draft(event=MESSAGE, data=said, rank=trace.rank or Rank.GUEST)
    return Draft(event=trace.event, data=_read(_complete(trace.data)))


def _complete(text: str | None) -> str:
    if text is None:
        raise RoseyError("its data was not kept: too much went on")
    if len(text) > DATA_CHARS:
        raise RoseyError("only the beginning of its data was kept")
    if MASK in text:
        raise RoseyError("there are secrets in its data, which were not kept")
    return text


def _read(text: str) -> Any:  # noqa: ANN401  any JSON
    try:
        data = ast.literal_eval(text)
        if json.loads(json.dumps(data, allow_nan=False)) == data:
            return data
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        pass
    raise RoseyError("its data is not plain, or was not kept in full")
