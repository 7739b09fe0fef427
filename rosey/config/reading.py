"""A configuration file as plain data: JSON and YAML, without what either hides.

No message repeats what the file holds: the faulty line may be the one with the password.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from rosey.chat.escaping import for_log
from rosey.errors import ConfigError, ConfigFault
from rosey.plugins.json_reading import MOST_BYTES, parse, read_content

CONFIG_FILES = ("config.json", "config.yaml")
"""What a configuration file is called where nobody names one; the first one counts."""

_YAML_SUFFIXES = frozenset({".yaml", ".yml"})
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("bool", "float", "int", "map", "null", "seq", "str")
)
_QUOTED = re.compile(r"""'[^']*'|"[^"]*["]""")


def find_config(folder: Path) -> Path | None:
    """The configuration file in a folder; None where there is none. This blocks."""
    return next((folder / name for name in CONFIG_FILES if (folder / name).is_file()), None)


def read(path: Path) -> dict[str, Any]:
    """Read a configuration file. This blocks.

    Args:
        path: The file; `.yaml` and `.yml` are YAML, everything else is JSON.

    Raises:
        ConfigError: It cannot be read, or does not hold one object of plain data.
    """
    content = _content(path)
    try:
        is_yaml = path.suffix.lower() in _YAML_SUFFIXES
        values = _from_yaml(content.decode("utf-8-sig")) if is_yaml else parse(content)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        # Not chained: what the parsers say quotes the line.
        raise refused(str(path), _reason(error)) from None
    if not isinstance(values, dict):
        raise refused(str(path), "it must hold one object, such as {}")
    return values


def refused(origin: str, reason: str) -> ConfigError:
    """The error for a configuration that is wrong as a whole."""
    return ConfigError([ConfigFault(path="", reason=reason)], origin=for_log(origin))


def _content(path: Path) -> bytes:
    try:
        content = read_content(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise refused(str(path), f"it cannot be read: {reason}") from error
    if content is None:
        raise refused(str(path), f"it is larger than {MOST_BYTES} bytes")
    return content


def _from_yaml(text: str) -> object:
    values = yaml.load(text, Loader=_PlainLoader)  # noqa: S506  a SafeLoader, made stricter
    return {} if values is None else values


class _PlainLoader(yaml.SafeLoader):
    """YAML with the values of JSON, and each of them written out where it stands.

    Aliases make small files large; tags, dates and keys that are no text (`on` among them) are
    seldom meant.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401  yaml's own signature
        event = self.peek_event()  # type: ignore[no-untyped-call]  # untyped in its stubs
        if getattr(event, "anchor", None) is not None:
            raise _at(event, "a value that begins with & or * must be in quotes")
        return super().compose_node(parent, index)

    def construct_object(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002  yaml's own signature
        if node.tag not in _PLAIN_TAGS:
            raise _at(node, "a date, or a value that begins with !, must be in quotes")
        try:
            return super().construct_object(node, deep=deep)
        except ValueError:
            raise _at(node, "this is no value of its type") from None

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: ANN401, FBT001, FBT002  yaml's own signature
        keys: set[str] = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:str":
                raise _at(key, "a key must be text: put it in quotes")
            if key.value in keys:
                raise _at(key, "this key stands twice in one object")
            keys.add(key.value)
        return super().construct_mapping(node, deep=deep)


def _at(place: Any, problem: str) -> yaml.MarkedYAMLError:  # noqa: ANN401  an event or a node
    return yaml.MarkedYAMLError(problem=problem, problem_mark=place.start_mark)


def _reason(error: Exception) -> str:
    """What is wrong, in words of ours or the parser's, but in none of the file's."""
    match error:
        case json.JSONDecodeError():
            return f"line {error.lineno}, column {error.colno}: {_plain(error.msg)}"
        case yaml.MarkedYAMLError(problem_mark=yaml.Mark() as mark):
            return f"line {mark.line + 1}, column {mark.column + 1}: {_plain(error.problem or '')}"
        case yaml.reader.ReaderError():
            return f"character {error.position + 1} is not allowed in YAML"
        case UnicodeDecodeError():
            return f"byte {error.start + 1} is not UTF-8: save the file as UTF-8"
        case RecursionError():
            return "it is nested too deeply"
        case _:
            return for_log(str(error))


def _plain(problem: str) -> str:
    """A parser's sentence as a part of ours, without what it quotes but single characters."""
    sentence = problem[:1].lower() + problem[1:]
    return _QUOTED.sub(lambda match: match[0] if len(match[0]) <= len("'x'") else "...", sentence)
