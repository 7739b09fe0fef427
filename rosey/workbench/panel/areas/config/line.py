"""The line of `%rosey` that changes settings, as it can be pasted into a cell."""

from __future__ import annotations

import json
import shlex
from collections.abc import Collection, Mapping
from typing import Any

UNSAID = "..."
"""Stands in a line for a secret: who pastes it puts the secret there."""


def config_line(name: str, changes: Mapping[str, Any], secrets: Collection[str] = ()) -> str:
    """The line that changes settings of a plugin.

    Args:
        name: The plugin.
        changes: Values by path.
        secrets: Paths of those that are not to be seen.
    """
    words = [f"{path}={_written(value)}" for path, value in changes.items() if path not in secrets]
    words += [f"{path}={UNSAID}" for path in changes if path in secrets]
    return " ".join(["%rosey config", name, *map(shlex.quote, words)])


def _written(value: object) -> str:
    """A value as the command reads it: text as it is, where it would not be taken for JSON."""
    if isinstance(value, str) and value.isprintable() and not _is_json(value):
        return value
    # In ASCII, so that no character of it ends the line.
    return json.dumps(value)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
