"""What the workbench shows of a bot in production: what may be done to it, in its own colour."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from rosey.chat.escaping import for_terminal
from rosey.workbench.access.access import UNLOCKING, Access, Unlocked
from rosey.workbench.faces.answer import Answer
from rosey.workbench.faces.markup import Element, el

PRODUCTION = "PRODUCTION"

# White on red and black on amber: each can be read in either theme, and by whoever sees no red.
_LOCKED, _UNLOCKED = "background:#9c1c14;color:#fff", "background:#ffb300;color:#000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Production:
    """The band that says that a bot is in production.

    Attributes:
        is_locked: Whether it is read-only.
        more: What to do, or until when it is unlocked and why.
    """

    is_locked: bool
    more: str

    def mapped(self, change: Callable[[str], str]) -> Production:
        """The same with its texts changed."""
        return Production(is_locked=self.is_locked, more=change(self.more))

    @property
    def told(self) -> str:
        """What follows the word."""
        return f", {'read-only' if self.is_locked else 'unlocked'}: {self.more}"

    @property
    def text(self) -> str:
        """The face in a terminal."""
        return f"{PRODUCTION}{for_terminal(self.told)}"

    @property
    def element(self) -> Element:
        """The face in a notebook and in the panel."""
        colours = _LOCKED if self.is_locked else _UNLOCKED
        style = f"{colours};margin:0;overflow-wrap:anywhere;padding:2px 8px"
        return el("p", {"style": style}, el("strong", {}, PRODUCTION), self.told)


def production(access: Access, how: str = UNLOCKING) -> tuple[Production, ...]:
    """The band over what is shown of a bot; none over a notebook's own.

    Args:
        access: What may be done to the bot.
        how: What to do where nothing may be.
    """
    if not access.is_production:
        return ()
    given = access.unlocked
    if given is None:
        return (Production(is_locked=True, more=how),)
    return (_open(given),)


def unlocked(given: Unlocked) -> Answer:
    """Until when a bot in production is unlocked, and why."""
    return Answer(given, _open(given))


def _open(given: Unlocked) -> Production:
    until = time.strftime("%H:%M:%S", time.localtime(given.until))
    return Production(is_locked=False, more=f"until {until}, {given.reason}")
