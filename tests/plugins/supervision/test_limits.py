"""How much a plugin may take."""

from __future__ import annotations

from rosey.plugins.supervision.limits import CALLS, Limits


def test_a_call_has_the_deadline_of_all_calls_where_it_has_none_of_its_own() -> None:
    limits = Limits(deadline_s=5, deadlines_s={"setup": 60})

    assert {call: limits.deadline(call) for call in CALLS if limits.deadline(call) != 5} == {
        "setup": 60
    }
