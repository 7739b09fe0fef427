"""`%rosey graph`: who needs whom, drawn in a notebook and told in a terminal."""

from __future__ import annotations

from pathlib import Path

from tests.bots import write_plugin
from tests.workbench.kernel import Kernel

FRIEND = """
dependencies = ["greeter"]

async def setup(self):
    self.get_service("greetings")

@command("wave")
async def wave(self, ctx):
    self.emit_event("user_join", {"username": "Ada"})
    await ctx.reply("done")
"""


def test_graph_shows_relations_as_they_are_seen(running: Kernel, tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "friend", FRIEND)
    running.run("%rosey load friend\n%rosey say !wave")

    cell = running.run("x = %rosey graph\nx")

    assert cell.text.splitlines() == [
        "friend (0.1.0 enabled)",
        "  needs greeter",
        "  uses greetings",
        "  emits user_join (heard by greeter)",
        "greeter (0.1.0 enabled)",
        "  provides greetings (used by friend)",
        "  hears user_join",
    ]
    assert "<svg" in cell.html
    assert running.value("[str(edge.relation) for edge in x.value.edges][:2]") == [
        "is heard by",
        "emits",
    ]


def test_graph_of_a_plugin_says_what_is_reloaded_with_it(running: Kernel, tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "friend", FRIEND)
    running.run("%rosey load friend")

    text = running.run("%rosey graph greeter").text
    assert text.startswith("reloading greeter reloads friend with it\n")
    assert running.value('bot.graph("friend").reloads') == ()


def test_wrong_use_is_told_in_one_line(running: Kernel) -> None:
    assert "did you mean greeter?" in running.run("%rosey graph greter").stderr
    assert "one word too many" in running.run("%rosey graph a b").stderr


def test_plugins_complete(running: Kernel) -> None:
    assert running.complete("%rosey graph gr") == ["greeter"]


def test_graph_keeps_no_generation_alive(running: Kernel) -> None:
    running.run(
        "import gc, weakref\n"
        "old = weakref.ref(bot._bot.plugin_manager.get_plugin('greeter'))\n"
        "kept = bot.graph()\n"
        "%rosey reload greeter"
    )

    assert running.value("gc.collect() and None") is None
    assert running.value("old() is None") is True
