"""Source files, read and written so that nobody's work is lost."""

from __future__ import annotations

import codecs
import contextlib
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from rosey.errors import UnreadFileError
from rosey.plugins.loading.cells import encoded, text_of
from rosey.plugins.loading.sources import digest_of


class SourceFiles:
    """Writes over files only where it knows what is in them. Its methods block.

    What is in a file is known once it was read here, or written here, until it changes.
    """

    def __init__(self) -> None:
        self._known: dict[Path, bytes] = {}

    def read(self, path: Path) -> str:
        """The text of a file, with line ends as Python sees them.

        Raises:
            OSError: It cannot be read.
        """
        code = path.read_bytes()
        self._know(path, code)
        return text_of(code)

    def recognise(self, path: Path, text: str) -> None:
        """Count a file as read if it has this text: whoever has the text knows the file."""
        code = _content(path)
        if code is not None and _is_same(text_of(code), text):
            self._know(path, code)

    def write(self, texts: Mapping[Path, str], *, force: bool = False) -> None:
        """Let files have some texts, each all of its own, or none where that fails.

        A file that is there keeps its mode, its line ends and its byte order mark; one that has its
        text is left as it is. Missing folders are made. Where a path is a link, what that leads to
        is written.

        Args:
            texts: What each file is to have.
            force: Write them whatever is in them.

        Raises:
            UnreadFileError: One has something that was neither read nor written here.
            OSError: One cannot be written.
        """
        wanted = {Path(os.path.realpath(path)): text for path, text in texts.items()}
        if not force:
            for path, text in wanted.items():
                self._check(path, text)
        for path, text in wanted.items():
            self._write(path, text, force=force)

    def _write(self, path: Path, text: str, *, force: bool) -> None:
        before = _content(path)
        if before is not None and text_of(before) == text:
            self._know(path, before)
            return
        code = _as_in(before or b"", encoded(text))
        path.parent.mkdir(parents=True, exist_ok=True)
        with _beside(path) as written:
            written.write_bytes(code)
            # As late as can be: what somebody saves from here on is lost.
            if not force:
                self._check(path, text)
            written.replace(path)
        self._know(path, code)

    def _check(self, path: Path, text: str) -> None:
        code = _content(path)
        if code is None or text_of(code) == text:
            return
        if self._known.get(path) != digest_of(code):
            kept = "has something that was neither read nor saved here: it is kept"
            raise UnreadFileError(f"{path} {kept}")

    def _know(self, path: Path, code: bytes) -> None:
        self._known[Path(os.path.realpath(path))] = digest_of(code)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _is_same(text: str, other: str) -> bool:
    """Whether texts are equal but for empty lines at the end, which cells lose."""
    return text.rstrip("\n") == other.rstrip("\n")


def _as_in(before: bytes, code: bytes) -> bytes:
    """Code with the line ends and the byte order mark of what was there before."""
    if b"\r\n" in before:
        code = code.replace(b"\n", b"\r\n")
    has_mark = before.startswith(codecs.BOM_UTF8) and not code.startswith(codecs.BOM_UTF8)
    return codecs.BOM_UTF8 + code if has_mark else code


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A new file in the same folder, with the mode of the one that it may replace."""
    # Names like this are neither watched nor taken for plugins.
    written = path.with_name(f".~{path.name}.{secrets.token_hex(4)}")
    try:
        written.touch(exist_ok=False)
        if path.exists():
            written.chmod(stat.S_IMODE(path.stat().st_mode))
        yield written
    finally:
        written.unlink(missing_ok=True)
