"""Keys and values as they are kept: text, and JSON that comes back as it went in."""

from __future__ import annotations

import json
from typing import Any

from rosey.errors import StorageError

MAX_KEY_LENGTH = 512
"""Characters of the longest key."""

_LAST_CHARACTER = "\U0010ffff"


def check_key(key: object) -> None:
    """Refuse what cannot be a key.

    Raises:
        StorageError: It is no text of 1 to 512 characters, or half of a surrogate pair is in it.
    """
    if not isinstance(key, str) or not 1 <= len(key) <= MAX_KEY_LENGTH:
        raise StorageError(f"a key is text of 1 to {MAX_KEY_LENGTH} characters")
    if not _is_encodable(key):
        raise StorageError(f"{key!r} cannot be a key: it has half of a surrogate pair")


def encode(key: str, value: object) -> str:
    """The value as JSON.

    Raises:
        StorageError: JSON has no such value, or it would come back as another: a tuple as a list,
            a number among a dict's keys as text.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        is_same = json.loads(text) == value
    except (TypeError, ValueError, RecursionError) as error:
        raise StorageError(f"the value for {key!r} cannot be kept as JSON: {error}") from error
    if not is_same:
        raise StorageError(
            f"the value for {key!r} would come back as another: JSON has lists, not tuples, and "
            "only text for keys"
        )
    if not _is_encodable(text):
        raise StorageError(f"the value for {key!r} has half of a surrogate pair")
    return text


def decode(key: str, text: str) -> Any:  # noqa: ANN401  whatever was set
    """The value that JSON stands for, a new one each time.

    Raises:
        StorageError: It is not JSON.
    """
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise StorageError(f"what is kept under {key!r} was not written by set()") from error


def last_with(prefix: str) -> str:
    """A text that no key with this prefix comes after, in the order of code points."""
    return prefix + _LAST_CHARACTER * MAX_KEY_LENGTH


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
