"""The tree has the rows that are asked for, however much a plugin keeps."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from rosey.config.environment import Redaction
from rosey.diagnostics.state.tree import MOST_BRANCHES, StateTree, state_tree
from tests.diagnostics.state.keeper import CANARY, Keeper


def tree_of(kept: dict[str, Any], opened: Sequence[str] = (), **rows: int) -> StateTree:
    """The tree of a plugin that keeps some values."""
    return state_tree(Keeper(**kept), Redaction([CANARY]), opened, **rows)


def lines(tree: StateTree) -> list[str]:
    """Its rows as people would see them."""
    return [
        f"{'  ' * b.depth}{b.name} {b.text}{' +' * (b.size > 0 and not b.is_open)}"
        for b in tree.branches
    ]


KEPT = {
    "games": {"local": SimpleNamespace(points={"ann": 2}, left=[1, 2]), 3: "three"},
    "newest": None,
    "flat": (1, 2),
    "names": {"b", "a"},
    "nobody": {},
}


def test_closed_branches_are_told_by_their_size() -> None:
    assert lines(tree_of(KEPT)) == [
        "games <dict of 2> +",
        "newest None",
        "flat (1, 2)",
        "names {'a', 'b'}",
        "nobody {}",
    ]


def test_what_is_opened_has_its_branches_below() -> None:
    tree = tree_of(KEPT, ["games", "games['local']", "games['local'].points"])

    assert tree.total == 10
    assert lines(tree)[:6] == [
        "games <dict of 2>",
        "  ['local'] <SimpleNamespace>",
        "    .points <dict of 1>",
        "      ['ann'] 2",
        "    .left <list of 2> +",
        "  [3] 'three'",
    ]
    assert tree.branches[3].path == "games['local'].points['ann']"


def test_what_is_opened_stays_closed_inside_of_what_is_closed() -> None:
    assert len(tree_of(KEPT, ["games['local']"]).branches) == 5


def test_what_cannot_be_opened_is_left() -> None:
    opened = ["newest", "gone", "no path(", "games[[1]]", "games['local'].nothing"]

    assert lines(tree_of(KEPT, opened)) == lines(tree_of(KEPT))


def test_only_the_rows_that_are_asked_for_are_there() -> None:
    tree = tree_of({"scores": list(range(5_000)), "last": 1}, ["scores"], first=2_000, most=3)

    assert (tree.total, tree.first) == (5_002, 2_000)
    assert lines(tree) == ["  [1999] 1999", "  [2000] 2000", "  [2001] 2001"]


def test_rows_around_something_opened_in_a_long_list_are_counted() -> None:
    many = {str(n): [n, [n]] for n in range(100)}
    tree = tree_of({"many": many}, ["many", "many['50']"], first=51, most=4)

    assert tree.total == 103
    assert lines(tree) == [
        "  ['50'] <list of 2>",
        "    [0] 50",
        "    [1] <list of 1> +",
        "  ['51'] <list of 2> +",
    ]


def test_what_is_too_much_is_told_by_its_number() -> None:
    tree = tree_of({"many": deque(range(MOST_BRANCHES + 5))}, ["many"], first=MOST_BRANCHES)

    assert tree.total == MOST_BRANCHES + 2
    assert lines(tree) == ["  [9999] 9999", "  [...] 5 more"]
    assert not tree.branches[-1].is_reachable


def test_keys_that_no_path_leads_to_are_shown_and_not_opened() -> None:
    kept = {"by": {(1, (2,)): [1], CANARY: [2], "x" * 300: [3]}}
    tree = tree_of(kept, ["by", "by[(1, (2,))]", f"by[{CANARY!r}]"])

    assert [b.is_reachable for b in tree.branches] == [True, False, False, False]
    assert [b.is_open for b in tree.branches] == [True, False, False, False]
    assert CANARY not in repr(tree)


def test_other_plugins_are_not_looked_into() -> None:
    assert lines(tree_of({"peer": Keeper(a=1)}, ["peer"])) == ["peer <plugin keeper>"]
