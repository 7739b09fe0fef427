"""A report is written for its owner alone, and read back whoever wrote it."""

from __future__ import annotations

import dataclasses
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from rosey.diagnostics.report import files
from rosey.diagnostics.report.files import read_report, write_report
from rosey.diagnostics.report.model import FORMAT, BugReport, LogFacts, Versions
from rosey.errors import RoseyError

REPORT = BugReport(
    made_at=1.5,
    trouble="",
    versions=Versions(rosey="1", python="3", platform="Linux", libraries={"a": "1"}),
    bot=None,
    plugins=(),
    events=(),
    log=(LogFacts(at=1.0, level="INFO", logger="plugin.x", text="<b>\u202e\ud800ä"),),
    stacks=(),
    masked={"e-mail": 2},
)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    write_report(REPORT, tmp_path / "bug.json")

    assert read_report(tmp_path / "bug.json") == REPORT


def test_the_file_is_for_its_owner_alone_and_can_be_read_by_people(tmp_path: Path) -> None:
    path = tmp_path / "bug.json"

    write_report(REPORT, path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert '\n "masked": {\n  "e-mail": 2\n }' in path.read_text("utf-8")


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "bug.json").write_text("mine")

    with pytest.raises(RoseyError, match="is there already: name another file"):
        write_report(REPORT, tmp_path / "bug.json")

    assert (tmp_path / "bug.json").read_text() == "mine"


@pytest.mark.parametrize("name", ["missing/bug.json", "nul\0.json"])
def test_a_file_that_cannot_be_written_or_read_is_one_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(RoseyError, match="cannot be written: "):
        write_report(REPORT, tmp_path / name)
    with pytest.raises(RoseyError, match="cannot be read: "):
        read_report(tmp_path / name)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": FORMAT + 1}, "a later Rosey wrote it, in format 2, and this Rosey reads 1"),
        ({"format": "1"}, "it does not name its format"),
        ({"versions": {}}, "versions.rosey is missing"),
        ({"plugins": [{}]}, r"plugins\[0\].name is missing"),
        ({"made_at": "now"}, "made_at is no float"),
    ],
)
def test_what_is_no_report_is_said_in_one_line(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    values = {**json.loads(json.dumps(dataclasses.asdict(REPORT))), **change}
    (tmp_path / "bug.json").write_text(json.dumps(values))

    with pytest.raises(RoseyError, match=reason):
        read_report(tmp_path / "bug.json")


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b"\xff", b'{"format": 1}', b"[" * 100_000, b'{"format": NaN}', b"\x80\x04."],
)
def test_a_damaged_file_is_one_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bug.json").write_bytes(content)

    with pytest.raises(RoseyError, match="is no bug report: "):
        read_report(tmp_path / "bug.json")


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    (tmp_path / "bug.json").write_bytes(b" " * 11)

    with pytest.raises(RoseyError, match="larger than 10 bytes"):
        read_report(tmp_path / "bug.json")
