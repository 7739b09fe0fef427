"""What is typed to be fired: read, said as the line and the call that do the same, and fired."""

from __future__ import annotations

import json

from rosey.chat.model import Rank
from rosey.diagnostics.traces.again import Draft
from rosey.diagnostics.traces.census import MESSAGE
from rosey.errors import UsageError
from rosey.plugins.loading import json_reading
from rosey.workbench.commands import arguments
from rosey.workbench.faces import trace_faces
from rosey.workbench.faces.answer import Answer
from rosey.workbench.panel.attempt import Attempt
from rosey.workbench.panel.saying import line_of_saying, say
from rosey.workbench.session import Session

MOST_CHARS = 100_000
NAME_CHARS = 200

_SPOKEN = {"msg", "username"}
_NOT_AT_AN_END = ("?", "\\")
"""IPython takes these for itself at the end of a line."""


def read(event: str, body: str, rank: str) -> Draft:
    """What was typed: an event's name, its data as JSON, and a rank for who says a message.

    Data that is left empty is an empty object, as in `%rosey emit`. A `message` of a text and a
    user alone is said by that user; any other that is made by hand comes from a guest.

    Raises:
        UsageError: It cannot be fired; the message says in which line and column.
    """
    event = event.strip()
    if not event:
        raise UsageError("the name of an event is missing")
    if len(event) > NAME_CHARS:
        raise UsageError(f"a name has at most {NAME_CHARS} characters, not {len(event):,}")
    data = _parsed(body) if body.strip() else {}
    if event == MESSAGE and _is_spoken(data):
        return Draft(event=event, data=data, rank=arguments.rank(rank))
    return Draft(event=event, data=data)


def body_of(draft: Draft) -> str:
    """The data as it can be typed."""
    return json.dumps(draft.data, ensure_ascii=False, indent=2)


def rank_of(draft: Draft) -> str:
    """The rank as it can be chosen."""
    return str(draft.rank if draft.rank is not None else Rank.GUEST)


def line_for(draft: Draft) -> str | None:
    """The line of `%rosey` that fires it; None where no line can say it."""
    if draft.rank is not None:
        lines = [line_of_saying(draft.data["msg"], draft.data["username"], draft.rank)]
    else:
        data = (json.dumps(draft.data, ensure_ascii=is_ascii) for is_ascii in (False, True))
        names = (draft.event, f"'{draft.event}'", f'"{draft.event}"')
        lines = [f"%rosey emit {name} {text}" for text in data for name in names]
    return next((line for line in lines if drafted(line) == draft), None)


def python_of(draft: Draft) -> str:
    """The call that fires it, for a cell."""
    if draft.rank is None:
        return f"await bot.traces.emit({draft.event!r}, {draft.data!r})"
    said = f"{draft.data['msg']!r}, {draft.data['username']!r}, Rank.{draft.rank.name}"
    return f"from rosey import Rank\nawait bot.traces.say({said})"


def fire(session: Session, draft: Draft) -> Attempt:
    """An attempt that fires it, and shows what became of it."""
    if draft.rank is not None:
        return say(session, draft.data["msg"], draft.data["username"], draft.rank)

    def run(attempt: Attempt) -> Answer:
        emitted = attempt.wait(session.bot.traces.emit(draft.event, draft.data))
        return trace_faces.chain(emitted)

    return Attempt(line_for(draft) or python_of(draft), run)


def drafted(line: str) -> Draft | None:
    """What a line of `%rosey say` or `%rosey emit` fires in a cell; None where it does not."""
    if line.splitlines() != [line.strip()] or line.endswith(_NOT_AT_AN_END):
        return None
    _, word, rest = line.split(" ", maxsplit=2)
    try:
        if word == "say":
            said = arguments.speech(rest.strip())
            return Draft(
                event=MESSAGE, data={"msg": said.text, "username": said.user}, rank=said.rank
            )
        event, data = arguments.first_word(rest)
        return Draft(event=event, data=arguments.event_data(data))
    except UsageError:
        return None


def _is_spoken(data: object) -> bool:
    """Whether a message says nothing but what somebody can say: a text and a user's name."""
    if not isinstance(data, dict) or {*data} != _SPOKEN:
        return False
    return all(isinstance(value, str) and value.strip() for value in data.values())


def _parsed(body: str) -> object:
    if len(body) > MOST_CHARS:
        raise UsageError(f"data has at most {MOST_CHARS:,} characters, not {len(body):,}")
    try:
        return json_reading.parse(body.encode())
    except json.JSONDecodeError as error:
        why = f"{error.msg[:1].lower()}{error.msg[1:]}"
        raise UsageError(f"line {error.lineno}, column {error.colno}: {why}") from error
    except ValueError as error:
        raise UsageError(f"this is no JSON: {error}") from error
    except RecursionError as error:
        raise UsageError("this is nested too deeply") from error
