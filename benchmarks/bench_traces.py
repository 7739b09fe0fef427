"""What a look at the listed events costs, however many are kept."""

from __future__ import annotations

from pytest_benchmark.fixture import BenchmarkFixture

from rosey.diagnostics.traces.query import parse
from rosey.diagnostics.traces.ring import Ring
from rosey.diagnostics.traces.window import Window
from tests.diagnostics.traces.events import ran, traced

KEPT = 40_000
LONG = 40
NEW = 100
"""Events between two looks: ten looks a second, a thousand events a second."""

QUERY = "event:song.* plugin:songs hello"


def test_look(benchmark: BenchmarkFixture) -> None:
    ring, numbers = Ring(most_chars=1 << 40), iter(range(1, 1 << 40))

    def add(count: int) -> None:
        for number in (next(numbers) for _ in range(count)):
            ring.add(
                traced(
                    number,
                    "song.added",
                    root=number - number % LONG or 1,
                    handled=(ran("songs"),),
                    data="{'title': 'hello', 'by': 'somebody'}",
                )
            )

    add(2 * KEPT)
    assert len(ring) > KEPT - LONG
    with Window(ring, parse(QUERY)) as window:
        while window.look().unread:
            pass
        benchmark.pedantic(
            lambda: window.look(KEPT // 2), setup=lambda: add(NEW), rounds=200, warmup_rounds=5
        )
        assert window.look().matching == len(ring)
