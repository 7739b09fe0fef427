"""Tests of a plugin run in a process of their own, and what comes of them is told."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from rosey.bot import Bot
from rosey.rehearsal.twin import Twin, twin_of
from rosey.test_runs.model import TestOutcome, TestRun
from rosey.test_runs.running import Cell, run_tests
from tests.bots import bot_of, write_plugin

TALKER = """
class config_schema(ConfigSchema):
    word = fields.Str(load_default="Hello")

async def setup(self):
    self.count = await self.storage.get("count", 0)

@command("hello")
async def hello(self, ctx: CommandContext, by: int = 1):
    self.logger.info("somebody says hello")
    await self.storage.set("count", self.count + 1)
    await ctx.reply(self.config["word"] + "!" * (1 // by))
"""

ABSENT = "ModuleNotFoundError: No module named 'nothing_of_the_kind'"
FAULT = "ZeroDivisionError: integer division or modulo by zero"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot that runs, and whose settings were changed meanwhile."""
    write_plugin(tmp_path / "plugins", "talker", TALKER)
    async with bot_of(tmp_path / "plugins", storage=str(tmp_path / "data")) as bot:
        await bot.plugin_manager.configure_plugin("talker", {"word": "Ahoy"})
        yield bot


@pytest.fixture
def twin(bot: Bot) -> Twin:
    """What makes a copy of it."""
    return twin_of(bot, ["talker"])


async def run(twin: Twin, source: str, **options: Any) -> TestRun:  # noqa: ANN401  those of run_tests
    """Run a cell's tests; they begin in its second line."""
    body = "\n" + textwrap.dedent(source).lstrip("\n")
    return await run_tests("talker", twin, Cell(text=body, label="In [5]"), **options)


async def test_a_test_talks_to_a_copy_of_the_bot(bot: Bot, twin: Twin) -> None:
    done = await run(
        twin,
        """
        async def test_hello(bot):
            assert await bot.say("!hello") == ["Ahoy!"]
        """,
    )

    assert done.is_ok
    assert done.summary == "talker: 1 passed"
    assert await bot.storage.namespace("talker").get("count") is None


async def test_a_failure_is_told_with_its_line_and_what_was_compared(twin: Twin) -> None:
    done = await run(
        twin,
        """
        async def test_hello(bot):
            print("about to ask")
            assert await bot.say("!hello") == ["Hello!"]
        """,
    )

    [case] = done.cases
    assert (case.name, case.outcome) == ("test_hello", TestOutcome.FAILED)
    assert case.place == "In [5], line 4"
    assert case.reason == "AssertionError: assert ['Ahoy!'] == ['Hello!']"
    assert "In [5]:4: in test_hello" in case.detail
    assert "At index 0 diff: 'Ahoy!' != 'Hello!'" in case.detail
    assert "about to ask" in case.output
    assert "somebody says hello" in case.output


async def test_each_end_of_a_test_is_told_by_its_name(twin: Twin) -> None:
    done = await run(
        twin,
        """
        import pytest

        @pytest.mark.parametrize("by", [1, 0])
        async def test_hello(bot, by):
            await bot.say(f"!hello {by}")

        class TestMore:
            def test_skipped(self):
                pytest.skip("too early")

        @pytest.mark.xfail(reason="not done")
        def test_expected():
            assert 1 == 2

        @pytest.mark.xfail
        def test_unexpected():
            pass

        def test_fixture(nothing):
            pass
        """,
    )

    assert [(c.name, str(c.outcome), c.reason) for c in done.cases[:5]] == [
        ("test_hello[1]", "passed", ""),
        ("test_hello[0]", "failed", f"AssertionError: talker failed in !hello: {FAULT}"),
        ("TestMore.test_skipped", "skipped", "Skipped: too early"),
        ("test_expected", "xfailed", "not done"),
        ("test_unexpected", "xpassed", ""),
    ]
    assert done.cases[5].outcome is TestOutcome.ERROR
    assert done.cases[5].reason == "fixture 'nothing' not found"
    assert not done.is_ok


async def test_a_cell_that_does_not_compile_is_an_error_with_its_line(twin: Twin) -> None:
    done = await run(twin, "def test_hello(bot) pass")

    [case] = done.cases
    assert (case.name, case.outcome) == ("In [5]", TestOutcome.ERROR)
    assert f"{case.place}: {case.reason}" == "In [5], line 2: SyntaxError: expected ':'"
    assert case.detail.splitlines()[0] == '  File "In [5]", line 2'
    assert len(case.detail.splitlines()) == 4


async def test_a_cell_that_cannot_be_imported_is_an_error_with_its_line_alone(
    twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # as a notebook's kernel has it

    done = await run(twin, "import nothing_of_the_kind")

    [case] = done.cases
    assert f"{case.place}: {case.reason}" == f"In [5], line 2: {ABSENT}"
    assert case.detail == (
        f'  File "In [5]", line 2, in <module>\n    import nothing_of_the_kind\n{ABSENT}'
    )


@pytest.mark.parametrize(
    ("source", "trouble"),
    [
        ("raise SystemExit(3)", "In [5], line 2: SystemExit: 3"),
        ("raise KeyboardInterrupt", "In [5], line 2: KeyboardInterrupt"),
        (
            "def test_one(): raise KeyboardInterrupt\ndef test_two(): pass",
            "test_one stopped the tests: In [5], line 2: KeyboardInterrupt; 1 more did not run",
        ),
        (
            "import pytest\ndef test_one(): pytest.exit('enough')",
            "test_one stopped the tests: In [5], line 3: Exit: enough",
        ),
    ],
)
async def test_what_stops_all_tests_is_told_with_its_line_alone(
    twin: Twin, source: str, trouble: str
) -> None:
    done = await run(twin, source)

    assert (done.trouble, done.printed, done.is_ok) == (trouble, "", False)


async def test_a_cell_without_tests_is_no_trouble(twin: Twin) -> None:
    done = await run(twin, "x = 1")

    assert (done.summary, done.cases, done.trouble) == ("talker: no tests ran", (), "")


@pytest.mark.parametrize(
    "waits",
    ["while True: pass", "import asyncio; await asyncio.Event().wait()", "await bot.hangs()"],
)
async def test_a_test_that_hangs_is_ended_and_told_with_its_line(twin: Twin, waits: str) -> None:
    source = f"""
    def test_quick():
        pass

    async def test_endless(bot):
        import asyncio
        bot.hangs = asyncio.Event().wait
        {waits}

    def test_never():
        pass
    """
    done = await run(twin, source, test_s=2)

    assert [case.name for case in done.cases] == ["test_quick"]
    where = "it stands at In [5], line 8; 1 more did not run"
    assert done.trouble == f"test_endless took longer than 2 s: {where}"
    assert not done.is_ok


async def test_a_test_that_ends_the_process_is_named(twin: Twin) -> None:
    done = await run(twin, "import os\ndef test_exit():\n    os._exit(3)")

    assert done.trouble == "test_exit did not end: the copy's process ended with exit code 3"


async def test_pytest_that_fails_by_itself_tells_how(twin: Twin, tmp_path: Path) -> None:
    (tmp_path / "test_talker.py").write_text("def test_it(): pass", encoding="utf-8")
    (tmp_path / "conftest.py").write_text("def pytest_runtestloop(): 1 / 0", encoding="utf-8")

    done = await run_tests("talker", twin, [tmp_path / "test_talker.py"])

    assert done.trouble == "pytest itself failed"
    assert "ZeroDivisionError" in done.printed


async def test_options_that_pytest_does_not_know_are_told(twin: Twin, tmp_path: Path) -> None:
    (tmp_path / "test_talker.py").write_text("def test_it(): pass", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --nonsense", encoding="utf-8")

    done = await run_tests("talker", twin, [tmp_path / "test_talker.py"])

    assert (done.cases, done.trouble) == ((), "pytest cannot begin")
    assert "--nonsense" in done.printed


async def test_facts_come_while_the_tests_run(twin: Twin) -> None:
    facts: list[Any] = []

    await run(twin, "def test_one(): pass\ndef test_two(): pass", hear=facts.append)

    assert [next(iter(fact)) for fact in facts] == [
        "total", "begins", "case", "begins", "case", "ended"
    ]  # fmt: skip


async def test_a_run_that_is_cancelled_ends_its_process(twin: Twin) -> None:
    begun = asyncio.Event()
    source = "def test_endless():\n    while True: pass"

    def note(fact: Any) -> None:  # noqa: ANN401  plain values
        if "begins" in fact:
            begun.set()

    running = asyncio.create_task(run(twin, source, hear=note))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_files_are_run_as_they_stand(twin: Twin, tmp_path: Path) -> None:
    file = tmp_path / "test_talker.py"
    file.write_text(
        'async def test_hello(bot):\n    assert await bot.say("!hello") == ["Hello!"]\n',
        encoding="utf-8",
    )

    done = await run_tests("talker", twin, [file])

    assert done.origin == ("test_talker.py",)
    assert done.cases[0].place.endswith("test_talker.py, line 2")
    assert not (tmp_path / "__pycache__").exists()
