"""The IPython extension: what `%load_ext rosey` adds, and `%unload_ext rosey` takes back."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable
from typing import Any

from IPython.core.error import UsageError

from rosey.chat.escaping import for_terminal
from rosey.errors import RoseyError
from rosey.workbench.completion import matcher_of
from rosey.workbench.faces.answer import Answer
from rosey.workbench.faces.of_types import FACES
from rosey.workbench.handle_completion import HandleCompletion
from rosey.workbench.magics import RoseyMagics
from rosey.workbench.panel.opening import Panels
from rosey.workbench.session import Session

_ATTRIBUTE = "_rosey_extension"

HOW_TO_STOP = "after %rosey unlock REASON, %rosey stop stops it"
"""For whoever tried to end the kernel of a bot that is served."""


class Extension:
    """Everything that was added to one shell.

    Args:
        shell: IPython's shell.

    Attributes:
        session: What `%rosey` works on.
    """

    def __init__(self, shell: Any) -> None:  # noqa: ANN401  IPython's own type
        self.session = session = Session(shell)
        session.panels = self._panels = Panels(session)
        self._shell = shell
        self._stop = session.stop
        self._magics = RoseyMagics(shell, session)
        self._matcher = matcher_of(session)
        shell.register_magics(self._magics)
        shell.Completer.custom_matchers.append(self._matcher)
        atexit.register(self._stop)
        self._handle_completion = HandleCompletion(shell)
        _add_faces(shell, session)

    def close(self) -> None:
        """Take everything back, and stop the bot."""
        self._panels.close()
        try:
            self._magics.close()
        finally:
            atexit.unregister(self._stop)
            self._shell.Completer.custom_matchers.remove(self._matcher)
            self._handle_completion.close()
            _remove_faces(self._shell)
            self._remove_magics()

    def _remove_magics(self) -> None:
        # IPython has no call that unregisters magics.
        manager = self._shell.magics_manager
        for kind in ("line", "cell"):
            manager.magics[kind].pop("rosey", None)
        manager.registry.pop(type(self._magics).__name__, None)
        configurables = self._shell.configurables
        configurables[:] = [c for c in configurables if c is not self._magics]


def load(shell: Any) -> None:  # noqa: ANN401  IPython's own type
    """Add `%rosey` to a shell; a second call does nothing."""
    if getattr(shell, _ATTRIBUTE, None) is None:
        setattr(shell, _ATTRIBUTE, Extension(shell))


def session_of(shell: Any) -> Session:  # noqa: ANN401  IPython's own type
    """What `%rosey` works on in a shell into which it was loaded."""
    extension: Extension = getattr(shell, _ATTRIBUTE)
    return extension.session


def unload(shell: Any) -> None:  # noqa: ANN401  IPython's own type
    """Take `%rosey` away again, and stop its bot.

    Raises:
        IPython.core.error.UsageError: The bot is that of `rosey run`; everything stays.
    """
    extension: Extension | None = getattr(shell, _ATTRIBUTE, None)
    if extension is not None and extension.session.is_served:
        raise UsageError(f"rosey stays loaded: this kernel is a running bot; {HOW_TO_STOP}")
    if extension is not None:
        delattr(shell, _ATTRIBUTE)
        try:
            extension.close()
        except RoseyError as error:
            # It is unloaded all the same, and IPython is to know that.
            told = f"rosey is unloaded, but {error}; restart the kernel to end it"
            sys.stderr.write(f"{for_terminal(told)}\n")


def _add_faces(shell: Any, session: Session) -> None:  # noqa: ANN401  IPython's own type
    """Show what the facade returns as `%rosey` shows it."""
    formatters = shell.display_formatter.formatters

    def show(kind: type, face: Callable[[Any], Answer]) -> None:
        def answer(value: object) -> Answer:
            return face(value).redacted(session.redact)

        def write(value: object, printer: Any, cycle: object) -> None:  # noqa: ANN401  IPython's own type
            del cycle
            printer.text(answer(value).text)

        formatters["text/plain"].for_type(kind, write)
        formatters["text/html"].for_type(kind, lambda value: answer(value).html)

    for kind, face in FACES.items():
        show(kind, face)


def _remove_faces(shell: Any) -> None:  # noqa: ANN401  IPython's own type
    for name in ("text/plain", "text/html"):
        for kind in FACES:
            shell.display_formatter.formatters[name].pop(kind)
