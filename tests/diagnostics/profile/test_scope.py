"""Whose memory counts in a profile."""

from __future__ import annotations

import json
import linecache
import tracemalloc

import anywidget
import comm
import ipykernel
import pytest

import rosey.bot
import rosey.chat.escaping
import rosey.diagnostics.log
import rosey.workbench.crossing.loop
from rosey.diagnostics.profile.scope import Scope


@pytest.mark.parametrize(
    ("file", "on_a_copy", "live"),
    [
        ("plugins/dice.py", True, True),
        ("<cell dice>", True, True),
        (json.__file__, True, True),
        (rosey.bot.__file__, True, False),
        (rosey.chat.escaping.__file__, False, False),
        (rosey.diagnostics.log.__file__, False, False),
        (rosey.workbench.crossing.loop.__file__, False, False),
        (tracemalloc.__file__, False, False),
        (linecache.__file__, False, False),
        ("<frozen importlib._bootstrap>", False, False),
        (ipykernel.__file__, False, False),
        ("lib/site-packages/ipywidgets/widgets/widget.py", False, False),
        (anywidget.__file__, False, False),
        (comm.__file__, False, False),
    ],
)
def test_those_who_look_on_do_not_count(file: str, on_a_copy: bool, live: bool) -> None:  # noqa: FBT001  columns of a table
    assert Scope(is_live=False).has(file) is on_a_copy
    assert Scope(is_live=True).has(file) is live
