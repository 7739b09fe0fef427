"""How plugins that are written in cells are shown, and what they have to do with files."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from rosey.plugins.lifecycle import PluginState
from rosey.workbench.calls.cells import Defined, Running, Saved
from rosey.workbench.calls.differences import Differences
from rosey.workbench.faces import render
from rosey.workbench.faces.answer import Answer

MOST_LINES = 400
"""A longer diff or traceback is cut; the value of a diff has all of it."""

_NEW = "with this cell as a new module of it"


def defined(done: Defined) -> Answer:
    """What came of a plugin's text."""
    return render.lines(done, _defined(done))


def _defined(done: Defined) -> Iterator[str]:
    plugin = done.plugin
    version = f"{plugin.name} {plugin.version}"
    if not done.is_changed:
        again = f"%rosey reload {plugin.name} runs it again"
        yield f"nothing has changed: {version} runs this text already; {again}"
    elif done.before is None:
        yield f"{version} is loaded from this cell"
    else:
        place = f"from this cell, in place of {here(done.before)}"
        yield f"{version} is reloaded {_NEW if done.is_new_module else place}"
        yield from render.reload_report(plugin)
        if plugin.state is not PluginState.ENABLED:
            yield f"  it stays {plugin.state}"


def saved(done: Saved) -> Answer:
    """What came of saving a plugin."""
    name, files = done.plugin.name, ", ".join(map(here, done.files))
    if not done.is_source:
        goes_on = f"{name} goes on from {here(done.plugin.source)}"
        return render.lines(done, [f"{files} is written; {goes_on}"])
    then = "save a change of it" if done.is_followed else f"change it and %rosey reload {name}"
    lines = [f"{name} is saved to {files}, and runs on with its state", f"  {then}, and that runs"]
    return render.lines(done, lines)


def running(code: Running) -> Answer:
    """Which code of a plugin runs."""
    line = f"version {code.version} of {clock(code.since)} runs, from {here(code.place)}"
    return render.lines(code, [line])


def differences(found: Differences) -> Answer:
    """What runs of a plugin, held against its files and its last cell."""
    lines = [_headerhere(line) for line in found.lines]
    more = len(lines) - MOST_LINES
    cut = [f"… {more} more lines: the answer's value has them"] if more > 0 else []
    return render.lines(found, [*lines[:MOST_LINES], *cut])


def clock(moment: float) -> str:
    """The time of day of a moment, and its day where that is not today."""
    then, now = time.localtime(moment), time.localtime()
    is_today = then[:3] == now[:3]
    return time.strftime("%H:%M" if is_today else "%Y-%m-%d %H:%M", then)


def here(place: str) -> str:
    """A path as the user knows it: from here."""
    path = Path(place)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else place


def _headerhere(line: str) -> str:
    """A line of a diff; one that names a file names it from here."""
    is_header = line.startswith(("--- ", "+++ "))
    return line.replace(f"{Path.cwd()}{os.sep}", "") if is_header else line
