"""What came of running tests, as plain values."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


class TestOutcome(enum.StrEnum):
    """How a test ended, in pytest's words."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"  # the fixtures of a test failed, or its file could not be read
    SKIPPED = "skipped"
    XFAILED = "xfailed"  # it was expected to fail, and did
    XPASSED = "xpassed"  # it was expected to fail, and did not

    # Nobody's tests, whatever the name says; so below.
    __test__ = False


_BAD = frozenset({TestOutcome.FAILED, TestOutcome.ERROR})


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCase:
    """What came of one test.

    Attributes:
        name: The function's name, with its class and parameters where it has any.
        outcome: How it ended.
        duration_s: Seconds that it took, fixtures included.
        place: The line of the tests in which it failed, such as `In [5], line 3`; else empty.
        reason: Why it failed or was skipped, on one line; else empty.
        detail: How it failed, as pytest tells it: the lines, and what was compared; else empty.
        output: What was printed and logged meanwhile, where it failed; else empty.
    """

    __test__: ClassVar[bool] = False

    name: str
    outcome: TestOutcome
    duration_s: float
    place: str = ""
    reason: str = ""
    detail: str = ""
    output: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether it is as it should be."""
        return self.outcome not in _BAD


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRun:
    """What came of a plugin's tests.

    Attributes:
        plugin: The plugin's name.
        origin: Where the tests stand: `In [5]`, or the names of files.
        cases: The tests, in the order in which they ran.
        duration_s: Seconds that the tests took, without the start of their process.
        trouble: Why not all of them ran; empty where they did.
        printed: The end of what was printed outside of any test, where that tells of the trouble.
    """

    __test__: ClassVar[bool] = False

    plugin: str
    origin: tuple[str, ...]
    cases: tuple[TestCase, ...]
    duration_s: float
    trouble: str = ""
    printed: str = ""

    @property
    def counts(self) -> Mapping[TestOutcome, int]:
        """How many tests ended in which way; what no test did is left out."""
        ended = [case.outcome for case in self.cases]
        return {outcome: ended.count(outcome) for outcome in TestOutcome if outcome in ended}

    @property
    def is_ok(self) -> bool:
        """Whether all tests ran and are as they should be."""
        return not self.trouble and all(case.is_ok for case in self.cases)

    @property
    def summary(self) -> str:
        """The counts on one line."""
        told = ", ".join(f"{count} {outcome}" for outcome, count in self.counts.items())
        return f"{self.plugin}: {told or 'no tests ran'}"
