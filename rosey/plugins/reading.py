"""One reading of everything that a plugin consists of."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rosey.errors import PluginLoadError
from rosey.plugins.json_reading import MOST_BYTES, parse, read_content
from rosey.plugins.sources import PluginSource, Snapshot, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of a plugin at one moment.

    Attributes:
        snapshot: Its modules.
        defaults: The settings in its own `config.json`.
    """

    snapshot: Snapshot
    defaults: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Tells whether anything has changed."""
        return f"{self.snapshot.digest} {json.dumps(self.defaults, sort_keys=True)}"


async def read(source: PluginSource) -> Reading:
    """Read a plugin's files, away from the event loop.

    Raises:
        PluginLoadError: A file cannot be read, or its `config.json` is malformed.
    """
    try:
        return await asyncio.to_thread(_read, source)
    except OSError as error:
        reason = f"it cannot be read: {error.strerror or error}"
        raise PluginLoadError(source.name, reason, path=source.path) from error


def _read(source: PluginSource) -> Reading:
    return Reading(snapshot=Snapshot.read(source.path), defaults=_defaults(source))


def _defaults(source: PluginSource) -> dict[str, Any]:
    path = source.path / "config.json"
    if source.kind is SourceKind.FILE or not path.is_file():
        return {}
    content = read_content(path)
    if content is None:
        raise PluginLoadError(source.name, f"it is larger than {MOST_BYTES} bytes", path=path)
    try:
        values = parse(content)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise PluginLoadError(source.name, f"not JSON: {error}", path=path, line=line) from error
    if not isinstance(values, dict):
        raise PluginLoadError(source.name, "it must hold a JSON object", path=path)
    return values
