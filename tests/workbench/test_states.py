"""`%rosey state` and `%rosey set`: what a running plugin keeps, seen and changed."""

from __future__ import annotations

from pathlib import Path

from tests.bots import write_plugin
from tests.workbench.conftest import GREETER
from tests.workbench.kernel import Kernel

KEEPER = """
version = "2.0"
state_version = 3

async def setup(self):
    self.scores = {"ann": 1, "<b>bob</b>": 2}
    self.word = "one"
    self.get_service("greetings")

@every(3600)
async def tick(self): ...

@on("boom")
async def boom(self, event, data):
    raise ValueError("no luck")

@command("keep")
async def keep(self, ctx):
    await self.storage.set("best", 5)
    await ctx.reply("kept")
"""


def keeping(kernel: Kernel, tmp_path: Path) -> Kernel:
    write_plugin(tmp_path / "plugins", "keeper", KEEPER)
    assert kernel.run("%rosey load keeper").status == "ok"
    return kernel


def test_state_shows_what_a_plugin_keeps_and_all_about_it(running: Kernel, tmp_path: Path) -> None:
    keeping(running, tmp_path).run("%rosey say !keep\n%rosey emit boom")
    cell = running.run("%rosey state keeper")

    lines = [" ".join(line.split()) for line in cell.text.splitlines()]
    assert lines[:4] == [
        "attribute value",
        "scores['ann'] 1",
        "scores['<b>bob</b>'] 2",
        "word 'one'",
    ]
    assert "state version 3" in lines
    assert "uses greetings" in lines
    assert "timers keeper.tick every 3600 s: due in 59 min 59 s" in lines
    assert "storage keys best" in lines
    assert any(line.endswith("keeper.boom at boom: ValueError: no luck") for line in lines)
    assert lines[-1].endswith("loaded; its state: none")
    assert "<b>bob" not in cell.html
    assert "&lt;b&gt;bob" in cell.html


def test_value_of_state_is_a_frozen_snapshot(running: Kernel) -> None:
    running.run("x = %rosey state greeter")

    assert running.value("dict(x.value.values)") == {"greeted": "[]"}
    assert running.value("x.value.plugin.name, x.value.uses, x.value.faults") == ("greeter", (), ())
    assert running.value("[served.why for served in x.value.history]") == ["loaded"]


def test_state_shows_one_value_by_its_path(running: Kernel, tmp_path: Path) -> None:
    cell = keeping(running, tmp_path).run("%rosey state keeper scores['ann']")

    assert cell.text.splitlines()[1:] == ["scores['ann']  1"]
    assert running.run("%rosey state keeper scores").text.splitlines()[1:] == [
        "scores['ann']         1",
        "scores['<b>bob</b>']  2",
    ]


def test_diff_shows_what_changed_since_the_last_look(running: Kernel) -> None:
    first = running.run("%rosey state greeter --diff").text
    running.run("%rosey say !hello Ada")
    second = running.run("x = %rosey state greeter --diff\nx").text
    third = running.run("%rosey state greeter --diff").text

    assert first == "this is the first look at greeter: the next one tells what has changed"
    assert [line.split() for line in second.splitlines()] == [
        ["attribute", "before", "now"],
        ["greeted[0]", "-", "'Ada'"],
    ]
    assert third == "nothing of greeter has changed since the last look"
    assert running.value("[c.path for c in x.value]") == ["greeted[0]"]


def test_a_plugin_that_keeps_nothing_says_so(running: Kernel, tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "empty")
    running.run("%rosey load empty")

    assert running.run("%rosey state empty").text.startswith("empty keeps nothing of its own\n")


def test_set_changes_the_plugin_that_runs_and_shows_old_and_new(
    running: Kernel, tmp_path: Path
) -> None:
    keeping(running, tmp_path)

    assert running.run("%rosey set keeper scores['ann']=5").text == "scores['ann']: 1 -> 5"
    assert running.run("%rosey set keeper scores.cleo = 7").text == "scores['cleo'] = 7 (new)"
    assert running.run("%rosey set keeper word=5").text == "word: 'one' -> '5'"
    assert running.run("%rosey state keeper scores['ann']").text.endswith("  5")


def test_wrong_use_is_told_in_one_line(running: Kernel, tmp_path: Path) -> None:
    keeping(running, tmp_path)
    told = {
        "state": "the name of a plugin is missing (usage: %rosey state NAME [PATH | --diff])",
        "state kepper": "no plugin named 'kepper' is known; did you mean keeper?",
        "state keeper score": "there is no score; did you mean scores?",
        "state keeper a b": "'a b' is no path: write queue[0].title or scores['ann']",
        "set keeper": "what to change is missing (usage: %rosey set NAME PATH=VALUE)",
        "set keeper word": "'word' is not of the form PATH=VALUE",
        "set keeper wort=1": "there is no wort; did you mean word?",
        "set keeper scores.ann=many": "'many' is no int: write JSON, and a text in quotes",
    }

    for line, error in told.items():
        cell = running.run(f"%rosey {line}")
        assert cell.status == "error"
        assert error in cell.stderr
        assert len(cell.stderr.splitlines()) == 1


def test_plugins_and_paths_complete(running: Kernel, tmp_path: Path) -> None:
    keeping(running, tmp_path)

    assert running.complete("%rosey state ke") == ["keeper"]
    assert running.complete("%rosey state keeper ") == [
        "--diff",
        "scores",
        "scores['ann']",
        "scores['<b>bob</b>']",
        "word",
    ]
    assert running.complete("%rosey set keeper scores['a") == ["scores['ann']="]
    assert running.run("%rosey state keeper --diff").text.startswith("this is the first look")


def test_history_tells_what_each_reload_did(running: Kernel, tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "greeter", GREETER.replace("0.1.0", "0.2.0"))
    running.run("%rosey reload greeter\n%rosey config greeter times=2")

    running.run("x = %rosey state greeter")

    assert running.value("[(g.version, g.why) for g in x.value.history]") == [
        ("0.1.0", "loaded"),
        ("0.2.0", "it was asked for"),
        ("0.2.0", "its settings changed"),
    ]
