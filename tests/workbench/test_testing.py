"""`%rosey test` and `%%rosey test`, in a real kernel."""

from __future__ import annotations

from pathlib import Path

from tests.workbench.kernel import Kernel

PASSING = """
async def test_hello(bot):
    assert await bot.say("!hello", user="ada") == ["Hello, ada!"]
"""

FAILING = """
async def test_hello(bot):
    replies = await bot.say("!hello", user="ada")
    assert replies == ["<b>Hello</b>"]
"""

ENDLESS = """
def test_endless():
    print("begun", flush=True)
    while True:
        pass
"""


def test_a_cell_of_tests_is_run_against_a_copy(running: Kernel) -> None:
    cell = running.run(f"%%rosey test greeter\n{PASSING}")

    assert cell.text.startswith("greeter: 1 passed in ")
    assert "test_hello" in cell.html
    assert running.value("_.value.is_ok") is True
    assert "ada" not in running.run("%rosey state greeter").text


def test_a_failure_names_the_line_of_the_cell(running: Kernel) -> None:
    cell = running.run(f"%%rosey test greeter\n{FAILING}")

    count = running.value("max(Out)")
    assert "greeter: 1 failed in " in cell.text
    assert f"In [{count}], line 5" in cell.text
    assert "E   AssertionError: assert ['Hello, ada!'] == ['<b>Hello</b>']" in cell.text
    assert "<b>" not in cell.html
    assert running.value("_.value.cases[0].is_ok") is False


def test_the_tests_of_a_plugin_stand_beside_it(running: Kernel, tmp_path: Path) -> None:
    (tmp_path / "plugins" / "test_greeter.py").write_text(PASSING, encoding="utf-8")

    assert running.run("%rosey test greeter").text.startswith("greeter: 1 passed in ")


def test_a_plugin_of_a_cell_is_tested_as_it_runs(running: Kernel) -> None:
    plugin = """
from rosey import Plugin, command

class Echo(Plugin):
    name = "echo"

    @command("echo")
    async def echo(self, ctx, *, text: str):
        await ctx.reply(text{})
"""
    test = """
async def test_echo(bot):
    assert await bot.say("!echo hi") == ["HI"]
"""
    running.run(f"%%rosey plugin echo\n{plugin.format('')}")
    assert running.run(f"%%rosey test echo\n{test}").text.startswith("echo: 1 failed in ")

    running.run(f"%%rosey plugin echo\n{plugin.format('.upper()')}")
    assert running.run(f"%%rosey test echo\n{test}").text.startswith("echo: 1 passed in ")


def test_without_tests_it_says_where_they_would_be(running: Kernel) -> None:
    cell = running.run("%rosey test greeter")

    assert cell.status == "error"
    assert "greeter has no tests: write test_greeter.py into one of plugins," in cell.stderr


def test_wrong_use_is_one_line(running: Kernel) -> None:
    assert "the name of a plugin is missing (usage: %rosey test NAME)" in (
        running.run("%rosey test").stderr
    )
    assert "the cell has no tests" in running.run("%%rosey test greeter\n\n").stderr
    assert "no plugin named 'greter'" in running.run(f"%%rosey test greter\n{PASSING}").stderr


def test_names_of_plugins_complete(running: Kernel) -> None:
    assert running.complete("%rosey test gr") == ["greeter"]
    assert running.complete("%%rosey test gr") == ["greeter"]


def test_an_interrupt_ends_the_tests_and_the_bot_goes_on(running: Kernel) -> None:
    cell = running.begin(f"%%rosey test greeter\ndef test_one(): pass\n{ENDLESS}")
    running.wait_for_output(cell, ".")
    running.interrupt()

    assert "interrupted" in running.finish(cell).stderr
    assert running.run("%rosey say !hello").text.startswith("Hello, owner!")


def test_what_the_facade_returns_shows_itself_alike(running: Kernel) -> None:
    cell = running.run(f"await bot.tests.run('greeter', {PASSING!r}, label='mine')")

    assert cell.text.startswith("greeter: 1 passed in ")
    assert "(mine)" in cell.text
