"""Which files some changed paths stand for."""

from __future__ import annotations

import collections
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """What some changed paths have to do with some files.

    Attributes:
        files: Those that may have changed.
        is_elsewhere: Something has changed that belongs to none of them, or is gone.
    """

    files: frozenset[Path]
    is_elsewhere: bool


def touch(paths: Iterable[Path], files: Iterable[Path]) -> Touch:
    """Find the files that some changed paths stand for, links followed. This blocks.

    Args:
        paths: What has changed: files, and folders that stand for all that they hold, or held.
        files: Files, and folders with all that they hold.
    """
    at: dict[Path, set[Path]] = collections.defaultdict(set)
    above: dict[Path, set[Path]] = collections.defaultdict(set)
    for file in files:
        for face in _faces(file):
            at[face].add(file)
            for folder in face.parents:
                above[folder].add(file)
    touched: set[Path] = set()
    is_elsewhere = False
    for path in paths:
        faces = _faces(path)
        inside = _within(at, {place for face in faces for place in (face, *face.parents)})
        touched |= inside | _within(above, faces)
        # False, no error, where a permission is missing.
        is_elsewhere |= not inside or not os.path.exists(path)  # noqa: PTH110  as said above
    return Touch(files=frozenset(touched), is_elsewhere=is_elsewhere)


def _faces(path: Path) -> frozenset[Path]:
    """A path as it is called, and as it is called where its links lead."""
    try:
        return frozenset({path, Path(os.path.realpath(path))})
    except ValueError:  # no file can have such a name
        return frozenset({path})


def _within(index: dict[Path, set[Path]], places: Iterable[Path]) -> set[Path]:
    return {file for place in places for file in index.get(place, ())}
