"""A bot that is served: what reaches it, what ends it, and what does not."""

from __future__ import annotations

import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bots import write_plugin
from tests.served import STOP, Notebook, ServedBot, served

pytestmark = pytest.mark.timeout(120)

WITH_TEARDOWN = """
async def teardown(self):
    print("torn down")
"""

ENDLESS = """
async def teardown(self):
    import asyncio
    print("hangs")
    await asyncio.Event().wait()
"""

STUBBORN = """
print("begun")
while True:
    try:
        import time
        while True:
            time.sleep(60)
    except BaseException:
        pass
"""


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[ServedBot]:
    write_plugin(tmp_path / "plugins", "pet", WITH_TEARDOWN)
    with served(tmp_path) as running:
        yield running


@pytest.fixture
def notebook(bot: ServedBot) -> Iterator[Notebook]:
    with bot.client() as attached:
        yield attached


def test_a_notebook_that_attaches_has_the_live_bot(notebook: Notebook) -> None:
    assert "pet" in notebook.run("%rosey list")
    assert "running for" in notebook.run("bot")


@pytest.mark.parametrize(
    "code", ["exit", "quit()", "import sys; sys.exit()", "%unload_ext rosey", "%reload_ext rosey"]
)
def test_what_ends_another_kernel_is_refused(code: str, notebook: Notebook) -> None:
    assert "%rosey stop stops it" in notebook.run(code)
    assert "pet" in notebook.run("%rosey list")


def test_loading_the_extension_again_changes_nothing(notebook: Notebook) -> None:
    notebook.run("%load_ext rosey")

    assert "pet" in notebook.run("%rosey list")


def test_a_shutdown_request_is_answered_and_refused(notebook: Notebook) -> None:
    reply = notebook.ask("shutdown_request")

    assert reply["status"] == "error"
    assert "%rosey stop" in str(reply["evalue"])
    assert "pet" in notebook.run("%rosey list")


def test_stop_ends_the_process(bot: ServedBot, notebook: Notebook) -> None:
    assert "the bot is stopped" in notebook.run(STOP)

    assert bot.end() == 0
    assert not bot.file.exists()
    assert "torn down" in bot.rest()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("busy", ["", "import asyncio\nawait asyncio.Event().wait()"])
def test_a_signal_stops_the_bot(
    number: signal.Signals, busy: str, bot: ServedBot, notebook: Notebook
) -> None:
    notebook.begin(f"print('begun')\n{busy}", "begun")

    bot.process.send_signal(number)

    assert bot.end() == 0
    assert not bot.file.exists()
    assert "torn down" in bot.rest()


def test_a_cell_that_cannot_be_interrupted_does_not_keep_the_process(
    bot: ServedBot, notebook: Notebook
) -> None:
    sockets = Path(notebook.client.ip).parent
    notebook.begin(STUBBORN, "begun")

    bot.process.send_signal(signal.SIGTERM)

    assert bot.end() == 0
    assert not sockets.exists()
    assert not bot.file.exists()
    assert "torn down" in bot.rest()


def test_a_second_signal_does_not_wait_for_a_plugin_that_hangs(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "pet", ENDLESS)
    with served(tmp_path) as bot:
        bot.process.send_signal(signal.SIGTERM)
        bot.wait_for("hangs")

        bot.process.send_signal(signal.SIGTERM)

        assert bot.end() == 0


@pytest.mark.parametrize(
    "busy", ["while True: time.sleep(60)", "await __import__('asyncio').Event().wait()"]
)
def test_an_interrupt_ends_the_cell_and_nothing_else(busy: str, notebook: Notebook) -> None:
    for _ in range(3):
        cell = notebook.begin(f"import time\nprint('begun')\n{busy}", "begun")

        assert notebook.ask("interrupt_request")["status"] == "ok"

        assert notebook.status(cell) in {"KeyboardInterrupt", "CancelledError"}
    assert "pet" in notebook.run("%rosey list")


def test_an_interrupt_of_an_idle_kernel_changes_nothing(notebook: Notebook) -> None:
    for _ in range(20):
        notebook.ask("interrupt_request")

    assert "pet" in notebook.run("%rosey list")


def test_the_bot_answers_while_a_cell_is_busy(tmp_path: Path) -> None:
    with served(tmp_path, "--connection", "console") as bot, bot.client() as notebook:
        notebook.begin("print('begun')\nimport time\ntime.sleep(600)", "begun")

        assert bot.ask("!help") == "Commands:\n"


def test_the_end_of_the_connection_is_that_of_the_process(tmp_path: Path) -> None:
    with served(tmp_path, "--connection", "console") as bot:
        out, _ = bot.process.communicate("!help\n")

        assert "!help" in out
        assert bot.end() == 0
        assert not bot.file.exists()


def test_cells_write_into_the_notebook_and_the_bot_into_the_log(
    bot: ServedBot, notebook: Notebook
) -> None:
    assert "from a cell" in notebook.run("print('from a cell')")
    notebook.run("import logging; logging.getLogger('rosey').warning('into the log')")
    notebook.run(STOP)

    bot.end()

    assert bot.process.stdout is not None
    assert bot.process.stdout.read() == ""
    rest = bot.rest()
    assert "into the log" in rest
    assert "from a cell" not in rest


def test_nobody_else_can_reach_it(bot: ServedBot, notebook: Notebook) -> None:
    sockets = Path(notebook.client.ip).parent

    assert notebook.client.transport == "ipc"
    assert stat.S_IMODE(bot.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(bot.file.parent.stat().st_mode) == 0o700
    assert not sockets.stat().st_mode & 0o077
    notebook.run(STOP)
    bot.end()
    assert not sockets.exists()


def test_settings_and_startup_files_of_ipython_are_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True)
    monkeypatch.setenv("IPYTHONDIR", str(profile.parent))
    for file in ("ipython_kernel_config.py", "startup/first.py"):
        (profile / file).write_text(f"open({str(tmp_path / 'executed')!r}, 'a').close()")

    with served(tmp_path):
        assert not (tmp_path / "executed").exists()
