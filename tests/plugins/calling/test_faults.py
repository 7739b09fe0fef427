"""What is kept of an exception."""

from __future__ import annotations

import functools
import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from rosey.plugins.calling.faults import Fault, describe


def raised(error: Exception) -> Exception:
    """The exception as it is after it was raised."""

    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        fail()
    return caught.value


def test_description_is_one_line_with_type_and_message() -> None:
    assert describe(ValueError("no\n such  face")) == "ValueError: no such face"


def test_description_leaves_notes_out() -> None:
    error = ValueError("no such face")
    error.add_note("on a Monday")

    assert describe(error) == "ValueError: no such face"


def test_description_has_the_plugin_instead_of_its_generation() -> None:
    error = type("RollError", (Exception,), {"__module__": "rosey_plugins:dice@17.rolls"})("six")

    assert describe(error) == "dice.rolls.RollError: six"


def test_fault_keeps_text_only() -> None:
    error = type("RollError", (Exception,), {})("six")
    gone = weakref.ref(error)
    fault = Fault.of("dice", "!roll", raised(error))

    del error
    gc.collect()

    assert gone() is None
    assert fault.error.endswith("RollError: six")
    assert "raise error" in fault.traceback


def test_message_of_any_length_is_kept_in_part() -> None:
    fault = Fault.of("dice", "!roll", raised(ValueError(f"{'x' * 10_000_000} end")))

    assert fault.error.startswith("ValueError: xxx")
    assert " more] xxx" in fault.error
    assert fault.error.endswith(" end")
    assert len(fault.error) + len(fault.traceback) < 50_000


def test_recursion_of_any_depth_is_told_by_its_last_frames() -> None:
    def dive(depth: int) -> None:
        if depth == 0:
            raise ValueError("deep")
        dive(depth - 1)

    with pytest.raises(ValueError, match="deep") as caught:
        dive(500)
    told = Fault.of("dice", "!roll", caught.value).traceback

    assert "in test_" not in told
    assert "[Previous line repeated " in told
    assert told.endswith("ValueError: deep\n")


def through_rosey(function: Callable[[], object]) -> ValueError:
    """What a function raises that code of Rosey has called."""
    names: dict[str, Any] = {"__name__": "rosey.plugins.somewhere"}
    exec("def call(function): function()", names)  # noqa: S102  a function that seems Rosey's
    with pytest.raises(ValueError, match="six") as caught:
        names["call"](function)
    # The test's own frame comes first: pytest calls it, and nothing of Rosey does.
    caught.value.__traceback__ = caught.tb.tb_next
    return caught.value


def test_traceback_begins_where_the_plugins_code_does() -> None:
    def roll() -> None:
        raise ValueError("six")

    told = Fault.of("dice", "!roll", through_rosey(roll)).traceback

    assert "in roll" in told
    assert "in call" not in told


def test_traceback_that_never_leaves_rosey_is_kept() -> None:
    told = Fault.of("dice", "!roll", through_rosey(functools.partial(int, "six"))).traceback

    assert "in call" in told
