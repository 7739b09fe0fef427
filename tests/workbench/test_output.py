"""What plugins print goes to the log, whichever cell runs."""

from __future__ import annotations

import io
import logging
import sys
import threading
from pathlib import Path

import pytest

from rosey.workbench.output import led_into_the_log
from tests.bots import write_plugin
from tests.workbench.kernel import Kernel

NOISY = """
@command("noise")
async def noise(self, ctx: CommandContext):
    import asyncio, sys, threading, warnings
    print("from the", "loop")
    print("no end of line", end="")
    sys.stderr.write("an error\\n")
    sys.stdout.writelines(["one\\n", "two\\n"])
    await asyncio.to_thread(print, "from a worker")
    thread = threading.Thread(target=self.shout)
    thread.start()
    thread.join()
    await ctx.reply("done")

def shout(self):
    print("from a thread")
"""


def test_prints_of_a_plugin_go_to_the_log(running: Kernel, tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "noisy", NOISY)
    running.run("%rosey load noisy")

    said = running.run("%rosey say !noise\nprint('from the cell')")
    logged = [line.split() for line in running.run("%rosey log noisy").text.splitlines()]

    assert said.stdout == "from the cell\n"
    assert said.stderr == ""
    texts = [(line[0], " ".join(line[2:])) for line in logged if line[1] == "plugin.noisy"]
    assert texts == [
        ("INFO", "from the loop"),
        ("WARNING", "an error"),
        ("INFO", "no end of lineone"),
        ("INFO", "two"),
        ("INFO", "from a worker"),
        ("INFO", "from a thread"),
    ]


def test_a_handler_of_the_users_own_does_not_log_for_ever(running: Kernel) -> None:
    running.run("import logging, sys; h = logging.StreamHandler(sys.stdout)")
    running.run("logging.getLogger().addHandler(h)")
    cell = running.run("%rosey emit user_join")
    running.run("logging.getLogger().removeHandler(h)")

    assert cell.status == "ok"
    assert cell.stdout == ""


def test_streams_are_given_back(running: Kernel) -> None:
    running.run("import sys")
    before = running.value("type(sys.stdout).__name__, type(sys.stderr).__name__")
    running.run("%rosey stop")

    assert before == ("_Led", "_Led")
    assert running.value("type(sys.stdout).__name__") == "OutStream"


class Streams:
    """Both streams of this process, as a cell would find them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.out = io.StringIO()
        monkeypatch.setattr(sys, "stdout", self.out)
        monkeypatch.setattr(sys, "stderr", io.StringIO())


def in_thread(name: str, text: str) -> None:
    thread = threading.Thread(target=lambda: sys.stdout.write(text), name=name)
    thread.start()
    thread.join()


def test_the_bots_own_threads_write_to_its_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    streams = Streams(monkeypatch)

    with led_into_the_log("bot-"):
        in_thread("bot-loop", "one\ntwo\n\nthree")
        in_thread("other", "elsewhere\n")

    assert [(r.name, r.getMessage()) for r in caplog.records] == [
        ("rosey.output", "one"),
        ("rosey.output", "two"),
        ("rosey.output", "three"),
    ]
    assert streams.out.getvalue() == "elsewhere\n"


def test_a_line_without_an_end_is_logged_in_parts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    Streams(monkeypatch)

    with led_into_the_log("bot-"):
        in_thread("bot-loop", "x" * 10_001)
        assert len(caplog.records) == 1


def test_a_stream_that_was_put_over_ours_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    streams = Streams(monkeypatch)
    other = io.StringIO()

    with led_into_the_log("bot-"):
        led = sys.stdout
        sys.stdout = other
    assert sys.stdout is other

    led.write("now as ever\n")
    assert streams.out.getvalue() == "now as ever\n"
    assert led.getvalue() == "now as ever\n"  # type: ignore[union-attr]  # of what is under it
