"""When changed paths have settled, as a table of changes and moments."""

from __future__ import annotations

from pathlib import Path

import pytest

from rosey.plugins.watching.settling import Change, Settling, outermost

QUIET_S = 0.03
CEILING_S = 0.5
WRITING, WRITTEN, APPEARED, GONE = Change

A, B, LOG = Path("p/a.py"), Path("p/b.py"), Path("p/log")
Step = tuple[float, Path, Change]


def noted(*steps: Step) -> Settling:
    settling = Settling(QUIET_S, CEILING_S)
    for at, path, change in steps:
        settling.note(path, change, at)
    return settling


@pytest.mark.parametrize(
    ("steps", "due_at", "paths"),
    [
        pytest.param([], None, set(), id="nothing"),
        pytest.param([(1.0, A, WRITTEN)], 1.03, {A}, id="save"),
        pytest.param([(1.0, A, GONE)], 1.03, {A}, id="delete"),
        pytest.param([(1.0, A, APPEARED)], 1.03, {A}, id="moved here"),
        pytest.param([(1.0, A, GONE), (1.01, A, APPEARED)], 1.04, {A}, id="moved off and back"),
        pytest.param([(1.0, A, WRITTEN), (1.02, B, WRITTEN)], 1.05, {A, B}, id="two files"),
        pytest.param([(1.0, A, WRITTEN), (1.02, A, WRITTEN)], 1.05, {A}, id="saved twice"),
        pytest.param([(1.0 + i / 50, A, WRITTEN) for i in range(40)], 1.5, {A}, id="never quiet"),
        pytest.param([(1.0, A, WRITING)], None, set(), id="open file"),
        pytest.param([(1.0, A, WRITING), (1.2, A, WRITTEN)], 1.23, {A}, id="closed file"),
        pytest.param(
            [(1.0, A, WRITTEN), (1.01, A, WRITING)], 1.5, {A}, id="written again, still open"
        ),
        pytest.param(
            [(1.0, A, WRITTEN), (1.01, B, WRITING)], 1.5, {A}, id="another one still open"
        ),
        pytest.param(
            [(1.0, LOG, WRITING), (9.0, LOG, WRITING), (9.0, A, WRITTEN)],
            9.03,
            {A},
            id="a log that stays open delays nothing",
        ),
        pytest.param(
            [(1.0, A, WRITTEN), (1.01, B, WRITING), (1.02, B, WRITTEN)],
            1.05,
            {A, B},
            id="the other one closed",
        ),
        pytest.param(
            [(1.0, A, APPEARED), (1.01, A, WRITTEN), (1.02, A, GONE)],
            None,
            set(),
            id="temporary file",
        ),
        pytest.param(
            [(1.0, A, APPEARED), (1.0, A, WRITTEN), (1.0, A, WRITTEN), (1.0, A, GONE)],
            None,
            set(),
            id="temporary file, written twice",
        ),
        pytest.param(
            [(1.0, A, APPEARED), (1.0, A, APPEARED), (1.01, A, GONE)],
            1.04,
            {A},
            id="moved over a file and deleted",
        ),
        pytest.param(
            [(1.0, A, GONE), (1.0, A, APPEARED), (1.0, A, WRITTEN), (1.01, A, GONE)],
            1.04,
            {A},
            id="rewritten and deleted",
        ),
    ],
)
def test_paths_settle(steps: list[Step], due_at: float | None, paths: set[Path]) -> None:
    settling = noted(*steps)

    assert settling.due_at() == (None if due_at is None else pytest.approx(due_at))
    assert settling.ripe(0.0 if due_at is None else due_at - 0.001) == frozenset()
    assert settling.take(9.9 if due_at is None else due_at + 0.001, ()) == paths
    assert settling.due_at() is None


def test_empty_file_waits_for_its_content() -> None:
    settling = noted((1.0, A, WRITTEN))

    assert settling.take(1.04, {A}) == frozenset()
    settling.note(A, WRITTEN, 1.06)

    assert settling.due_at() == pytest.approx(1.09)
    assert settling.take(1.1, ()) == {A}


def test_empty_file_is_told_in_the_end() -> None:
    settling = noted((1.0, A, WRITTEN))

    assert settling.take(1.04, {A}) == frozenset()

    assert settling.due_at() == pytest.approx(1.5)
    assert settling.take(1.51, {A}) == {A}


def test_change_during_the_look_is_waited_for() -> None:
    settling = noted((1.0, A, WRITTEN))

    assert settling.ripe(1.04) == {A}
    settling.note(B, WRITTEN, 1.04)

    assert settling.take(1.04, ()) == frozenset()
    assert settling.take(1.08, ()) == {A, B}


def test_change_after_a_taking_begins_anew() -> None:
    settling = noted((1.0, A, WRITTEN))
    settling.take(1.04, ())

    settling.note(B, WRITTEN, 2.0)

    assert settling.take(2.04, ()) == {B}


def test_temporary_file_does_not_lengthen_the_ceiling_of_what_follows() -> None:
    settling = noted((1.0, A, APPEARED), (1.0, A, WRITTEN), (1.0, A, GONE), (2.0, B, WRITTEN))

    assert settling.due_at() == pytest.approx(2.03)


def test_folder_stands_for_what_it_holds() -> None:
    holder = Path("p")

    assert outermost([holder / "a" / "b", holder / "a", holder / "ab"]) == {
        holder / "a",
        holder / "ab",
    }
