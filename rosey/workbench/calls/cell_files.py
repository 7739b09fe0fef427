"""Which file each module of a plugin has, or would have."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from rosey.errors import RoseyError
from rosey.plugins.loading.cells import is_cell
from rosey.plugins.loading.sources import PluginSource, Unit


def files_of(
    source: PluginSource, units: Mapping[str, Unit], folders: Sequence[Path]
) -> dict[str, Path]:
    """The files of the modules that come from cells. This blocks.

    Args:
        source: Where the plugin stands, or would.
        units: Its modules.
        folders: Where the bot finds plugins.

    Raises:
        RoseyError: No module comes from a cell, or they have no place among the folders.
    """
    written = [module for module, unit in units.items() if is_cell(unit.path)]
    if not written:
        raise RoseyError(f"{source.name} runs from {source.place}: there is nothing to save")
    return {module: file_of(source, module, units, folders) for module in written}


def file_of(
    source: PluginSource, module: str, units: Mapping[str, Unit], folders: Sequence[Path]
) -> Path:
    """The file of a module among the folders; see `files_of`."""
    is_ours = os.path.realpath(source.path.parent) in {os.path.realpath(f) for f in folders}
    if source.path.suffix == ".py":
        if not folders:
            raise RoseyError("the bot has no plugin directory: name a file")
        return source.path if is_ours else folders[0] / f"{source.name}.py"
    if not is_ours:
        raise RoseyError(f"{source.name} is an installed package: its files are not written")
    unit = units.get(module)
    if unit is not None and unit.is_package:
        return source.folder_of(module) / "__init__.py"
    return source.folder_of(module).with_suffix(".py")


def file_named(path: Path, source: PluginSource) -> Path:
    """The file that somebody names for a plugin; a folder stands for the one in it. This blocks.

    Raises:
        RoseyError: It is no Python file, or the plugin is a package.
    """
    if source.path.suffix != ".py":
        raise RoseyError(f"{source.name} is a package, whose modules have their own files")
    path = path.expanduser()
    file = path / f"{source.name}.py" if path.is_dir() else path
    if file.suffix != ".py":
        raise RoseyError(f"{file} is no Python file: a plugin's file ends with .py")
    return file
