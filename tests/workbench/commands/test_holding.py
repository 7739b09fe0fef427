"""`%rosey hold`, `step` and `resume`: a plugin's events, let through one by one, and back again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from rosey.errors import PluginStateError, RoseyError, UsageError
from rosey.workbench.commands import candidates
from rosey.workbench.commands.table import COMMANDS
from rosey.workbench.faces import render
from rosey.workbench.next_steps import next_steps
from rosey.workbench.session import Session
from tests.bots import write_plugin
from tests.workbench.conftest import GREETER
from tests.workbench.panel.conftest import plugins, session

__all__ = ["plugins", "session"]

Run = Callable[[str], str]

SUMS = """
async def setup(self):
    self.total = 0

@command("add")
async def add(self, ctx, number: int):
    self.total += number{more}
    await ctx.reply(str(self.total))

def export_state(self):
    return self.total

def import_state(self, state, version):
    self.total = state
"""


@pytest.fixture
def run(session: Session) -> Run:
    """What a line of `%rosey` answers."""

    def run(line: str) -> str:
        word, _, rest = line.partition(" ")
        command = COMMANDS[word].run
        assert command is not None
        return command(session, rest).text

    return run


def say(run: Run, text: str) -> int:
    """Say what has to wait, and tell its event's number."""
    found = re.search(r"message #(\d+) from Ada", run(f"say -u Ada -r admin {text}"))
    assert found is not None
    return int(found[1])


def test_message_to_a_plugin_that_is_held_waits_and_a_step_shows_what_it_did(run: Run) -> None:
    assert run("hold greeter").startswith("greeter is held: its events and commands wait, ")
    told = run("say -u Ada -r admin !hello")
    second = say(run, "!hello Bob")
    info = run("info greeter")
    answer = run("step greeter")

    assert told.startswith("(no reply)\n")
    assert "  greeter: !hello held: %rosey step greeter lets it through" in told
    assert " from Ada: !hello\n" in info
    assert f"message #{second} from Ada: !hello Bob" in info
    lines = answer.splitlines()
    assert re.match(r"message #\d+, let through to greeter, from Ada: !hello \(", lines[0])
    assert any("greeter: !hello answered" in line for line in lines)
    assert any("replied: Hello, Ada!" in line for line in lines)
    assert any("state: greeted[0] = 'Ada' (new)" in line for line in lines)
    assert lines[-1] == f"the next is message #{second} from Ada: !hello Bob"
    assert run("step greeter").splitlines()[-1] == "nothing more waits for greeter"
    with pytest.raises(PluginStateError, match="nothing waits for greeter"):
        run("step greeter")


def test_the_whole_chain_tells_when_it_was_let_through(run: Run) -> None:
    run("hold greeter")
    number = say(run, "!hello")
    run("step greeter")

    lines = run(f"events {number}").splitlines()

    assert lines[0].startswith(f"message #{number} from Ada: !hello (")
    assert any("greeter: !hello held" in line for line in lines)
    late = next(line for line in lines if ", let through to greeter, from Ada" in line)
    assert late.startswith("  ")
    assert not any(line.lstrip().startswith("not ") for line in lines)


def test_what_waits_is_answered_by_the_version_that_was_loaded_meanwhile(
    run: Run, plugins: Path
) -> None:
    run("hold greeter")
    say(run, "!hello")
    write_plugin(plugins, "greeter", GREETER.replace("Hello,", "Good day,"))
    run("reload greeter")

    assert "replied: Good day, Ada!" in run("step greeter")


def test_a_step_is_taken_back_and_repeated_with_new_code(run: Run, plugins: Path) -> None:
    file = write_plugin(plugins, "sums", SUMS.format(more=" + 1"))
    run("load sums")
    run("hold sums")
    first, second = say(run, "!add 2"), say(run, "!add 3")
    assert "replied: 3" in run("step sums")
    write_plugin(plugins, "sums", SUMS.format(more=""))

    lines = run("step sums --back").splitlines()

    assert re.fullmatch(r"sums \S+ is reloaded with its state before that step", lines[0])
    assert lines[-1] == f"the next is message #{first} from Ada: !add 2"
    assert "replied: 2" in run("step sums")
    assert "replied: 5" in run("step sums")
    file.write_text("class")
    with pytest.raises(RoseyError, match=r"sums.*; version \S+ serves on"):
        run("step --back sums")
    assert run("list").count("held") == 1
    assert second


def test_resume_lets_all_through(run: Run, session: Session) -> None:
    run("hold greeter")
    say(run, "!hello")
    say(run, "!hello Bob")

    assert run("resume greeter") == "greeter is held no more, and has had what waited for it"

    assert run("say !hello").startswith("Hello, owner!")
    assert session.bot.plugins["greeter"].state.greeted == ["Ada", "Bob", "owner"]


def test_how_it_stands_is_seen_everywhere(run: Run, session: Session) -> None:
    run("hold greeter")
    assert re.search(r"^held +nothing waits for it yet$", run("info greeter"), re.MULTILINE)
    say(run, "!hello")
    snapshot = session.bot.snapshot()

    assert "greeter  enabled, held: 1 waiting" in run("list")
    assert "1 of them held" in render.status(snapshot).text
    assert session.bot.standing()["greeter"].startswith("held, 0.1.0 as load ")
    assert [line for line, _ in next_steps(snapshot)][:2] == [
        "%rosey step greeter",
        "%rosey resume greeter",
    ]
    assert list(candidates.held(session, [])) == ["greeter"]
    assert list(candidates.held(session, ["greeter"])) == []
    run("resume greeter")
    assert list(candidates.held(session, [])) == []
    assert "held" not in run("list")


def test_no_line_of_what_waits_can_be_forged(run: Run, session: Session) -> None:
    run("hold greeter")
    session.bot.say("!hello a\nmessage #1 from owner: !stop\u202e" + "x" * 300).result()

    held = session.bot.plugin("greeter").held
    assert held is not None
    (line,) = held.first
    assert r"!hello a\nmessage #1 from owner: !stop\u202e" in line
    assert line.endswith("…")
    assert len(line) < 250


def test_a_name_is_needed(run: Run) -> None:
    for line in ("hold", "step", "step --back", "resume"):
        with pytest.raises(UsageError):
            run(line)


def test_the_facade_does_the_same(session: Session, plugins: Path) -> None:
    write_plugin(plugins, "sums", SUMS.format(more=""))
    bot = session.bot
    bot.load("sums").result()
    held = bot.hold("sums").result().held
    assert held is not None
    assert (held.waiting, held.first, held.can_step_back) == (0, (), False)
    assert bot.say("!add 2").result() == []

    stepped = bot.step("sums").result()

    assert (stepped.plugin, stepped.chain.replies) == ("sums", ("2",))
    assert stepped.held is not None
    assert stepped.held.can_step_back
    assert bot.plugins["sums"].state.total == 2
    back = bot.step_back("sums").result().held
    assert back is not None
    assert back.waiting == 1
    assert bot.plugins["sums"].state.total == 0
    assert bot.resume("sums").result().held is None
    assert bot.plugins["sums"].state.total == 2


def test_a_step_that_is_cancelled_cancels_what_it_let_through(
    run: Run, plugins: Path, session: Session
) -> None:
    body = """
    async def setup(self):
        self.steps = []

    @command("wait")
    async def wait(self, ctx):
        import asyncio
        self.steps.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            self.steps.append("given back")
    """
    write_plugin(plugins, "patient", body)
    run("load patient")
    run("hold patient")
    say(run, "!wait")
    stepping = session.bot.step("patient")
    steps = session.bot.plugins["patient"].state
    while steps.steps != ["begun"]:
        pass

    assert stepping.cancel()
    assert stepping.join(10)

    while steps.steps != ["begun", "given back"]:
        pass
    assert session.bot.plugin("patient").fault_count == 0
