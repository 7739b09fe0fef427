"""`%rosey report` and `%rosey open`, in a real kernel."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest

from rosey.errors import RoseyError
from rosey.workbench.calls.reports import open_report
from tests.bots import write_plugin
from tests.workbench.kernel import Kernel

BLOCKER = """
@command("block")
async def block(self, ctx: CommandContext):
    import time
    while not self.bot.released:
        time.sleep(0.01)
"""


def test_a_report_says_what_is_in_it_and_what_was_masked(running: Kernel, tmp_path: Path) -> None:
    running.run("%rosey say !hello ada@example.org")

    cell = running.run("%rosey report bug.json")

    assert re.match(r"bug.json is written: \d+ kB, for you alone\nin it: 1 plugins, ", cell.text)
    assert re.search(r"masked: .*\d+ x e-mail", cell.text)
    assert "read it before you send it" in cell.html
    assert stat.S_IMODE((tmp_path / "bug.json").stat().st_mode) == 0o600
    assert "ada@example.org" not in (tmp_path / "bug.json").read_text("utf-8")
    assert running.value("_.value.plugins[0].name") == "greeter"


def test_a_report_without_a_name_has_the_time_in_its_own(running: Kernel, tmp_path: Path) -> None:
    running.run("%rosey report")

    [path] = tmp_path.glob("*.json")
    assert re.fullmatch(r"rosey-report-\d{8}-\d{6}\.json", path.name)


def test_a_report_is_opened_without_a_bot(running: Kernel) -> None:
    running.run("%rosey say !hello ada\n%rosey report bug.json\n%rosey stop")

    cell = running.run("x = %rosey open bug.json\nx")

    assert cell.text.startswith("bug report\nmade ")
    assert "all versions are those of this process" in cell.text
    assert "greeted[0]" in cell.text
    assert "!hello ada" in cell.text
    assert "<caption" in cell.html
    assert running.value("x.value.events[-1].data") == "Hello, ada!"


def test_other_versions_than_here_are_marked(running: Kernel, tmp_path: Path) -> None:
    running.run("%rosey report bug.json")
    values = json.loads((tmp_path / "bug.json").read_text("utf-8"))
    values["versions"]["python"] = "3.9.1"
    (tmp_path / "bug.json").write_text(json.dumps(values), encoding="utf-8")

    text = running.run("%rosey open bug.json").text

    assert "other versions than here:\n  python 3.9.1, here 3." in text


def test_what_a_report_says_is_never_markup(running: Kernel, tmp_path: Path) -> None:
    running.run("%rosey report bug.json")
    values = json.loads((tmp_path / "bug.json").read_text("utf-8"))
    values["made_at"] = values["log"][0]["at"] = 1e15
    values["plugins"][0] |= {"name": "<img src=x>", "left_behind": ["\x1b[2J<b>"]}
    values["bot"]["config"] = "<script>alert(1)</script>"
    (tmp_path / "bug.json").write_text(json.dumps(values), encoding="utf-8")

    cell = running.run("%rosey open bug.json")

    assert cell.status == "ok"
    assert not re.search(r"<(img|b|script)\b", cell.html)
    assert "\x1b" not in cell.text


def test_wrong_use_is_one_line(running: Kernel, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("[]")

    assert "the file of a report is missing (usage: %rosey open FILE)" in (
        running.run("%rosey open").stderr
    )
    assert "nothing.json cannot be read: " in running.run("%rosey open nothing.json").stderr
    assert "other.json is no bug report: " in running.run("%rosey open other.json").stderr
    assert "is there already" in running.run("%rosey report other.json").stderr
    assert "one word too many" in running.run("%rosey report a b").stderr


def test_files_complete(running: Kernel, tmp_path: Path) -> None:
    (tmp_path / "bug.json").touch()
    (tmp_path / "notes.txt").touch()

    assert running.complete("%rosey open ") == ["bug.json"]


def test_a_bot_that_a_plugin_blocks_is_reported_with_the_line(
    kernel: Kernel, tmp_path: Path
) -> None:
    write_plugin(tmp_path / "plugins", "blocker", BLOCKER)
    kernel.run("%rosey start\nbot._bot.released = False\nc = bot.say('!block')")

    cell = kernel.run("r = bot.reports.take(look_s=0.2)\nbot._bot.released = True\nc.result()\nr")

    assert "a plugin blocks it (plugins/blocker.py:" in cell.text
    assert "thread rosey-loop" in cell.text
    assert "in block" in cell.text


def test_a_report_has_the_versions_of_its_own_process(running: Kernel) -> None:
    running.run("%rosey report bug.json")

    assert "all versions are those of this process" in running.run("%rosey open bug.json").text


def test_reports_are_opened_from_python(running: Kernel, tmp_path: Path) -> None:
    running.run("r = bot.reports.take('bug.json')")

    assert open_report(tmp_path / "bug.json").plugins[0].name == "greeter"
    with pytest.raises(RoseyError):
        open_report(tmp_path / "none.json")
