"""Bug reports in files: JSON, for their owner alone, read with nothing taken on trust."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Final

from rosey.chat.escaping import for_log
from rosey.diagnostics.report.model import FORMAT, BugReport
from rosey.diagnostics.report.plain import DamagedError, built
from rosey.errors import RoseyError
from rosey.plugins.loading.json_reading import parse

MOST_BYTES: Final = 5_000_000
"""A larger file is no report that Rosey has written."""


def write_report(report: BugReport, path: Path) -> None:
    """Write a report to a new file that its owner alone may read. This blocks.

    Raises:
        RoseyError: There is such a file, or it cannot be written.
    """
    text = json.dumps(dataclasses.asdict(report), indent=1, ensure_ascii=False)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise RoseyError(f"{path} is there already: name another file") from None
    except (OSError, ValueError) as error:
        raise RoseyError(f"{path} cannot be written: {_reason(error)}") from error
    try:
        with os.fdopen(file, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(f"{text}\n")
    except OSError as error:
        path.unlink(missing_ok=True)
        raise RoseyError(f"{path} cannot be written: {_reason(error)}") from error


def read_report(path: Path) -> BugReport:
    """Read a report, whoever wrote it. This blocks.

    Raises:
        RoseyError: It cannot be read, is damaged, or is of a later format.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise RoseyError(f"{path} cannot be read: {_reason(error)}") from error
    if len(content) > MOST_BYTES:
        raise RoseyError(f"{path} is no bug report: it is larger than {MOST_BYTES:,} bytes")
    try:
        values = parse(content)
        _check_format(values)
        report: BugReport = built(BugReport, values)
    except (DamagedError, RecursionError, ValueError) as error:
        raise RoseyError(f"{path} is no bug report: {for_log(str(error))}") from error
    return report


def _check_format(values: object) -> None:
    number = values.get("format") if isinstance(values, dict) else None
    if type(number) is not int:
        raise DamagedError("it does not name its format")
    if number > FORMAT:
        known = f"this Rosey reads {FORMAT}"
        raise DamagedError(f"a later Rosey wrote it, in format {number}, and {known}: update it")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
