"""The console in a real terminal: what is typed arrives, what arrives does not garble the line."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.connections.terminal import Terminal

OpenConsole = Callable[..., Terminal]

HOSTILE = "red \x1b[31m clip \x1b]52;c;ZXZpbA==\x07 csi \x9b2J bidi \u202e back \x08 end"
SHOWN = r"red \x1b[31m clip \x1b]52;c;ZXZpbA==\x07 csi \x9b2J bidi \u202e back \x08 end"


def test_command_is_answered(open_console: OpenConsole) -> None:
    console = open_console()

    console.type("!say hello")
    console.press("Enter")

    console.wait_for(r"^> !say hello\nyou said 'hello'\n>$")


def test_reply_appears_above_the_line_being_typed(
    open_console: OpenConsole, tmp_path: Path
) -> None:
    console = open_console()
    console.type("!say half a")
    console.wait_for(r"^> !say half a$")

    (tmp_path / "interrupt").touch()

    screen = console.wait_for(r"^squawk!\n> !say half a$")
    assert screen.count("half a") == 1
    console.type(" line")
    console.press("Enter")
    console.wait_for(r"^you said 'half a line'$")


@pytest.mark.parametrize("command", ["raw", "warn"])
def test_hostile_text_is_shown_escaped(
    command: str, open_console: OpenConsole, tmp_path: Path
) -> None:
    (tmp_path / "hostile").write_text(HOSTILE, encoding="utf-8")
    console = open_console()
    console.record(tmp_path / "bytes")

    console.type(f"!{command} hostile")
    console.press("Enter")

    screen = console.wait_for(r"end$")
    assert SHOWN in "".join(screen.split("\n"))
    printed = (tmp_path / "bytes").read_text(encoding="utf-8")
    assert not re.search("\x1b\\]|\x1b\\[31m|[\x07\x9b\u202e]", printed)


def test_several_lines_are_one_message(open_console: OpenConsole) -> None:
    console = open_console()

    console.type("!say one")
    console.press("M-Enter")
    console.type("two")
    console.press("Enter")

    console.wait_for(r"^you said 'one\\ntwo'$")


def test_pasted_lines_are_one_message_that_waits_for_enter(open_console: OpenConsole) -> None:
    console = open_console()

    console.paste("!say one\ntwo")
    screen = console.wait_for(r"^> !say one\n  two$")
    console.press("Enter")

    assert "you said" not in screen
    console.wait_for(r"^you said 'one\\ntwo'$")


def test_empty_line_is_no_message(open_console: OpenConsole) -> None:
    console = open_console()

    console.press("Enter")
    console.type("!say on")
    console.press("Enter")

    screen = console.wait_for(r"^you said 'on'$")
    assert "There is no command" not in screen


def test_tab_completes_commands(open_console: OpenConsole) -> None:
    console = open_console()

    console.type("!plu")
    console.press("Tab")

    console.wait_for(r"^> !plugin$")


def test_arrow_up_brings_back_what_was_typed(open_console: OpenConsole) -> None:
    console = open_console()
    console.type("!say again")
    console.press("Enter")
    console.wait_for(r"^you said 'again'\n>$")

    console.press("Up", "Enter")

    console.wait_for(r"(?s)you said 'again'.*you said 'again'")


def test_history_outlives_the_bot_where_it_has_storage(
    open_console: OpenConsole, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text('{"storage": "data"}', encoding="utf-8")
    console = open_console()
    console.type("!say again")
    console.press("Enter")
    console.wait_for(r"^you said 'again'\n>$")
    console.press("C-d")
    console.wait_for_end()

    successor = open_console()
    successor.press("Up", "Enter")

    successor.wait_for(r"^you said 'again'$")


@pytest.mark.parametrize("key", ["C-d", "C-c"])
def test_key_on_an_empty_line_leaves(key: str, open_console: OpenConsole) -> None:
    console = open_console()

    console.press(key)

    assert console.wait_for_end() == 0


def test_ctrl_c_clears_what_was_typed(open_console: OpenConsole) -> None:
    console = open_console()
    console.type("!say no")
    console.wait_for(r"^> !say no$")

    console.press("C-c")
    console.wait_for(r"^>$")
    console.type("!say yes")
    console.press("Enter")

    console.wait_for(r"^you said 'yes'$")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_it_in_the_middle_of_a_line(
    number: signal.Signals, open_console: OpenConsole
) -> None:
    console = open_console()
    console.type("!pid")
    console.press("Enter")
    process = re.search(r"^process (\d+)$", console.wait_for(r"^process \d+\n>$"), re.MULTILINE)
    assert process is not None
    console.type("!say half")
    console.wait_for(r"^> !say half$")

    os.kill(int(process[1]), number)

    assert console.wait_for_end() == 0
