"""What follows for plugins whose files may have changed, as a table."""

from __future__ import annotations

import pytest

from rosey.plugins.following.plan import Plan, Sight, plan_for
from rosey.plugins.lifecycle import LOADED, PluginState

S = PluginState
DICE = ("dice",)


def sight(state: PluginState, **facts: bool) -> Sight:
    return Sight(name="dice", state=state, **facts)


@pytest.mark.parametrize("state", sorted(LOADED))
def test_plugin_that_runs_is_reloaded_where_it_changed_and_unloaded_where_it_is_gone(
    state: PluginState,
) -> None:
    assert plan_for([sight(state, is_changed=True)]) == Plan(reload=DICE)
    assert plan_for([sight(state, is_changed=True, is_wanted=False)]) == Plan(reload=DICE)
    assert plan_for([sight(state)]) == Plan()
    assert plan_for([sight(state, is_there=False)]) == Plan(gone=DICE)


def test_plugin_that_waits_to_be_used_ends_where_its_file_is_gone() -> None:
    gone = sight(S.DISCOVERED, is_waiting=True, is_there=False)

    assert plan_for([gone]) == Plan(gone=DICE)


@pytest.mark.parametrize(
    ("seen", "load"),
    [
        (sight(S.DISCOVERED), DICE),
        (sight(S.DISCOVERED, is_wanted=False), ()),
        (sight(S.DISCOVERED, is_wanted=False, was_lost=True), DICE),
        (sight(S.DISCOVERED, is_there=False), ()),
        (sight(S.UNLOADED), ()),
        (sight(S.UNLOADED, was_lost=True), DICE),
        (sight(S.FAILED), ()),
        (sight(S.FAILED, is_changed=True), DICE),
        (sight(S.FAILED, is_changed=True, is_wanted=False), ()),
        (sight(S.LOADING), ()),
        (sight(S.DISCOVERED, is_waiting=True), ()),
        (sight(S.DISCOVERED, is_waiting=True, is_changed=True), DICE),
        (sight(S.UNLOADED, is_waiting=True, is_changed=True, is_wanted=False), DICE),
        (sight(S.FAILED, is_waiting=True, is_changed=True), DICE),
    ],
    ids=str,
)
def test_plugin_that_does_not_run_is_loaded_where_that_is_meant(
    seen: Sight, load: tuple[str, ...]
) -> None:
    assert plan_for([seen]) == Plan(load=load)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Plan(load=("a",)), Plan(load=("b", "a")), Plan(load=("a", "b"))),
        (Plan(reload=DICE), Plan(tell=DICE), Plan(reload=DICE)),
        (Plan(reload=DICE), Plan(unwanted=DICE), Plan(unwanted=DICE)),
        (Plan(load=DICE), Plan(unwanted=DICE), Plan(unwanted=DICE)),
        (Plan(gone=DICE), Plan(tell=DICE), Plan(gone=DICE)),
    ],
    ids=str,
)
def test_plans_are_joined_to_what_is_most_thorough(one: Plan, other: Plan, both: Plan) -> None:
    assert one.joined(other) == both
    assert other.joined(one).names == both.names
