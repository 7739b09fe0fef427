"""YAML as plain data, without what it hides; no message repeats what the text holds."""

from __future__ import annotations

import re
from typing import Any

import yaml

_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("bool", "float", "int", "map", "null", "seq", "str")
)
_QUOTED = re.compile(r"""'[^']*'|"[^"]*["]""")


def parse(text: str) -> object:
    """The value that a text stands for; nothing stands for an empty object.

    Raises:
        ValueError: It is not YAML, or more than plain data; the message says where.
        RecursionError: It is nested too deeply.
    """
    try:
        values = yaml.load(text, Loader=_PlainLoader)  # noqa: S506  a SafeLoader, made stricter
    # Not chained: what the parser says quotes the line.
    except yaml.reader.ReaderError as error:
        reason = f"character {error.position + 1} is not allowed in YAML"
        raise ValueError(reason) from None
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark
        reason = f"line {mark.line + 1}, column {mark.column + 1}: {_plain(error.problem or '')}"
        raise ValueError(reason) from None
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


def _plain(problem: str) -> str:
    """A parser's sentence as a part of ours, without what it quotes but single characters."""
    sentence = problem[:1].lower() + problem[1:]
    return _QUOTED.sub(lambda match: match[0] if len(match[0]) <= len("'x'") else "...", sentence)
