"""The area of the chat."""

from __future__ import annotations

from pathlib import Path

import pytest

from rosey.chat.model import Rank
from rosey.errors import UsageError
from rosey.workbench.commands.arguments import speech
from rosey.workbench.panel.areas.chat import AREA, RANK, USER
from rosey.workbench.panel.saying import line_of_saying
from rosey.workbench.panel.sight import Sight
from tests.bots import write_plugin
from tests.workbench.panel.reading import act, found, press, text_of

FAULTY = """
@command("fail")
async def fail(self, ctx):
    raise KeyError("gone")
"""


def said(sight: Sight) -> list[str]:
    return [text_of(line) for line in found(AREA.draw(sight), "li")]


def say(sight: Sight, text: str, user: str = "owner", rank: str = "owner") -> None:
    act(sight, "chat.say", {"text": text, "user": user, "rank": rank})


def test_what_is_said_stands_there_with_the_replies_and_whose_they_are(sight: Sight) -> None:
    say(sight, "!hello Ada", "bob", "guest")

    message, reply, _changed = said(sight)
    assert "bob !hello Ada" in message
    assert reply.startswith("greeter Hello, Ada!")


def test_one_talks_as_any_user_of_any_rank(sight: Sight) -> None:
    say(sight, "!whoami", "eve", "moderator")

    assert "greeter eve moderator" in said(sight)[1]


def test_what_is_said_elsewhere_stands_there_too(sight: Sight) -> None:
    sight.bot.say("!hello", "cell").result()

    assert "cell !hello" in said(sight)[0]


def test_a_fault_stands_at_the_message_that_caused_it_until_it_is_mended(
    sight: Sight, plugins: Path
) -> None:
    file = write_plugin(plugins, "faulty", FAULTY)
    sight.bot.load("faulty").result()
    say(sight, "!fail")
    (card,) = found(AREA.draw(sight), "div", class_="error-card")
    assert "KeyError: 'gone'" in text_of(card)
    assert "raise KeyError" in text_of(card)

    file.write_text(file.read_text().replace('raise KeyError("gone")', "pass"))
    sight.bot.reload("faulty").result()

    assert [*found(AREA.draw(sight), "div", class_="error-card")] == []
    assert any("KeyError" in line for line in said(sight))


def test_what_a_message_changed_in_a_plugin_stands_below_it(sight: Sight) -> None:
    say(sight, "!hello Ada")

    assert any(line.startswith("greeter keeps greeted[0] = 'Ada' (new)") for line in said(sight))


def test_nothing_is_said_without_words_or_by_nobody(sight: Sight) -> None:
    with pytest.raises(UsageError, match="nothing to say"):
        say(sight, "  ")
    with pytest.raises(UsageError, match="somebody"):
        say(sight, "!hello", " ")


def test_an_empty_chat_says_what_to_do(sight: Sight) -> None:
    assert "%rosey say !help" in text_of(AREA.draw(sight))


def test_people_are_kept_picked_and_forgotten(sight: Sight) -> None:
    sight.view.change({USER: "eve", RANK: "moderator"})
    press(sight, AREA.draw(sight), "Keep this person")
    sight.view.change({USER: "owner", RANK: "owner"})

    press(sight, AREA.draw(sight), "eve (moderator)")
    assert sight.view.text(USER) == "eve"
    assert sight.view.text(RANK) == "moderator"

    press(sight, AREA.draw(sight), "Forget eve")
    assert "eve (moderator)" not in text_of(AREA.draw(sight))


@pytest.mark.parametrize("user", ["bob", "two words", "it's", 'say "x"'])
@pytest.mark.parametrize("text", ["!roll 2d6", "-r owner !ban", "-- x", "a 'b' \"c\""])
def test_the_line_that_is_shown_says_the_same(user: str, text: str) -> None:
    line = line_of_saying(text, user, Rank.GUEST).removeprefix("%rosey say ")

    spoken = speech(line)

    assert (spoken.text, spoken.user, spoken.rank) == (text, user, Rank.GUEST)


def test_message_that_a_plugin_is_still_to_have_says_so_until_it_has_had_it(sight: Sight) -> None:
    sight.bot.hold("greeter").result()
    say(sight, "!hello Ada", "bob", "guest")
    message, waits = said(sight)
    assert "bob !hello Ada" in message
    assert waits == "greeter is held and is still to have it: %rosey step greeter"

    sight.bot.step("greeter").result()

    message, reply, _changed = said(sight)
    assert "bob !hello Ada" in message
    assert reply.startswith("greeter Hello, Ada!")
