"""A configuration file as plain data: JSON and YAML, without what either hides.

No message repeats what the file holds: the faulty line may be the one with the password.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rosey.chat.escaping import for_log
from rosey.errors import ConfigError, ConfigFault
from rosey.plugins.loading.json_reading import MOST_BYTES, parse, read_content

CONFIG_FILES = ("config.json", "config.yaml")
"""What a configuration file is called where nobody names one; the first one counts."""

_YAML_SUFFIXES = frozenset({".yaml", ".yml"})


def find_config(folder: Path) -> Path | None:
    """The configuration file in a folder; None where there is none. This blocks."""
    return next((folder / name for name in CONFIG_FILES if (folder / name).is_file()), None)


def read(path: Path, origin: str | None = None) -> dict[str, Any]:
    """Read a configuration file. This blocks.

    Args:
        path: The file; `.yaml` and `.yml` are YAML, everything else is JSON.
        origin: What it is called in messages, where not by its path.

    Raises:
        ConfigError: It cannot be read, or does not hold one object of plain data.
    """
    origin = str(path) if origin is None else origin
    content = _content(path, origin)
    try:
        values = _parsed(content, is_yaml=path.suffix.lower() in _YAML_SUFFIXES)
    except (ValueError, RecursionError) as error:
        # Not chained: what the parsers say quotes the line.
        raise refused(origin, _reason(error)) from None
    if not isinstance(values, dict):
        raise refused(origin, "it must hold one object, such as {}")
    return values


def refused(origin: str, reason: str) -> ConfigError:
    """The error for a configuration that is wrong as a whole."""
    return ConfigError([ConfigFault(path="", reason=reason)], origin=for_log(origin))


def _content(path: Path, origin: str) -> bytes:
    try:
        content = read_content(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise refused(origin, f"it cannot be read: {reason}") from error
    if content is None:
        raise refused(origin, f"it is larger than {MOST_BYTES} bytes")
    return content


def _parsed(content: bytes, *, is_yaml: bool) -> object:
    if not is_yaml:
        return parse(content)
    # A tenth of the time that `import rosey` takes, for those who write YAML.
    from rosey.config import yaml_reading  # noqa: PLC0415  see above

    return yaml_reading.parse(content.decode("utf-8-sig"))


def _reason(error: Exception) -> str:
    """What is wrong, in words of ours or the parser's, but in none of the file's."""
    match error:
        case json.JSONDecodeError():
            sentence = error.msg[:1].lower() + error.msg[1:]
            return f"line {error.lineno}, column {error.colno}: {sentence}"
        case UnicodeDecodeError():
            return f"byte {error.start + 1} is not UTF-8: save the file as UTF-8"
        case RecursionError():
            return "it is nested too deeply"
        case _:
            return for_log(str(error))
