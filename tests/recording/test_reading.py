"""What can be read of a recording is read, and what cannot is named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosey.chat.model import Message, Rank, Reply, User
from rosey.errors import RecordingError
from rosey.recording import reading
from rosey.recording.reading import read_recording
from rosey.recording.records import Header, Heard, Said, as_line, cut
from tests.recording.chats import HEADER, heard, said

TEXTS = st.text().map(cut)
MOMENTS = st.floats(0, 1e6).map(lambda moment: round(moment, 6))
HEARD = st.builds(
    Heard,
    id=st.integers(1),
    at_s=MOMENTS,
    message=st.builds(
        Message,
        text=TEXTS,
        user=st.builds(User, name=TEXTS, rank=st.sampled_from(Rank), account=st.none() | TEXTS),
        connection=TEXTS,
        is_private=st.booleans(),
    ),
)
SAID = st.builds(
    Said,
    at_s=MOMENTS,
    answers=st.none() | st.integers(1),
    plugin=st.none() | TEXTS,
    reply=st.builds(Reply, text=TEXTS, connection=TEXTS, to=st.none() | TEXTS),
)


def write(path: Path, *records: Header | Heard | Said | bytes) -> Path:
    path.write_bytes(b"".join(r if isinstance(r, bytes) else as_line(r) for r in records))
    return path


@given(records=st.lists(HEARD | SAID, max_size=5))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, records: list[Heard | Said]
) -> None:
    path = write(tmp_path_factory.mktemp("chat") / "chat.jsonl", HEADER, *records)

    chat = read_recording(path)

    assert chat.header == HEADER
    assert [*chat.heard] == [record for record in records if isinstance(record, Heard)]
    assert [*chat.said] == [record for record in records if isinstance(record, Said)]
    assert chat.damaged == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"heard": 2, "at_s', "it is no JSON"),
        (b"[1]", "it is no JSON object"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b"\xff\xfe", "it is no JSON"),
        (b"9" * 5_000, "it is no JSON"),
        (b'{"said": "hi"}', "answers, at_s, connection, plugin, to is missing"),
    ],
)
def test_a_damaged_line_is_named_and_the_rest_is_used(
    tmp_path: Path, line: bytes, reason: str
) -> None:
    path = write(tmp_path / "c", HEADER, heard(1, "one"), line + b"\n", said(1, "two"))

    chat = read_recording(path)

    assert ([m.line for m in chat.heard], [r.line for r in chat.said]) == ([2], [4])
    assert len(chat.damaged) == 1
    assert chat.damaged[0].startswith(f"line 3 is damaged and left out: {reason}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"at_s": -1},
        {"at_s": 1e12},
        {"at_s": "nan"},
        {"rank": "emperor"},
        {"rank": 4},
        {"user": None},
        {"text": {"an": "object"}},
        {"private": "perhaps"},
        {"heard": "1"},
        {"text": "x" * 20_000},
        {"more": 1},
    ],
    ids=str,
)
def test_a_line_with_a_wrong_value_is_damaged(tmp_path: Path, wrong: Mapping[str, Any]) -> None:
    line = json.dumps({**heard(1, "one").fields, **wrong}).encode()

    chat = read_recording(write(tmp_path / "c", HEADER, line))

    assert chat.heard == ()
    assert len(chat.damaged) == 1


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "c", json.dumps({**HEADER.fields, "rosey_recording": 2}).encode())

    with pytest.raises(RecordingError, match="newer Rosey, in format 2, and this one reads 1"):
        read_recording(path)


@pytest.mark.parametrize("content", [b"", b"\n", b"  \n{}"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(RecordingError, match="is empty"):
        read_recording(write(tmp_path / "c", content))


@pytest.mark.parametrize(
    "content", [b"# Notes", b"{}", b"[]", b'{"rosey_recording": "1"}', b"\x00"]
)
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(RecordingError, match="is no recording: its first line"):
        read_recording(write(tmp_path / "c", content))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file"):
        read_recording(tmp_path / "c")
    with pytest.raises(RecordingError, match="Is a directory"):
        read_recording(tmp_path)


def test_a_file_that_no_recorder_has_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 100)

    with pytest.raises(RecordingError, match="too large for a recording: over 100 bytes"):
        read_recording(write(tmp_path / "c", HEADER))
