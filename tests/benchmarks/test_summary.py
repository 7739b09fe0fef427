"""The table of the benchmarks says what was measured, and whether that is enough."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.summary import Amount, Limit, Ratio, read_figures, shown, shown_size, table, verdict


@pytest.mark.parametrize(
    ("seconds", "text"), [(2.5, "2.5 s"), (0.0123, "12.3 ms"), (4.2e-6, "4.2 us")]
)
def test_time_is_shown_in_the_unit_that_suits_it(seconds: float, text: str) -> None:
    assert shown(seconds) == text


@pytest.mark.parametrize(
    ("factor", "text"),
    [(10.0, "yes, 10.0 x over"), (1.0, "yes, 1.0 x over"), (0.5, "no, 2.0 x short")],
)
def test_verdict_says_by_how_much(factor: float, text: str) -> None:
    assert verdict(factor) == text


def test_limit_takes_off_what_is_not_counted() -> None:
    limit = Limit(what="import", measured="all", limit_s=0.1, less="start")

    row = limit.row({"all": 0.06, "start": 0.01})

    assert row == ("import", "under 100 ms", "50 ms", "10 ms", "-", "yes, 2.0 x over")


def test_amount_is_no_time_and_may_have_no_goal() -> None:
    figures = {"sent": 5.0, "bytes": 2048.0}
    sent = Amount(what="messages", measured="sent", at_most=15)
    size = Amount(what="size", measured="bytes", show=shown_size)

    assert sent.row(figures) == ("messages", "at most 15", "5", "-", "-", "yes, 3.0 x over")
    assert size.row(figures) == ("size", "-", "2 KiB", "-", "-", "-")


def test_ratio_compares_two_benchmarks_of_one_run() -> None:
    ratio = Ratio(what="emit", measured="emit", beside="loop", at_most=4)

    row = ratio.row({"emit": 8e-6, "loop": 1e-6})

    assert row == ("emit", "at most 4 x", "8 us", "1 us", "8.00 x", "no, 2.0 x short")


def test_median_of_a_round_is_divided_by_its_calls(tmp_path: Path) -> None:
    entries = [
        {"name": "once", "stats": {"median": 2.0}, "extra_info": {}},
        {"name": "often", "stats": {"median": 2.0}, "extra_info": {"calls": 4}},
    ]
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"benchmarks": entries}), encoding="utf-8")

    assert read_figures(report) == {"once": 2.0, "often": 0.5}


def test_what_a_benchmark_has_noted_stands_beside_its_time(tmp_path: Path) -> None:
    entry = {"name": "gate", "stats": {"median": 2.0}, "extra_info": {"p99": 0.5}}
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"benchmarks": [entry]}), encoding="utf-8")

    assert read_figures(report) == {"gate": 2.0, "gate p99": 0.5}


def test_sizes_are_compared_in_their_own_unit() -> None:
    ratio = Ratio(what="memory", measured="many", beside="few", at_most=1.1, show=shown_size)

    row = ratio.row({"many": 2048.0, "few": 1024.0})

    assert row == ("memory", "at most 1.1 x", "2 KiB", "1 KiB", "2.00 x", "no, 1.8 x short")


def test_table_leaves_out_what_did_not_run() -> None:
    lines = table({"test_emit[10]": 4e-6}).splitlines()

    assert [line.split(" | ")[0].strip("| ") for line in lines[2:]] == ["dispatch to 10 handlers"]
