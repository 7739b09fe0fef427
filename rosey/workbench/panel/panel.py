"""One open panel: it takes what its views say, and shows them the bot while they are looked at."""

from __future__ import annotations

import collections
import contextlib
import logging
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Protocol, runtime_checkable

from rosey.errors import RoseyError
from rosey.workbench.faces import access_faces
from rosey.workbench.faces.answer import Answer
from rosey.workbench.panel.area import Area
from rosey.workbench.panel.areas.table import ACTIONS, AREAS, DEFAULTS
from rosey.workbench.panel.attempt import CANCEL, Attempt
from rosey.workbench.panel.pulse import Pulse
from rosey.workbench.panel.saved import Saved
from rosey.workbench.panel.screen import regions
from rosey.workbench.panel.sight import Sight
from rosey.workbench.panel.still import Still
from rosey.workbench.panel.view import AREA, View
from rosey.workbench.panel.widget import PanelWidget
from rosey.workbench.session import Session

logger = logging.getLogger(__name__)

LEASE_S = 120.0
"""Seconds for which a view counts as looked at after it last said so."""

ATTEMPTS_KEPT = 20

MOST_MESSAGES = 1_000
"""How much of what views say is kept until it is heard; of more, the oldest is lost."""

CLOSED = "this panel is closed: %rosey panel opens another"


@runtime_checkable
class Closing(Protocol):
    """What an area has noted, and has to be closed with the panel."""

    def close(self) -> None:
        """Give back what it took."""


class Panel:
    """The control panel, as it is shown in a cell and in the side tabs that are opened of it.

    It holds no state of the bot: it looks anew each time that it draws. While nobody looks at it,
    it does nothing.

    Args:
        session: What `%rosey` works on.
        saved: What people saved by name.
        area: Which area is open at first.
        closed: Called once, when it is closed.
    """

    def __init__(
        self, session: Session, saved: Saved, area: str, closed: Callable[[Panel], None]
    ) -> None:
        self._session: Session | None = session
        self._saved = saved
        self._closed = closed
        self._view = View(AREAS, DEFAULTS)
        self._view.change({AREA: area})
        self._attempts: collections.deque[Attempt] = collections.deque(maxlen=ATTEMPTS_KEPT)
        self._seen: dict[str, Any] = {}
        self._watched: dict[str, float] = {}
        self._messages: collections.deque[Mapping[str, Any]] = collections.deque(
            maxlen=MOST_MESSAGES
        )
        self._is_over = False
        self._fault = ""
        self._still = Still(lambda: self.answer)
        self._widget = PanelWidget(self._take)
        self._show()
        self._pulse = Pulse(self._beat, self._is_watched, self._stamp)

    @property
    def view(self) -> Mapping[str, Any]:
        """Which area is open, and what was chosen and typed, by name."""
        return self._view.values

    @property
    def answer(self) -> Answer:
        """What it shows, as the line of `%rosey` that does the same answers."""
        try:
            sight = self._sight()
            found = self._area.answer_in(sight)
            return Answer(found.value, *access_faces.production(sight.bot.access), *found.parts)
        except RoseyError as error:
            redact = self._session.redact if self._session is not None else str
            return Answer.of_lines(None, [redact(str(error))])

    def close(self) -> None:
        """End it: its views go, and what they showed last stays as it is."""
        if self._is_over:
            return
        self._is_over = True
        self._pulse.close()
        self._still.refresh()
        self._widget.close()
        for noted in self._seen.values():
            if isinstance(noted, Closing):
                noted.close()
        self._closed(self)
        # Whoever keeps the panel, as IPython does in `Out`, keeps no bot by it.
        self._session, self._closed = None, lambda _panel: None
        self._seen.clear()
        self._attempts.clear()

    def show(self) -> None:
        """Show it in the cell that runs.

        Raises:
            RoseyError: It is closed.
        """
        if self._is_over:
            raise RoseyError(CLOSED)
        self._still.show()
        self._widget.show_view()

    def _ipython_display_(self) -> None:
        if self._is_over:
            raise NotImplementedError  # IPython shows what `repr` says
        self.show()

    def __repr__(self) -> str:
        return f"<the panel of Rosey, {'closed' if self._is_over else self._area.title}>"

    def _take(self, message: Mapping[str, Any]) -> None:
        """Note what a view says; called in a thread of the kernel, which has other things to do."""
        view = str(message.get("view"))
        if message.get("kind") == "leave":
            self._watched.pop(view, None)
        else:
            self._watched[view] = time.monotonic()
            self._messages.append(message)
        self._pulse.wake()

    # What follows is done in the panel's own thread, one after the other.

    def _beat(self) -> None:
        try:
            self._hear()
            self._show()
            # Its line may wait for a bot that a plugin blocks, and the panel with it.
            if not self._living.blocked_at:
                self._still.refresh_now_and_then()
            self._fault = ""
        except Exception as error:  # noqa: BLE001  its thread goes on: the next time may well do
            self._log_once(error)

    def _log_once(self, error: Exception) -> None:
        """Log a fault when it comes: a record brings a drawing, which may bring it again."""
        fault, before = repr(error), self._fault
        self._fault = fault
        if fault != before:
            logger.error("the panel cannot be drawn", exc_info=error)

    def _hear(self) -> None:
        if self._messages:
            self._widget.heard()
        while self._messages:
            message = self._messages.popleft()
            match message:
                case {"kind": "look", "changes": dict(changes)}:
                    self._view.change(changes)
                case {"kind": "do", "name": str(name), "args": dict(arguments)}:
                    self._do(name, arguments)

    def _do(self, name: str, arguments: Mapping[str, Any]) -> None:
        if name == CANCEL:
            for attempt in self._attempts:
                if attempt.number == arguments.get("attempt"):
                    attempt.cancel()
            return
        if name not in ACTIONS:
            return
        try:
            begun = ACTIONS[name](self._sight(), arguments)
        except Exception as error:  # noqa: BLE001  it is told, and logged where it is no refusal
            begun = Attempt.refused(error)
        if begun is not None:
            self._attempts.append(begun)
            begun.begin(self._living, self._pulse.wake)

    def _show(self) -> None:
        self._widget.show(regions(AREAS, self._sight()))

    @property
    def _living(self) -> Session:
        if self._session is None:
            raise RoseyError(CLOSED)
        return self._session

    @property
    def _area(self) -> Area:
        return AREAS[self._view.text(AREA)]

    def _sight(self) -> Sight:
        return Sight(
            session=self._living,
            view=self._view,
            saved=self._saved,
            attempts=tuple(self._attempts),
            seen=self._seen,
        )

    def _is_watched(self) -> bool:
        since = time.monotonic() - LEASE_S
        for view, at in tuple(self._watched.items()):
            if at < since:
                self._watched.pop(view, None)
        return bool(self._watched)

    def _stamp(self) -> Hashable:
        """Another value whenever something has happened that may be shown."""
        done = sum(attempt.done for attempt in self._attempts)
        # It may be stopped at any moment, by a cell.
        with contextlib.suppress(RoseyError):
            session = self._living
            return session.bot.traces.count, session.log.count, done
        return None
