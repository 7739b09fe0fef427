"""`bot.plugins`: handles that read live, survive reloads and keep no generation alive."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from rosey.workbench.crossing.looks import LOOK_S
from tests.bots import write_plugin
from tests.workbench.conftest import GREETER
from tests.workbench.kernel import Kernel

KEEPER = """
async def setup(self):
    self.scores = {"ann": 1}
    self.games = [Game("maths")]
    self.by_name = {"maths": self.games[0]}
    self._hidden = 1
    self.long = [self.games[0], *range(1500)]
    self.placed = {(n, n): self.games[0] for n in range(1500)}
    self.met = {self.games[0], 7}

@property
def total(self):
    raise AssertionError
"""

HEAD = "class Game:\n    def __init__(self, title):\n        self.title = title\n\n\n"


def keeping(kernel: Kernel, tmp_path: Path) -> Kernel:
    path = write_plugin(tmp_path / "plugins", "keeper", KEEPER)
    path.write_text(path.read_text().replace("class keeper", f"{HEAD}class keeper"))
    assert kernel.run("%rosey load keeper").status == "ok"
    return kernel


def test_plugins_are_reached_by_name(running: Kernel, tmp_path: Path) -> None:
    keeping(running, tmp_path)

    assert running.value("[*bot.plugins], len(bot.plugins), 'keeper' in bot.plugins") == (
        ["greeter", "keeper"],
        2,
        True,
    )
    assert running.value("bot.plugins.keeper.name, bot.plugins['greeter'].info.version") == (
        "keeper",
        "0.1.0",
    )
    assert running.run("display(bot.plugins)").text == "<plugins: greeter, keeper>"
    assert running.run("bot.plugins.keeper").text.startswith("<plugin keeper:")


def test_unknown_plugin_is_refused_with_the_nearest(running: Kernel) -> None:
    assert "did you mean greeter?" in running.run("bot.plugins.greter").traceback[-1]
    assert "did you mean greeter?" in running.run("bot.plugins['greter']").traceback[-1]
    assert running.value("hasattr(bot.plugins, 'greter'), hasattr(bot.plugins, '_x')") == (
        False,
        False,
    )


def test_plain_state_is_read_live_as_a_copy(running: Kernel, tmp_path: Path) -> None:
    keeping(running, tmp_path)
    running.run("mine = bot.plugins.keeper.state.scores\nmine['bob'] = 2")

    assert running.value("bot.plugins.keeper.state.scores") == {"ann": 1}
    running.run("%rosey set keeper scores.cleo=3")
    assert running.value("bot.plugins.keeper.state['scores']") == {"ann": 1, "cleo": 3}


def test_what_is_not_plain_is_read_on_by_a_further_handle(running: Kernel, tmp_path: Path) -> None:
    keeping(running, tmp_path).run("state = bot.plugins.keeper.state\ngames = state.games")

    assert running.value("games[0].title, games[-1].title, len(games)") == ("maths", "maths", 1)
    assert running.value("[game.title for game in games]") == ["maths"]
    assert running.value("[*state.by_name], state.by_name.maths.title") == (["maths"], "maths")
    assert running.value("[*state], len(state)") == (
        ["scores", "games", "by_name", "_hidden", "long", "placed", "met"],
        7,
    )
    assert running.value("state._hidden") == 1
    shown = running.run("games")
    assert shown.text.splitlines()[1:] == ["games[0].title  'maths'"]
    assert "<table>" in shown.html


def test_large_containers_and_those_of_any_key_are_read_whole(
    running: Kernel, tmp_path: Path
) -> None:
    keeping(running, tmp_path).run("state = bot.plugins.keeper.state")

    assert running.value("len(state.long), [*state.long][1:] == [*range(1500)]") == (1501, True)
    assert running.value("len(state.placed), [*state.placed][-1]") == (1500, (1499, 1499))
    assert running.value("state.placed[7, 7].title") == "maths"
    assert running.value(
        "len(state.met), 7 in state.met, {type(m) for m in state.met} == {int, str}"
    ) == (2, True, True)


def test_wrong_reads_say_what_there_is(running: Kernel, tmp_path: Path) -> None:
    keeping(running, tmp_path).run("state = bot.plugins.keeper.state")

    assert "there is no score; did you mean scores?" in running.run("state.score").traceback[-1]
    assert "there is no games[1]; there is games[0]" in running.run("state.games[1]").traceback[-1]
    assert "total is not stored" in running.run("state.total").traceback[-1]
    assigned = running.run("state.scores = 5").traceback[-1]
    assert "use bot.plugins.keeper.set('scores', 5)" in assigned


def test_wrong_read_shows_nothing_of_the_bots_loop(running: Kernel, tmp_path: Path) -> None:
    keeping(running, tmp_path)

    traceback = "\n".join(running.run("bot.plugins.keeper.state.score").traceback)

    assert "live_state.py" in traceback
    assert "loop.py" not in traceback
    assert "concurrent" not in traceback


def test_copy_of_what_is_read_on_reads_on_too(running: Kernel, tmp_path: Path) -> None:
    keeping(running, tmp_path).run("import copy\ncopied = copy.copy(bot.plugins.keeper.state)")

    assert running.value("copied.scores, copy.deepcopy(copied).games[0].title") == (
        {"ann": 1},
        "maths",
    )


def test_set_takes_plain_data_alone(running: Kernel, tmp_path: Path) -> None:
    keeping(running, tmp_path).run("class Mine: pass")

    cell = running.run("bot.plugins.keeper.set('scores', Mine())")
    assert "that is no plain data: give numbers, texts" in cell.traceback[-1]


def test_set_and_log_work_by_the_handle(running: Kernel, tmp_path: Path) -> None:
    keeping(running, tmp_path).run("keeper = bot.plugins.keeper")

    assert running.run("print(keeper.set('scores.ann', 4))").stdout == "scores['ann']: 1 -> 4\n"
    assert "did you mean scores" in running.run("keeper.set('score.ann', 4)").traceback[-1]
    assert running.value("keeper.paths()[:2]") == ("scores", "scores['ann']")
    assert running.value("dict(keeper.values('games[0]'))") == {"games[0].title": "'maths'"}
    assert running.value("[line['plugin'] for line in keeper.log(1).records()]") == ["keeper"]


def test_tree_has_the_branches_of_what_is_opened(running: Kernel, tmp_path: Path) -> None:
    keeping(running, tmp_path).run("tree = bot.plugins.keeper.tree(['games', 'games[0]'], most=6)")

    assert running.value("[(b.path, b.text, b.size) for b in tree.branches][1:5]") == [
        ("games", "<list of 1>", 1),
        ("games[0]", "<Game>", 1),
        ("games[0].title", "'maths'", 0),
        ("by_name", "<dict of 1>", 1),
    ]
    assert running.value("bot.plugins.keeper.tree().total, tree.total") == (7, 9)
    shown = running.run("display(tree)").text.splitlines()
    assert [line.split() for line in shown[:4]] == [
        ["6", "of", "9", "rows,", "from", "row", "0"],
        ["attribute", "value"],
        ["▸", "scores", "<dict", "of", "1>"],
        ["▾", "games", "<list", "of", "1>"],
    ]
    assert shown[4].startswith("  ▾ [0]")
    assert running.run("display(bot.plugins.keeper.tree())").reply.startswith("attribute")


def test_value_is_offered_as_it_would_be_typed(running: Kernel, tmp_path: Path) -> None:
    keeping(running, tmp_path).run("keeper = bot.plugins.keeper")

    assert running.value("keeper.as_typed('scores'), keeper.as_typed('games')") == (
        '{"ann": 1}',
        None,
    )
    running.run("keeper.set_text('games[0].title=' + keeper.as_typed('games[0].title') + '!')")
    assert running.value("keeper.state.games[0].title") == "maths!"


def test_handle_survives_reloads_and_says_when_its_plugin_is_gone(
    running: Kernel, tmp_path: Path
) -> None:
    running.run("greeter = bot.plugins.greeter\nstate = greeter.state\n%rosey say !hello Ada")
    write_plugin(tmp_path / "plugins", "greeter", GREETER.replace("0.1.0", "0.2.0"))
    running.run("%rosey reload greeter\n%rosey say !hello Bob")

    assert running.value("state.greeted, greeter.info.version") == (["Bob"], "0.2.0")
    running.run("%rosey unload greeter")
    gone = "no plugin named 'greeter' is loaded"
    assert gone in running.run("state.greeted").traceback[-1]
    assert running.run("state").text == gone
    assert running.value("str(greeter.info.state)") == "unloaded"


def test_handles_keep_no_generation_alive(running: Kernel, tmp_path: Path) -> None:
    keeping(running, tmp_path)
    running.run(
        "import gc, weakref\n"
        "old = weakref.ref(bot._bot.plugin_manager.get_plugin('keeper'))\n"
        "state = bot.plugins.keeper.state\n"
        "kept = [state, state.games, state.games[0], state.scores, bot.plugins.keeper.look()]\n"
        "state.games"
    )
    running.run("%rosey reload keeper")

    assert running.value("gc.collect() and None") is None
    assert running.value("old() is None") is True
    assert running.value("kept[2].title") == "maths"


def test_names_complete_with_tab(running: Kernel, tmp_path: Path) -> None:
    keeping(running, tmp_path)

    assert "bot.plugins.keeper" in running.completed("bot.plugins.ke")
    assert "bot.plugins.keeper.state" in running.completed("bot.plugins.keeper.st")
    assert "bot.plugins.keeper.state.scores" in running.completed("bot.plugins.keeper.state.sc")
    assert "bot.plugins.keeper.state.games[0].title" in running.completed(
        "bot.plugins.keeper.state.games[0].ti"
    )
    assert "bot.plugins['keeper" in running.completed("bot.plugins['ke")


BLOCKER = """
@on("block")
async def block(self, event, data):
    import pathlib, time
    while not pathlib.Path("go-on").exists():
        time.sleep(0.01)
"""


@pytest.mark.parametrize("typed", ["state.games[0].", "state['games'][0].", "state.games["])
def test_tab_waits_but_a_moment_for_a_bot_that_is_blocked(
    running: Kernel, tmp_path: Path, typed: str
) -> None:
    keeping(running, tmp_path)
    write_plugin(tmp_path / "plugins", "blocker", BLOCKER)
    running.run("%rosey load blocker\nblocked = bot.emit('block')")

    began_s = time.monotonic()
    offered = running.completed(f"bot.plugins.keeper.{typed}")
    took_s = time.monotonic() - began_s

    (tmp_path / "go-on").touch()
    assert running.run("await blocked; del blocked").status == "ok"
    assert (offered, took_s < LOOK_S) == ([f"bot.plugins.keeper.{typed}"], True)
