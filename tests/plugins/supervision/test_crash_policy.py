"""What follows when a plugin fails too often, as tables."""

from __future__ import annotations

import pytest

from rosey.plugins.supervision.crash_policy import Action, CrashPolicy, after_crash, judge

STRICT = CrashPolicy(max_faults=2, window_s=10)
LENIENT = CrashPolicy(
    max_faults=2,
    window_s=10,
    auto_reload=True,
    max_reloads=3,
    reload_window_s=100,
    backoff_s=1,
    backoff_most_s=3,
)


@pytest.mark.parametrize(
    ("faults", "now", "action"),
    [
        ([], 0, Action.SERVE_ON),
        ([1, 2], 2, Action.SERVE_ON),
        ([1, 2, 3], 3, Action.QUARANTINE),
        ([3, 1, 2], 3, Action.QUARANTINE),
        ([1, 9, 11], 11, Action.SERVE_ON),
        ([1.1, 9, 11], 11, Action.QUARANTINE),
        ([1, 2, 3], 100, Action.SERVE_ON),
    ],
)
def test_one_fault_more_than_allowed_within_the_window_is_a_crash(
    faults: list[float], now: float, action: Action
) -> None:
    assert judge(faults, [], now, STRICT).action is action


def test_no_fault_at_all_may_be_allowed() -> None:
    verdict = judge([5], [], 5, CrashPolicy(max_faults=0))

    assert (verdict.action, verdict.reason) == (Action.QUARANTINE, "1 fault within 60 s")


@pytest.mark.parametrize(
    ("reloads", "now", "action", "after_s"),
    [
        ([], 50, Action.RELOAD, 1),
        ([49], 50, Action.RELOAD, 2),
        ([48, 49], 50, Action.RELOAD, 3),
        ([47, 48, 49], 50, Action.QUARANTINE, 0),
        ([47, 48, 49], 147, Action.RELOAD, 3),
        ([47, 48, 49], 148, Action.RELOAD, 2),
        ([47, 48, 49], 500, Action.RELOAD, 1),
    ],
)
def test_each_reload_comes_after_twice_the_wait_until_there_were_enough(
    reloads: list[float], now: float, action: Action, after_s: float
) -> None:
    verdict = judge([now, now, now], reloads, now, LENIENT)

    assert (verdict.action, verdict.after_s) == (action, after_s)


@pytest.mark.parametrize(("chance", "after_s"), [(0, 0.5), (0.5, 1), (1, 1.5)])
def test_wait_is_spread_by_the_jitter(chance: float, after_s: float) -> None:
    policy = CrashPolicy(auto_reload=True, backoff_s=1, jitter=0.5)

    assert after_crash([], 0, policy, reason="", chance=chance).after_s == after_s


def test_quarantine_after_reloads_says_so() -> None:
    reason = after_crash([1, 2, 3], 4, LENIENT, reason="a crash").reason

    assert reason == "a crash, after 3 reloads for crashes within 100 s"


def test_one_reload_is_told_as_one() -> None:
    policy = CrashPolicy(auto_reload=True, max_reloads=1)

    assert "after 1 reload for crashes" in after_crash([1], 2, policy, reason="a crash").reason


def test_wait_is_bounded_however_many_reloads_there_were() -> None:
    policy = CrashPolicy(auto_reload=True, max_reloads=1 << 20, backoff_most_s=60)

    assert after_crash([1] * 5_000, 2, policy, reason="").after_s == 60
