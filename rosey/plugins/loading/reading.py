"""One reading of everything that a plugin consists of."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rosey.errors import PluginLoadError
from rosey.plugins.loading.json_reading import MOST_BYTES, parse, read_content
from rosey.plugins.loading.manifest import Manifest, read_manifest
from rosey.plugins.loading.sources import PluginSource, Snapshot, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of a plugin at one moment.

    Attributes:
        snapshot: Its modules.
        manifest: What they say of it.
        defaults: The settings in its own `config.json`.
        data: For each data file that it watches, a digest of the content; None where it is missing.
    """

    snapshot: Snapshot
    manifest: Manifest
    defaults: Mapping[str, Any]
    data: Mapping[Path, str | None]

    @property
    def digest(self) -> str:
        """Tells whether anything has changed."""
        data = [(str(path), digest) for path, digest in self.data.items()]
        return f"{self.snapshot.digest} {json.dumps([self.defaults, data], sort_keys=True)}"


def data_files(source: PluginSource, manifest: Manifest) -> tuple[Path, ...]:
    """The data files whose changes reload a plugin, whether they are there or not."""
    return tuple(source.folder / name for name in manifest.watch)


async def read(source: PluginSource) -> Reading:
    """Read a plugin's files, away from the event loop.

    Raises:
        PluginLoadError: A file cannot be read, its `config.json` is malformed, or what it watches
            is not written out or is no file.
    """
    return await asyncio.to_thread(_read, source)


async def read_and_compile(source: PluginSource, before: Snapshot | None = None) -> Reading:
    """Read a plugin's files, and make its code ready to run; see `read`.

    Args:
        source: Where they stand.
        before: What is not compiled again where it has not changed since.
    """

    def carry_out() -> Reading:
        reading = _read(source)
        return dataclasses.replace(reading, snapshot=reading.snapshot.compiled(before))

    return await asyncio.to_thread(carry_out)


def _read(source: PluginSource) -> Reading:
    try:
        snapshot = source.read()
        manifest = read_manifest(source, snapshot)
        return Reading(
            snapshot=snapshot,
            manifest=manifest,
            defaults=_defaults(source),
            data={path: _content_digest(source, path) for path in data_files(source, manifest)},
        )
    except OSError as error:
        reason = f"it cannot be read: {error.strerror or error}"
        path = Path(error.filename or source.path)
        raise PluginLoadError(source.name, reason, path=path) from error


def _content_digest(source: PluginSource, path: Path) -> str | None:
    try:
        # A pipe would have no end, and a folder's content is no file's.
        if not stat.S_ISREG(path.stat().st_mode):
            reason = "its watch must name files, and this is none"
            raise PluginLoadError(source.name, reason, path=path)
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None  # a name that no file can have is a ValueError


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
