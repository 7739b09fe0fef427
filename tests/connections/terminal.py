"""A real terminal for tests: a program in tmux, its keys, and what is on its screen."""

from __future__ import annotations

import itertools
import os
import re
import shlex
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

DEADLINE_S = 15.0

_serials = itertools.count()


class Terminal:
    """A program in a terminal of 80 columns and 24 lines. Use it as a context manager.

    Args:
        command: The program and its arguments.
        folder: Its working directory.
    """

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._folder = folder
        self._server = f"rosey-test-{os.getpid()}-{next(_serials)}"
        # The shell shows how it ended, and whether the terminal is as it was before.
        self._script = (
            f"stty -g >modes-before; {shlex.join(command)}; echo ended with $?; "
            "stty -g >modes-after; echo 'modes kept'; exec cat"
        )

    def __enter__(self) -> Self:
        session = ["new-session", "-d", "-x", "80", "-y", "24", "-c", str(self._folder)]
        self._tmux("-f", "/dev/null", *session, "sh", "-c", self._script)
        return self

    def __exit__(self, *_: object) -> None:
        self._tmux("kill-server")

    def type(self, text: str) -> None:
        """Type a text as it is."""
        self._tmux("send-keys", "-l", "--", text)

    def press(self, *keys: str) -> None:
        """Press keys by the names that tmux has for them: `Enter`, `M-Enter`, `C-d`."""
        self._tmux("send-keys", *keys)

    def paste(self, text: str) -> None:
        """Paste a text as terminals do, marked as pasted."""
        self._tmux("set-buffer", "--", text)
        self._tmux("paste-buffer", "-p")

    def record(self, path: Path) -> None:
        """Write every byte that the program prints from now on to a file."""
        self._tmux("pipe-pane", f"cat >>{shlex.quote(str(path))}")

    def screen(self) -> str:
        """What is on the screen, without trailing spaces."""
        captured = self._tmux("capture-pane", "-p", "-J", "-S", "-")
        return re.sub(" +$", "", captured, flags=re.MULTILINE)

    def wait_for(self, pattern: str) -> str:
        """Wait until a regular expression matches what is on the screen.

        Returns:
            The screen.
        """
        until = time.monotonic() + DEADLINE_S
        while not re.search(pattern, screen := self.screen(), re.MULTILINE):
            assert time.monotonic() < until, f"never saw {pattern!r} on\n{screen}"
        return screen

    def wait_for_end(self) -> int:
        """Wait until the program has ended; fail if it left the terminal in another mode.

        Returns:
            Its exit code.
        """
        screen = self.wait_for(r"^modes kept$")
        before, after = ((self._folder / f"modes-{when}") for when in ("before", "after"))
        assert after.read_text(encoding="ascii") == before.read_text(encoding="ascii")
        ended = re.search(r"^ended with (\d+)$", screen, re.MULTILINE)
        assert ended is not None
        return int(ended[1])

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-L", self._server, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
