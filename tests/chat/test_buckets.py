"""So many at once, and then so many a second, whatever the clock does."""

from __future__ import annotations

import math

import pytest

from rosey.chat.buckets import Buckets, Rate, TokenBucket

RATE = Rate(per_s=2.0, burst=4)


def taken(bucket: TokenBucket, now_s: float, rate: Rate = RATE, tries: int = 100) -> int:
    return sum(bucket.take(rate, now_s) for _ in range(tries))


def test_burst_comes_at_once_and_the_rest_at_the_rate() -> None:
    bucket = TokenBucket()

    assert [taken(bucket, now_s) for now_s in (0.0, 0.25, 0.5, 1.0, 2.0, 100.0)] == [
        4,
        0,
        1,
        1,
        2,
        4,
    ]


def test_wait_is_told_to_the_moment() -> None:
    bucket = TokenBucket()
    assert bucket.wait_s(RATE, 0.0) == 0
    taken(bucket, 0.0)

    assert bucket.wait_s(RATE, 0.0) == 0.5
    assert bucket.wait_s(RATE, 0.25) == 0.25
    assert bucket.take(RATE, 0.25 + bucket.wait_s(RATE, 0.25))


def test_who_waits_as_told_may_go_whatever_the_fractions() -> None:
    bucket, rate, now_s = TokenBucket(), Rate(per_s=22.7, burst=3), 1e9 / 7
    for _ in range(1_000):
        now_s += bucket.wait_s(rate, now_s)
        assert bucket.take(rate, now_s)


def test_what_is_refused_costs_nothing() -> None:
    bucket = TokenBucket()

    taken(bucket, 0.0, tries=1_000_000)

    assert taken(bucket, 0.5) == 1


@pytest.mark.parametrize("jump_s", [-1e9, -10.0, -0.1])
def test_clock_that_goes_back_locks_nobody_out(jump_s: float) -> None:
    bucket = TokenBucket()
    taken(bucket, 1e6)

    assert taken(bucket, 1e6 + jump_s) == 0
    assert taken(bucket, 1e6 + jump_s + 2.0) >= 4 - (-jump_s < 1)


def test_rate_that_changes_holds_at_once() -> None:
    bucket = TokenBucket()
    taken(bucket, 0.0, Rate(per_s=0.001, burst=1))

    assert bucket.wait_s(Rate(per_s=10.0, burst=1), 0.0) == pytest.approx(0.1)


def test_each_key_has_a_bucket_of_its_own() -> None:
    buckets = Buckets(10)

    assert sum(buckets.take("bob", RATE, 0.0) for _ in range(10)) == 4
    assert buckets.take("eve", RATE, 0.0)


def test_key_unused_for_longest_is_forgotten() -> None:
    buckets, once = Buckets(2), Rate(per_s=1.0, burst=1)
    for name in ("bob", "eve", "bob", "mallory"):
        buckets.take(name, once, 0.0)

    assert [buckets.take(name, once, 0.0) for name in ("bob", "eve")] == [False, True]


def test_a_million_keys_take_no_more_room_than_what_is_remembered() -> None:
    buckets = Buckets(1_000)

    for number in range(1_000_000):
        buckets.take(number, RATE, math.sqrt(number))

    assert len(buckets) == 1_000
