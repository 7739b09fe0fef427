"""Where to watch in order to hear of some paths, and what they call a change there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder to watch.

    Attributes:
        path: Where it stands, links followed.
        is_recursive: With all folders in it.
        identity: Device and inode: another folder that takes its place is not the same.
    """

    path: Path
    is_recursive: bool
    identity: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What to watch for some paths, as the file system was when it was asked.

    Attributes:
        folders: What to watch; those inside a recursive one are left out.
        names: For single paths, links followed: what they are called by whoever asked.
        roots: For watched folders, links followed: the same. Whatever is below has that name too.
        turns: What makes other folders necessary when it appears or goes.
    """

    folders: frozenset[Folder]
    names: dict[Path, set[Path]]
    roots: dict[Path, set[Path]]
    turns: frozenset[Path]

    @classmethod
    def of(cls, asked: Iterable[Path]) -> Places:
        """Look where to watch for some paths. This blocks.

        Each is a file, a folder with all that it holds, or a link to one; links inside of folders
        are followed. What does not exist yet is waited for in the nearest folder that does.
        """
        survey = _Survey()
        for path in asked:
            survey.ask(path)
        return survey.places()

    def names_of(self, path: Path) -> frozenset[Path]:
        """What a path, links followed, is called by whoever asked for it; nothing if nobody did.

        Leftovers of editors and hidden files in a watched folder have no name, unless somebody
        asked for just that path.
        """
        found = set(self.names.get(path, ()))
        for root in self.roots.keys() & {path, *path.parents}:
            below = path.relative_to(root)
            if not any(map(is_noise, below.parts)):
                found.update(name / below for name in self.roots[root])
        return frozenset(found)

    def seen_from(self, folder: Folder) -> frozenset[Path]:
        """The paths that are heard of by watching `folder`, under the names they were asked for."""
        found = {
            name
            for path, names in self.names.items()
            if path.parent == folder.path
            for name in names
        }
        if folder.is_recursive:
            for every in (self.names, self.roots):
                for path, names in every.items():
                    if path.is_relative_to(folder.path):
                        found |= names
        return frozenset(found)


def is_noise(name: str) -> bool:
    """Whether a file or folder of that name belongs to an editor or a tool, not to a plugin.

    Hidden ones do; so do `__pycache__`, backups (`dice.py~`), vim's probe `4913`, the steps of
    PyCharm's safe write (`___jb_tmp___`) and Emacs's autosaves (`#dice.py#`).
    """
    return (
        name in {"__pycache__", "4913"}
        or name.startswith((".", "#"))
        or name.endswith("~")
        or "___jb_" in name
    )


class _Survey:
    """A look at the file system, on the way to `Places`."""

    def __init__(self) -> None:
        self._names: dict[Path, set[Path]] = {}
        self._roots: dict[Path, set[Path]] = {}
        self._holders: set[Path] = set()
        self._turns: set[Path] = set()

    def ask(self, path: Path) -> None:
        """Add a path, which is called what it was asked as."""
        if path.name in {"", ".."}:
            self._aim(Path(os.path.realpath(path)), path)
            return
        place = Path(os.path.realpath(path.parent), path.name)
        target = Path(os.path.realpath(place))
        if target != place:
            self._hold(place, path)
        self._aim(target, path)

    def _aim(self, place: Path, name: Path) -> None:
        self._hold(place, name)
        if _is_folder(place):
            self._enter(place, name)

    def _hold(self, place: Path, name: Path) -> None:
        """Watch the folder that holds `place`, or would."""
        self._names.setdefault(place, set()).add(name)
        while not _is_folder(place.parent):
            place = place.parent
            self._turns.add(place)
        self._holders.add(place.parent)

    def _enter(self, place: Path, name: Path) -> None:
        names = self._roots.setdefault(place, set())
        is_known = bool(names)
        names.add(name)
        if is_known:
            return  # links may lead in circles
        for link in _links(place):
            target = Path(os.path.realpath(link))
            if not link.is_relative_to(target):
                self._aim(target, name / link.relative_to(place))

    def places(self) -> Places:
        """Leave out what is watched twice."""
        recursive = {path for path in self._roots if self._roots.keys().isdisjoint(path.parents)}
        alone = {path for path in self._holders if recursive.isdisjoint((path, *path.parents))}
        folders = [
            *_folders(recursive, is_recursive=True),
            *_folders(alone, is_recursive=False),
        ]
        return Places(
            folders=frozenset(folders),
            names=self._names,
            roots=self._roots,
            turns=frozenset(self._turns.union(folder.path for folder in folders)),
        )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False  # what we may not see, or nobody can name, is not there for us


def _links(folder: Path) -> Iterator[Path]:
    """All links in a folder and the folders in it, but not behind those links."""
    # It may be gone or closed to us by now; whether it can be watched is told when it is.
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if is_noise(entry.name):
                continue
            if entry.is_symlink():
                yield Path(entry.path)
            elif entry.is_dir():
                yield from _links(Path(entry.path))


def _folders(paths: Iterable[Path], *, is_recursive: bool) -> Iterator[Folder]:
    for path in paths:
        with contextlib.suppress(OSError):  # gone since
            stat = path.stat()
            identity = (stat.st_dev, stat.st_ino)
            yield Folder(path=path, is_recursive=is_recursive, identity=identity)
