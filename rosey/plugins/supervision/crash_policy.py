"""What follows when a plugin fails too often: pure functions of faults, clock and policy."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashPolicy:
    """How often a plugin may fail, and how often it is given another start after that.

    Attributes:
        max_faults: How many faults it may have within `window_s`; with one more it has crashed.
        window_s: Seconds.
        auto_reload: Whether it is reloaded after a crash; else it is quarantined at once.
        max_reloads: How many such reloads there may be within `reload_window_s`; after that it is
            quarantined.
        reload_window_s: Seconds.
        backoff_s: Seconds before the first of these reloads; each next one comes after twice as
            many.
        backoff_most_s: Seconds that this comes to at most.
        jitter: Part by which each wait is longer or shorter, 0 to 1, so that plugins that crashed
            together do not come back together.
    """

    max_faults: int = 5
    window_s: float = 60.0
    auto_reload: bool = False
    max_reloads: int = 3
    reload_window_s: float = 600.0
    backoff_s: float = 1.0
    backoff_most_s: float = 60.0
    jitter: float = 0.2


class Action(enum.StrEnum):
    """What to do with a plugin that had a fault."""

    SERVE_ON = "serve on"
    RELOAD = "reload"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do, and why.

    Attributes:
        action: What to do.
        after_s: Seconds to wait before a reload.
        reason: Why it does not just serve on, in a few words; empty where it does.
    """

    action: Action
    after_s: float = 0.0
    reason: str = ""


def judge(
    faults: Sequence[float],
    reloads: Sequence[float],
    now: float,
    policy: CrashPolicy,
    *,
    chance: float = 0.5,
) -> Verdict:
    """Decide what follows on the newest fault of a plugin.

    Args:
        faults: When it had a fault, since it was last enabled; in any order.
        reloads: When it was reloaded after a crash; in any order.
        now: The time, on the same clock.
        policy: How often it may fail.
        chance: 0 to 1, for the jitter.
    """
    recent = _within(policy.window_s, faults, now)
    if recent <= policy.max_faults:
        return Verdict(action=Action.SERVE_ON)
    reason = f"{_counted(recent, 'fault')} within {policy.window_s:g} s"
    return after_crash(reloads, now, policy, reason=reason, chance=chance)


def after_crash(
    reloads: Sequence[float], now: float, policy: CrashPolicy, *, reason: str, chance: float = 0.5
) -> Verdict:
    """Decide what follows on a crash, whatever it was.

    Args:
        reloads: As of `judge`; so are `now`, `policy` and `chance`.
        now: As said.
        policy: As said.
        reason: What the crash was, in a few words.
        chance: As said.
    """
    if not policy.auto_reload:
        return Verdict(action=Action.QUARANTINE, reason=reason)
    tried = _within(policy.reload_window_s, reloads, now)
    if tried >= policy.max_reloads:
        window = f"{policy.reload_window_s:g} s"
        reason = f"{reason}, after {_counted(tried, 'reload')} for crashes within {window}"
        return Verdict(action=Action.QUARANTINE, reason=reason)
    # Beyond 2 ** 64 a float would overflow; the bound holds long before.
    wait_s = min(policy.backoff_most_s, policy.backoff_s * 2.0 ** min(tried, 64))
    spread = 1.0 + policy.jitter * (2.0 * chance - 1.0)
    return Verdict(action=Action.RELOAD, after_s=wait_s * spread, reason=reason)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _within(window_s: float, moments: Sequence[float], now: float) -> int:
    return sum(now - moment < window_s for moment in moments)
