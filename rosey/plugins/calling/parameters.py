"""What a function takes: as `inspect.signature` says, in a fraction of the time.

It is asked for each handler and each command of a plugin, at each of its reloads.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Sequence
from inspect import Parameter
from typing import Any, NamedTuple


class Told(NamedTuple):
    """A parameter, with those fields of `inspect.Parameter` that anybody asks for."""

    name: str
    kind: object
    default: object
    annotation: Any


def parameters_of(function: Callable[..., Any]) -> Sequence[Told | Parameter]:
    """What a function takes; a bound method takes no `self`.

    Raises:
        TypeError: It is not callable.
        ValueError: It is written in C and does not tell.
    """
    plain = _plain(function)
    if plain is None:
        return [*inspect.signature(function).parameters.values()]
    defaults, notes = _defaults(plain), plain.__annotations__
    found = [
        Told(name, kind, defaults.get(name, Parameter.empty), notes.get(name, Parameter.empty))
        for name, kind in _named(plain.__code__)
    ]
    return found if plain is function else found[1:]


def takes_keyword(function: Callable[..., Any], name: str) -> bool:
    """Whether a function may be called with `name=`; False for one that does not tell."""
    plain = _plain(function)
    if plain is not None:
        code = plain.__code__
        first = 0 if plain is function else 1
        names = code.co_varnames[first : code.co_argcount + code.co_kwonlyargcount]
        return name in names or bool(code.co_flags & inspect.CO_VARKEYWORDS)
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    return name in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _plain(function: Callable[..., Any]) -> types.FunctionType | None:
    """The function whose code tells all; None where only `inspect` can tell."""
    plain = getattr(function, "__func__", function)
    if type(plain) is not types.FunctionType:
        return None
    return plain if vars(plain).keys().isdisjoint(("__wrapped__", "__signature__")) else None


def _named(code: types.CodeType) -> list[tuple[str, object]]:
    """Name and kind of each parameter, in the order in which they are written."""
    first, positional = code.co_posonlyargcount, code.co_argcount
    last = positional + code.co_kwonlyargcount
    names, rest = code.co_varnames, iter(code.co_varnames[last:])
    found: list[tuple[str, object]] = [(n, Parameter.POSITIONAL_ONLY) for n in names[:first]]
    found += [(n, Parameter.POSITIONAL_OR_KEYWORD) for n in names[first:positional]]
    if code.co_flags & inspect.CO_VARARGS:
        found.append((next(rest), Parameter.VAR_POSITIONAL))
    found += [(n, Parameter.KEYWORD_ONLY) for n in names[positional:last]]
    if code.co_flags & inspect.CO_VARKEYWORDS:
        found.append((next(rest), Parameter.VAR_KEYWORD))
    return found


def _defaults(function: types.FunctionType) -> dict[str, object]:
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    values = function.__defaults__ or ()
    last = dict(zip(names[len(names) - len(values) :], values, strict=True))
    return {**last, **(function.__kwdefaults__ or {})}
