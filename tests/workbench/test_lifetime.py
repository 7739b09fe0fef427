"""The bot beside busy, interrupted, ending and restarted kernels."""

from __future__ import annotations

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
    pathlib.Path("entered").touch()
    print("entered", flush=True)
    await asyncio.Event().wait()
"""

BLOCKER = """
@command("block")
async def block(self, ctx: CommandContext):
    import time
    print("blocking", flush=True)
    self.bot.gate.wait()
"""


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


def test_an_interrupt_cancels_what_a_magic_waits_for(kernel: Kernel, tmp_path: Path) -> None:
    kernel.run("%rosey start")
    write_plugin(tmp_path / "plugins", "slow", SLOW)

    under_way = kernel.begin("%rosey load slow\nprint('never')")
    kernel.wait_for_output(under_way, "entered")
    kernel.interrupt()
    cell = kernel.finish(under_way)

    assert cell.status == "error"
    assert cell.stderr == "UsageError: interrupted: what was under way is cancelled\n"
    assert "never" not in cell.stdout
    assert (tmp_path / "given-back").exists()
    assert "slow     failed" in kernel.run("%rosey list").text
    assert kernel.run("%rosey say !hello").text == "Hello, owner!"
    write_plugin(tmp_path / "plugins", "slow")
    assert kernel.run("%rosey reload slow").status == "ok"


def test_an_interrupted_start_leaves_nothing(kernel: Kernel, tmp_path: Path) -> None:
    before = kernel.leftovers()
    write_plugin(tmp_path / "plugins", "slow", SLOW)

    under_way = kernel.begin("%rosey start")
    kernel.wait_for_output(under_way, "entered")
    kernel.interrupt()

    assert kernel.finish(under_way).stderr.startswith("UsageError: interrupted")
    assert kernel.leftovers() == before
    write_plugin(tmp_path / "plugins", "slow")
    assert kernel.run("%rosey start").status == "ok"


def test_a_blocked_bot_is_named_with_the_line_that_blocks_it(
    kernel: Kernel, tmp_path: Path
) -> None:
    file = write_plugin(tmp_path / "plugins", "blocker", BLOCKER)
    line = file.read_text().splitlines().index("        self.bot.gate.wait()") + 1
    kernel.run("%rosey start\nimport threading\nbot._bot.gate = threading.Event()")

    under_way = kernel.begin("%rosey say !block")
    kernel.wait_for_output(under_way, "blocking")
    kernel.interrupt()
    interrupted = kernel.finish(under_way).stderr
    looked = kernel.run("import rosey.workbench.facade as f; bot._look(lambda: 0, 0.1)")
    kernel.run("bot._bot.gate.set()")

    assert interrupted.endswith(f"is cancelled (plugins/blocker.py:{line})\n")
    assert f"for 0.1 s: a plugin blocks it (plugins/blocker.py:{line})" in looked.traceback[-1]
    assert kernel.run("%rosey say !hello").text == "Hello, owner!"


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
