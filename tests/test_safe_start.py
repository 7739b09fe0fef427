"""A bot whose process a plugin ended while it was being loaded: the next start goes without it."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rosey.plugins.lifecycle import PluginState
from tests.bots import write_plugin
from tests.sites import Ear, Site

ROOT = Path(__file__).parents[1]

DEADLY = {
    "import": "import os; os._exit(7)",
    "segfault": "import ctypes; ctypes.string_at(0)",
    "abort": "import os; os.abort()",
    "construct": "def __init__(self, *arguments): import os; os._exit(7)",
    "setup": "async def setup(self): import os; os._exit(7)",
    "on_enable": "async def on_enable(self): import os; os._exit(7)",
}

HANGING = """
print("hangs", flush=True)
while True:
    pass
"""

WAITING = """
async def setup(self):
    import asyncio
    print("waits", flush=True)
    await asyncio.Event().wait()
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A bot's folder with a data directory and a plugin that is good."""
    site = Site(tmp_path)
    site.configure(storage="data")
    site.answering("good", "fine")
    return site


@contextlib.contextmanager
def process(site: Site) -> Iterator[subprocess.Popen[str]]:
    """A bot in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "rosey", "run", "--config", site.config, "--connection", "console"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        bufsize=1,
        cwd=site.config.parent,  # some leave a memory image
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def said(running: subprocess.Popen[str]) -> str:
    """Wait for what a process says next."""
    assert running.stdout is not None
    return running.stdout.readline().strip()


def say(running: subprocess.Popen[str], line: str) -> None:
    assert running.stdin is not None
    running.stdin.write(f"{line}\n")


def die(site: Site) -> None:
    """Start a bot that does not get through."""
    with process(site) as running:
        assert running.wait() not in {0, 1}


async def left_out(site: Site) -> dict[str, str]:
    """Start a bot, and tell why which plugins are not loaded."""
    async with site.running() as bot:
        assert await bot.say("!good") == ["fine"]
        return {name: str(error) for name, error in bot.failures.items()}


@pytest.mark.parametrize("body", DEADLY.values(), ids=DEADLY)
async def test_plugin_that_ended_the_process_is_left_out_at_every_next_start(
    site: Site, body: str
) -> None:
    write_plugin(site.plugins, "bad", body)
    die(site)

    for _ in range(2):
        failures = await left_out(site)
        assert [*failures] == ["bad"]
        assert failures["bad"].startswith(
            "bad: the bot's process ended while this code was being loaded, so it is left out: "
        )


async def test_plugin_that_is_left_out_is_named(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    write_plugin(site.plugins, "bad", DEADLY["setup"])
    die(site)

    async with site.running() as bot:
        slot = bot.plugin_manager.slots.known("bad")
        assert slot.state is PluginState.FAILED
        assert "bad (v?) [FAILED]" in (await bot.say("!plugin list"))[0]
        assert "left out" in (await bot.say("!plugin info bad"))[0]
    assert "not loaded: bad: the bot's process ended" in caplog.text


async def test_plugin_that_hangs_until_the_bot_is_killed_is_left_out(site: Site) -> None:
    write_plugin(site.plugins, "bad", HANGING)
    with process(site) as running:
        assert said(running) == "hangs"
        running.kill()

    assert [*await left_out(site)] == ["bad"]


async def test_plugin_whose_reload_ended_the_process_is_left_out(site: Site) -> None:
    site.configure(storage="data", plugins={"hot_reload": False})
    site.answering("bad", "not yet")
    with process(site) as running:
        say(running, "!bad")
        assert said(running) == "not yet"
        write_plugin(site.plugins, "bad", DEADLY["setup"])
        say(running, "!plugin reload bad")
        assert running.wait() == 7

    assert [*await left_out(site)] == ["bad"]


async def test_changed_plugin_is_loaded_at_the_next_start(site: Site) -> None:
    write_plugin(site.plugins, "bad", DEADLY["import"])
    die(site)
    site.answering("bad", "well again")

    async with site.running() as bot:
        assert await bot.say("!bad") == ["well again"]
        assert bot.failures == {}


async def test_plugin_that_is_left_out_is_loaded_as_soon_as_it_is_mended(site: Site) -> None:
    write_plugin(site.plugins, "bad", DEADLY["import"])
    die(site)

    async with site.running() as bot:
        ear = Ear(bot, "plugin.enabled")
        site.answering("bad", "well again")
        assert (await ear.next())["plugin"] == "bad"
        assert await bot.say("!bad") == ["well again"]


async def test_plugin_loaded_by_hand_is_trusted_from_then_on(site: Site) -> None:
    flag = site.plugins.parent / "calm"
    body = f"import os\nif not os.path.exists({str(flag)!r}): os._exit(7)"
    write_plugin(site.plugins, "bad", body)
    die(site)
    flag.touch()

    async with site.running() as bot:
        assert [*bot.failures] == ["bad"]
        assert (await bot.say("!plugin load bad"))[-1] == "✓ Plugin bad loaded"
    assert await left_out(site) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
async def test_stop_during_a_load_accuses_nobody(site: Site, number: signal.Signals) -> None:
    write_plugin(site.plugins, "slow", WAITING)
    with process(site) as running:
        assert said(running) == "waits"
        running.send_signal(number)
        running.wait()

    assert list((site.plugins.parent / "data").glob("*.loading")) == []


async def test_damaged_note_is_told_and_stops_nothing(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    data = site.plugins.parent / "data"
    data.mkdir()
    (data / "good.loading").write_bytes(b"\xff")

    assert await left_out(site) == {}
    warnings = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert [record.getMessage() for record in warnings] == [
        f"{data / 'good.loading'} is damaged: good is loaded"
    ]
