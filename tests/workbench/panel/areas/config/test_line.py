"""The line that a form shows does the same as the form, pasted into a cell."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from rosey.workbench.commands import arguments
from rosey.workbench.panel.areas.config.line import config_line


def parsed(line: str) -> dict[str, Any]:
    """The changes that the command reads from a line."""
    word, name, *rest = arguments.words(line.removeprefix("%rosey "))
    assert (word, name) == ("config", "dice")
    return arguments.pairs(rest)


VALUES = [
    *(5, -1.5, True, None, [1, "a b"], {"a": {"b": [None, "it's"]}}),
    *("plain", "two words", "", "5", "true", "null", '"quoted"', "{", "a=b", "it's", "$HOME {x}"),
    *("two\nlines", "tab\t", "\u2028", "\x85", "what?", "--check", "äöü ☃", "\\n", " space "),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_line_is_read_as_the_same_change(value: Any) -> None:  # noqa: ANN401  a setting of any type
    line = config_line("dice", {"it": value, "in.a group": 1})

    assert parsed(line) == {"it": value, "in.a group": 1}


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_ipython_takes_the_line_for_one_magic(value: Any) -> None:  # noqa: ANN401  as above
    line = config_line("dice", {"it": value})

    cell = TransformerManager().transform_cell(line)  # type: ignore[no-untyped-call]  # IPython's

    assert cell.startswith("get_ipython().run_line_magic('rosey', ")
    assert cell.count("\n") == 1


def test_secret_is_not_in_the_line() -> None:
    line = config_line("dice", {"key": "canary-hunter2", "sides": 6}, ["key"])

    assert line == "%rosey config dice sides=6 key=..."
