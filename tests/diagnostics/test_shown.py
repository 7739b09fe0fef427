"""Values are shown short, and without secrets."""

from __future__ import annotations

import pytest

from rosey.config.environment import Redaction
from rosey.diagnostics.shown import Shown
from rosey.plugins.loading.schema import MASK, Secret

CANARY = "canary-hunter2"


class Talkative:
    """Tells its secret to whoever looks at it."""

    def __init__(self, length: int = 0) -> None:
        self.length = length

    def __repr__(self) -> str:
        return f"<Talkative {CANARY} {'x' * self.length}>"


class Broken:
    def __repr__(self) -> str:
        raise ZeroDivisionError


@pytest.fixture
def shown() -> Shown:
    return Shown(Redaction([CANARY]))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("hi", "'hi'"),
        (5, "5"),
        (None, "None"),
        ({"a": [1, "x"]}, "{'a': [1, 'x']}"),
        (Secret("x"), "<secret>"),
        ([Secret("x")], "[<secret>]"),
        ([Broken()], "[<Broken that cannot be shown>]"),
        pytest.param(9**9999, "<int that cannot be shown>", id="very long number"),
    ],
)
def test_value_is_shown_as_python_writes_it(shown: Shown, value: object, text: str) -> None:
    assert shown.repr(value) == text


@pytest.mark.parametrize("value", ["x" * 10_000, Talkative(10_000), [*range(10_000)], 9**999])
def test_long_value_is_shortened(shown: Shown, value: object) -> None:
    assert len(shown.repr(value)) < 300
    assert "..." in shown.repr(value)


@pytest.mark.parametrize(
    "value",
    [
        CANARY,
        f"https://bot:{CANARY}@host",
        [CANARY],
        {CANARY: CANARY},
        (CANARY,),
        {CANARY},
        Talkative(),
        {"deep": [{"er": Talkative()}]},
    ],
)
def test_secret_is_masked_wherever_it_stands(shown: Shown, value: object) -> None:
    assert CANARY not in shown.repr(value)
    assert MASK in shown.repr(value)


@pytest.mark.parametrize("before", range(80, 200, 7))
def test_secret_is_masked_also_where_the_text_is_cut(shown: Shown, before: int) -> None:
    text = "x" * before + CANARY + "x" * 200

    for start in range(len(CANARY) - 3):
        assert CANARY[start : start + 4] not in shown.repr(text)
