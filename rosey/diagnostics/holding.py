"""What waits for a plugin that somebody holds."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from rosey.chat.escaping import for_log
from rosey.chat.model import LOCAL, Message
from rosey.plugins.events import Event
from rosey.plugins.holding.holding import Holding

MOST_SHOWN = 20
_MOST_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How a plugin stands that somebody holds.

    Attributes:
        waiting: How many events wait for it.
        first: The first `MOST_SHOWN` of them, a line each, for people.
        can_step_back: Whether the last step can be taken back.
    """

    waiting: int
    first: tuple[str, ...]
    can_step_back: bool


def held(holding: Holding, plugin: str, redact: Callable[[str], str]) -> Held | None:
    """How a plugin stands; None where nobody holds it."""
    events = holding.waiting(plugin)
    if events is None:
        return None
    first = tuple(told(event, redact) for event in itertools.islice(events, MOST_SHOWN))
    can_step_back = holding.can_step_back(plugin)
    return Held(waiting=len(events), first=first, can_step_back=can_step_back)


def told(event: Event, redact: Callable[[str], str]) -> str:
    """An event on one line, of which no stranger can make another."""
    said = ""
    if event.name == "message":
        message = Message.of(event.data, event.origin or LOCAL)
        said = f" from {message.user.name}: {message.text}"
    line = redact(f"{event.name} #{event.id}{said}")
    return for_log(line if len(line) <= _MOST_CHARS else f"{line[:_MOST_CHARS]}…")
