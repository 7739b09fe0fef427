"""What an area draws from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rosey.workbench.facade.bot import BotFacade
from rosey.workbench.panel.attempt import Attempt
from rosey.workbench.panel.saved import Saved
from rosey.workbench.panel.view import View
from rosey.workbench.session import Session

LOOK_S = 1.0
"""Seconds in which the bot answers a panel how it is; one that a plugin blocks does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What an area draws from, anew each time.

    Attributes:
        session: What `%rosey` works on.
        view: What was chosen and typed in this panel.
        saved: What people saved by name, in this panel or another.
        attempts: What was done in this panel last, oldest first.
        seen: What areas note from one drawing to the next, such as the values that they drew, by
            names that begin with the area's, as in the view: `events.window`. What has a `close`
            is closed with the panel.
    """

    session: Session
    view: View
    saved: Saved
    attempts: tuple[Attempt, ...] = ()
    seen: dict[str, Any] = field(default_factory=dict)

    @property
    def bot(self) -> BotFacade:
        """The running bot.

        Raises:
            RoseyError: None runs.
        """
        return self.session.bot
