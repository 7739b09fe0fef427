"""What is kept of an exception."""

from __future__ import annotations

import gc
import weakref

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
