"""`%rosey profile`: the verdict on a plugin's memory, of a copy or of the running plugin."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.bots import write_plugin
from tests.workbench.conftest import GREETER
from tests.workbench.kernel import Kernel

pytestmark = pytest.mark.timeout(180)

SHORT = "--reloads 20 --warm-up 10"
GROWS = "vars(colorsys).setdefault('kept', []).append(bytes(1000))"
PINS = "vars(colorsys).setdefault('kept', []).append(Cfg)"
SLOW = """
async def setup(self):
    import asyncio
    await asyncio.sleep(0.05)

async def teardown(self):
    import pathlib, asyncio
    await asyncio.to_thread(pathlib.Path("torn-down").touch)
"""

LINGERING = """
async def teardown(self):
    import pathlib, time
    pathlib.Path("torn").touch()
    while not pathlib.Path("go-on").exists():
        time.sleep(0.01)
"""


def write(folder: Path, line: str = "", body: str = GREETER) -> None:
    """Write the plugin `greeter`, with a line that is executed at each load."""
    file = write_plugin(folder / "plugins", "greeter", body)
    file.write_text(f"import colorsys\nclass Cfg: ...\n{line}\n{file.read_text()}")


def state(kernel: Kernel) -> object:
    """How the plugin and the interpreter are."""
    return kernel.value(
        "[bot.plugin('greeter').reloads, str(bot.plugin('greeter').state),"
        " __import__('gc').get_freeze_count(), __import__('tracemalloc').is_tracing(),"
        " [t.name for t in __import__('threading').enumerate() if 'twin' in t.name]]"
    )


def test_clean_plugin_is_flat_and_stays_as_it_is(running: Kernel) -> None:
    before = state(running)

    cell = running.run(f"%rosey profile greeter {SHORT}")
    reloads = 20
    if "verdict   unclear: more reloads will tell" in cell.text:  # on a busy machine
        cell = running.run("%rosey profile greeter --reloads 60 --warm-up 10")
        reloads = 60

    assert re.fullmatch(
        "plugin    greeter, on a copy of the bot\n"
        "verdict   flat\n"
        r"growth    -?\d+ bytes a reload \(-?\d+ to -?\d+\), -?\d+\.\d\d blocks\n"
        # Python may have made a table of its own larger meanwhile.
        r"(left out  \+\d+ kB from reload \d+ to \d+, as a table of Python's takes .+\n)?"
        rf"measured  {reloads} reloads after 10 to warm up, in [\d.]+ m?s\n"
        "memory while greeter was reloaded\n"
        rf"[▁-█]+  [\d.]+ kB to [\d.]+ kB in {reloads} reloads",
        cell.text,
    ), cell.text
    assert "<svg" in cell.html
    assert state(running) == before


def test_profiles_of_the_running_bot_are_kept_with_their_numbers(running: Kernel) -> None:
    assert running.run("%rosey profile").text.startswith("nothing has been profiled yet")

    running.run("for _ in range(2): bot.memory.profile('greeter', reloads=10, warm_up=1).result()")

    lines = running.run("%rosey profile").text.splitlines()
    assert lines[0].startswith("profile ")
    assert [line[0] for line in lines[1:]] == ["2", "1"]
    kept = "[(k.number, k.profile.plugin, k.at > 0) for k in bot.memory.profiles]"
    assert running.value(kept) == [(1, "greeter", True), (2, "greeter", True)]


def test_leak_is_told_with_the_line_of_code(kernel: Kernel, tmp_path: Path) -> None:
    write(tmp_path, GROWS)
    kernel.run("%rosey start")

    cell = kernel.run(f"x = %rosey profile greeter {SHORT}\nx")

    kernel.run("del __import__('colorsys').kept")
    assert re.search(r"^verdict   leaking [12],\d\d\d bytes a reload$", cell.text, re.MULTILINE)
    line = rf"^plugins/greeter\.py:3 +[12],\d\d\d +1\.\d +{re.escape(GROWS)}$"
    assert re.search(line, cell.text, re.MULTILINE), cell.text
    assert kernel.value("[x.value.is_leaking, x.value.leaked]") == [True, ()]
    kernel.run("del x")


def test_old_versions_are_told_with_who_keeps_them(kernel: Kernel, tmp_path: Path) -> None:
    write(tmp_path, PINS)
    kernel.run("%rosey start")

    text = kernel.run("%rosey profile greeter --reloads 10 --warm-up 1").text

    kernel.run("del __import__('colorsys').kept")
    assert "old versions that are still in memory" in text
    assert "greeter.Cfg  class Cfg kept alive by colorsys.kept[" in text


def test_bar_is_drawn_meanwhile_and_the_log_is_left_alone(running: Kernel) -> None:
    before = running.value("len(bot.log())")

    out = running.run(f"%rosey profile greeter {SHORT}").stdout

    assert out.endswith(f"\rprofile greeter  {'█' * 30}  30 of 30 reloads\n")
    # Loading the copy is logged; its reloads are not.
    assert running.value("len(bot.log())") == before + 1


def test_running_plugin_is_reloaded_where_that_is_asked_for(running: Kernel) -> None:
    text = running.run(f"%rosey profile greeter --live {SHORT}").text

    assert text.startswith("plugin    greeter, the running plugin\nverdict   flat\n")
    assert running.value("bot.plugin('greeter').reloads") == 30


def test_instance_in_a_variable_is_no_leak(running: Kernel) -> None:
    running.run("mine = bot._bot.plugin_manager.get_plugin('greeter');")

    text = running.run(f"%rosey profile greeter --live {SHORT}").text

    running.run("del mine")
    assert "verdict   leaking" not in text
    assert "your notebook, which is no leak: see %rosey leaks" in text


@pytest.mark.parametrize("option", ["", "--live"])
def test_interrupt_leaves_everything_as_it_was(kernel: Kernel, tmp_path: Path, option: str) -> None:
    write(tmp_path, body=f"{GREETER}\n{SLOW}".replace("async def setup", "async def on_enable", 1))
    kernel.run("%rosey start")
    before = state(kernel)

    under_way = kernel.begin(f"%rosey profile greeter --reloads 1000 {option}")
    kernel.wait_for_output(under_way, "4 of 1050 reloads")
    kernel.interrupt()
    cell = kernel.finish(under_way)

    assert cell.stderr.startswith("UsageError: interrupted: what was under way is cancelled; ")
    assert (tmp_path / "torn-down").exists()
    if not option:
        assert "no plugin was loaded, changed or unloaded" in cell.stderr
        assert state(kernel) == before
    assert kernel.run("%rosey say !whoami").reply == "owner owner"


def test_second_profile_at_a_time_is_refused(running: Kernel) -> None:
    running.run("first = bot.memory.profile('greeter', reloads=200)")

    cell = running.run("%rosey profile greeter")

    assert cell.stderr.startswith("UsageError: a profile runs already: wait for it, or")
    assert running.run("first.cancel(); first.join(10); del first").status == "ok"
    assert running.run("%rosey profile greeter --reloads 10 --warm-up 1").status == "ok"


def test_second_profile_is_refused_while_a_cancelled_one_tears_down(
    kernel: Kernel, tmp_path: Path
) -> None:
    write(tmp_path, body=f"{GREETER}\n{LINGERING}")
    kernel.run("%rosey start\nimport pathlib, time")
    kernel.run("first = bot.memory.profile('greeter')")
    kernel.run("while not pathlib.Path('torn').exists(): time.sleep(0.01)\nfirst.cancel()")

    cell = kernel.run("%rosey profile greeter")

    (tmp_path / "go-on").touch()
    assert cell.stderr.startswith("UsageError: a profile runs already: wait for it, or")
    assert kernel.value("first.join(10)") is True
    assert kernel.run(f"del first\n%rosey profile greeter {SHORT}").status == "ok"


def test_the_facade_returns_what_it_shows(running: Kernel) -> None:
    cell = running.run(
        "found = await bot.memory.profile('greeter', reloads=10, warm_up=1)\n"
        "print(found.plugin, found.reloads, found.is_live)\nfound"
    )

    assert cell.stdout == "greeter 10 False\n"
    assert cell.text.startswith("plugin    greeter, on a copy of the bot")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (
            "--live",
            "the name of a plugin is missing (usage: %rosey profile [NAME] [--reloads COUNT]",
        ),
        ("greter", "no plugin named 'greter' is known; did you mean greeter?"),
        ("greeter --reloads 5", "reloads must be 10 to 1,000, and those to warm up at most 1,000"),
        ("greeter --reloads " + "9" * 5_000, "--reloads takes a whole number from 1 to 1,000, not"),
        ("greeter --reloads x", "--reloads takes a whole number from 1 to 1,000, not 'x'"),
        ("greeter --fast", "there is no option --fast"),
    ],
)
def test_wrong_use_is_told_in_a_line(running: Kernel, line: str, error: str) -> None:
    assert running.run(f"%rosey profile {line}").stderr.startswith(f"UsageError: {error}")


def test_names_and_options_complete(running: Kernel) -> None:
    assert running.complete("%rosey profile ") == ["greeter"]
    assert running.complete("%rosey profile greeter --live --") == ["--reloads", "--warm-up"]
