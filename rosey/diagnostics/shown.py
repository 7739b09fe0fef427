"""Values as people may see them: short, and without secrets."""

from __future__ import annotations

import reprlib
from collections.abc import Callable

_MOST_CHARS = 200
_MOST_ENTRIES = 20


class Shown(reprlib.Repr):
    """Any value as one short text: use `repr`.

    Args:
        redact: Takes secrets out of a text. It sees each text before that is shortened: half of
            a secret would not be recognised.
    """

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__()
        self.maxstring = self.maxother = _MOST_CHARS
        self.maxdict = self.maxlist = self.maxset = self.maxtuple = _MOST_ENTRIES
        self._redact = redact

    def repr1(self, x: object, level: int) -> str:
        """A value of any type; what is in it comes here too."""
        try:
            return super().repr1(x, level)
        except Exception:  # noqa: BLE001  a plugin's own __repr__ may raise anything
            return f"<{type(x).__name__} that cannot be shown>"

    def repr_str(self, x: str, level: int) -> str:
        """A text."""
        return super().repr_str(self._redact(x), level)

    def repr_instance(self, x: object, level: int) -> str:
        """A value of no type that Python brings along."""
        del level
        text = self._redact(repr(x))
        return text if len(text) <= self.maxother else f"{text[: self.maxother]}..."
