"""Two looks are compared value by value."""

from __future__ import annotations

from rosey.diagnostics.state.changes import StateChange, changes


def test_what_is_new_gone_or_another_is_told_in_order_of_path() -> None:
    found = changes(
        {"queue[9]": "1", "queue[10]": "2", "same": "0", "gone": "3"},
        {"queue[9]": "4", "queue[10]": "5", "same": "0", "came": "6"},
    )

    assert found == (
        StateChange(path="came", before=None, after="6"),
        StateChange(path="gone", before="3", after=None),
        StateChange(path="queue[9]", before="1", after="4"),
        StateChange(path="queue[10]", before="2", after="5"),
    )


def test_change_reads_as_a_line() -> None:
    lines = map(str, changes({"a": "1", "b": "2"}, {"a": "3", "c": "4"}))

    assert [*lines] == ["a: 1 -> 3", "b is gone (was 2)", "c = 4 (new)"]


def test_equal_looks_have_no_changes() -> None:
    assert changes({"a": "1"}, {"a": "1"}) == ()
