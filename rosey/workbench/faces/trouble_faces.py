"""How what is wrong with a plugin is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rosey.diagnostics.trouble import Trouble
from rosey.workbench.faces.answer import Answer, Lines
from rosey.workbench.faces.cell_faces import MOST_LINES, clock, here

MOST_SHOWN = 3
"""How many troubles of one plugin are shown in full."""


def trouble(one: Trouble) -> Answer:
    """One trouble: what, why and where, what still runs, the code and the traceback."""
    return Answer(one, *parts([one]))


def parts(found: Sequence[Trouble]) -> Iterator[Lines]:
    """The same of the first few of some troubles, and how many more there are."""
    for one in found[:MOST_SHOWN]:
        for lines in ((headline(one), *under(one)), one.frame, shortened(one.traceback)):
            if lines:
                yield Lines(lines=lines)
    if len(found) > MOST_SHOWN:
        yield Lines(lines=(f"{len(found) - MOST_SHOWN} more: bot.troubles() has them",))


def headline(one: Trouble) -> str:
    """What has gone wrong, and why."""
    return f"{one.title}: {one.error}"


def under(one: Trouble) -> tuple[str, ...]:
    """Where, how often and since when, and what still runs, a line each."""
    return tuple(f"  {line}" for line in (place(one), often(one), one.fate) if line)


def place(one: Trouble) -> str:
    """The file and the line that are to blame, as the user knows them; empty where none is."""
    if one.file is None:
        return ""
    return here(one.file) if one.line is None else f"{here(one.file)}:{one.line}"


def often(one: Trouble) -> str:
    """How often it has come, and since when."""
    since = f"since {clock(one.since)}" if one.since is not None else ""
    return f"{one.count} times {since}".rstrip() if one.count > 1 else since


def shortened(traceback: str) -> tuple[str, ...]:
    """The lines of a traceback; of a very long one its beginning and its end."""
    lines = traceback.splitlines()
    if len(lines) <= MOST_LINES:
        return tuple(lines)
    # Where it began and what it was are both worth more than the way between.
    half = MOST_LINES // 2
    return (*lines[:half], f"… {len(lines) - 2 * half} more lines …", *lines[-half:])
