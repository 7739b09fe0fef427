"""Loading, reloading and unloading the extension; each test checks what is left behind."""

from __future__ import annotations

from pathlib import Path

from tests.workbench.kernel import Kernel


def test_a_second_load_changes_nothing(running: Kernel) -> None:
    running.run("%load_ext rosey")
    running.run("import rosey; rosey.load_ipython_extension(get_ipython())")

    assert running.run("%rosey say !hello").reply == "Hello, owner!"
    assert running.complete("%rosey rel") == ["reload"]


def test_reload_ends_the_bot_and_begins_anew(running: Kernel) -> None:
    running.run("%reload_ext rosey")

    assert running.run("%rosey").text.startswith("no bot runs")
    assert running.leftovers()["threads"] == []
    assert running.run("%rosey start").status == "ok"


def test_unload_takes_the_magic_and_the_bot_away(running: Kernel) -> None:
    running.run("%unload_ext rosey")

    assert running.run("%rosey").stderr.startswith("UsageError: Line magic function `%rosey` not")
    assert running.value("'bot' in globals()") is False


def test_the_extension_is_loaded_again_after_it_was_unloaded(running: Kernel) -> None:
    running.run("%unload_ext rosey\n%load_ext rosey\n%rosey start")

    assert running.run("%rosey say !hello").reply == "Hello, owner!"


def test_unload_without_load_does_nothing(bare: Kernel) -> None:
    assert bare.run("import rosey; rosey.unload_ipython_extension(get_ipython())").status == "ok"


def test_unload_leaves_a_variable_of_the_users_own(running: Kernel) -> None:
    running.run("bot = 'my own'\n%unload_ext rosey")

    assert running.value("bot") == "my own"
    running.run("del bot")


def test_levels_that_the_user_set_stay(bare: Kernel) -> None:
    bare.run("import logging; logging.getLogger('rosey').setLevel(logging.ERROR)")
    bare.run("%load_ext rosey\n%rosey start\n%unload_ext rosey")

    assert bare.value("logging.getLogger('rosey').level") == 40
    bare.run("logging.getLogger('rosey').setLevel(logging.NOTSET)")


def test_a_start_that_fails_leaves_nothing(kernel: Kernel, tmp_path: Path) -> None:
    before = kernel.leftovers()
    (tmp_path / "file").write_text("")
    (tmp_path / "config.json").write_text('{"storage": "file/inside"}')

    cell = kernel.run("%rosey start")

    assert cell.status == "error"
    assert cell.stderr.count("\n") == 1
    assert kernel.leftovers() == before
    (tmp_path / "config.json").unlink()
    assert kernel.run("%rosey start").status == "ok"


def test_what_plugins_log_and_drop_stays_out_of_cells(running: Kernel, tmp_path: Path) -> None:
    (tmp_path / "plugins" / "noisy.py").write_text(
        "import asyncio, logging\n"
        "from rosey import Plugin, on\n"
        "class Noisy(Plugin):\n"
        "    name = 'noisy'\n"
        "    @on('noise')\n"
        "    async def noise(self, event, data):\n"
        "        self.logger.error('loud')\n"
        "        self.logger.info('%d of them', 'not a number')\n"
        "        try:\n"
        "            1 / 0\n"
        "        except ZeroDivisionError:\n"
        "            self.logger.exception('caught')\n"
        "        ran = asyncio.Event()\n"
        "        loop = asyncio.get_running_loop()\n"
        "        loop.call_soon(lambda: [][0])\n"
        "        loop.call_soon(ran.set)\n"
        "        await ran.wait()\n"
    )
    running.run("%rosey load noisy")

    cell = running.run("%rosey emit noise")
    log = running.run("%rosey log").text

    assert (cell.stdout, cell.stderr, cell.status) == ("", "", "ok")
    assert "loud" in log
    assert "%d of them (its arguments do not fit: TypeError" in log
    assert "caught: ZeroDivisionError: division by zero" in log
    assert "noisy failed in callback" in log
    assert "IndexError: list index out of range" in log
