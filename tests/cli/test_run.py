"""`rosey run`: in a pipe, headless, with and without a configuration, and how it stops."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Rosey

AddPlugin = Callable[..., Path]

SLOW = """
import asyncio

from rosey import CommandContext, Plugin, command


class Slow(Plugin):
    name = "slow"

    @command("slow")
    async def slow(self, ctx: CommandContext) -> None:
        await asyncio.sleep(0.05)
        await ctx.reply("slowly")

    @command("leak")
    async def leak(self, ctx: CommandContext) -> None:
        key = self.config["key"]
        self.logger.warning("key %s\\n2026-01-01 00:00:00 CRITICAL root: forged", key)
        raise ValueError(key)
"""

STUCK = """
import asyncio

from rosey import Plugin


class Stuck(Plugin):
    name = "stuck"

    async def teardown(self) -> None:
        self.logger.info("it is over")
        await asyncio.Event().wait()
"""


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a bot until the block ends; every process of it must be gone then."""
    command = [sys.executable, "-m", "rosey", "run", *arguments]
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """Read what a process logs up to a line with `words`."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    pytest.fail(f"it ended without {words!r}")


def test_three_plugins_answer_what_is_piped_in(rosey: Rosey, add_plugin: AddPlugin) -> None:
    for name in ("one", "two", "three"):
        add_plugin(name)

    ended = rosey("run", "--connection", "console", input="!one a\n!two b\n!three c\n")

    assert ended.stdout == "one: a\ntwo: b\nthree: c\n"
    assert ended.returncode == 0


def test_last_line_is_answered_although_the_answer_takes_time(
    rosey: Rosey, add_plugin: AddPlugin
) -> None:
    add_plugin("slow", SLOW)

    assert rosey("run", input="!slow").stdout == "slowly\n"


def test_lines_are_answered_in_their_order(rosey: Rosey, add_plugin: AddPlugin) -> None:
    add_plugin("slow", SLOW)
    add_plugin("echo")

    assert rosey("run", input="!slow\n!echo quick\n").stdout == "slowly\necho: quick\n"


def test_what_runs_and_what_does_not_is_a_line_each(rosey: Rosey, add_plugin: AddPlugin) -> None:
    add_plugin("echo")
    add_plugin("broken", "def\n")

    ended = rosey("run", input="!echo still here\n")

    lines = ended.stderr.splitlines()
    assert [line.split(": ", 1)[1] for line in lines if "echo" in line] == [
        "echo 1.2.0 is loaded; it may use: everything",
        "configuration: embedded default; running: echo",
    ]
    [broken] = [line for line in lines if "broken" in line]
    assert "broken.py:1" in broken
    assert ended.stdout == "echo: still here\n"
    assert ended.returncode == 0


def test_embedded_default_says_so(rosey: Rosey) -> None:
    assert "configuration: embedded default" in rosey("run").stderr


@pytest.mark.parametrize("name", ["config.json", "config.yaml"])
def test_configuration_in_the_working_directory_is_used(
    name: str, rosey: Rosey, tmp_path: Path
) -> None:
    (tmp_path / name).write_text('{"command_prefix": "?", "connection": "console"}')

    ended = rosey("run", input="?nothing\n")

    assert f"configuration: {name}" in ended.stderr
    assert "?help" in ended.stdout


def test_every_fault_of_a_configuration_is_a_line(rosey: Rosey, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"conection": "local", "storage": 3}')

    ended = rosey("run")

    lines = ended.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("rosey: config.json: ") for line in lines)
    assert ended.returncode == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_stops_a_headless_bot(number: signal.Signals, tmp_path: Path) -> None:
    with running(tmp_path, "--connection", "local") as process:
        read_until(process, "SIGTERM")

        process.send_signal(number)

        assert process.wait() == 0


def test_second_signal_does_not_wait_for_a_plugin_that_hangs(
    tmp_path: Path, add_plugin: AddPlugin
) -> None:
    add_plugin("stuck", STUCK)
    with running(tmp_path, "--connection", "local") as process:
        read_until(process, "SIGTERM")
        process.send_signal(signal.SIGTERM)
        read_until(process, "it is over")

        process.send_signal(signal.SIGTERM)

        assert process.wait() == 0


def test_signal_stops_a_bot_that_waits_for_a_line(tmp_path: Path, add_plugin: AddPlugin) -> None:
    add_plugin("echo")
    with running(tmp_path, "--connection", "console") as process:
        read_until(process, "running: echo")

        process.send_signal(signal.SIGTERM)

        assert process.wait() == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_bot_ends_when_nobody_reads_its_replies(tmp_path: Path, add_plugin: AddPlugin) -> None:
    add_plugin("echo")
    with running(tmp_path, "--connection", "console") as process:
        read_until(process, "running: echo")
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.close()

        process.stdin.write("!echo a\n!echo b\n")
        process.stdin.flush()

        assert process.wait() == 0


def test_closed_standard_input_is_an_empty_one(tmp_path: Path) -> None:
    command = ["sh", "-c", 'exec "$@" <&-', "sh", sys.executable, "-m", "rosey", "run"]

    ended = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True)

    assert b"embedded default" in ended.stderr
    assert ended.returncode == 0


def test_second_bot_on_the_same_storage_is_refused(rosey: Rosey, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"storage": "data"}')
    with running(tmp_path) as process:
        read_until(process, "SIGTERM")

        ended = rosey("run")

        [line] = [text for text in ended.stderr.splitlines() if text.startswith("rosey: ")]
        assert "another bot" in line
        assert ended.returncode == 1


def test_log_has_no_secret_and_no_forged_record(
    rosey: Rosey, add_plugin: AddPlugin, tmp_path: Path
) -> None:
    add_plugin("slow", SLOW)
    settings = {"plugins": {"plugin_config": {"slow": {"key": "${CANARY}"}}}}
    (tmp_path / "config.json").write_text(json.dumps(settings))

    ended = rosey(
        "run",
        "--connection",
        "console",
        "--debug",
        input="!leak\n",
        env={**os.environ, "CANARY": "canary-7f3a"},
    )

    assert "canary-7f3a" not in ended.stdout + ended.stderr
    assert "key <secret>" in ended.stderr
    assert "ValueError" in ended.stderr
    assert not [line for line in ended.stderr.splitlines() if line.startswith("2026-01-01")]


def test_log_has_no_secret_of_a_configuration_that_has_changed(
    add_plugin: AddPlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY", "canary-7f3a")
    add_plugin("slow", SLOW)
    config = tmp_path / "config.json"
    config.write_text("{}")
    with running(tmp_path, "--connection", "console") as process:
        read_until(process, "running: slow")
        config.write_text('{"plugins": {"slow": {"key": "${CANARY}"}}}')
        # Not "connection", which the command line has decided.
        assert read_until(process, "is taken over").endswith(
            "config.json is taken over: reloaded with new settings: slow\n"
        )

        _, log = process.communicate("!leak\n")

    assert "key <secret>" in log
    assert "canary-7f3a" not in log
