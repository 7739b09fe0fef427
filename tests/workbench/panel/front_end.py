"""A front end that shows a panel of a real kernel, without a browser."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.workbench.kernel import Kernel

REGIONS = ("head", "tabs", "body", "last")


class FrontEnd:
    """One view of the panel that the notebook's variable `panel` is.

    Args:
        kernel: The kernel, in which `panel` was opened.
        name: Tells the view from others.
    """

    def __init__(self, kernel: Kernel, name: str = "view") -> None:
        self._kernel = kernel
        self._name = name
        self._comm: str = kernel.value("panel._widget.comm.comm_id")
        self.heard = len(kernel.comm_messages)
        self.messages: list[Mapping[str, Any]] = []
        self.shown = {region: kernel.value(f"panel._widget.{region}") for region in REGIONS}

    def say(self, kind: str, **content: object) -> None:
        """Send a message as the panel's script does."""
        said = {"kind": kind, "view": self._name, **content}
        self.send({"method": "custom", "content": said})

    def send(self, data: Mapping[str, Any]) -> None:
        """Send a message as a front end of widgets does."""
        self._kernel.send_to_comm(self._comm, data)

    def do(self, name: str, **arguments: object) -> None:
        """Press a button."""
        self.say("do", name=name, args=arguments)

    def look(self, **changes: object) -> None:
        """Choose or type something; `events__open` is `events.open`."""
        self.say("look", changes={k.replace("__", "."): v for k, v in changes.items()})

    def text(self, region: str = "body") -> str:
        """All text of a region, as the browser would show it."""
        return " ".join(_texts(self.shown[region]))

    def wait_for(self, text: str, region: str = "body") -> None:
        """Wait until a region shows a text."""
        self.wait_until(lambda: text in self.text(region))

    def wait_until(self, is_there: Callable[[], bool]) -> None:
        """Wait until what was shown fulfils a condition."""
        self.take()
        while not is_there():
            self._kernel.wait_for_comm()
            self.take()

    def take(self) -> None:
        """Take over what the kernel has sent until now."""
        for message in self._kernel.comm_messages[self.heard :]:
            self.heard += 1
            if message["content"].get("comm_id") != self._comm:
                continue
            self.messages.append(message)
            data = message["content"]["data"]
            if data.get("method") == "update":
                self.shown.update({k: v for k, v in data["state"].items() if k in REGIONS})

    @property
    def bytes(self) -> int:
        """How much the kernel has sent."""
        return sum(len(json.dumps(m["content"]["data"])) for m in self.messages)


def _texts(tree: Any) -> list[str]:  # noqa: ANN401  any JSON
    if isinstance(tree, str):
        return [tree]
    return [text for child in tree if not isinstance(child, dict) for text in _child(child)]


def _child(child: Any) -> list[str]:  # noqa: ANN401  any JSON
    return [child] if isinstance(child, str) else _texts(child[1:])
