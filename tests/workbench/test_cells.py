"""Plugins that are written in cells, in a real kernel: plugin, save, edit, diff."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.workbench.kernel import Cell, Kernel

ECHO = """\
from rosey import *


class Echo(Plugin):
    name = "echo"
    version = "1.0"

    def __init__(self, bot, config):
        super().__init__(bot, config)
        self.count = 0

    def export_state(self):
        return self.count

    def import_state(self, state, version):
        self.count = state

    @command("echo")
    async def echo(self, ctx, text: str = ""):
        self.count += 1
        await ctx.reply(f"{text} {self.count}")
"""

NEWER = ECHO.replace("1.0", "1.1")

UNTIL_NEWER_RUNS = """
import time
while bot.plugin("echo").version != "1.1":
    time.sleep(0.01)
"""


def define(kernel: Kernel, text: str = ECHO, name: str = "echo") -> Cell:
    """Run a cell that defines a plugin."""
    return kernel.run(f"%%rosey plugin {name}\n{text}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The plugin directory of the bot that runs."""
    return tmp_path / "plugins"


@pytest.fixture
def echoing(running: Kernel) -> Kernel:
    """A kernel whose bot has the plugin `echo` from a cell, which has been used once."""
    assert define(running).status == "ok"
    running.run("%rosey say !echo once")
    return running


def test_cell_becomes_a_plugin(running: Kernel) -> None:
    assert define(running).text == "echo 1.0 is loaded from this cell"
    assert running.run("%rosey say !echo hello").reply == "hello 1"


def test_newer_cell_takes_over_with_the_state(echoing: Kernel) -> None:
    lines = define(echoing, NEWER).text.splitlines()

    assert re.fullmatch(
        r"echo 1\.1 is reloaded from this cell, in place of <cell echo \d+>", lines[0]
    )
    assert lines[1].endswith("its state: kept")
    assert echoing.run("%rosey say !echo twice").reply == "twice 2"


def test_cell_takes_over_from_a_file(running: Kernel) -> None:
    text = 'from rosey import *\n\nclass Greeter(Plugin):\n    name = "greeter"\n'

    cell = define(running, text, "greeter")

    assert cell.text.splitlines()[0].endswith("in place of plugins/greeter.py")


def test_same_cell_again_changes_nothing(echoing: Kernel) -> None:
    assert define(echoing).text == (
        "nothing has changed: echo 1.0 runs this text already; %rosey reload echo runs it again"
    )
    assert echoing.run("%rosey say !echo twice").reply == "twice 2"


def test_same_cell_again_mends_a_plugin_that_is_out_of_order(echoing: Kernel) -> None:
    echoing.run("%rosey disable echo")

    cell = define(echoing)

    assert cell.text.splitlines()[-1] == "  it stays disabled"


def test_save_goes_to_the_plugin_folder_after_the_working_directory_has_changed(
    echoing: Kernel, folder: Path
) -> None:
    assert echoing.run("import os; os.mkdir('other'); os.chdir('other')").status == "ok"

    cell = echoing.run("%rosey save echo")

    assert cell.text.startswith(f"echo is saved to {folder / 'echo.py'}")
    (folder / "echo.py").write_text(NEWER)
    assert echoing.run(UNTIL_NEWER_RUNS).status == "ok"


def test_fault_is_shown_in_the_cell_and_the_old_version_serves_on(echoing: Kernel) -> None:
    broken = NEWER + "\n    async def setup(self):\n        await self.keep(1 / 0)\n"

    cell = define(echoing, broken)

    assert cell.status == "error"
    frame, _, traceback = cell.text.partition("Traceback (most recent call last):\n")
    assert frame.splitlines()[-1] == "-> 24 |         await self.keep(1 / 0)"
    assert re.match(r'  File "<cell echo \d+>", line 24, in setup\n', traceback)
    assert traceback.endswith("ZeroDivisionError: division by zero")
    assert re.fullmatch(
        r"UsageError: echo: ZeroDivisionError: division by zero \(<cell echo \d+>:24\); "
        r"version 1\.0 of \d\d:\d\d serves on with its state\n",
        cell.stderr,
    )
    assert echoing.run("%rosey say !echo twice").reply == "twice 2"


def test_bug_in_export_state_is_mended_from_a_fresh_cell(running: Kernel) -> None:
    define(running, ECHO.replace("return self.count", "return self.cuont"))

    cell = define(running, ECHO)

    assert "-> 13 |         return self.cuont" in cell.text  # of the old cell, which is to blame
    assert re.match(r"UsageError: echo: export_state of the version that runs failed,", cell.stderr)
    assert re.search(r" \(<cell echo \d+>:13\); version 1\.0 ", cell.stderr)
    assert cell.stderr.endswith("; %%rosey plugin echo --fresh begins without it\n")
    assert define(running, NEWER, "echo --fresh").text.startswith("echo 1.1 is reloaded")


def test_syntax_error_points_at_its_place(running: Kernel) -> None:
    cell = define(running, "x = 1\nx = (\n")

    assert cell.text.splitlines()[:2] == ["   1 | x = 1", "-> 2 | x = ("]
    assert cell.text.splitlines()[-3:] == [
        "    x = (",
        "        ^",
        "SyntaxError: '(' was never closed",
    ]
    assert "'(' was never closed (<cell echo " in cell.stderr


def test_long_traceback_is_cut_in_the_middle(running: Kernel) -> None:
    text = "def deep(n):\n    try:\n        deep(n - 1) if n else 1 / 0\n"
    text += "    except Exception as error:\n        raise ValueError(n) from error\ndeep(90)\n"

    lines = define(running, text).text.splitlines()

    assert len(lines) < 420
    assert any(line.startswith("… ") for line in lines)
    assert lines[-1] == "ValueError: 90"


def test_fault_is_no_markup(running: Kernel) -> None:
    cell = define(running, "raise ValueError('<script>alert(1)</script>\\x1b[31m')\n")

    assert "<script>" not in cell.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in cell.html
    assert "\x1b" not in cell.text + cell.stderr


def test_name_that_the_text_does_not_have_is_refused(running: Kernel) -> None:
    cell = define(running, ECHO, "other")

    assert "its class is named 'echo': it must be 'other', as the cell says" in cell.stderr
    assert cell.faces == []


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (
            "%%rosey plugin",
            "the name of a plugin is missing (usage: %%rosey plugin NAME[.MODULE] [--fresh])",
        ),
        ("%%rosey plugin ../x", "../x: a plugin's name is lower case letters"),
        ("%%rosey plugin naïve", "naïve: a plugin's name is lower case letters"),
        ("%%rosey plugin a\u202eb", r"a\u202eb: a plugin's name is lower case letters"),
        ("%%rosey plugin a b", "'b' is one word too many"),
        ("%%rosey plugin echo", "the cell has no code"),
        ("%%rosey plugin json", "a plugin cannot have the name of a module of the standard"),
        ("%rosey plugin echo", "it takes the rest of the cell"),
        (
            "%rosey save",
            "the name of a plugin is missing (usage: %rosey save NAME [PATH] [--force]",
        ),
        ("%rosey save greeter", "there is nothing to save"),
        ("%rosey save nobody", "no plugin named"),
        ("%rosey save greeter a b", "'b' is one word too many"),
        ("%rosey edit", "the name of a plugin is missing"),
        ("%rosey edit nobody", "nobody"),
        ("%rosey edit greeter rolls", "greeter has no module rolls; it has __init__"),
        ("%rosey diff", "the name of a plugin is missing"),
        ("%rosey diff nobody", "nobody"),
    ],
)
def test_wrong_use_is_one_line(running: Kernel, line: str, error: str) -> None:
    body = "\nx = 1\n" if line.startswith("%%") and not line.endswith(" echo") else "\n\n"

    cell = running.run(line + body if line.startswith("%%") else line)

    assert cell.status == "error"
    assert error in cell.stderr
    assert cell.stderr.count("\n") == 1


def test_saved_cell_is_a_file_that_is_followed(echoing: Kernel, folder: Path) -> None:
    cell = echoing.run("%rosey save echo")

    assert cell.text.splitlines() == [
        "echo is saved to plugins/echo.py, and runs on with its state",
        "  save a change of it, and that runs",
    ]
    assert (folder / "echo.py").read_text() == ECHO
    assert echoing.run("%rosey say !echo twice").reply == "twice 2"
    (folder / "echo.py").write_text(NEWER)
    echoing.run(UNTIL_NEWER_RUNS)
    assert echoing.run("%rosey say !echo thrice").reply == "thrice 3"


def test_file_that_nobody_has_read_is_not_written_over(echoing: Kernel, folder: Path) -> None:
    (folder / "echo.py").write_text("mine")

    refused = echoing.run("%rosey save echo")

    assert refused.stderr == (
        "UsageError: plugins/echo.py has something that was neither read nor saved here: it is kept"
        "; %rosey diff echo shows what differs, --force writes over it\n"
    )
    assert (folder / "echo.py").read_text() == "mine"
    assert echoing.run("%rosey save echo --force").status == "ok"
    assert (folder / "echo.py").read_text() == ECHO


def test_file_that_changed_since_it_was_saved_is_not_written_over(
    echoing: Kernel, folder: Path
) -> None:
    echoing.run("%rosey save echo")
    define(echoing, NEWER)
    (folder / "echo.py").write_text("mine")

    assert "is kept" in echoing.run("%rosey save echo").stderr


def test_edited_text_is_saved_over_the_file_that_it_came_from(
    running: Kernel, folder: Path
) -> None:
    text = (folder / "greeter.py").read_text()

    cell = running.next_cell("%rosey edit greeter")
    running.run(cell.replace("0.1.0", "0.2.0"))
    running.run("%rosey save greeter")

    assert cell == f"%%rosey plugin greeter\n{text.rstrip()}"
    assert (folder / "greeter.py").read_text().splitlines() == (
        text.rstrip().replace("0.1.0", "0.2.0").splitlines()
    )


def test_cell_that_is_the_file_counts_as_read(running: Kernel, folder: Path) -> None:
    (folder / "echo.py").write_text(ECHO)
    running.run("%rosey load echo")

    assert "runs this text already" in define(running).text
    define(running, NEWER)
    assert running.run("%rosey save echo").status == "ok"


def test_file_that_cannot_be_written_is_one_line(echoing: Kernel, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    cell = echoing.run("%rosey save echo file/echo.py")

    assert re.fullmatch(r"UsageError: file\S* cannot be written: .+\n", cell.stderr)


@pytest.fixture
def unwatched(kernel: Kernel, tmp_path: Path) -> Kernel:
    """A kernel whose bot does not follow files, and has the plugin `echo` from a cell."""
    (tmp_path / "config.json").write_text('{"plugins": {"hot_reload": false}}')
    kernel.run("%rosey start")
    define(kernel)
    return kernel


def test_saved_file_that_is_not_followed_is_reloaded_by_hand(
    unwatched: Kernel, folder: Path
) -> None:
    saved = unwatched.run("%rosey save echo")
    (folder / "echo.py").write_text(NEWER)

    assert saved.text.splitlines()[1] == "  change it and %rosey reload echo, and that runs"
    assert unwatched.run("%rosey reload echo").text.startswith("echo 1.1 is reloaded")


def test_file_that_is_gone_cannot_be_edited_or_compared(unwatched: Kernel, folder: Path) -> None:
    (folder / "greeter.py").unlink()

    edited = unwatched.run("%rosey edit greeter")

    assert edited.stderr == (
        "UsageError: plugins/greeter.py cannot be read: No such file or directory\n"
    )
    compared = unwatched.run("%rosey diff greeter")
    assert compared.text == "greeter: there is the running text alone"


def test_copy_elsewhere_leaves_the_cell_the_source(echoing: Kernel, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()

    cell = echoing.run("%rosey save echo other")

    assert re.fullmatch(r"other/echo\.py is written; echo goes on from <cell echo \d+>", cell.text)
    assert (tmp_path / "other" / "echo.py").read_text() == ECHO


PACKAGE = {
    "__init__.py": ECHO.replace("import *", "import *\nfrom .words import WORD").replace(
        "{text}", "{WORD}"
    ),
    "words.py": 'WORD = "old"\n',
}


@pytest.fixture
def package(running: Kernel, folder: Path) -> Kernel:
    """A kernel whose bot has the package `echo`."""
    (folder / "echo").mkdir()
    for file, text in PACKAGE.items():
        (folder / "echo" / file).write_text(text)
    assert running.run("%rosey load echo").status == "ok"
    return running


def test_module_of_a_package_is_edited_and_saved(package: Kernel, folder: Path) -> None:
    cell = package.next_cell("%rosey edit echo words")
    assert cell == '%%rosey plugin echo.words\nWORD = "old"'

    package.run(cell.replace("old", "new"))
    assert package.run("%rosey say !echo").reply == "new 1"

    saved = package.run("%rosey save echo").text
    assert saved.startswith("echo is saved to plugins/echo/words.py, and runs on")
    assert (folder / "echo" / "words.py").read_text() == 'WORD = "new"\n'
    assert (folder / "echo" / "__init__.py").read_text() == PACKAGE["__init__.py"]


def test_new_module_of_a_package_replaces_nothing(package: Kernel) -> None:
    cell = define(package, "WORD = 'new'\n", "echo.other")

    assert cell.text.splitlines()[0].endswith(" is reloaded with this cell as a new module of it")


def test_module_that_cannot_be_is_no_difference(package: Kernel) -> None:
    assert define(package, "X = 1\n", "echo.no-name").status == "error"
    assert "no-name" not in package.run("%rosey diff echo").text
    assert define(package, "X = 1\n", "greeter.words").status == "error"
    assert "X = 1" not in package.run("%rosey diff greeter").text


def test_fault_in_another_module_is_shown_in_the_lines_of_that_one(package: Kernel) -> None:
    define(package, "WORD = 'new'\n\ndef fail(): return 1 / 0\n", "echo.words")

    cell = define(package, "from .words import fail\nfail()\n", "echo")

    assert cell.text.splitlines()[2] == "-> 3 | def fail(): return 1 / 0"
    assert "def fail(): return 1 / 0" in cell.text


def test_diff_says_plainly_that_nothing_differs(running: Kernel) -> None:
    assert running.run("%rosey diff greeter").text == "nothing differs between running and file"


def test_diff_of_what_has_no_file_says_so(echoing: Kernel) -> None:
    assert echoing.run("%rosey diff echo").text == "echo: there is the running text alone"


def test_diff_of_what_never_ran_has_the_cell_alone(running: Kernel) -> None:
    define(running, "1 / 0\n")

    assert running.run("%rosey diff echo").text == "echo: there is the cell text alone"


def test_long_diff_is_cut(echoing: Kernel, folder: Path) -> None:
    (folder / "echo.py").write_text("x = 1\n" * 500)

    lines = echoing.run("found = %rosey diff echo\nfound").text.splitlines()

    assert len(lines) == 401
    assert re.fullmatch(r"… \d+ more lines: the answer's value has them", lines[-1])
    assert echoing.value("len(found.value.lines)") > 500


def test_diff_shows_file_and_cell_against_what_runs(echoing: Kernel, folder: Path) -> None:
    (folder / "echo.py").write_text(NEWER)
    define(echoing, ECHO + "broken (\n")

    lines = echoing.run("%rosey diff echo").text.splitlines()

    assert re.fullmatch(r"--- running: <cell echo \d+>", lines[0])
    assert lines[1] == "+++ file: plugins/echo.py"
    assert {'-    version = "1.0"', '+    version = "1.1"'} <= {*lines}
    assert "+++ cell: the last one given" in lines
    assert lines[-1] == "+broken ("


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("%%rosey pl", ["plugin"]),
        ("%%rosey plugin gr", ["greeter"]),
        ("%%rosey plugin echo.", ["echo.__init__", "echo.words"]),
        ("%rosey save e", ["echo"]),
        ("%rosey save echo --", ["--force"]),
        ("%rosey edit echo w", ["words"]),
        ("%rosey diff ", ["echo", "greeter"]),
        ("%rosey edit gr", ["greeter"]),
        ("%%rosey plugin greeter gr", []),
        ("%%rosey plugin greeter --", ["--fresh"]),
    ],
)
def test_names_and_modules_complete(package: Kernel, typed: str, offered: list[str]) -> None:
    assert package.complete(typed) == offered


def test_two_notebooks_of_a_kernel_share_its_cells(echoing: Kernel) -> None:
    with echoing.another_notebook() as other:
        cell = define(other, NEWER)
        assert cell.text.splitlines()[0].startswith("echo 1.1 is reloaded from this cell, in place")
        assert other.run("%rosey say !echo twice").reply == "twice 2"

        lines = define(echoing).text.splitlines()

        assert re.match(r"echo 1\.0 is reloaded from this cell, in place of <cell echo ", lines[0])
        assert other.run("%rosey say !echo thrice").reply == "thrice 3"


def test_fault_stays_in_the_notebook_whose_cell_it_is(echoing: Kernel) -> None:
    with echoing.another_notebook() as other:
        cell = define(other, "1 / 0\n")

        assert "division by zero" in cell.text
        assert echoing.run("%rosey say !echo twice").reply == "twice 2"


def test_calls_return_plain_data(echoing: Kernel) -> None:
    echoing.run(f"defined = bot.cells.define('echo', {NEWER!r}).result()")

    assert echoing.value("(defined.is_changed, defined.plugin.version)") == (True, "1.1")
    assert echoing.value("bot.cells.source('echo').result()") == NEWER
    assert echoing.value("bot.cells.diff('echo').result().found") == ()
    assert echoing.value("bot.cells.modules().result()")["echo"] == ("__init__",)
    assert echoing.value("bot.cells.running('echo').result().version") == "1.1"
    assert echoing.value("bot.cells.save('echo').result().is_source") is True
