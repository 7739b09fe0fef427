"""What a function takes is told as `inspect` tells it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from rosey.plugins.calling.parameters import parameters_of, takes_keyword


def nothing() -> None: ...
def plain(event: str, data: object) -> None:
    local = (event, data)
    del local


def every_kind(a: int, /, b, c=1, *rest: int, d, e: str = "x", **more: int) -> None: ...  # type: ignore[no-untyped-def]  # noqa: ANN001  what is tested
def optional(*, a: int = 1, b: int) -> None: ...


@functools.wraps(plain)
def wrapped(*arguments: Any) -> None:  # noqa: ANN401  passed on
    plain(*arguments)


class Listener:
    def method(self, event: str) -> None: ...

    @classmethod
    def of_class(cls, event: str) -> None: ...

    @staticmethod
    def static(event: str) -> None: ...

    def __call__(self, event: str) -> None: ...


def signed(event: str) -> None: ...


signed.__signature__ = inspect.signature(plain)  # type: ignore[attr-defined]  # what is tested


listener = Listener()

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "nothing": nothing,
    "plain": plain,
    "every kind": every_kind,
    "optional": optional,
    "wrapped": wrapped,
    "signed": signed,
    "lambda": lambda event: event,
    "method": listener.method,
    "class method": Listener.of_class,
    "static method": Listener.static,
    "object": listener,
    "partial": functools.partial(plain, "roll"),
    "written in C": len,
}

functions = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS.keys())


@functions
def test_parameters_are_those_of_the_signature(function: Callable[..., Any]) -> None:
    told = [(p.name, p.kind, p.default, p.annotation) for p in parameters_of(function)]

    signature = inspect.signature(function).parameters.values()
    assert told == [(p.name, p.kind, p.default, p.annotation) for p in signature]


@functions
@pytest.mark.parametrize("name", ["event", "data", "self", "d", "e", "more", "local", "unknown"])
def test_keyword_is_taken_where_the_signature_has_it(
    function: Callable[..., Any], name: str
) -> None:
    signature = inspect.signature(function).parameters
    takes_any = any(p.kind is p.VAR_KEYWORD for p in signature.values())

    assert takes_keyword(function, name) == (name in signature or takes_any)


@pytest.mark.parametrize(("thing", "error"), [(max, ValueError), (3, TypeError)])
def test_what_does_not_tell_is_an_error(thing: Any, error: type[Exception]) -> None:  # noqa: ANN401  what is tested
    assert not takes_keyword(thing, "source")
    with pytest.raises(error):
        parameters_of(thing)
