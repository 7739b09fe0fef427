"""`${NAME}` is filled in from the environment, and what came from there is seen nowhere."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosey.config.environment import Filling, Redaction, as_written
from rosey.plugins.loading.schema import MASK, Secret

ENVIRON = {"TOKEN": "hunter2", "USER": "bob", "EMPTY": "", "NESTED": "${TOKEN}"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${TOKEN}", "hunter2"),
        ("${USER}:${TOKEN}@host", "bob:hunter2@host"),
        ("${EMPTY}", ""),
        ("${NESTED}", "${TOKEN}"),
        ("$TOKEN", "$TOKEN"),
        ("${TOKEN", "${TOKEN"),
        ("${}", "${}"),
        ("${1}", "${1}"),
        ("${TOKEN:-x}", "${TOKEN:-x}"),
        ("$${TOKEN}", "$hunter2"),
    ],
)
def test_variable_is_filled_in(text: str, filled: str) -> None:
    assert Filling(ENVIRON).fill(text) == filled


def test_variable_is_filled_in_wherever_a_text_stands() -> None:
    values = {"a": [{"b": ("${USER}", 1, None)}], "${USER}": True}

    assert Filling(ENVIRON).fill(values) == {"a": [{"b": ["bob", 1, None]}], "${USER}": True}


def test_values_are_copied() -> None:
    values: dict[str, Any] = {"a": [{"b": []}]}

    filled = Filling({}).fill(values)
    filled["a"][0]["b"].append(1)

    assert values == {"a": [{"b": []}]}


def test_each_variable_that_is_not_set_is_a_fault_with_its_path() -> None:
    filling = Filling({})
    filling.fill({"a": "${ONE}${TWO}", "b": [{"c": "${THREE}"}]})

    assert [str(fault) for fault in filling.faults] == [
        "a: the environment variable ONE is not set",
        "a: the environment variable TWO is not set",
        "b.0.c: the environment variable THREE is not set",
    ]


def test_places_are_numbered_in_the_order_of_the_file() -> None:
    filling = Filling({})
    filling.fill({"b": {"d": 1, "c": 2}, "a": [3]})

    assert [*filling.places] == ["", "b", "b.d", "b.c", "a", "a.0"]


def test_secret_is_masked_wherever_it_stands() -> None:
    redact = Redaction(["hunter2"])

    assert redact("hunter2 and hunter2!") == f"{MASK} and {MASK}!"


def test_longer_secret_is_masked_whole() -> None:
    for secrets in (["hunter2", "hunter2-more"], ["hunter2-more", "hunter2"]):
        assert Redaction(secrets)("x hunter2-more x") == f"x {MASK} x"


def test_secret_is_masked_as_repr_writes_it() -> None:
    secret = "pa'ss\\word\n\u202e"

    assert Redaction([secret])(f"{[secret]!r}").count(MASK) == 1
    assert "word" not in Redaction([secret])(f"{[secret]!r}")


@pytest.mark.parametrize("is_ascii", [True, False])
@pytest.mark.parametrize("secret", ['pa"ss', "pa\\ss", "pässword", "pa\tss"])
def test_secret_is_masked_as_json_writes_it(secret: str, *, is_ascii: bool) -> None:
    text = json.dumps({secret: [secret]}, ensure_ascii=is_ascii)

    assert Redaction([secret])(text) == f'{{"{MASK}": ["{MASK}"]}}'


def test_short_value_is_not_masked() -> None:
    assert Redaction(["1", "yes", ""])("1 yes 1") == "1 yes 1"


def test_redaction_does_not_show_what_it_hides() -> None:
    assert "hunter2" not in repr(Redaction(["hunter2"]))


@given(st.text(min_size=4), st.text(), st.text())
def test_no_secret_survives_redaction(secret: str, before: str, after: str) -> None:
    shown = Redaction([secret])(before + secret + after)

    assert secret not in shown or secret in MASK or secret in before + MASK + after


@pytest.mark.parametrize(
    ("value", "written", "shown"),
    [
        ("hunter2", "${TOKEN}", "${TOKEN}"),
        ("bob:x", "${USER}:x", "${USER}:x"),
        (5, "${NUMBER}", "${NUMBER}"),
        (5, 5, 5),
        (5, None, 5),
        ({"a": "hunter2", "b": 1}, {"a": "${TOKEN}", "b": 1}, {"a": "${TOKEN}", "b": 1}),
        ({"a": {"b": "x"}}, "${ALL}", "${ALL}"),
        ({"a": "x"}, ["x"], {"a": "x"}),
        (["hunter2", "x"], ["${TOKEN}"], ["${TOKEN}", "x"]),
        (["x"], ["x", "${TOKEN}"], ["x"]),
        (["x"], None, ["x"]),
        (Secret("hunter2"), "${TOKEN}", "${TOKEN}"),
        (Secret("bob:pw"), "${USER}:pw", Secret("bob:pw")),
        (Secret("pw"), "pw", Secret("pw")),
        ({"a": Secret("pw"), "b": "x"}, {"a": "pw", "b": "${X}"}, {"a": Secret("pw"), "b": "${X}"}),
    ],
)
def test_setting_is_shown_as_it_was_written_where_a_variable_is_in_it(
    value: object, written: object, shown: object
) -> None:
    assert as_written(value, written) == shown
