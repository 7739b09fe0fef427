"""How runs of tests are shown."""

from __future__ import annotations

from rosey.test_runs.model import TestCase, TestOutcome, TestRun
from rosey.workbench.faces.testing_faces import test_run as face

PASSED, FAILED = TestOutcome.PASSED, TestOutcome.FAILED


def case(name: str, outcome: TestOutcome = PASSED, detail: str = "") -> TestCase:
    """What came of one test."""
    return TestCase(name=name, outcome=outcome, duration_s=0.002, detail=detail)


def run(*cases: TestCase, trouble: str = "", printed: str = "") -> TestRun:
    """What came of some tests."""
    return TestRun(
        plugin="quiz",
        origin=("In [5]",),
        cases=cases,
        duration_s=0.5,
        trouble=trouble,
        printed=printed,
    )


def test_the_counts_come_first() -> None:
    text = face(run(case("test_a"), case("test_b", FAILED))).text

    assert text.startswith("quiz: 1 passed, 1 failed in 500 ms (In [5])\n")


def test_of_many_tests_only_the_unusual_ones_are_shown() -> None:
    passed = [case(f"test_{n}") for n in range(60)]

    text = face(run(*passed, case("test_bad", FAILED, "E  assert 0"))).text

    assert "60 passed, 1 failed" in text
    assert "test_59" not in text
    assert "test_bad failed\nE  assert 0" in text


def test_trouble_is_told_with_the_end_of_what_was_printed() -> None:
    text = face(run(trouble="test_a did not end", printed="first\nlast\n")).text

    assert text.splitlines()[1:] == ["test_a did not end", "first", "last"]


def test_what_tests_say_is_never_markup() -> None:
    hostile = case("test_a", FAILED, "<script>alert(1)</script>\x1b[2J")

    answer = face(run(hostile))

    assert "<script>" not in answer.html
    assert "\x1b" not in answer.text
