"""The notebook's `bot`: awaited in cells, or asked for results."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bots import write_plugin
from tests.workbench.conftest import GREETER
from tests.workbench.kernel import Kernel


def test_a_call_can_be_awaited_or_asked_for_its_result(running: Kernel) -> None:
    running.run('a = await bot.say("!hello Ada")\nb = bot.say("!hello Bob").result()')

    assert running.value("a + b") == ["Hello, Ada!", "Hello, Bob!"]


def test_calls_go_together_with_asyncio(running: Kernel) -> None:
    running.run(
        "import asyncio\n"
        'a = await asyncio.gather(bot.say("!hello Ada"), bot.say("!hello Bob"))\n'
        'b = await asyncio.wait_for(bot.say("!hello Cleo"), 5)'
    )

    assert running.value("[*a, b]") == [["Hello, Ada!"], ["Hello, Bob!"], ["Hello, Cleo!"]]


def test_each_step_returns_how_the_plugin_is_then(running: Kernel) -> None:
    cell = running.run(
        "seen = [\n"
        '    await bot.disable("greeter"), await bot.enable("greeter"),\n'
        '    await bot.reload("greeter"), await bot.configure("greeter", times=3),\n'
        '    await bot.unload("greeter"), await bot.load("greeter"),\n'
        "]\n"
        "print(*[f'{p.state}:{p.reloads}' for p in seen])"
    )

    assert cell.stdout == "disabled:0 enabled:0 enabled:1 enabled:2 unloaded:2 enabled:0\n"


def test_events_and_messages_go_out(running: Kernel) -> None:
    cell = running.run(
        'report = await bot.emit("user_join", {"username": "Ada"})\n'
        'done = await bot.exchange("user_join", {"username": "Bob"})\n'
        'await bot.send_message("to all")\n'
        "print(report.handled[0].outcome, done.replies)"
    )

    assert cell.stdout == "handled ('Hello, Bob!',)\n"


def test_the_bot_and_what_it_tells_have_faces(running: Kernel) -> None:
    # Shown, not returned: Out would keep the bot.
    shown = running.run("display(bot)")
    assert shown.text.startswith("bot         running for")
    assert shown.html.partition(">")[2].startswith("<table>")
    assert running.run("bot.snapshot()").text.startswith("bot         running for")
    assert running.run('bot.plugin("greeter")').text.startswith("plugin       greeter")
    assert "greeter.welcome" in running.run('await bot.emit("user_join", {"username": "A"})').html


def test_a_failed_call_raises_what_is_wrong(running: Kernel, tmp_path: Path) -> None:
    (tmp_path / "plugins" / "greeter.py").write_text("1 / 0")

    cell = running.run(
        "from rosey.errors import PluginLoadError\n"
        "try:\n"
        '    await bot.reload("greeter")\n'
        "except PluginLoadError as error:\n"
        "    print(error.line, error.reason)"
    )

    assert cell.stdout == "1 ZeroDivisionError: division by zero\n"


def test_a_bot_that_is_stopped_says_so(running: Kernel) -> None:
    running.run("kept = bot\n%rosey stop")

    assert running.run("display(kept)").text == "this bot is stopped: %rosey start starts another"
    assert "RoseyError" in running.run('kept.say("hi")').traceback[-1]
    running.run("del kept")


def test_a_variable_of_the_users_own_is_never_overwritten(kernel: Kernel) -> None:
    kernel.run("bot = 'my own'")

    started = kernel.run("%rosey start").text
    kernel.run("%rosey status")

    assert started.endswith("your variable bot stays as it is; del bot, and it becomes the bot")
    assert kernel.value("bot") == "my own"
    kernel.run("del bot\n%rosey status")
    assert kernel.value("type(bot).__name__") == "BotFacade"


def test_a_variable_that_is_none_is_the_users_own_too(kernel: Kernel) -> None:
    kernel.run("bot = None\n%rosey start\n%rosey stop")

    assert kernel.value("bot is None") is True
    kernel.run("del bot")


def test_stop_leaves_what_the_user_has_put_in_its_place(running: Kernel) -> None:
    running.run("bot = 'my own'\n%rosey stop")

    assert running.value("bot") == "my own"
    running.run("del bot")


def test_kept_answers_keep_no_old_generation_alive(running: Kernel, tmp_path: Path) -> None:
    running.run(
        "import gc, weakref\n"
        "def serving():\n"
        "    return bot._bot.plugin_manager.get_plugin('greeter')\n"
        "old = weakref.ref(type(serving()))"
    )
    for line in (
        "info greeter",
        "say !hello",
        "emit user_join username=A",
        "state greeter",
        "list",
    ):
        running.run(f"%rosey {line}")
    for call in ('plugin("greeter")', 'reload("greeter")', 'emit("user_join", {"username": "A"})'):
        running.run(f"held = bot.{call}")
        running.run(f"bot.{call}")
    write_plugin(tmp_path / "plugins", "greeter", GREETER.replace("0.1.0", "0.2.0"))
    running.run("%rosey reload greeter")

    assert running.value("gc.collect() and None") is None
    assert running.value("old() is None") is True


def test_a_failed_reload_shown_as_one_line_keeps_no_code_alive(
    running: Kernel, tmp_path: Path
) -> None:
    write_plugin(
        tmp_path / "plugins",
        "greeter",
        """
        async def setup(self):
            import weakref, rosey_probe
            rosey_probe.seen = weakref.ref(self)
            raise RuntimeError("not yet")
        """,
    )
    running.run("import gc, sys, types; rosey_probe = types.ModuleType('rosey_probe')")
    running.run("sys.modules['rosey_probe'] = rosey_probe")

    assert "not yet" in running.run("%rosey reload greeter").stderr
    # The manager itself keeps the error that it was refused for; a good reload clears it.
    write_plugin(tmp_path / "plugins", "greeter", GREETER)
    running.run("%rosey reload greeter")
    running.run("gc.collect()")

    assert running.value("rosey_probe.seen() is None") is True
    running.run("del sys.modules['rosey_probe'], rosey_probe")


@pytest.mark.parametrize(
    "call",
    [
        "bot.snapshot()",
        "bot.plugin('greeter')",
        "bot.graph()",
        "bot.plugins.greeter.look()",
        "bot.plugins.greeter.state.greeted",
        "bot.reports.take('bug.json')",
        "bot.memory.leaks()",
        "bot.memory.forget()",
    ],
)
def test_the_bots_own_thread_is_told_what_to_use_instead(
    running: Kernel, tmp_path: Path, call: str
) -> None:
    running.run(f"async def inside(): {call}")

    error = running.run("bot.access.loop_for('').submit(inside()).result()").traceback[-1]

    assert "this is the bot's own thread, which would wait for itself" in error
    assert not (tmp_path / "bug.json").exists()
