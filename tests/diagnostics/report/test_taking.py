"""A report has what the bot was and did, bounded and without secrets."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rosey.bot import Bot
from rosey.diagnostics.log import LogLine
from rosey.diagnostics.report.masking import Masking
from rosey.diagnostics.report.model import BugReport, Versions
from rosey.diagnostics.report.plain import built
from rosey.diagnostics.report.stacks import stacks_of_threads
from rosey.diagnostics.report.taking import Kept, look_at_bot, report_of
from rosey.diagnostics.traces.recorder import Recorder
from rosey.diagnostics.traces.ring import Ring
from tests.bots import bot_of, write_plugin

VERSIONS = Versions(rosey="1", python="3", platform="Linux", libraries={})

QUIZ = """
version = "1.2"
dependencies = []

class config_schema(ConfigSchema):
    rounds = fields.Int(load_default=3)
    key = SecretField(load_default=None, allow_none=True)
    title = fields.Str(load_default="A quiz for ada@example.org")

async def setup(self):
    self.scores = {}
    self.create_task(self.tick(), name="ticker")

async def tick(self):
    import asyncio
    await asyncio.Event().wait()

@command("point")
async def point(self, ctx: CommandContext, name: str):
    self.scores[name] = "swordfish"
    await ctx.reply(f"A point for {name}")

@command("fail")
async def fail(self, ctx: CommandContext):
    raise ValueError("token=abc of swordfish")
"""

KEEPER = """
@on("keep")
async def keep(self, event, data):
    self.kept = data
    raise ValueError(data)
"""

TOKEN = "ghp_aB3dE6gH9jK2mN5pQ8sT1vW4xY7z"


class Reported:
    """A bot whose events are recorded.

    Args:
        bot: It runs.
        ring: Where its events are kept.
    """

    def __init__(self, bot: Bot, ring: Ring) -> None:
        self.bot = bot
        self._ring = ring

    def take(self, **kept: Any) -> BugReport:  # noqa: ANN401  parts of Kept
        """A report of it."""
        masking = Masking(self.bot.redact)
        look = look_at_bot(self.bot, masking.text)
        parts: dict[str, Any] = {"events": self._ring.events(), "log": (), "threads": ()}
        return report_of(look, Kept(**{**parts, **kept}), VERSIONS, masking)


@pytest.fixture
def quiz(tmp_path: Path) -> Bot:
    """A bot with one plugin, not started."""
    write_plugin(tmp_path / "plugins", "quiz", QUIZ)
    return bot_of(
        tmp_path / "plugins",
        environ={"KEY": "swordfish"},
        plugins={"plugin_config": {"quiz": {"key": "${KEY}"}}},
    )


@contextlib.contextmanager
def recorded(bot: Bot) -> Iterator[Reported]:
    """Record what becomes of a bot's events."""
    ring = Ring()
    with Recorder(bot, ring).open():
        yield Reported(bot, ring)


async def test_a_report_tells_what_each_plugin_is(quiz: Bot) -> None:
    with recorded(quiz) as reported:
        async with quiz:
            await quiz.say("!point ada")
            [plugin] = reported.take().plugins

    assert (plugin.name, plugin.version, plugin.state, plugin.kind) == (
        "quiz", "1.2", "enabled", "file"
    )  # fmt: skip
    assert len(plugin.digests[""]) == 32
    assert plugin.settings == {"rounds": "3", "key": "(Secret)", "title": "(str)"}
    assert plugin.values == {"scores['ada']": "'<secret>'"}
    assert "task ticker" in plugin.has_taken


async def test_a_report_tells_what_happened_last(quiz: Bot) -> None:
    with recorded(quiz) as reported:
        async with quiz:
            await quiz.say("!point ada")
            event = next(e for e in reported.take().events if e.event == "message")

    assert (event.emitter, event.data) == ("owner", "!point ada")
    assert any(line.startswith("quiz: !point answered after ") for line in event.handled)
    assert event.changes == ("quiz: scores['ada'] = '<secret>' (new)",)


async def test_faults_are_told_without_what_they_quote(quiz: Bot) -> None:
    with recorded(quiz) as reported:
        async with quiz:
            await quiz.say("!fail")
            report = reported.take()

    [fault] = report.plugins[0].faults
    assert fault.error == "ValueError: token=<secret> of <secret>"
    assert 'raise ValueError("token=<secret>' in fault.traceback
    assert "swordfish" not in json.dumps(dataclasses.asdict(report))
    assert report.masked["named secret"] > 0


@pytest.mark.parametrize("place", [200, 985, 1_000, 1_985, 2_000, 4_000, 4_985])
async def test_a_token_is_masked_where_a_text_is_cut(quiz: Bot, tmp_path: Path, place: int) -> None:
    write_plugin(tmp_path / "plugins", "keeper", KEEPER)
    text = "x " * (place // 2 - len(TOKEN) // 4) + TOKEN + " y" * 4_000
    line = LogLine(
        number=1, at=1.0, level="INFO", logger="rosey", plugin=None, event=None, text=text
    )
    with recorded(quiz) as reported:
        async with quiz:
            await quiz.say(text)
            await quiz.bus.emit("keep", text)
            await quiz.bus.emit("kept", {"said": [text]})
            told = json.dumps(dataclasses.asdict(reported.take(log=[line])))

    assert "ValueError: x x" in told
    assert [n for n in range(len(TOKEN) - 12) if TOKEN[n : n + 12] in told] == []


async def test_tasks_of_plugins_tell_where_they_wait(quiz: Bot) -> None:
    with recorded(quiz) as reported:
        async with quiz:
            await asyncio.sleep(0)
            [stack] = reported.take().stacks

    assert stack.name == "task ticker of quiz"
    assert "await asyncio.Event().wait()" in "\n".join(stack.lines)


async def test_what_is_too_much_is_left_out_and_counted(quiz: Bot) -> None:
    line = LogLine(
        number=1, at=1.0, level="INFO", logger="plugin.quiz", plugin="quiz", event=None, text="x"
    )
    with recorded(quiz) as reported:
        async with quiz:
            report = reported.take(log=[line] * 400)

    assert len(report.log) == 300
    assert report.left_out == {"log": 100}


async def test_a_report_of_a_bot_that_does_not_answer_has_what_is_beside_it() -> None:
    kept = Kept(events=(), log=(), threads=())

    report = report_of(None, kept, VERSIONS, Masking(str), "it is blocked")

    assert (report.bot, report.plugins, report.trouble) == (None, (), "it is blocked")


async def test_a_report_is_read_back_as_it_was(quiz: Bot) -> None:
    with recorded(quiz) as reported:
        async with quiz:
            await quiz.say("!fail")
            report = reported.take()

    assert built(BugReport, json.loads(json.dumps(dataclasses.asdict(report)))) == report


def test_threads_that_execute_no_code_of_ours_are_left_out() -> None:
    done = threading.Event()
    calls: list[Callable[[], object]] = [done.wait]
    thread = threading.Thread(target=calls[0], name="stranger")
    thread.start()
    try:
        assert "thread stranger" not in [stack.name for stack in stacks_of_threads()]
    finally:
        done.set()
        thread.join()
