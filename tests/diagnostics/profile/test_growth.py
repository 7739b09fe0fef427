"""Which lines of code have grown."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from rosey.diagnostics.profile.growth import growth
from rosey.diagnostics.profile.result import Growth
from rosey.diagnostics.profile.scope import Scope


@pytest.fixture(autouse=True)
def traced() -> Iterator[None]:
    """Allocations are traced."""
    tracemalloc.start(1)
    yield
    tracemalloc.stop()


def taken(folder: Path) -> tracemalloc.Snapshot:
    """What the second lines of a folder's files hold: who measures coverage holds more."""
    second = tracemalloc.Filter(inclusive=True, filename_pattern=f"{folder}/*", lineno=2)
    return tracemalloc.take_snapshot().filter_traces([second])


def grown(folder: Path, *codes: str) -> tuple[Growth, ...]:
    """What grew while each piece of code ran ten times; the first is that of the plugin."""
    kept: list[object] = []
    files = [folder / f"file{number}.py" for number in range(len(codes))]
    compiled = []
    for file, text in zip(files, codes, strict=True):
        file.write_text(f"\n{text}\n")
        compiled.append(compile(f"\n{text}\n", str(file), "exec"))
    first = taken(folder)
    for code in compiled:
        for _ in range(10):
            exec(code, {"kept": kept})  # noqa: S102  the code of a test
    last = taken(folder)
    return growth(first, last, reloads=10, scope=Scope(is_live=False), is_own=str(files[0]).__eq__)


def test_line_is_told_with_its_code(tmp_path: Path) -> None:
    (found,) = grown(tmp_path, "kept.append(bytearray(1000))")

    assert found.file == str(tmp_path / "file0.py")
    assert (found.line, found.code) == (2, "kept.append(bytearray(1000))")
    assert 1000 <= found.bytes_per_reload < 1100
    assert 2 <= found.blocks_per_reload < 2.5


def test_own_lines_come_first_and_then_those_that_grew_most(tmp_path: Path) -> None:
    codes = [f"kept.append(bytearray({size}))" for size in (500, 1000, 2000)]

    found = grown(tmp_path, *codes)

    assert [(Path(one.file).stem, one.is_own) for one in found] == [
        ("file0", True),
        ("file2", False),
        ("file1", False),
    ]


def test_what_hardly_grows_is_left_out(tmp_path: Path) -> None:
    assert grown(tmp_path, "kept.append(None)", "len(kept)") == ()


def test_ten_lines_are_told_at_the_most(tmp_path: Path) -> None:
    assert len(grown(tmp_path, *["kept.append(bytearray(1000))"] * 12)) == 10
