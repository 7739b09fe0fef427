"""The band over the panel of a bot in production: what may be done to it, and its key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from rosey.workbench.access.access import MINUTES, MOST_MINUTES
from rosey.workbench.commands.unlocking import TIME
from rosey.workbench.faces import access_faces
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.panel.area import Arguments, Do
from rosey.workbench.panel.attempt import Attempt, command
from rosey.workbench.panel.controls import button, form, select, submit, text
from rosey.workbench.panel.sight import Sight

UNLOCK, LOCK = "production.unlock", "production.lock"

HOW = "give a reason to change it"

_CHOICES = tuple((str(n), f"{n} min") for n in (5, MINUTES, 30, MOST_MINUTES))


def band(sight: Sight) -> Iterator[Element]:
    """The band; none over a notebook's own bot.

    Raises:
        RoseyError: No bot runs.
    """
    for shown in access_faces.production(sight.bot.access, HOW):
        kind = "locked" if shown.is_locked else "unlocked"
        word = el("strong", {}, access_faces.PRODUCTION)
        words = el("span", {"role": "status"}, word, shown.told)
        control = _unlocking() if shown.is_locked else button("Lock", LOCK, line="%rosey lock")
        yield el("div", {"class": f"production {kind}"}, words, control)


def _unlocking() -> Element:
    return form(
        UNLOCK,
        text(name="reason", label="Reason to change the bot", placeholder="reason"),
        select(_CHOICES, name="minutes", value=str(MINUTES), label="For how long"),
        submit("Unlock", line=f"%rosey unlock {TIME} MINUTES REASON"),
    )


def _unlock(sight: Sight, arguments: Arguments) -> Attempt:
    typed = f"{arguments.get('minutes', MINUTES)} {arguments.get('reason', '')}"
    return command(sight.session, f"%rosey unlock {TIME} {' '.join(typed.split())}")


def _lock(sight: Sight, _arguments: Arguments) -> Attempt:
    return command(sight.session, "%rosey lock")


ACTIONS: Mapping[str, Do] = MappingProxyType({UNLOCK: _unlock, LOCK: _lock})
"""What the band does."""
