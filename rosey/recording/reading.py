"""Reads a recording; what is in it came from strangers, and stays text."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rosey.chat.model import Message, Reply, User
from rosey.errors import RecordingError
from rosey.recording.fields import HEADER, HEARD, SAID, read_fields
from rosey.recording.records import VERSION, Header, Heard, Recording, Said, unusable

MOST_BYTES = 64 * 2**20
"""A recording is no larger than this."""

_MOST_DAMAGED = 100


def read_recording(path: Path) -> Recording:
    """Read a recording. This blocks.

    A line that is damaged is left out, and named in `damaged`.

    Raises:
        RecordingError: There is no such file, or it is none that this version can read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise unusable(path, error) from error
    if len(content) > MOST_BYTES:
        raise RecordingError(f"{path} is too large for a recording: over {MOST_BYTES:,} bytes")
    first, *lines = content.decode("utf-8", "replace").split("\n")
    if not first.strip():
        raise RecordingError(f"{path} is empty: record one with %rosey record {path}")
    return _recording(_header(first, path), lines)


def _header(line: str, path: Path) -> Header:
    try:
        values = _values(line)
    except ValueError:
        values = {}
    version = values.get("rosey_recording")
    if isinstance(version, int) and version > VERSION:
        raise RecordingError(
            f"{path} was written by a newer Rosey, in format {version}, and this one reads "
            f"{VERSION}: update Rosey"
        )
    try:
        checked = read_fields(HEADER, values)
    except ValueError as error:
        raise RecordingError(f"{path} is no recording: its first line says {error}") from error
    del checked["rosey_recording"]
    return Header(**checked)


def _recording(header: Header, lines: Iterable[str]) -> Recording:
    heard: list[Heard] = []
    said: list[Said] = []
    damaged: list[str] = []
    for number, line in enumerate(lines, start=2):
        if not line:
            continue
        try:
            record = _record(line)
        except ValueError as error:
            damaged.append(f"line {number} is damaged and left out: {error}")
        else:
            kept: list[Any] = heard if isinstance(record, Heard) else said
            kept.append(dataclasses.replace(record, line=number))
    del damaged[_MOST_DAMAGED:]
    return Recording(header=header, heard=tuple(heard), said=tuple(said), damaged=tuple(damaged))


def _record(line: str) -> Heard | Said:
    values = _values(line)
    if "heard" in values:
        return _heard(read_fields(HEARD, values))
    return _said(read_fields(SAID, values))


def _heard(checked: Mapping[str, Any]) -> Heard:
    user = User(name=checked["user"], rank=checked["rank"], account=checked["account"])
    message = Message(
        text=checked["text"],
        user=user,
        connection=checked["connection"],
        is_private=checked["private"],
    )
    return Heard(id=checked["heard"], at_s=checked["at_s"], message=message)


def _said(checked: Mapping[str, Any]) -> Said:
    reply = Reply(text=checked["said"], connection=checked["connection"], to=checked["to"])
    return Said(
        at_s=checked["at_s"], answers=checked["answers"], plugin=checked["plugin"], reply=reply
    )


def _values(line: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError:
        raise ValueError("it is no JSON") from None
    if not isinstance(values, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004  what is wrong is the file
    return values
