"""What became of events: listed, shown, and followed live."""

from __future__ import annotations

import re

import pytest

from tests.workbench.kernel import Kernel


def test_events_are_listed_with_who_handled_them(running: Kernel) -> None:
    running.run("%rosey say -u alice !hello")

    heads, *rows = running.run("%rosey events -n 2").text.splitlines()

    assert heads.split() == ["id", "at", "event", "from", "took", "handled", "by", "what"]
    assert re.search(r"message +alice .* greeter +!hello$", rows[0])
    assert re.search(r"reply +greeter .* - +Hello, alice!$", rows[1])


def test_events_are_picked_by_a_query(running: Kernel) -> None:
    running.run("%rosey say !hello")
    running.run("%rosey emit user_join")

    shown = running.run("%rosey events --match plugin:greeter error:yes").text.splitlines()

    last = running.run("%rosey events --match error:yes -n 1").text.splitlines()
    assert [line.split()[0] for line in last] == ["id", shown[2].split()[0]]
    assert len(shown) == 3
    assert "greeter: greeter.welcome failed: KeyError: 'username'" in shown[1]
    assert "plugin.error" in shown[2]


def test_an_event_is_shown_with_its_chain(running: Kernel) -> None:
    running.run("%rosey say !hello Ada")
    number = running.value("bot.traces.last(1)[0].id")

    lines = running.run(f"%rosey events {number}").text.splitlines()

    assert re.fullmatch(rf"message #{number - 1} from owner: !hello Ada \(.*\)", lines[0])
    assert lines[2:] == ["    state: greeted[0] = 'Ada' (new)", "    replied: Hello, Ada!"]


def test_a_reply_of_the_bots_own_is_shown_with_why_no_plugin_gave_it(running: Kernel) -> None:
    running.run("%rosey disable greeter")

    unknown = running.run("%rosey say !hello").text.splitlines()
    own = running.run("%rosey say !services").text

    assert unknown[1:] == ["  no plugin handled it", "  not greeter: it was disabled"]
    assert "no plugin" not in own


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("events 100000", "event 100000 is not kept: %rosey events lists those that are"),
        ("events last", "'last' is not the number of an event by itself"),
        pytest.param(f"events {'9' * 5_000}", "'9999999999", id="very many digits"),
        ("events 1 -n 2", "'1' is not the number of an event by itself"),
        ("events -n many", "-n takes a whole number from 1 to 1,000, not 'many'"),
        ("events --match colour:red", "there is no colour: in a query; there are event, plugin,"),
        ("events --all", "there is no option --all"),
        ("events 1 2", "'2' is one word too many"),
        ("trace greeter", "end with on or off"),
        ("trace", "end with on or off"),
    ],
)
def test_what_does_not_fit_is_one_line(running: Kernel, line: str, complaint: str) -> None:
    cell = running.run(f"%rosey {line}")

    assert cell.status == "error"
    assert complaint in cell.stderr
    assert cell.stderr.count("\n") == 1


def test_words_of_events_and_traces_complete(running: Kernel) -> None:
    assert running.complete("%rosey events ") == ["-n", "--match"]
    assert running.completed("%rosey events --match plugin:") == [
        "%rosey events --match plugin:greeter"
    ]
    assert "%rosey events --match slow:yes" in running.completed("%rosey events --match slow:")
    assert {"on", "off", "greeter", "user_join"} <= {*running.complete("%rosey trace ")}


def test_events_are_followed_in_the_cell_that_asked_for_it(running: Kernel) -> None:
    asked = running.run("%rosey trace greeter on")
    running.run("%rosey emit other.event")
    said = running.run("%rosey say !hello")

    running.wait_for_update(asked, "Hello, owner!")
    ended = running.run("%rosey trace off").text.splitlines()

    assert said.faces[-1]["text/plain"].startswith("Hello, owner!")
    assert len(said.faces) == 1
    assert ended[0] == "2 events of greeter; no more are followed"
    assert "from owner to greeter: !hello" in ended[2]
    assert running.run("%rosey trace off").text == "nothing is followed"


def test_a_second_cell_takes_over_following(running: Kernel) -> None:
    running.run("%rosey trace on")
    asked = running.run("%rosey trace user_* on")
    running.run("%rosey emit user_join username=Ada")

    running.wait_for_update(asked, "1 events of user_*")

    assert running.leftovers()["threads"].count("live-rosey-trace") == 1


def test_following_ends_with_the_bot(running: Kernel) -> None:
    running.run("%rosey trace on")
    running.run("%rosey stop")

    assert "live-rosey-trace" not in running.leftovers()["threads"]


def test_traces_are_there_in_python(running: Kernel) -> None:
    running.run(
        'chain = await bot.traces.say("!hello", "alice")\n'
        'other = await bot.traces.emit("nothing", 1)\n'
        "seen = []\n"
        "with bot.traces.following(seen.append):\n"
        '    await bot.say("!whoami")\n'
    )

    assert running.value("chain.replies") == ("Hello, alice!",)
    assert running.value("bot.traces.of(chain.events[1].id).root == chain.root") is True
    assert running.value("other.events[0].data") == "1"
    assert running.value("[t.event for t in seen]") == ["reply", "message"]
    assert running.value("bot.traces.dropped") == {}
    assert running.value("bot.traces.dropped_events") == 0
    assert running.value("bot.traces.count > 4") is True
    assert running.run("chain").text.startswith("message #")
    assert running.run("bot.traces.last(1)[0]").html.partition(">")[2].startswith("<pre")


def test_the_log_is_picked_by_level_and_event(running: Kernel) -> None:
    running.run("%rosey emit user_join")
    number = running.value('bot.traces.last(1, "event:user_join")[0].id')

    faults = running.run("%rosey log greeter --level error").text
    of_event = running.run(f"%rosey log --event {number}").text

    assert "KeyError: 'username'" in faults
    assert of_event == faults
    assert running.run("%rosey log --event 1").text == "the log is empty"
    assert "--level takes one of INFO, WARNING" in running.run("%rosey log --level loud").stderr
    assert running.run(f"%rosey log --event {number} --search USERNAME").text == faults
    assert running.run("%rosey log --search nowhere").text == "the log is empty"
    assert running.complete("%rosey log --level ") == ["INFO", "WARNING", "ERROR", "CRITICAL"]
    assert running.complete("%rosey log greeter ") == [
        "--level",
        "-n",
        "--event",
        "--search",
    ]


def test_a_window_follows_the_events_that_match(running: Kernel) -> None:
    cell = running.run(
        'with bot.traces.window("event:message") as window:\n'
        '    await bot.traces.say("!hello Ada")\n'
        "    window.pause()\n"
        '    await bot.traces.say("!hello Bob")\n'
        "    seen = window.look()\n"
        "print([e.text for e in seen.rows], [str(e.rank) for e in seen.rows], seen.newer)"
    )

    assert cell.stdout == "['!hello Ada'] ['owner'] 1\n"


def test_who_hears_an_event_and_where_that_stands_is_told(running: Kernel) -> None:
    cell = running.run(
        'chain = await bot.traces.emit("user_join", {"username": "ann"})\n'
        "places = bot.traces.handler_places(chain.events[0])\n"
        "print(*[(h.plugin, h.handler) for h in bot.traces.audience('user_join').hearers])\n"
        "print(*[(name, place.file[-10:]) for name, place in places.items()])"
    )

    assert cell.stdout.splitlines() == [
        "('greeter', 'greeter.welcome')",
        "('greeter.welcome', 'greeter.py')",
    ]
