"""The tables of a plugin's life, and the order that dependencies ask for."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosey.errors import DependencyError, PluginStateError
from rosey.plugins.lifecycle import (
    LEGAL_STEPS,
    PluginState,
    check_dependencies,
    check_step,
    dependents_of,
    plan_load,
    plan_reload,
    required_names,
)

LEGAL = {
    "discovered": {"loading", "unloaded"},
    "loading": {"enabled", "failed"},
    "enabled": {"disabled", "reloading", "quarantined", "unloaded"},
    "disabled": {"enabled", "reloading", "unloaded"},
    "reloading": {"enabled", "disabled", "quarantined", "failed"},
    "failed": {"loading", "unloaded"},
    "quarantined": {"enabled", "reloading", "unloaded"},
    "unloaded": {"loading"},
}
STEPS = [(old, new) for old in PluginState for new in PluginState]


@pytest.mark.parametrize(("old", "new"), [(a, b) for a, b in STEPS if b in LEGAL[a]])
def test_legal_step_is_taken(old: PluginState, new: PluginState) -> None:
    check_step("dice", old, new)


@pytest.mark.parametrize(("old", "new"), [(a, b) for a, b in STEPS if b not in LEGAL[a]])
def test_illegal_step_is_refused(old: PluginState, new: PluginState) -> None:
    with pytest.raises(PluginStateError, match=f"dice is {old}: it cannot become {new}"):
        check_step("dice", old, new)


def test_every_state_has_its_steps() -> None:
    assert LEGAL_STEPS.keys() == set(PluginState)


@pytest.mark.parametrize(
    ("dependencies", "order"),
    [
        ({}, []),
        ({"a": []}, ["a"]),
        ({"a": ["b"], "b": []}, ["b", "a"]),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, ["d", "b", "c", "a"]),
        ({"a": ["b >= 1.2"], "b": []}, ["b", "a"]),
        ({"a": ["running"]}, ["a"]),
        ({"a": ["not a name!"]}, ["a"]),
    ],
    ids=["nothing", "one", "chain", "diamond", "version", "running", "malformed"],
)
def test_plugins_come_after_what_they_need(
    dependencies: dict[str, list[str]], order: list[str]
) -> None:
    plan = plan_load(dependencies, dependencies, {"running": "1.0"})

    assert [*plan.order] == order
    assert plan.refused == {}


@pytest.mark.parametrize(
    ("dependencies", "refused"),
    [
        ({"a": ["a"]}, {"a": "a -> a"}),
        ({"a": ["b"], "b": ["a"]}, {"a": "a -> b -> a", "b": "b -> a -> b"}),
        (
            {"a": ["b"], "b": ["c"], "c": ["a"]},
            {"a": "a -> b -> c -> a", "b": "b -> c -> a -> b", "c": "c -> a -> b -> c"},
        ),
    ],
    ids=["one", "two", "three"],
)
def test_cycle_is_named_in_full_by_each_member(
    dependencies: dict[str, list[str]], refused: dict[str, str]
) -> None:
    plan = plan_load([*dependencies, "free"], {**dependencies, "free": []}, {})

    assert plan.order == ("free",)
    assert {name: " -> ".join(error.chain) for name, error in plan.refused.items()} == refused


@pytest.mark.parametrize("wanted", [["a", "b", "c"], ["c", "b", "a"]])
def test_missing_dependency_refuses_its_dependents_by_name(wanted: list[str]) -> None:
    plan = plan_load(wanted, {"a": ["b"], "b": ["gone"], "c": []}, {})

    assert plan.order == ("c",)
    assert {n: e.reason for n, e in plan.refused.items()} == {
        "b": "there is no plugin gone (b -> gone)",
        "a": "it needs b, which could not be loaded: there is no plugin gone (b -> gone)",
    }
    assert plan.refused["a"].chain == ("a", "b", "gone")


def test_dependent_of_a_cycle_is_refused_with_it() -> None:
    plan = plan_load(["a"], {"a": ["b"], "b": ["b"]}, {})

    assert plan.order == ()
    assert plan.refused["a"].chain == ("a", "b", "b")


def test_dependency_is_loaded_with_what_needs_it() -> None:
    assert plan_load(["a"], {"a": ["b"], "b": []}, {}).order == ("b", "a")


def test_two_missing_dependencies_are_one_refusal() -> None:
    plan = plan_load(["a"], {"a": ["gone", "b"], "b": ["lost"]}, {})

    assert plan.refused["a"].chain == ("a", "gone")


@pytest.mark.parametrize(
    "declared", [["scores>=1.2"], ["scores"], ("scores<2,>1",), ["scores==1.4"], []]
)
def test_version_that_fits_is_accepted(declared: Sequence[str]) -> None:
    check_dependencies("dice", declared, {"scores": "1.4"}.get)


@pytest.mark.parametrize(
    ("declared", "running", "reason"),
    [
        (["scores"], {}, "it needs scores, which is not loaded"),
        (["scores>=2"], {"scores": "1.4"}, "it needs scores>=2, but scores 1.4 runs"),
        (["scores>=2"], {"scores": "new"}, "scores has no valid version: 'new'"),
        (["scores>=2"], {"scores": 2}, "scores has no valid version: 2"),
        (["a b"], {}, "dependency 'a b' is not of the form"),
        ([5], {}, "dependency 5 is not of the form"),
        ("scores", {}, "its dependencies must be a list of names, not 'scores'"),
        (None, {}, "its dependencies must be a list of names, not None"),
    ],
    ids=["absent", "old", "no version", "number", "malformed", "no text", "text", "None"],
)
def test_dependency_that_does_not_fit_is_refused(
    declared: Sequence[str], running: dict[str, str], reason: str
) -> None:
    with pytest.raises(DependencyError, match=reason):
        check_dependencies("dice", declared, running.get)


def test_prerelease_that_runs_counts() -> None:
    check_dependencies("dice", ["scores>=1"], {"scores": "2.0a1"}.get)


def test_dependents_come_before_what_they_need() -> None:
    needs = {"a": {"b"}, "b": {"c"}, "c": set[str](), "d": {"a", "c"}, "e": set[str]()}

    assert dependents_of("c", needs) == ("d", "a", "b")
    assert dependents_of("e", needs) == ()


def test_dependents_in_a_circle_are_named_once() -> None:
    assert dependents_of("a", {"a": {"b"}, "b": {"a", "c"}, "c": {"b"}}) == ("c", "b")


def test_required_names_leave_malformed_entries_out() -> None:
    assert required_names(["quotes", "scores >= 1.2", "a b"]) == ["quotes", "scores"]


NEEDS = {
    "alone": (),
    "base": (),
    "middle": ("base",),
    "top": ("middle", "base"),
    "side": ("base",),
    "this": ("that",),
    "that": ("this",),
}
PLANS: list[tuple[str, str]] = [
    ("", ""),
    ("alone", "alone"),
    ("top", "top"),
    ("middle", "middle top"),
    ("base", "base middle side top"),
    ("base base", "base middle side top"),
    ("top base", "base middle side top"),
    ("top side", "top|side"),
    ("side middle", "side|middle top"),
    ("alone base", "alone|base middle side top"),
    ("this", "this that"),
    ("that this", "this that"),
    ("new", "new"),
]


@pytest.mark.parametrize(("changed", "plan"), PLANS)
def test_reload_takes_along_what_depends_on_the_changed(changed: str, plan: str) -> None:
    groups = [tuple(group.split()) for group in plan.split("|") if group]

    assert plan_reload(NEEDS, changed.split()) == tuple(groups)


names = st.sampled_from("abcdef")


@given(
    needs=st.dictionaries(names, st.sets(names)), changed=st.lists(names, min_size=1, max_size=4)
)
def test_each_affected_plugin_is_in_one_group_after_what_it_needs(
    needs: dict[str, set[str]], changed: list[str]
) -> None:
    groups = plan_reload(needs, changed)

    flat = [name for group in groups for name in group]
    affected = {n for one in changed for n in (one, *dependents_of(one, needs))}
    assert sorted(flat) == sorted(affected)
    for group in groups:
        outside = affected - {*group}
        for place, name in enumerate(group):
            assert outside.isdisjoint(needs.get(name, ()))
            for needed in needs.get(name, set()) & {*group[place:]} - {name}:
                assert name in dependents_of(name, needs | {name: {needed}}) or (
                    needed in dependents_of(name, needs)
                ), "only plugins that need each other may stand in either order"
