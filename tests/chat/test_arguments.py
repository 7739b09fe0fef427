"""Words of a chat line become values, as annotations ask, or a usage error."""

from __future__ import annotations

import enum
import types
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosey.chat.arguments import Argument, arguments_of, parse
from rosey.chat.model import Rank
from rosey.errors import UsageError


class Colour(enum.Enum):
    RED = 1
    DARK_RED = 2
    CRIMSON = 1  # noqa: PIE796  an alias is what is tested


def one(ctx: object, word: str) -> None: ...
def whole(ctx: object, number: int) -> None: ...
def fraction(ctx: object, number: float) -> None: ...
def switch(ctx: object, on: bool) -> None: ...  # noqa: FBT001  what is tested
def colour(ctx: object, colour: Colour) -> None: ...
def rank(ctx: object, rank: Rank) -> None: ...
def size(ctx: object, size: Literal["Small", "LARGE", 3]) -> None: ...
def maybe(ctx: object, number: int | None = None) -> None: ...
def plain(ctx, word): ...  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201  what is tested
def defaults(ctx: object, name: str, times: int = 1) -> None: ...
def rest(ctx: object, name: str, *, text: str) -> None: ...
def maybe_rest(ctx: object, *, text: str = "nothing") -> None: ...
def many(ctx: object, first: str, *numbers: int) -> None: ...
def nothing(ctx: object) -> None: ...


def parsed(handler: Any, text: str) -> tuple[list[Any], dict[str, Any]]:  # noqa: ANN401  any handler
    return parse(arguments_of(handler), text)


@pytest.mark.parametrize(
    ("handler", "text", "value"),
    [
        (one, "hi", "hi"),
        (one, "  hi\t", "hi"),
        (one, '"two words"', "two words"),
        (one, '""', ""),
        (one, '"open', '"open'),
        (one, 'in"side', 'in"side'),
        (one, '"a"b', '"a"b'),
        (plain, "5", "5"),
        (whole, "-12", -12),
        (fraction, "1e3", 1000.0),
        (switch, "YES", True),
        (switch, "off", False),
        (colour, "Dark_Red", Colour.DARK_RED),
        (colour, "crimson", Colour.RED),
        (rank, "owner", Rank.OWNER),
        (size, "small", "Small"),
        (size, "large", "LARGE"),
        (size, "3", 3),
        (maybe, "7", 7),
    ],
)
def test_word_becomes_the_value_that_the_annotation_names(
    handler: Any,  # noqa: ANN401  any handler
    text: str,
    value: object,
) -> None:
    assert parsed(handler, text) == ([value], {})


@pytest.mark.parametrize(
    ("handler", "text", "reason"),
    [
        (one, "", "word is missing"),
        (one, "two words", "there are too many words"),
        (nothing, "please", "there are too many words"),
        (whole, "x", "number must be a whole number"),
        (whole, "1.5", "number must be a whole number"),
        (whole, "9" * 5000, "number must be a whole number"),
        (fraction, "x", "number must be a number"),
        (fraction, "nan", "number must be a number"),
        (fraction, "-inf", "number must be a number"),
        (switch, "perhaps", "on must be yes or no"),
        (colour, "blue", "colour must be one of red, dark_red, crimson"),
        (size, "4", "size must be one of Small, LARGE, 3"),
        (defaults, "bob twice", "times must be a whole number"),
        (rest, "bob", "text is missing"),
        (many, "a 1 x", "numbers must be a whole number"),
    ],
)
def test_word_that_does_not_fit_is_refused_by_its_argument(
    handler: Any,  # noqa: ANN401  any handler
    text: str,
    reason: str,
) -> None:
    with pytest.raises(UsageError) as caught:
        parsed(handler, text)

    assert str(caught.value) == reason


def test_argument_with_a_default_may_be_left_out() -> None:
    assert parsed(defaults, "bob") == (["bob"], {})
    assert parsed(defaults, "bob 2") == (["bob", 2], {})
    assert parsed(maybe_rest, "") == ([], {})


def test_keyword_argument_takes_the_rest_of_the_line_as_it_is() -> None:
    assert parsed(rest, 'bob  say  "hi"  twice ') == (["bob"], {"text": 'say  "hi"  twice'})


def test_many_words_become_one_value_each() -> None:
    assert parsed(many, "a 1 2 3") == (["a", 1, 2, 3], {})
    assert parsed(many, "a") == (["a"], {})


@pytest.mark.parametrize(
    ("handler", "usage"),
    [
        (defaults, "<name> [times]"),
        (rest, "<name> <text...>"),
        (maybe_rest, "[text...]"),
        (many, "<first> [numbers...]"),
        (nothing, ""),
    ],
)
def test_usage_tells_what_must_and_what_may_be_given(handler: Any, usage: str) -> None:  # noqa: ANN401  any handler
    assert " ".join(argument.usage for argument in arguments_of(handler)) == usage


def unreadable_context(ctx: Unknown, number: int) -> Unknown: ...  # type: ignore[name-defined]  # noqa: F821  what is tested
def shadowed(ctx: object, number: float) -> None: ...


def test_annotation_of_what_is_no_argument_need_not_exist() -> None:
    assert parsed(unreadable_context, "3") == ([3], {})


def test_annotation_means_what_it_means_in_the_handlers_own_module() -> None:
    alone = types.FunctionType(shadowed.__code__, {"float": int}, "shadowed")
    alone.__annotations__ = shadowed.__annotations__

    assert parsed(alone, "3") == ([3], {})


def no_context() -> None: ...
def after_rest(ctx: object, *, text: str, more: str) -> None: ...
def after_many(ctx: object, *words: str, text: str) -> None: ...
def options(ctx: object, **options: str) -> None: ...
def listed(ctx: object, words: list[str]) -> None: ...
def either(ctx: object, word: int | str) -> None: ...


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (no_context, r"no_context must take the command's context"),
        (after_rest, "more comes after text, which takes all that is left"),
        (after_many, "text comes after words, which takes all that is left"),
        (options, r"\*\*options cannot be written on a chat line"),
        (listed, r"words is annotated list\[str\]: use str, int"),
        (either, r"word is annotated int \| str: use str, int"),
    ],
)
def test_handler_that_no_line_can_fill_is_refused(handler: Any, reason: str) -> None:  # noqa: ANN401  any handler
    with pytest.raises(TypeError, match=reason):
        arguments_of(handler)


words = st.text().filter(lambda text: text.split() == [text] and '"' not in text)


@given(st.lists(words, max_size=8))
def test_words_come_back_as_they_were_said(said: list[str]) -> None:
    many_words = [Argument(name="words", convert=str, is_required=False, is_many=True)]

    assert parse(many_words, " ".join(said)) == (said, {})


@given(st.text(alphabet=st.characters(exclude_characters='"')))
def test_quoted_text_comes_back_as_it_was_said(said: str) -> None:
    assert parsed(one, f'"{said}"') == ([said], {})


@pytest.mark.parametrize("handler", [one, whole, fraction, switch, size, defaults, rest, many])
@given(text=st.text())
def test_any_line_is_parsed_or_refused_as_wrong_usage(handler: Any, text: str) -> None:  # noqa: ANN401  any handler
    try:
        positional, named = parsed(handler, text)
    except UsageError:
        return
    handler(None, *positional, **named)


@pytest.mark.parametrize("text", ['"' * 10**6, '"a ' * 300_000, " " * 10**6, "x" * 10**6])
def test_very_long_line_is_parsed_at_once(text: str) -> None:
    many_words = [Argument(name="words", convert=str, is_required=False, is_many=True)]

    positional, _ = parse(many_words, text)

    assert "".join(positional).replace('"', "") == text.replace('"', "").replace(" ", "")
