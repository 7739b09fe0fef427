"""Which line of a plugin is to blame when it does not load."""

from __future__ import annotations

import importlib
import os
import traceback
from collections.abc import Mapping
from pathlib import Path

from rosey.errors import ConfigError, PluginError, PluginLoadError, RoseyError
from rosey.plugins.calling.blamed_line import code_frame
from rosey.plugins.calling.faults import describe
from rosey.plugins.loading.sources import PluginSource, Snapshot

# The files that lead to a plugin's code.
_WAY = (
    f"{Path(__file__).parents[2]}{os.sep}",
    f"{Path(importlib.__file__).parent}{os.sep}",
    "<frozen importlib.",
)


def load_error(source: PluginSource, snapshot: Snapshot, error: BaseException) -> PluginLoadError:
    """Say what went wrong while a plugin was loaded, with the line of the plugin's own code.

    Args:
        source: The plugin's source.
        snapshot: The files that count as the plugin's own.
        error: What was raised.

    Returns:
        An error that says it in one line.
    """
    if isinstance(error, PluginLoadError) and error.plugin == source.name:
        return error
    if isinstance(error, ConfigError):
        # Its paths lead into the configuration: no file of the plugin is to blame.
        return PluginLoadError(source.name, "; ".join(map(str, error.faults)))
    own = {str(unit.path): unit.path for unit in snapshot.units.values()}
    # What must not leave a plugin, such as SystemExit, is the cause of what is raised instead.
    path, line = _place(error, own) or _place(error.__cause__, own) or (source.place, None)
    reason = str(error) if isinstance(error, RoseyError) else describe(error)
    return PluginLoadError(
        source.name,
        reason,
        path=path,
        line=line,
        traceback=_traceback(error, own),
        frame=frame_of(snapshot, path, line),
    )


def frame_of(snapshot: Snapshot, path: Path, line: int | None) -> tuple[str, ...]:
    """A line among its neighbours as they were read, whatever the file says by now."""
    units = {unit.path: unit for unit in snapshot.units.values()}
    return code_frame(units[path].lines, line or 0) if path in units else ()


def _traceback(error: BaseException, own: Mapping[str, Path]) -> str:
    """The traceback as Python prints it, from the first frame of the plugin's own code on.

    It tells nothing of the way through Rosey and the import system.
    """
    told = traceback.TracebackException.from_exception(_told_of(error))
    parts = [told]
    for part in parts:
        files = [frame.filename for frame in part.stack]
        first = next((n for n, file in enumerate(files) if file in own), 0)
        part.stack[:] = [
            frame for frame in part.stack[first:] if frame.filename in own or not _is_way(frame)
        ]
        others = (part.__context__, part.__cause__, *(part.exceptions or ()))
        parts += [other for other in others if other is not None]
    return "".join(told.format())


def _told_of(error: BaseException) -> BaseException:
    """What the plugin itself has raised, where Rosey raises another error instead of it."""
    cause = error.__cause__
    return cause if isinstance(error, PluginError) and cause is not None else error


def _is_way(frame: traceback.FrameSummary) -> bool:
    return frame.filename.startswith(_WAY)


def _place(error: BaseException | None, own: Mapping[str, Path]) -> tuple[Path, int | None] | None:
    if isinstance(error, SyntaxError) and error.filename is not None and error.filename in own:
        return own[error.filename], error.lineno
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    for frame in reversed(frames):
        if frame.filename in own:
            return own[frame.filename], frame.lineno
    return None
