"""Notes a load in forks: the first is killed at its first line, the next at its second, and so on.

Usage: dying.py DIRECTORY METHOD. After each fork it prints what is left, until one comes through.
It is a program of its own so that it may fork: it has one thread.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from rosey.storage import load_markers
from rosey.storage.load_markers import LoadMarkers

OLD, NEW = "0" * 32, "f" * 32


def die_at(line: int) -> None:
    """Have this process killed when that many lines of the module have run."""
    lines = itertools.count(1)

    def look(frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401  itself
        if frame.f_code.co_filename != load_markers.__file__:
            return None
        if event == "line" and next(lines) == line:
            os.kill(os.getpid(), signal.SIGKILL)
        return look

    sys.settrace(look)


def work(directory: Path, method: str) -> None:
    """Note another load of the plugin, or its end."""
    markers = LoadMarkers(directory)
    if method == "put":
        markers.put({"quotes": NEW})
    else:
        markers.remove(["quotes"])


def left_in(directory: Path) -> dict[str, str]:
    """What the next process finds."""
    markers = LoadMarkers(directory)
    markers.read()
    return dict(markers.left)


def main(directory: Path, method: str) -> None:
    """Fork until one comes through."""
    lines = itertools.count(1)
    status = -1
    while status:
        LoadMarkers(directory).put({"quotes": OLD})
        line = next(lines)
        pid = os.fork()
        if pid == 0:
            die_at(line)
            work(directory, method)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{json.dumps(left_in(directory))}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
