"""The area that fires events."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from rosey.chat.model import Rank
from rosey.diagnostics.traces.examples import EXAMPLES
from rosey.errors import RoseyError
from rosey.workbench.panel.areas.fire.area import AREA
from rosey.workbench.panel.areas.fire.draft import read
from rosey.workbench.panel.areas.fire.proposals import PRESETS
from rosey.workbench.panel.areas.fire.view import BODY, EVENT, RANK
from rosey.workbench.panel.attempt import Standing, answer_to
from rosey.workbench.panel.sight import Sight
from tests.bots import write_plugin
from tests.workbench.panel.reading import act, button, found, press, text_of

ENDLESS = """
@on("wait")
async def wait(self, event, data):
    import asyncio
    await asyncio.Event().wait()
"""


def type_(sight: Sight, event: str, body: str = "{}") -> None:
    sight.view.change({EVENT: event, BODY: body})


def lines(sight: Sight) -> list[str]:
    """The line and the call that do the same."""
    return [str(b.does["copy"]) for b in found(AREA.draw(sight), "button", class_="line")]


def test_an_event_is_fired_and_its_trace_shown(sight: Sight) -> None:
    type_(sight, "user_join", '{"username": "Ada"}')

    attempt = press(sight, AREA.draw(sight), "Fire", event="user_join", body='{"username": "Ada"}')

    assert attempt is None  # a form is sent by its script
    done = act(sight, "fire.fire", {"event": "user_join", "body": '{"username": "Ada"}'})

    assert done is not None
    assert done.answer is not None
    assert "greeter: greeter.welcome handled" in done.answer.text
    assert done.line == '%rosey emit user_join {"username": "Ada"}'


def test_the_line_and_the_call_are_shown_while_it_is_typed(sight: Sight) -> None:
    type_(sight, "user_join", '{"username": "Ada", "is_new": true}')

    line, call = lines(sight)[:2]

    assert line == '%rosey emit user_join {"username": "Ada", "is_new": true}'
    assert call == "await bot.traces.emit('user_join', {'username': 'Ada', 'is_new': True})"
    assert "replied: Hello, Ada!" in answer_to(sight.session, line).text


def test_what_is_wrong_is_said_beside_it_while_it_is_typed(sight: Sight) -> None:
    type_(sight, "user_join", '{"username": }')
    area = AREA.draw(sight)

    (body,) = found(area, "textarea")
    (says,) = found(area, id=body.attributes["aria-describedby"])
    assert text_of(says) == "line 1, column 14: expecting value"
    assert body.attributes["aria-invalid"] == "true"
    assert button(area, "Fire").attributes["disabled"]


def test_an_empty_form_complains_of_nothing(sight: Sight) -> None:
    area = AREA.draw(sight)

    assert [*found(area, class_="trouble")] == []
    assert button(area, "Fire").attributes["disabled"]
    assert "Type an event's name" in text_of(area)


def test_names_that_somebody_listens_to_complete(sight: Sight) -> None:
    (names,) = found(AREA.draw(sight), "datalist")

    options = [option.does["value"] for option in names.children if not isinstance(option, str)]
    assert {"user_join", "message"} <= {*options}


def test_who_would_hear_it_is_said(sight: Sight) -> None:
    type_(sight, "user_join")
    assert "It would be heard by greeter in greeter.welcome" in text_of(AREA.draw(sight))

    type_(sight, "user_jion")
    assert "Nobody listens to user_jion: it would only be traced." in text_of(AREA.draw(sight))


def test_a_message_is_said_as_a_rank(sight: Sight) -> None:
    type_(sight, "message", '{"msg": "!whoami", "username": "eve"}')
    assert len([*found(AREA.draw(sight), "select")]) == 1
    sight.view.change({RANK: "moderator"})

    assert lines(sight)[0] == "%rosey say -u eve -r moderator -- !whoami"
    given = {"event": "message", "body": sight.view.text(BODY), "rank": "moderator"}
    done = act(sight, "fire.fire", given)
    assert done is not None
    assert done.answer is not None
    assert done.answer.text.startswith("eve moderator")


def test_no_other_event_has_a_rank(sight: Sight) -> None:
    type_(sight, "user_join")

    assert [*found(AREA.draw(sight), "select")] == []


@pytest.mark.parametrize("event", EXAMPLES)
def test_each_event_of_the_bot_has_an_example_to_begin_with(sight: Sight, event: str) -> None:
    type_(sight, event)
    (entry,) = [e for e in found(AREA.draw(sight), "li") if text_of(e).startswith("example:")]
    (fill,) = found(entry, "button")

    sight.view.change(fill.does["set"])

    draft = read(event, sight.view.text(BODY), "guest")
    assert draft.data == EXAMPLES[event]


def test_what_an_event_carried_last_is_offered_each_once(sight: Sight) -> None:
    for name in ("Ada", "Bob", "Ada"):
        sight.bot.traces.emit("user_join", {"username": name}).result()
    sight.bot.traces.emit("user_join", object()).result()
    type_(sight, "user_join")

    press(sight, AREA.draw(sight), '{ "username": "Bob" }: fill in the last data')

    assert read("user_join", sight.view.text(BODY), "guest").data == {"username": "Bob"}


def test_a_message_that_was_said_is_offered_with_its_rank(sight: Sight) -> None:
    sight.bot.traces.say("!hello", "eve", Rank.ADMIN).result()
    type_(sight, "message")

    offered = text_of(AREA.draw(sight))

    assert '{ "msg": "!hello", "username": "eve" } as admin' in offered


def test_a_pattern_is_offered_nothing_of_other_events(sight: Sight) -> None:
    sight.bot.traces.emit("user_join", {"username": "Ada"}).result()
    type_(sight, "user_*")

    assert "Ada" not in text_of(AREA.draw(sight))


def test_a_name_that_is_too_long_is_refused_and_nothing_looked_up(sight: Sight) -> None:
    type_(sight, "x" * 2_000)

    assert "a name has at most 200 characters" in text_of(AREA.draw(sight))


def test_presets_are_kept_picked_and_forgotten(sight: Sight) -> None:
    type_(sight, "user_join", '{"username": "Ada"}')
    act(sight, "fire.keep", {"name": "Ada joins"})
    type_(sight, "", "")

    press(sight, AREA.draw(sight), "Ada joins: fill in this preset")
    assert sight.view.text(EVENT) == "user_join"
    assert '"Ada"' in sight.view.text(BODY)

    press(sight, AREA.draw(sight), "Forget the preset Ada joins")
    assert "Ada joins" not in text_of(AREA.draw(sight))


def test_what_cannot_be_fired_is_not_kept(sight: Sight) -> None:
    type_(sight, "user_join", "{")

    with pytest.raises(RoseyError, match="line 1, column 2"):
        act(sight, "fire.keep", {"name": "broken"})


@pytest.mark.parametrize("entry", ["text", {"fire.event": "x"}, None])
def test_a_preset_that_somebody_else_wrote_does_no_harm(sight: Sight, entry: object) -> None:
    sight.saved.save(PRESETS, "odd", entry)

    press(sight, AREA.draw(sight), "odd: fill in this preset")

    assert sight.view.text(EVENT) == ""


def test_firing_that_waits_is_cancelled(sight: Sight, plugins: Path) -> None:
    write_plugin(plugins, "endless", ENDLESS)
    sight.bot.load("endless").result()
    begun, ended = threading.Event(), threading.Event()

    with sight.bot.traces.following(lambda _trace: ended.set()):
        attempt = AREA.actions["fire.fire"](sight, {"event": "wait", "body": "{}"})
        assert attempt is not None
        attempt.begin(sight.session, begun.set)
        while not begun.wait(0.01):
            attempt.cancel()
        assert ended.wait(10)

    assert attempt.standing is Standing.CANCELLED
    (waiting,) = sight.bot.traces.last(1, "event:wait")
    assert waiting.handled[0].error == "it was called off"


def test_the_line_lists_what_was_fired(sight: Sight) -> None:
    type_(sight, "user_join")
    sight.bot.traces.emit("user_join", {"username": "Ada"}).result()

    answer = answer_to(sight.session, AREA.line(sight))

    assert [trace.event for trace in answer.value] == ["user_join"]
    type_(sight, "")
    assert AREA.line(sight) == "%rosey events -n 10"
