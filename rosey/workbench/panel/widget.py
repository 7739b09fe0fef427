"""The panel's widget: what goes to the browser and comes from it, and nothing about bots."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from IPython.display import display

_FRONT = Path(__file__).parent / "front"
_SHEETS = ("panel.css", "controls.css", "tables.css")
_SCRIPTS = ("elements.js", "controls.js", "lists.js", "panel.js")
_LINKS = re.compile(r"^import .*;\n|^export (?=const|function)", re.MULTILINE)


def _script() -> str:
    """The scripts as one module: a front end gets a text, which cannot import its neighbours."""
    return "\n".join(_LINKS.sub("", (_FRONT / name).read_text("utf-8")) for name in _SCRIPTS)


def _style() -> str:
    """The style sheets as one: those of the whole panel, and those of areas."""
    files = (*(_FRONT / name for name in _SHEETS), *sorted((_FRONT / "areas").glob("*.css")))
    return "\n".join(file.read_text("utf-8") for file in files)


class PanelWidget(anywidget.AnyWidget):
    """The panel in the browser: one model, with as many views as people open.

    Args:
        take: Called with each message of a view, in a thread of the kernel's.
    """

    _esm = _script()
    _css = _style()

    head: traitlets.List[Any] = traitlets.List().tag(sync=True)
    tabs: traitlets.List[Any] = traitlets.List().tag(sync=True)
    body: traitlets.List[Any] = traitlets.List().tag(sync=True)
    last: traitlets.List[Any] = traitlets.List().tag(sync=True)

    def __init__(self, take: Callable[[Mapping[str, Any]], None]) -> None:
        super().__init__()
        self._answer_beside_cells()
        self.on_msg(lambda _widget, content, _buffers: take(content))

    def set_state(self, sync_data: object) -> None:
        """Take no state from a browser: it says by messages what its user does."""

    def show(self, regions: Mapping[str, list[Any]]) -> None:
        """Show trees in some regions; what is there already is not sent again."""
        with self.hold_sync():
            for name, trees in regions.items():
                self.set_trait(name, trees)

    def show_view(self) -> None:
        """Show a view in the cell that runs."""
        bundle, metadata = self._repr_mimebundle_() or ({}, {})
        display(  # type: ignore[no-untyped-call]  # IPython is untyped
            {**bundle, "text/plain": "the panel of Rosey"}, metadata=metadata, raw=True
        )

    def close(self) -> None:
        """Take it back from the kernel and the browser, with the model of its layout."""
        layout = self.layout
        super().close()
        layout.close()

    def heard(self) -> None:
        """Tell the views that the kernel listens."""
        self.send({"kind": "pong"})

    def _answer_beside_cells(self) -> None:
        """Take messages in the thread that the front end asks for, while a cell runs in another.

        ipykernel sends them to the thread in which the widget last spoke, which is that of the
        cells (as of 7.4); a kernel without that part, or without such threads, takes them in turn.
        """
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = lambda _data, asked_for: asked_for  # noqa: SLF001  see above
