"""Sources that are texts instead of files: what a notebook's cell defines."""

from __future__ import annotations

import dataclasses
import importlib.util
import io
import itertools
import tokenize
from collections.abc import Mapping
from pathlib import Path

from rosey.errors import PluginLoadError
from rosey.plugins.loading.sources import PluginSource, Snapshot, SourceKind, Unit
from rosey.plugins.loading.syntax import class_named

# Tracebacks find the text by its name in `linecache`, which all bots of a process share.
_serials = itertools.count(1)


def cell_in_place_of(source: PluginSource, module: str, text: str, code: Snapshot) -> PluginSource:
    """A source in which one module is a text, and the others are as they are.

    Args:
        source: Where the plugin stands, or would.
        module: The module, relative to the plugin; the plugin itself is the empty name.
        text: Its code.
        code: All modules as they are; empty where the text is all of it.

    Raises:
        PluginLoadError: The text cannot be encoded.
    """
    unit = _unit(source.name, module, text, is_package=_is_package(module, code.units))
    return _of({**code.units, module: unit}, source)


def cell_of(name: str, texts: Mapping[str, str], folder: Path) -> PluginSource:
    """A source of texts alone.

    Args:
        name: The plugin's name.
        texts: By module, relative to the plugin, as `texts_of` gives them.
        folder: Where its data files stand, and where its own file or folder would.

    Raises:
        PluginLoadError: A text cannot be encoded.
    """
    units = {
        module: _unit(name, module, text, is_package=_is_package(module, texts))
        for module, text in texts.items()
    }
    stem = folder / name
    path = stem if len(units) > 1 else stem.with_suffix(".py")
    source = PluginSource(name=name, path=path, kind=SourceKind.CELL, import_name=name)
    return dataclasses.replace(_of(units, source), main=_main(name, units))


def texts_of(snapshot: Snapshot) -> dict[str, str]:
    """The texts of all modules, with line ends as Python sees them."""
    return {module: text_of(unit.code) for module, unit in snapshot.units.items()}


def text_of(code: bytes) -> str:
    """Code as text; what can be none is replaced, for nothing of it can run."""
    try:
        return importlib.util.decode_source(code)
    except (SyntaxError, UnicodeDecodeError):
        return code.decode(errors="replace")


def encoded(text: str) -> bytes:
    """Text as code, in the encoding that its first lines declare.

    Raises:
        UnicodeEncodeError: That has not all of its characters.
    """
    code = text.encode()
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(code).readline)
    except SyntaxError:
        return code  # compiling it says why
    return code if encoding.startswith("utf-8") else text.encode(encoding)


def is_cell(path: Path) -> bool:
    """Whether a path is the name of a cell."""
    return str(path).startswith("<cell ")


def _unit(name: str, module: str, text: str, *, is_package: bool) -> Unit:
    called = f"{name}.{module}" if module else name
    path = Path(f"<cell {called} {next(_serials)}>")
    try:
        return Unit.of(path, encoded(text), is_package=is_package)
    except UnicodeEncodeError as error:
        raise PluginLoadError(name, f"its text cannot be encoded: {error}", path=path) from error


def _of(units: Mapping[str, Unit], source: PluginSource) -> PluginSource:
    return dataclasses.replace(source, kind=SourceKind.CELL, written=Snapshot.of(units))


def _is_package(module: str, others: Mapping[str, object]) -> bool:
    unit = others.get(module)
    if isinstance(unit, Unit):
        return unit.is_package
    return any(other.startswith(f"{module}." if module else "") for other in {*others} - {module})


def _main(name: str, units: Mapping[str, Unit]) -> str:
    """The module that defines the plugin's class: not the first one of each installed package."""
    defining = (m for m, unit in units.items() if class_named(name, unit.code, unit) is not None)
    return next(defining, "")
