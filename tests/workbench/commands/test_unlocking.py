"""A bot in production is looked at, and changed by whoever has unlocked it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from blockbuster import BlockBuster

from rosey.errors import RoseyError, UsageError
from rosey.workbench.access.access import READ_ONLY
from rosey.workbench.access.audit import NAME
from rosey.workbench.calls import testing
from rosey.workbench.calls.cells import Cells
from rosey.workbench.calls.measuring import Measuring
from rosey.workbench.calls.memory import Memory
from rosey.workbench.calls.recordings import Recordings
from rosey.workbench.calls.reports import Reports
from rosey.workbench.calls.traces import Traces
from rosey.workbench.commands.table import COMMANDS
from rosey.workbench.facade.bot import BotFacade
from rosey.workbench.facade.handles import PluginHandle
from rosey.workbench.panel.attempt import answer_to
from rosey.workbench.session import Session
from tests.bots import write_plugin
from tests.workbench.conftest import GREETER

LOOKS = (
    *("status", "list", "info greeter", "help", "diff greeter", "events"),
    *("state greeter", "state greeter greeted", "state greeter --diff", "graph", "leaks greeter"),
    *("config greeter", "config greeter times=2 --check", "services", "commands", "log"),
    *("trace on", "trace off", "profile"),
)
CHANGES = (
    *("load greeter", "reload greeter", "enable greeter", "disable greeter", "unload greeter"),
    *("hold greeter", "step greeter", "step greeter --back", "resume greeter", "save greeter"),
    *("say !hello", "emit user_join username=Ada", "set greeter greeted=[]", "config --reload"),
    *("config greeter times=2", "profile greeter", "time greeter !hello", "prof greeter !hello"),
    *("replay chat.jsonl", "replay chat.jsonl --against greeter", "test greeter", "stop"),
    *("record chat.jsonl", "record --stop", "report bug.json"),
)
CALLS: dict[str, Callable[[Any], object]] = {
    "exchange": lambda bot: bot.exchange("user_join", {}),
    "say": lambda bot: bot.say("!hello"),
    "emit": lambda bot: bot.emit("user_join", {}),
    "send_message": lambda bot: bot.send_message("hello"),
    "define": lambda bot: bot.cells.define("other", "1"),
    "set": lambda bot: bot.plugins.greeter.set("greeted", []),
    "as_test": lambda bot: bot.recordings.as_test("chat.jsonl", "test_chat.py"),
}


@pytest.fixture
def production(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blockbuster: BlockBuster
) -> Iterator[Session]:
    """A session whose bot is served."""
    blockbuster.deactivate()  # it takes this thread for the bot's
    monkeypatch.chdir(tmp_path)
    write_plugin(tmp_path / "plugins", "greeter", GREETER)
    (tmp_path / "config.json").write_text('{"storage": "data"}')
    session = Session()
    session.is_served = True
    session.start()
    yield session
    session.stop()


def run(session: Session, line: str) -> str:
    return answer_to(session, f"%rosey {line}").text


def test_each_command_is_a_look_or_a_change() -> None:
    """Whoever adds one decides what it is, here and in its call."""
    # Two need a shell: their calls are tried below.
    others = {"start", "unlock", "lock", "panel", "edit", "plugin", "open"}
    on_a_line = {name for name in COMMANDS if name not in others}

    assert {line.partition(" ")[0] for line in (*LOOKS, *CHANGES)} == on_a_line


def test_looks_are_free(production: Session) -> None:
    for line in LOOKS:
        assert run(production, line), line
    assert "def greet" in production.bot.cells.source("greeter").result()


@pytest.mark.parametrize("line", CHANGES)
def test_a_change_is_refused(production: Session, line: str) -> None:
    before = production.standing()

    with pytest.raises(RoseyError, match=re.escape(READ_ONLY)):
        run(production, line)

    assert production.is_running
    assert production.standing() == before


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_changes_is_refused(production: Session, call: str) -> None:
    with pytest.raises(RoseyError, match=re.escape(READ_ONLY)):
        CALLS[call](production.bot)


def test_nothing_of_a_refused_change_has_happened(production: Session, tmp_path: Path) -> None:
    for line in ("say !hello", "emit user_join username=Ada", "set greeter greeted=[1]"):
        with pytest.raises(RoseyError):
            run(production, line)

    assert production.bot.plugins.greeter.state.greeted == []
    assert not (tmp_path / "data" / NAME).exists()


def test_unlocked_it_is_changed_until_it_is_locked(production: Session, tmp_path: Path) -> None:
    told = run(production, "unlock -m 5 greeter's stuck")
    run(production, "reload greeter")
    run(production, "say -u ann !hello")
    run(production, "config greeter times=2")

    assert re.fullmatch(r"PRODUCTION, unlocked: until \d\d:\d\d:\d\d, greeter's stuck", told)
    assert run(production, "status").startswith("PRODUCTION, unlocked: until")
    assert run(production, "lock") == f"PRODUCTION, read-only: {READ_ONLY_HOW}"
    with pytest.raises(RoseyError, match="read-only"):
        run(production, "reload greeter")
    noted = (tmp_path / "data" / NAME).read_text()
    whats = re.findall(r'"what": "([^"]+)"', noted)
    assert whats == [
        "unlock",
        "reload greeter",
        "say as 'ann' (guest): !hello",
        "set times of greeter",
        "lock",
    ]


READ_ONLY_HOW = "%rosey unlock REASON lets you change it"


def test_production_stands_over_the_bot_in_its_colour(production: Session) -> None:
    locked = answer_to(production, "%rosey status")
    run(production, "unlock why not")
    unlocked = answer_to(production, "%rosey status")

    assert locked.text.startswith(f"PRODUCTION, read-only: {READ_ONLY_HOW}\n")
    assert "background:#9c1c14" in locked.html
    assert "background:#ffb300" in unlocked.html
    assert repr(production.bot).startswith("PRODUCTION, unlocked")


def test_a_hostile_reason_is_no_markup(production: Session) -> None:
    answer = answer_to(production, "%rosey unlock <img src=x onerror=alert(1)>\x1b[2J")

    assert "<img" not in answer.html
    assert "\x1b" not in answer.text


@pytest.mark.parametrize(
    "line",
    ["unlock", "unlock -m 5", "unlock 5", "unlock -m 500 errors", "unlock -m", "unlock --so x"],
)
def test_a_line_that_does_not_unlock_says_why(production: Session, line: str) -> None:
    with pytest.raises(
        UsageError, match=r"say why|1 to 60 minutes|number of minutes|no option '--so'"
    ):
        run(production, line)

    assert production.bot.access.unlocked is None


def test_stop_needs_an_unlock_too(production: Session) -> None:
    run(production, "unlock it is to end")
    run(production, "stop")

    assert not production.is_running


def test_a_notebooks_own_bot_has_no_band(tmp_path: Path, production: Session) -> None:
    own = Session()
    (tmp_path / "own.json").write_text("{}")
    own.start("own.json")
    try:
        assert "PRODUCTION" not in run(own, "status")
        with pytest.raises(RoseyError, match="not in production: nothing of it is locked"):
            run(own, "unlock -m 5 to try it")
    finally:
        own.stop()
    assert production.is_running


LOOKING = {
    BotFacade: "check_config configuration edited failures graph log panel plugin redact snapshot "
    "standing troubles",
    PluginHandle: "as_typed changes log look paths search tree values",
    Cells: "diff modules running source",
    Measuring: "",
    Memory: "forget leaks",
    Recordings: "",
    Reports: "",
    testing.Tests: "",
    Traces: "audience chain following handler_places last of window",
}
CHANGING = {
    BotFacade: "configure disable emit enable exchange hold load reload reload_config resume say "
    "send_message step step_back unload",
    PluginHandle: "set set_text",
    Cells: "define save",
    Measuring: "profile time",
    Memory: "profile",
    Recordings: "as_test replay start stop",
    Reports: "take",
    testing.Tests: "run",
    Traces: "emit say",
}


@pytest.mark.parametrize("family", LOOKING)
def test_each_call_looks_or_asks_before_it_changes(family: type) -> None:
    """Whoever adds a call decides which it is; one that changes asks the access by itself."""
    calls = {
        name: call
        for name, call in vars(family).items()
        if inspect.isfunction(call) and not name.startswith("_")
    }
    changing = {*CHANGING[family].split()}

    assert {*calls} == {*LOOKING[family].split()} | changing
    asks = re.compile(r"\.(loop_for|require|_changed|_emit)\(")
    assert {name for name in calls if asks.search(inspect.getsource(calls[name]))} == changing
