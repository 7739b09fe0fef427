"""Messages are timed and profiled, on a copy of the bot or on the bot itself."""

from __future__ import annotations

import pytest

from tests.workbench.kernel import Kernel


def test_a_copy_is_timed_and_the_bot_does_not_hear_of_it(running: Kernel) -> None:
    text = running.run("x = %rosey time greeter !hello -n 20\nx").text

    assert text.startswith("20 messages, 20 answered: p50 ")
    assert running.value("len(x.value.durations_s), x.value.replies") == (20, 20)
    assert running.value("bot.plugins.greeter.state.greeted") == []


def test_the_bot_itself_is_timed_where_that_is_asked(running: Kernel) -> None:
    running.run('%rosey time greeter "!hello Ada" -n 5 --live')

    assert running.value("set(bot.plugins.greeter.state.greeted)") == {"Ada"}


def test_functions_are_profiled(running: Kernel) -> None:
    assert "greeter.hello" in running.run("%rosey prof greeter !hello -n 500").text


def test_without_pyinstrument_it_is_named(running: Kernel) -> None:
    running.run(
        "import importlib.util as u; found = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'pyinstrument' else found(name, *a)"
    )
    cell = running.run("%rosey prof greeter !hello")
    running.run("u.find_spec = found")

    assert cell.stderr == ("UsageError: pyinstrument is not installed: pip install pyinstrument\n")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("time greeter", "the name of a plugin and a message are needed"),
        ("time nobody !hello", "no plugin named 'nobody'"),
        ("time greeter !hello -n 0", "-n takes a whole number from 1 to 1,000,000, not '0'"),
        ("prof greeter !hello --live", "there is no option --live"),
    ],
)
def test_what_does_not_fit_is_one_line(running: Kernel, line: str, complaint: str) -> None:
    cell = running.run(f"%rosey {line}")

    assert complaint in cell.stderr
    assert cell.stderr.count("\n") == 1


def test_plugins_and_their_commands_complete(running: Kernel) -> None:
    assert running.complete("%rosey time ") == ["greeter"]
    assert running.complete("%rosey time greeter ") == ["!hello", "!whoami"]
    assert running.complete("%rosey time greeter !hello ") == ["-n", "--live"]
