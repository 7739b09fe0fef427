"""Arguments of commands: words of a chat line to values, as a handler's annotations ask."""

from __future__ import annotations

import enum
import inspect
import itertools
import math
import re
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import Parameter
from typing import Any

from rosey.errors import UsageError
from rosey.plugins.calling.parameters import Told, parameters_of

_WORD = re.compile(r'"([^"]*)"(?=\s|$)|(\S+)')
_TRUE = frozenset({"yes", "y", "true", "on", "1"})
_FALSE = frozenset({"no", "n", "false", "off", "0"})

Convert = Callable[[str], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument of a command.

    Attributes:
        name: The parameter's name.
        convert: Text to value; raises ValueError with a reason for people.
        is_required: Whether the line must have it.
        is_rest: It takes the rest of the line as it is, spaces and quotes included.
        is_many: It takes all words that are left, one value each.
    """

    name: str
    convert: Convert
    is_required: bool
    is_rest: bool = False
    is_many: bool = False

    @property
    def usage(self) -> str:
        """How it stands in the usage line: `<name>`, `[name]`, dots where it takes many words."""
        name = f"{self.name}..." if self.is_rest or self.is_many else self.name
        return f"<{name}>" if self.is_required else f"[{name}]"


def arguments_of(handler: Callable[..., Any]) -> tuple[Argument, ...]:
    """Read a handler's arguments, those after the context, from its annotations.

    A positional parameter takes one word, or several in double quotes; a keyword-only one takes
    the rest of the line; `*words` takes the words that are left.

    Raises:
        TypeError: There is no parameter for the context; an annotation is none of str, int, float,
            bool, an Enum, a Literal, or one of these or None; a parameter follows the one for the
            rest of the line; or there is a `**parameter`.
    """
    parameters = parameters_of(handler)
    if not parameters:
        raise TypeError(f"{handler.__qualname__} must take the command's context: (self, ctx)")
    hints = _hints(handler, parameters[1:])
    found: list[Argument] = []
    for parameter in parameters[1:]:
        if found and (found[-1].is_rest or found[-1].is_many):
            raise TypeError(
                f"{parameter.name} comes after {found[-1].name}, which takes all that is left"
            )
        if parameter.kind is Parameter.VAR_KEYWORD:
            raise TypeError(f"**{parameter.name} cannot be written on a chat line")
        is_many = parameter.kind is Parameter.VAR_POSITIONAL
        found.append(
            Argument(
                name=parameter.name,
                convert=_converter(parameter.name, hints.get(parameter.name, str)),
                is_required=not is_many and parameter.default is Parameter.empty,
                is_rest=parameter.kind is Parameter.KEYWORD_ONLY,
                is_many=is_many,
            )
        )
    return tuple(found)


def _hints(handler: Callable[..., Any], parameters: Sequence[Told | Parameter]) -> dict[str, Any]:
    """What arguments are annotated with; what else is, only a type checker may be able to read."""
    written = {p.name: p.annotation for p in parameters if p.annotation is not Parameter.empty}
    names = getattr(inspect.unwrap(handler), "__globals__", {})
    # Nearly all are such, and evaluating one takes a hundred times as long as looking it up.
    simple = {
        name: _BY_WORD[hint]
        for name, hint in written.items()
        if isinstance(hint, str) and hint in _BY_WORD and hint not in names
    }
    if len(simple) == len(written):
        return simple
    return typing.get_type_hints(types.SimpleNamespace(__annotations__=written), names)


def parse(arguments: Sequence[Argument], text: str) -> tuple[list[Any], dict[str, Any]]:
    """Turn what follows a command into what its handler is called with.

    Args:
        arguments: What the handler takes.
        text: The line after the command's name.

    Returns:
        Positional and keyword arguments.

    Raises:
        UsageError: A required one is missing, one is not of its type, or there are too many.
    """
    positional: list[Any] = []
    named: dict[str, Any] = {}
    left = text.strip()
    for argument in arguments:
        if not left:
            if argument.is_required:
                raise UsageError(f"{argument.name} is missing")
        elif argument.is_rest:
            named[argument.name] = _converted(argument, left)
            left = ""
        else:
            words, left = _take(left, most=None if argument.is_many else 1)
            positional += [_converted(argument, word) for word in words]
    if left:
        raise UsageError("there are too many words")
    return positional, named


def _take(text: str, *, most: int | None) -> tuple[list[str], str]:
    """Words from the start of a text, and what is left of it."""
    matches = list(itertools.islice(_WORD.finditer(text), most))
    words = [m[1] if m[1] is not None else m[2] for m in matches]
    return words, text[matches[-1].end() :].strip()


def _converted(argument: Argument, word: str) -> Any:  # noqa: ANN401  of the annotated type
    try:
        return argument.convert(word)
    except ValueError as error:
        raise UsageError(f"{argument.name} {error}") from error


def _converter(name: str, hint: Any) -> Convert:  # noqa: ANN401  annotations are of any type
    origin = typing.get_origin(hint)
    if origin in {typing.Union, types.UnionType}:
        inner = [h for h in typing.get_args(hint) if h is not type(None)]
        if len(inner) == 1:
            return _converter(name, inner[0])
    if origin is typing.Literal:
        return _choice({str(value): value for value in typing.get_args(hint)})
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _choice({name.lower(): member for name, member in hint.__members__.items()})
    if hint in _CONVERTERS:
        return _CONVERTERS[hint]
    raise TypeError(
        f"{name} is annotated {hint!r}: use str, int, float, bool, an Enum or a Literal"
    )


def _choice(choices: dict[str, Any]) -> Convert:
    by_word = {word.casefold(): value for word, value in choices.items()}

    def convert(word: str) -> Any:  # noqa: ANN401  one of the choices
        if word.casefold() not in by_word:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return by_word[word.casefold()]

    return convert


def _to_int(word: str) -> int:
    try:
        return int(word)
    except ValueError:
        raise ValueError("must be a whole number") from None


def _to_float(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    # No command means them, and they pass every check of a range.
    if not math.isfinite(number):
        raise ValueError("must be a number")
    return number


def _to_bool(word: str) -> bool:
    if word.casefold() in _TRUE | _FALSE:
        return word.casefold() in _TRUE
    raise ValueError("must be yes or no")


_CONVERTERS: dict[Any, Convert] = {str: str, int: _to_int, float: _to_float, bool: _to_bool}
_BY_WORD = {kind.__name__: kind for kind in _CONVERTERS}
