"""Whose memory counts in a profile: not that of those who look on."""

from __future__ import annotations

import linecache
import os
import re
import reprlib
import tracemalloc
from pathlib import Path

_ROSEY = f"{Path(__file__).parents[2]}{os.sep}"
_ONLOOKERS = (
    f"{_ROSEY}diagnostics{os.sep}",
    f"{_ROSEY}workbench{os.sep}",
    # What the log keeps and the panel shows is text that was made there.
    f"{_ROSEY}chat{os.sep}escaping.py",
    tracemalloc.__file__,
    # The watch for what blocks shows source lines.
    linecache.__file__,
    # It has the table of all modules, which is made anew at times.
    "<frozen importlib",
)
_JUPYTER = re.compile(
    r"[/\\]site-packages[/\\]"
    r"(IPython|anywidget|comm|ipykernel|ipywidgets|jupyter_client|tornado|traitlets|zmq)[/\\]"
)


class Scope:
    """Tells which files' allocations count.

    The workbench with its panels, its records of what happens, and Jupyter go on beside a
    profile. The records of a running bot take in the very events of the reloads, and keep what
    Rosey has made for them: there, nothing that Rosey itself has allocated counts.

    Args:
        is_live: The bot is the running one, and not a copy, of which there are no records.
    """

    def __init__(self, *, is_live: bool) -> None:
        # They show what is in events, as text.
        self._aside = (*_ONLOOKERS, _ROSEY, reprlib.__file__) if is_live else _ONLOOKERS

    def has(self, file: str) -> bool:
        """Whether what lines of a file have allocated counts."""
        return not file.startswith(self._aside) and _JUPYTER.search(file) is None
