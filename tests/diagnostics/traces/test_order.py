"""Numbers stand in their order, whatever is put in and taken out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosey.diagnostics.traces import order
from rosey.diagnostics.traces.order import Order


@given(st.lists(st.integers(0, 40)), st.integers(0, 30), st.integers(0, 30))
def test_any_place_can_be_looked_up(numbers: list[int], first: int, count: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order, "RUN", 4)
        there: set[int] = set()
        kept = Order()
        for number in numbers:
            if number in there:
                kept.remove(number)
            else:
                kept.add(number)
            there ^= {number}

    assert kept.highest(first, count) == sorted(there, reverse=True)[first : first + count]


def test_very_many_stand_in_order_too() -> None:
    kept = Order()
    for number in range(10_000):
        kept.add(number)
    for number in range(0, 10_000, 2):
        kept.remove(number)

    assert kept.highest(1_000, 3) == [7_999, 7_997, 7_995]


def test_no_list_grows_so_long_that_it_costs_to_put_a_number_in() -> None:
    kept = Order()
    for number in range(5 * order.RUN):
        kept.add(number)

    assert max(map(len, kept._runs)) <= order.RUN  # noqa: SLF001  nothing else shows it
