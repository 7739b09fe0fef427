"""The bot beside busy, interrupted, ending and restarted kernels."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bots import write_plugin
from tests.workbench.kernel import Kernel

CLERK = """
async def setup(self):
    await self.storage.set("began", 1)

async def teardown(self):
    import asyncio, pathlib
    await self.storage.set("ended", 1)
    await asyncio.to_thread(pathlib.Path("torn-down").write_text, "yes")
"""

TICKER = """
async def setup(self):
    self.ticks = 0

@every(0.01)
async def tick(self):
    self.ticks += 1
    if self.ticks == 20:
        self.bot.released.set()
"""

SLOW = """
async def setup(self):
    import asyncio, pathlib
    self.on_close(lambda: pathlib.Path("given-back").write_text("yes"))
    pathlib.Path("entered").write_text("yes")
    await asyncio.Event().wait()
"""

PATIENT = """
@command("wait")
async def wait(self, ctx: CommandContext):
    import asyncio, pathlib
    self.steps = ["begun"]
    pathlib.Path("entered").write_text("yes")
    try:
        await asyncio.Event().wait()
    finally:
        self.steps.append("given back")
"""

BLOCKER = """
@command("block")
async def block(self, ctx: CommandContext):
    import pathlib
    pathlib.Path("entered").write_text("yes")
    self.bot.gate.wait()
"""

LEAVER = """
async def teardown(self):
    import asyncio, pathlib
    pathlib.Path("entered").write_text("yes")
    await asyncio.to_thread(self.bot.gate.wait)
"""


@pytest.fixture
def entered(tmp_path: Path) -> Path:
    """What a plugin writes to and a test reads from: each waits there for the other."""
    pipe = tmp_path / "entered"
    os.mkfifo(pipe)
    return pipe


@pytest.fixture
def own_kernel(tmp_path: Path) -> Iterator[Kernel]:
    """A kernel of the test's own, with `%rosey`, in the test's folder."""
    with Kernel(tmp_path) as kernel:
        kernel.run("%load_ext rosey")
        yield kernel


def test_a_busy_cell_does_not_stop_the_bot(kernel: Kernel, tmp_path: Path) -> None:
    kernel.run("%rosey start\nimport threading; bot._bot.released = threading.Event()")
    write_plugin(tmp_path / "plugins", "ticker", TICKER)

    cell = kernel.run("%rosey load ticker\nprint(bot._bot.released.wait(10))")

    assert cell.stdout == "True\n"


def test_an_interrupt_cancels_what_a_magic_waits_for(
    kernel: Kernel, tmp_path: Path, entered: Path
) -> None:
    kernel.run("%rosey start")
    write_plugin(tmp_path / "plugins", "slow", SLOW)

    under_way = kernel.begin("%rosey load slow\nprint('never')")
    entered.read_text()
    kernel.interrupt()
    cell = kernel.finish(under_way)

    assert cell.status == "error"
    assert cell.stderr == (
        "UsageError: interrupted: what was under way is cancelled; "
        "slow is failed; all others are as they were\n"
    )
    assert "never" not in cell.stdout
    assert (tmp_path / "given-back").exists()
    assert "slow     failed" in kernel.run("%rosey list").text
    assert kernel.run("%rosey say !hello").reply == "Hello, owner!"
    write_plugin(tmp_path / "plugins", "slow")
    assert kernel.run("%rosey reload slow").status == "ok"


def test_an_interrupted_unload_says_that_it_goes_on(
    kernel: Kernel, tmp_path: Path, entered: Path
) -> None:
    write_plugin(tmp_path / "plugins", "leaver", LEAVER)
    kernel.run("%rosey start\nimport threading\nbot._bot.gate = threading.Event()")

    under_way = kernel.begin("%rosey unload leaver")
    entered.read_text()
    kernel.interrupt()

    assert "; leaver is being unloaded; " in kernel.finish(under_way).stderr
    kernel.run("bot._bot.gate.set()")


def test_an_interrupted_start_leaves_nothing(kernel: Kernel, tmp_path: Path, entered: Path) -> None:
    before = kernel.leftovers()
    write_plugin(tmp_path / "plugins", "slow", SLOW)

    under_way = kernel.begin("%rosey start")
    entered.read_text()
    kernel.interrupt()

    assert kernel.finish(under_way).stderr.startswith("UsageError: interrupted")
    assert kernel.leftovers() == before
    write_plugin(tmp_path / "plugins", "slow")
    assert kernel.run("%rosey start").status == "ok"


def test_a_blocked_bot_is_named_with_the_line_that_blocks_it(
    kernel: Kernel, tmp_path: Path, entered: Path
) -> None:
    file = write_plugin(tmp_path / "plugins", "blocker", BLOCKER)
    line = file.read_text().splitlines().index("        self.bot.gate.wait()") + 1
    kernel.run("%rosey start\nimport threading\nbot._bot.gate = threading.Event()")

    under_way = kernel.begin("%rosey say !block")
    entered.read_text()
    kernel.interrupt()
    interrupted = kernel.finish(under_way).stderr
    looked = kernel.run("bot._looks.at(lambda: 0, 0.1)")
    kernel.run("bot._bot.gate.set()")

    assert interrupted.endswith(
        f"is cancelled (plugins/blocker.py:{line}); no plugin was loaded, changed or unloaded\n"
    )
    assert f"for 0.1 s: a plugin blocks it (plugins/blocker.py:{line})" in looked.traceback[-1]
    assert kernel.run("%rosey say !hello").reply == "Hello, owner!"


def test_a_bot_that_is_blocked_is_unloaded_all_the_same(
    own_kernel: Kernel, tmp_path: Path, entered: Path
) -> None:
    write_plugin(tmp_path / "plugins", "blocker", BLOCKER)
    own_kernel.run("%rosey start\nimport threading\ngate = bot._bot.gate = threading.Event()")
    own_kernel.run("import rosey.workbench.session as s; s.STOP_S = 0.2")
    own_kernel.run("from rosey.workbench.crossing.loop import LoopThread as L")
    own_kernel.run("L.stop.__defaults__ = (0.2,)")

    under_way = own_kernel.begin("%rosey say !block")
    entered.read_text()
    own_kernel.interrupt()
    own_kernel.finish(under_way)
    cell = own_kernel.run("%unload_ext rosey")
    own_kernel.run("gate.set()\n[t.join(5) for t in threading.enumerate() if 'rosey' in t.name]")

    assert cell.status == "ok"
    assert cell.stderr.startswith("rosey is unloaded, but the bot's thread does not end: ")
    assert cell.stderr.endswith("; restart the kernel to end it\n")
    assert own_kernel.run("%load_ext rosey\n%rosey start").status == "ok"


def test_an_interrupted_message_is_cancelled_with_its_handlers(
    kernel: Kernel, tmp_path: Path, entered: Path
) -> None:
    write_plugin(tmp_path / "plugins", "patient", PATIENT)
    kernel.run("%rosey start")

    under_way = kernel.begin("%rosey say !wait")
    entered.read_text()
    kernel.interrupt()
    cell = kernel.finish(under_way)

    assert cell.stderr.endswith("is cancelled; no plugin was loaded, changed or unloaded\n")
    assert kernel.value("bot.plugins.patient.state.steps") == ["begun", "given back"]
    assert kernel.value("bot.plugin('patient').fault_count") == 0
    assert "!wait cancelled" in kernel.run("bot.traces.of(bot.traces.last(1)[0].id)").text


def test_shutdown_with_a_running_bot_tears_its_plugins_down(
    own_kernel: Kernel, tmp_path: Path
) -> None:
    write_plugin(tmp_path / "plugins", "clerk", CLERK)
    (tmp_path / "config.json").write_text('{"storage": "kept"}')
    own_kernel.run("%rosey start")

    assert own_kernel.shutdown() < 5  # Jupyter kills a kernel that takes longer
    assert (tmp_path / "torn-down").read_text() == "yes"


def test_restart_with_a_running_bot_tears_its_plugins_down(
    own_kernel: Kernel, tmp_path: Path
) -> None:
    write_plugin(tmp_path / "plugins", "clerk", CLERK)
    own_kernel.run("%rosey start")

    own_kernel.restart()

    assert (tmp_path / "torn-down").read_text() == "yes"
    own_kernel.run("%load_ext rosey")
    assert "clerk" in own_kernel.run("%rosey start\n%rosey list").text


def test_restart_in_mid_run_ends_cells_and_keeps_what_was_saved(
    own_kernel: Kernel, entered: Path
) -> None:
    text = "%%rosey plugin {0}\nfrom rosey import *\nclass Cell(Plugin):\n    name = '{0}'\n"
    own_kernel.run("%rosey start")
    for name in ("kept", "lost"):
        own_kernel.run(text.format(name))
    own_kernel.run("%rosey save kept")
    own_kernel.begin(text.format("slow") + textwrap.indent(SLOW, "    "))
    entered.read_text()

    own_kernel.restart()

    own_kernel.run("%load_ext rosey\n%rosey start")
    assert own_kernel.value("[p.name for p in bot.snapshot().plugins]") == ["kept"]
    assert "runs this text already" in own_kernel.run(text.format("kept")).text
