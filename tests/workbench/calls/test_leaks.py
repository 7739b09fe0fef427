"""`%rosey leaks`: who keeps old versions of plugins, and IPython made to forget them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.workbench.kernel import Kernel

IT = """
def it():
    return bot._bot.plugin_manager.get_plugin("greeter")
"""
KEEPING = "import colorsys; colorsys.known = [it()]; mine = {'x': [it()]}; None"
RELOAD = "bot.reload('greeter').result();"


@pytest.fixture
def prepared(running: Kernel) -> Iterator[Kernel]:
    """A kernel with a bot, and with a function that gives the plugin's instance."""
    running.run(IT)
    yield running
    running.run("%rosey unload greeter\n%rosey leaks --forget")


def serial(kernel: Kernel) -> int:
    """The number of the generation that runs."""
    number: int = kernel.value("int(type(it()).__module__.rpartition('@')[2])")
    return number


def test_without_old_versions_there_is_nothing_to_tell(running: Kernel) -> None:
    assert running.run("%rosey leaks").text == "no generation has ended yet"
    assert running.run("%rosey leaks greeter").text == "no generation of greeter has ended yet"


def test_where_none_survives_the_number_that_ended_is_told(running: Kernel) -> None:
    running.run(RELOAD)
    assert running.run("%rosey leaks").text == "none lives of 1 generation that ended"
    running.run(RELOAD)

    told = running.run("%rosey leaks greeter").text

    assert told == "none lives of 2 generations of greeter that ended"


def test_code_and_variables_and_ipython_are_told_apart(prepared: Kernel) -> None:
    prepared.run(KEEPING)
    prepared.run("it()")
    old, cell = serial(prepared), prepared.value("get_ipython().execution_count - 1")
    prepared.run(RELOAD)

    shown = prepared.run("%rosey leaks")

    prepared.run("del colorsys.known, mine")
    lines = [re.split(r" {2,}", line.rstrip()) for line in shown.text.splitlines()]
    assert lines[:3] == [
        ["1 of 1 generation that ended still in memory"],
        ["generation", "what lives", "who keeps it"],
        [
            f"greeter {old}",
            "greeter.greeter",
            "code: an instance of greeter kept alive by colorsys.known[0]",
        ],
    ]
    assert lines[3][-1] == "your variables: mine['x'][0]"
    assert lines[4][-1].startswith(f"IPython: Out[{cell}], _, IPython's copy of _, _{cell}")
    assert lines[5:] == [
        ["%rosey leaks --forget makes IPython drop what it keeps"],
        ["your variables are no leak of the plugin: del drops one"],
    ]
    assert "mine[&#x27;x&#x27;][0]" in shown.html


def test_what_ipython_keeps_is_forgotten(prepared: Kernel) -> None:
    prepared.run("it()")
    prepared.run("mine = it();")
    cell = prepared.value("get_ipython().execution_count - 2")
    prepared.run(RELOAD)

    first, *rest = prepared.run("%rosey leaks --forget").text.splitlines()

    assert first.startswith(f"IPython has dropped Out[{cell}], ")
    assert rest[0].startswith("kept: your variable mine, of greeter generation ")
    assert rest[-1] == "your variables are no leak of the plugin: del drops one"
    prepared.run("del mine")
    assert prepared.run("%rosey leaks greeter --forget").text.splitlines() == [
        "IPython keeps nothing",
        "none lives of 1 generation of greeter that ended",
    ]


def test_five_hundred_versions_that_were_shown_and_raised_from_are_forgotten(
    prepared: Kernel,
) -> None:
    prepared.run(
        "for number in range(500):\n"
        "    get_ipython().run_cell('it()', store_history=True)\n"
        "    if number % 10 == 0:\n"  # to show a traceback takes 20 times as long
        "        get_ipython().run_cell('raise ValueError(it())')\n"
        "    bot.reload('greeter').result()"
    )
    alive = "len({type(t) for t in gc.get_objects() if type(t).__qualname__ == 'greeter'})"
    assert prepared.value(alive) > 400

    told = prepared.run("%rosey leaks --forget").text

    assert told.splitlines()[-1] == "none lives of 500 generations that ended"
    assert prepared.value(alive) == 1


def test_the_facade_does_the_same(prepared: Kernel) -> None:
    prepared.run("it()")
    prepared.run(RELOAD)

    cell = prepared.run(
        "leaks = bot.memory.leaks('greeter'); done = bot.memory.forget('greeter')\n"
        "print(leaks.ended, leaks.found[0].code, bot.memory.leaks().found)\n"
        "display(leaks, done)"
    )

    assert cell.stdout == "1 () ()\n"
    assert cell.faces[0]["text/plain"].startswith("1 of 1 generation of greeter that ended")
    assert cell.faces[1]["text/plain"].startswith("IPython has dropped Out[")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("greter", "UsageError: no plugin named 'greter' is known; did you mean greeter?"),
        ("greeter other", "UsageError: 'other' is one word too many (usage: %rosey leaks"),
    ],
)
def test_wrong_use_is_told_in_a_line(running: Kernel, line: str, error: str) -> None:
    assert running.run(f"%rosey leaks {line}").stderr.startswith(error)


def test_names_and_the_option_complete(running: Kernel) -> None:
    assert running.complete("%rosey leaks ") == ["greeter", "--forget"]
    assert running.complete("%rosey leaks greeter --") == ["--forget"]
    assert running.complete("%rosey leaks --forget ") == ["greeter"]
