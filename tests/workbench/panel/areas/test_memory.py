"""The area of memory."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from rosey.errors import UsageError
from rosey.workbench.commands.memories import AskedProfile, asked_profile
from rosey.workbench.panel.areas.memory import AREA, IS_LIVE, OF, OPEN, RELOADS_ASKED
from rosey.workbench.panel.areas.table import ACTIONS
from rosey.workbench.panel.attempt import Attempt, Standing, answer_to
from rosey.workbench.panel.sight import Sight
from tests.bots import write_plugin
from tests.workbench.panel.reading import act, button, found, press, text_of

pytestmark = pytest.mark.timeout(60)

ASKED = {"plugin": "greeter", "reloads": "10", "warm_up": "2", "live": False}

LINGERS = """
async def setup(self):
    import asyncio
    await asyncio.sleep(0.1)
"""


def profiled(sight: Sight, **asked: object) -> Attempt:
    """Make a profile, and wait for it."""
    attempt = act(sight, "memory.profile", ASKED | asked)
    assert attempt is not None
    return attempt


def seeing(sight: Sight, attempt: Attempt) -> Sight:
    """The same panel, in which something was done."""
    return Sight(session=sight.session, view=sight.view, saved=sight.saved, attempts=(attempt,))


def test_area_says_what_to_do_before_anything_is_profiled(sight: Sight) -> None:
    drawn = text_of(AREA.draw(sight))

    assert "Nothing has been profiled yet" in drawn
    assert "the plugin itself stays as it is" in drawn


def test_profile_is_shown_with_verdict_and_chart(sight: Sight) -> None:
    attempt = profiled(sight)

    assert attempt.standing is Standing.DONE
    assert (attempt.done, attempt.total) == (12, 12)
    assert attempt.line == "%rosey profile greeter --reloads 10 --warm-up 2"
    (head, _) = found(AREA.draw(sight), "h3")
    assert text_of(head).startswith("Profile 1: greeter is ")
    assert [*found(AREA.draw(sight), "svg", role="img")]
    assert sight.bot.plugin("greeter").reloads == 0


def test_running_plugin_itself_is_reloaded_where_that_is_asked(sight: Sight) -> None:
    attempt = profiled(sight, live=True)

    assert attempt.line.endswith(" --live")
    assert sight.bot.plugin("greeter").reloads == 12
    assert "greeter, live" in text_of(AREA.draw(sight))


def test_profiles_are_compared_and_opened_again(sight: Sight) -> None:
    profiled(sight)
    profiled(sight)
    assert text_of(next(found(AREA.draw(sight), "h3"))).startswith("Profile 2")
    rows = [text_of(row) for row in found(AREA.draw(sight), "tr") if row.does.get("key")]
    assert [row[0] for row in rows] == ["2", "1"]

    sight.view.change({OPEN: 1})

    assert text_of(next(found(AREA.draw(sight), "h3"))).startswith("Profile 1")
    assert "10 after 2" in answer_to(sight.session, AREA.line(sight)).text


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"reloads": "many"}, "--reloads takes a whole number"),
        ({"warm_up": "-1"}, "--warm-up takes a whole number"),
        ({"plugin": ""}, "the name of a plugin is missing"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_done(
    sight: Sight, wrong: dict[str, str], why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        ACTIONS["memory.profile"](sight, ASKED | wrong)


def test_too_few_reloads_are_refused(sight: Sight) -> None:
    attempt = profiled(sight, reloads="3")

    assert attempt.standing is Standing.FAILED
    assert attempt.answer is not None
    assert "reloads must be 10 to 1,000" in attempt.answer.text


def test_profile_under_way_shows_how_far_it_is_and_can_be_cancelled(
    sight: Sight, plugins: Path
) -> None:
    write_plugin(plugins, "greeter", LINGERS)
    attempt = ACTIONS["memory.profile"](sight, ASKED)
    assert attempt is not None
    ended = threading.Event()
    attempt.begin(sight.session, ended.set)

    drawn = AREA.draw(seeing(sight, attempt))
    (bar,) = found(drawn, "progress")
    assert (bar.attributes, bar.does) == ({"max": 12, "aria-label": attempt.line}, {"value": 0})
    assert button(drawn, f"Cancel {attempt.line}").does["do"] == [
        "cancel",
        {"attempt": attempt.number},
    ]
    assert "Nothing has been profiled yet" not in text_of(drawn)
    (submit,) = found(drawn, "button", type="submit")
    assert submit.attributes["disabled"] is True
    attempt.cancel()
    assert ended.wait(30)
    assert attempt.standing is Standing.CANCELLED


def test_button_shows_the_line_that_does_the_same(sight: Sight) -> None:
    sight.view.change({RELOADS_ASKED: "20", IS_LIVE: True})

    (submit,) = found(AREA.draw(sight), "button", type="submit")

    line = str(submit.attributes["title"]).removeprefix("%rosey profile")
    expected = AskedProfile(name="greeter", reloads=20, warm_up=50, is_live=True)
    assert asked_profile(line) == expected


@pytest.mark.parametrize(
    ("of", "label", "line"),
    [
        ("", "Look for old versions", "%rosey leaks"),
        ("greeter", "Look for old versions", "%rosey leaks greeter"),
        ("greeter", "Forget what IPython keeps", "%rosey leaks greeter --forget"),
    ],
)
def test_old_versions_are_looked_for_and_shown(
    sight: Sight, of: str, label: str, line: str
) -> None:
    sight.view.change({OF: of})
    attempt: Any = press(sight, AREA.draw(sight), label)

    assert attempt.line == line
    assert attempt.standing is Standing.DONE
    assert "has ended yet" in text_of(AREA.draw(seeing(sight, attempt)))


def test_without_a_loaded_plugin_it_says_what_to_do(sight: Sight) -> None:
    sight.bot.unload("greeter").result()

    assert "load one first" in text_of(AREA.draw(sight))
