"""The trace of one event in the panel, and what sends it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from rosey.chat.model import Rank
from rosey.workbench.faces.markup import Element
from rosey.workbench.panel.areas.events.area import AREA
from rosey.workbench.panel.areas.events.listing import OPEN
from rosey.workbench.panel.areas.fire.view import BODY, EVENT, RANK
from rosey.workbench.panel.attempt import answer_to
from rosey.workbench.panel.sight import Sight
from tests.workbench.panel.reading import button, found, press, text_of


def emitted(sight: Sight, event: str, data: object = None) -> int:
    return sight.bot.traces.emit(event, data).result().root


def opened(sight: Sight, number: int) -> Element:
    """The area with one trace open."""
    sight.view.change({OPEN: str(number)})
    return AREA.draw(sight)


def test_a_row_opens_the_trace_with_the_places_of_handlers(sight: Sight, tmp_path: Path) -> None:
    number = emitted(sight, "user_join", {"username": "Ada"})

    press(sight, AREA.draw(sight), f"#{number}: trace of the event")

    (trace,) = found(AREA.draw(sight), class_="trace")
    assert "user_join #" in text_of(trace)
    assert "state: greeted[0] = 'Ada' (new)" in text_of(trace)
    (place,) = found(trace, class_="place")
    line = text_of(place).removeprefix("greeter.welcome: plugins/greeter.py:")
    source = (tmp_path / "plugins" / "greeter.py").read_text().splitlines()
    assert source[int(line) - 1].strip() == '@on("user_join")'
    press(sight, trace, f"Close: the trace of event {number}")
    assert list(found(AREA.draw(sight), class_="trace")) == []


def test_a_trace_that_is_not_kept_says_so(sight: Sight) -> None:
    assert "event 1000000 is not kept" in text_of(opened(sight, 1_000_000))

    sight.view.change({OPEN: "what"})
    assert len([*found(AREA.draw(sight), class_="trouble")]) == 1


def test_an_event_is_fired_again_as_it_was(sight: Sight) -> None:
    number = emitted(sight, "user_join", {"username": "Ada"})

    attempt = press(sight, opened(sight, number), f"Fire again event {number}")

    assert attempt is not None
    assert attempt.answer is not None
    assert attempt.line == '%rosey emit user_join {"username": "Ada"}'
    assert "replied: Hello, Ada!" in attempt.answer.text


@pytest.mark.parametrize("rank", [Rank.GUEST, Rank.ADMIN])
def test_a_message_is_fired_again_by_the_same_user_who_may_do_no_more(
    sight: Sight, rank: Rank
) -> None:
    number = sight.bot.traces.say("!whoami", "eve", rank).result().root

    attempt = press(sight, opened(sight, number), f"Fire again event {number}")

    assert attempt is not None
    assert attempt.answer is not None
    assert attempt.answer.text.startswith(f"eve {rank}")
    assert attempt.line == f"%rosey say -u eve -r {rank} -- !whoami"


def test_an_event_is_edited_before_it_is_fired_again(sight: Sight) -> None:
    number = sight.bot.traces.say("!whoami", "eve", Rank.MODERATOR).result().root

    press(sight, opened(sight, number), f"Edit and fire: event {number}")

    view = sight.view
    assert (view.text("area"), view.text(EVENT), view.text(RANK)) == (
        "fire",
        "message",
        "moderator",
    )
    assert '"msg": "!whoami"' in view.text(BODY)


def test_what_cannot_be_fired_again_says_why(sight: Sight) -> None:
    number = emitted(sight, "odd", object())
    area = opened(sight, number)

    assert button(area, f"Fire again event {number}").attributes["disabled"]
    assert "It cannot be fired again as it was: its data is not plain" in text_of(area)


def test_the_line_of_a_trace_shows_that(sight: Sight) -> None:
    number = emitted(sight, "user_join", {"username": "Ada"})
    opened(sight, number)

    assert answer_to(sight.session, AREA.line(sight)).value.root == number
