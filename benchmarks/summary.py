"""One table of what the benchmarks measured, beside what is to be reached."""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Figures = Mapping[str, float]
"""Seconds for one call by benchmark; and as `BENCHMARK NAME` what a benchmark has noted itself."""

HEADINGS = ("what", "goal", "measured", "beside", "ratio", "met")


def shown(seconds: float) -> str:
    """A time in the unit that suits it, with three digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} us"


def shown_size(size_bytes: float) -> str:
    """A size in KiB, with three digits."""
    return f"{size_bytes / 1024:.3g} KiB"


def verdict(factor: float) -> str:
    """Whether a goal is met, by the factor that is left to it."""
    return f"yes, {factor:.1f} x over" if factor >= 1 else f"no, {1 / factor:.1f} x short"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What must take less than a fixed time.

    Attributes:
        what: For people.
        measured: The benchmark.
        limit_s: Seconds that it may take.
        less: A benchmark whose time is taken off first.
    """

    what: str
    measured: str
    limit_s: float
    less: str | None = None

    def row(self, figures: Figures) -> tuple[str, ...]:
        """The goal's line of the table."""
        took_s = figures[self.measured] - (figures[self.less] if self.less else 0.0)
        beside = shown(figures[self.less]) if self.less else "-"
        goal = f"under {shown(self.limit_s)}"
        return (self.what, goal, shown(took_s), beside, "-", verdict(self.limit_s / took_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """What must take at most so many times as long as something else in the same run.

    Attributes:
        what: For people.
        measured: The benchmark.
        beside: The one it is compared with.
        at_most: The ratio that it may have.
        show: Writes what is compared.
    """

    what: str
    measured: str
    beside: str
    at_most: float
    show: Callable[[float], str] = shown

    def row(self, figures: Figures) -> tuple[str, ...]:
        """The goal's line of the table."""
        measured, beside = figures[self.measured], figures[self.beside]
        ratio = measured / beside
        return (
            self.what,
            f"at most {self.at_most:g} x",
            self.show(measured),
            self.show(beside),
            f"{ratio:.2f} x",
            verdict(self.at_most / ratio),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What is stated without a goal of its own, also as so many a second.

    Attributes:
        what: For people.
        measured: The benchmark.
    """

    what: str
    measured: str

    def row(self, figures: Figures) -> tuple[str, ...]:
        """The figure's line of the table."""
        took_s = figures[self.measured]
        return (self.what, "-", f"{shown(took_s)} ({1 / took_s:,.0f} a second)", "-", "-", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What is no time.

    Attributes:
        what: For people.
        measured: The benchmark.
        at_most: How much it may be; None where it is stated without a goal.
        show: Writes it.
    """

    what: str
    measured: str
    at_most: float | None = None
    show: Callable[[float], str] = "{:.3g}".format

    def row(self, figures: Figures) -> tuple[str, ...]:
        """The figure's line of the table."""
        amount = figures[self.measured]
        if self.at_most is None:
            return (self.what, "-", self.show(amount), "-", "-", "-")
        met = verdict(self.at_most / amount)
        return (self.what, f"at most {self.show(self.at_most)}", self.show(amount), "-", "-", met)


Goal = Limit | Ratio | Rate | Amount

EXAMPLES = ("dice_roller", "quote_db", "trivia")
SAVES = (
    "in place",
    "renamed",
    "renamed from elsewhere",
    "vim",
    "PyCharm",
    "Jupyter",
    "truncated first",
)

GOALS: tuple[Goal, ...] = (
    *(Limit(what=f"load {n}", measured=f"test_load[{n}]", limit_s=0.1) for n in EXAMPLES),
    *(Limit(what=f"reload {n}", measured=f"test_reload[{n}]", limit_s=0.5) for n in EXAMPLES),
    *(Rate(what=f"unload {n}", measured=f"test_unload[{n}]") for n in EXAMPLES),
    *(
        Ratio(
            what=f"reload {what} / read, compile, execute",
            measured=f"test_reload[{case}]",
            beside=f"test_execution[{case}]",
            at_most=2,
        )
        for what, case in (
            ("a plugin of 150 lines, edited", "file"),
            ("five files, all edited", "package"),
            ("five files, one edited", "one file of a package"),
        )
    ),
    Limit(what="gate closed by a reload, median", measured="test_gate median", limit_s=0.001),
    Limit(what="gate closed by a reload, 99 of 100", measured="test_gate p99", limit_s=0.01),
    *(
        Limit(what=f"save ({save}) to answer", measured=f"test_save[{save}] median", limit_s=0.06)
        for save in SAVES
    ),
    Rate(what="load one of 10 plugins", measured="test_time[10]"),
    Ratio(
        what="load one of 1,000 plugins / of 100",
        measured="test_time[1000]",
        beside="test_time[100]",
        at_most=1.1,
    ),
    Ratio(
        what="memory of one of 1,000 plugins / of 100",
        measured="test_memory[1000] bytes",
        beside="test_memory[100] bytes",
        at_most=1.1,
        show=shown_size,
    ),
    Limit(what="dispatch to 10 handlers", measured="test_emit[10]", limit_s=0.001),
    Ratio(
        what="emit, 1 handler / plain loop",
        measured="test_emit[1]",
        beside="test_plain_loop[1]",
        at_most=8,
    ),
    Ratio(
        what="emit, 10 handlers / plain loop",
        measured="test_emit[10]",
        beside="test_plain_loop[10]",
        at_most=4,
    ),
    Ratio(
        what="emit, 10 plugins / plain loop",
        measured="test_emit_to_ten_plugins",
        beside="test_plain_loop[10]",
        at_most=4,
    ),
    Ratio(
        what="emit, 1 handler / blinker",
        measured="test_emit[1]",
        beside="test_blinker[1]",
        at_most=1,
    ),
    Ratio(
        what="emit, 10 handlers / blinker",
        measured="test_emit[10]",
        beside="test_blinker[10]",
        at_most=1,
    ),
    *(
        Ratio(
            what=f"emit with 1,000 unrelated {kind} / without",
            measured=f"test_emit_beside_unrelated[{kind}]",
            beside="test_emit[10]",
            at_most=1.1,
        )
        for kind in ("names", "patterns")
    ),
    Rate(what="emit, 1 handler that waits", measured="test_emit_to_a_handler_that_waits"),
    *(
        Limit(
            what=f"CPU time of a minute's watch for what blocks, {what}",
            measured=f"test_watching[{what}] minute",
            limit_s=0.1,
        )
        for what in ("idle", "busy")
    ),
    Ratio(
        what="emit while it is watched / without",
        measured="test_emit_in_sight[watched]",
        beside="test_emit_in_sight[alone]",
        at_most=1.1,
    ),
    Rate(what="message in, command handled, reply out", measured="test_command"),
    Ratio(
        what="traced event while a panel lists it / without",
        measured="test_panel_dispatch watched",
        beside="test_panel_dispatch alone",
        at_most=1.2,
    ),
    Amount(
        what="messages a second of a panel at 1,000 events a second",
        measured="test_panel_flood messages",
        at_most=15,
    ),
    Amount(what="what they hold, a second", measured="test_panel_flood bytes", show=shown_size),
    Limit(what="look at 40,000 listed events, 100 new", measured="test_look", limit_s=0.003),
    Limit(
        what="import rosey, less the interpreter's start",
        measured="test_import[rosey]",
        limit_s=0.1,
        less="test_import[nothing]",
    ),
    Limit(
        what="%load_ext rosey, less a kernel's imports",
        measured="test_import[load-ext]",
        limit_s=0.25,
        less="test_import[kernel]",
    ),
)


def read_figures(path: Path) -> dict[str, float]:
    """The figures in a report of pytest-benchmark; a time for one call where a round has many."""
    figures: dict[str, float] = {}
    for entry in json.loads(path.read_text(encoding="utf-8"))["benchmarks"]:
        name, noted = entry["name"], entry["extra_info"]
        figures[name] = entry["stats"]["median"] / noted.get("calls", 1)
        figures |= {f"{name} {what}": value for what, value in noted.items() if what != "calls"}
    return figures


def table(figures: Figures) -> str:
    """The table as markdown; goals whose benchmarks did not run are left out."""
    rows = [HEADINGS, *(goal.row(figures) for goal in GOALS if _has_run(goal, figures))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(_line(row, widths) for row in (rows[0], rule, *rows[1:]))


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return f"| {' | '.join(cells)} |"


def _has_run(goal: Goal, figures: Figures) -> bool:
    wanted = {goal.measured}
    if isinstance(goal, Ratio):
        wanted.add(goal.beside)
    elif isinstance(goal, Limit) and goal.less is not None:
        wanted.add(goal.less)
    return wanted <= figures.keys()


def main() -> None:
    """Print the table of the report that is named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path, help="what pytest --benchmark-json wrote")
    figures = read_figures(parser.parse_args().report)
    print(f"\nPython {platform.python_version()}, medians\n\n{table(figures)}")  # noqa: T201  its purpose


if __name__ == "__main__":
    main()
