"""How what is wrong with a plugin is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rosey.diagnostics.trouble import Trouble, TroubleKind
from rosey.plugins.lifecycle import PluginState
from rosey.workbench.faces.cell_faces import MOST_LINES, clock
from rosey.workbench.faces.trouble_faces import MOST_SHOWN, often, parts, shortened, trouble
from tests.bots import write_plugin
from tests.workbench.kernel import Kernel


def of(**facts: Any) -> Trouble:  # noqa: ANN401  its fields
    """A trouble with some facts."""
    known: dict[str, Any] = {
        "plugin": "dice",
        "kind": TroubleKind.NOT_RELOADED,
        "error": "ValueError: six",
        "version": "1.2",
        "state": PluginState.ENABLED,
    }
    return Trouble(**known | facts)


def test_trouble_says_what_why_where_and_what_still_runs() -> None:
    one = of(
        file=str(Path.cwd() / "dice.py"),
        line=3,
        frame=("-> 3 | 1 / 0",),
        traceback="Traceback\nValueError: six\n",
    )

    assert trouble(one).text.splitlines() == [
        "dice was not reloaded: ValueError: six",
        "  dice.py:3",
        "  version 1.2 serves on with its state",
        "-> 3 | 1 / 0",
        "Traceback",
        "ValueError: six",
    ]


def test_trouble_without_place_or_code_is_told_in_two_lines() -> None:
    one = of(kind=TroubleKind.FAULT, where="!roll", version=None)

    assert trouble(one).text.splitlines() == [
        "dice failed in !roll: ValueError: six",
        "  nothing of it runs",
    ]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, ""),
        ({"count": 3}, "3 times"),
        ({"since": 0.0}, f"since {clock(0)}"),
        ({"since": 0.0, "count": 3}, f"3 times since {clock(0)}"),
    ],
)
def test_often_says_what_is_known(facts: dict[str, Any], told: str) -> None:
    assert often(of(**facts)) == told


def test_of_many_troubles_the_first_are_shown_and_the_others_counted() -> None:
    shown = [*parts([of()] * (MOST_SHOWN + 2))]

    assert len(shown) == MOST_SHOWN + 1
    assert shown[-1].lines == ("2 more: bot.troubles() has them",)


def test_long_traceback_is_cut_in_the_middle() -> None:
    lines = shortened("\n".join(map(str, range(10_000))))

    assert len(lines) == MOST_LINES + 1
    assert (lines[0], lines[-1]) == ("0", "9999")
    assert f"… {10_000 - MOST_LINES} more lines …" in lines


def test_info_shows_the_trouble_until_it_is_mended(running: Kernel, tmp_path: Path) -> None:
    good = (tmp_path / "plugins" / "greeter.py").read_text(encoding="utf-8")
    write_plugin(tmp_path / "plugins", "greeter", "best = 1 / 0")
    running.run("%rosey reload greeter")
    lines = running.run("%rosey info greeter").text.splitlines()
    called = running.run("bot.troubles()[0]").text
    (tmp_path / "plugins" / "greeter.py").write_text(good, encoding="utf-8")
    running.run("%rosey reload greeter")

    assert "greeter was not reloaded: ZeroDivisionError: division by zero" in lines
    assert "-> 6 |     best = 1 / 0" in lines
    assert called in "\n".join(lines)
    assert "was not reloaded" not in running.run("%rosey info greeter").text
