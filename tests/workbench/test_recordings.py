"""`%rosey record` and `%rosey replay`, in a real kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bots import write_plugin
from tests.workbench.conftest import GREETER
from tests.workbench.kernel import Kernel

LOUDER = GREETER.replace("Hello, {name}!", "HELLO, {name}!")
SPINNING = GREETER.replace("self.greeted.append(name)", "\n    while True: pass")


@pytest.fixture
def recorded(running: Kernel) -> Kernel:
    """The same after a chat of three lines was recorded in `chat.jsonl`."""
    running.run("%rosey record chat.jsonl")
    for line in ("!hello", "-u alice !hello Bob", "-u alice -r moderator !whoami"):
        running.run(f"%rosey say {line}")
    running.run("%rosey record --stop")
    return running


def test_record_begins_tells_and_ends(running: Kernel, tmp_path: Path) -> None:
    assert running.run("%rosey record").text == "nothing is recorded"
    begun = running.run("%rosey record chat.jsonl").text
    running.run("%rosey say !hello")
    told = running.run("%rosey record").text
    ended = running.run("%rosey record --stop").text

    assert begun.startswith(f"{tmp_path / 'chat.jsonl'} is being recorded: 0 messages")
    assert "1 message and 1 reply" in told
    assert ended.endswith("it has ended: it was stopped")
    assert (tmp_path / "chat.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_second_recording_ends_the_first(running: Kernel, tmp_path: Path) -> None:
    running.run("%rosey record one.jsonl")
    running.run("%rosey say !hello")
    running.run("%rosey record two.jsonl")
    running.run("%rosey say !whoami")

    assert "!whoami" not in (tmp_path / "one.jsonl").read_text()
    assert "!hello" not in (tmp_path / "two.jsonl").read_text()


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("record taken.py", "taken.py is there already: choose another name"),
        ("record --stop", "nothing is recorded: %rosey record FILE begins"),
        ("record a b", "'b' is one word too many (usage: %rosey record [FILE | --stop])"),
        ("replay", "name one recording (usage: %rosey replay FILE"),
        ("replay nowhere.jsonl", "nowhere.jsonl: No such file or directory"),
        ("replay taken.py", "taken.py is empty"),
        ("replay a --speed", "--speed lacks its value"),
        ("replay a --speed fast", "the speed is full, recorded or a number above 0, not 'fast'"),
        ("replay a --speed -1", "the speed is full, recorded or a number above 0, not '-1'"),
        ("replay a --ignore (", "'(' is no regular expression"),
        ("replay a --speed 2 --speed 3", "--speed stands twice"),
        ("replay a --loud", "there is no option --loud"),
        ("replay a --force", "--force is for --as-test"),
        ("replay a --as-test b --speed 2", "--speed makes no sense with --as-test"),
        ("replay a --against b --speed 2", "a copy's clock is moved by hand"),
    ],
)
def test_wrong_use_is_one_line(running: Kernel, tmp_path: Path, line: str, error: str) -> None:
    (tmp_path / "taken.py").write_text("")

    cell = running.run(f"%rosey {line}")

    assert cell.status == "error"
    assert error in cell.stderr
    assert len(cell.stderr.strip().splitlines()) == 1


def test_a_replay_to_the_bot_finds_no_difference(recorded: Kernel) -> None:
    cell = recorded.run("%rosey replay chat.jsonl")

    assert cell.text == "no difference: 3 messages said, 3 replies as recorded"
    assert cell.html.partition(">")[2].startswith("<pre")
    assert cell.stdout == ""


def test_a_replay_shows_what_changed_code_answers(recorded: Kernel, tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "greeter", LOUDER)
    recorded.run("%rosey reload greeter")

    cell = recorded.run("x = %rosey replay chat.jsonl --speed recorded\nx")

    assert cell.text.splitlines() == [
        "3 messages said, 1 of 3 replies as recorded: 2 different, 0 missing, 0 extra",
        "line 2, owner: !hello",
        "- Hello, owner!",
        "+ HELLO, owner!",
        "line 4, alice: !hello Bob",
        "- Hello, Bob!",
        "+ HELLO, Bob!",
    ]
    assert recorded.value("x.value.comparison.differences[0].line") == 3


def test_a_cell_is_tried_on_a_copy(recorded: Kernel, tmp_path: Path) -> None:
    source = write_plugin(tmp_path / "elsewhere", "greeter", LOUDER).read_text()

    cell = recorded.run(f"%%rosey replay chat.jsonl --against greeter\n{source}")

    assert cell.text.splitlines()[:3] == [
        "3 messages said, 1 of 3 replies as recorded: 2 different, 0 missing, 0 extra",
        "beside the code that runs, on a copy too: 2 different, 0 missing, 0 extra",
        "line 2, owner: !hello",
    ]
    assert recorded.run("%rosey say !hello").reply == "Hello, owner!"
    assert recorded.value("bot.plugin('greeter').source").endswith("greeter.py")


def test_a_file_is_tried_on_a_copy(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"plugins": {"hot_reload": false}}')
    kernel.run("%rosey start")
    kernel.run("%rosey record chat.jsonl")
    kernel.run("%rosey say !hello")

    same = kernel.run("%rosey replay chat.jsonl --against greeter")
    write_plugin(tmp_path / "plugins", "greeter", LOUDER)
    other = kernel.run("%rosey replay chat.jsonl --against greeter")
    ignored = kernel.run("%rosey replay chat.jsonl --against greeter --ignore (?i:hello)")

    assert same.text == ignored.text == "no difference: 1 message said, 1 reply as recorded"
    assert "+ HELLO, owner!" in other.text


def test_what_differs_by_itself_is_told_apart(kernel: Kernel, tmp_path: Path) -> None:
    counting = GREETER.replace('f"Hello, {name}!"', 'f"{len(self.greeted)} {name}"')
    source = write_plugin(tmp_path / "plugins", "greeter", counting).read_text()
    kernel.run("%rosey start")
    kernel.run("%rosey say !hello")
    kernel.run("%rosey record chat.jsonl")
    kernel.run("%rosey say !hello")

    alike = kernel.run(f"%%rosey replay chat.jsonl --against greeter\n{source}")
    changed = source.replace('{name}"', '{name.upper()}"')
    other = kernel.run(f"%%rosey replay chat.jsonl --against greeter\n{changed}")

    assert alike.text.splitlines()[1:] == [
        "the code that runs answers alike on a copy: it is time, chance or state that differs"
    ]
    assert other.text.splitlines()[1:] == [
        "beside the code that runs, on a copy too: 1 different, 0 missing, 0 extra",
        "line 2, owner: !hello",
        "- 1 owner",
        "+ 1 OWNER",
    ]


def test_a_cell_needs_to_say_which_plugin_it_is(recorded: Kernel) -> None:
    assert "--against NAME says" in recorded.run("%%rosey replay chat.jsonl\npass").stderr
    taken = recorded.run("%%rosey replay chat.jsonl --against greeter --as-test x\npass")
    assert "--as-test takes no cell" in taken.stderr


def test_a_copy_that_hangs_can_be_interrupted(recorded: Kernel, tmp_path: Path) -> None:
    source = write_plugin(tmp_path / "elsewhere", "greeter", SPINNING).read_text()
    cell = recorded.begin(f"%%rosey replay chat.jsonl --against greeter\n{source}")
    recorded.wait_for_output(cell, "of 3 messages said")

    recorded.interrupt()

    assert "interrupted" in recorded.finish(cell).stderr
    assert recorded.run("%rosey say !hello").reply == "Hello, owner!"


def test_damaged_lines_and_faults_are_told(recorded: Kernel, tmp_path: Path) -> None:
    chat = tmp_path / "chat.jsonl"
    header, *lines = chat.read_text().splitlines(keepends=True)
    chat.write_text("".join([header, "{", *lines]))
    failing = GREETER.replace("self.greeted.append(name)", "raise OSError('sold out')")
    write_plugin(tmp_path / "plugins", "greeter", failing)
    recorded.run("%rosey reload greeter")

    text = recorded.run("%rosey replay chat.jsonl").text

    assert "greeter failed in !hello: OSError: sold out" in text
    assert "line 2 is damaged and left out: it is no JSON" in text


def test_a_recording_becomes_a_test_that_passes(recorded: Kernel, tmp_path: Path) -> None:
    path = tmp_path / "test_chat.py"

    written = recorded.run("%rosey replay chat.jsonl --as-test test_chat.py").text
    again = recorded.run("%rosey replay chat.jsonl --as-test test_chat.py").stderr
    forced = recorded.run("%rosey replay chat.jsonl --as-test test_chat.py --force").text

    assert written == forced == f"{path} says 3 messages"
    assert "is there already: choose another name, or --force" in again
    assert path.read_text().splitlines()[3:] == [
        "async def test_chat(bot):",
        '    assert await bot.say("!hello") == ["Hello, owner!"]',
        '    assert await bot.say("!hello Bob", user="alice") == ["Hello, Bob!"]',
        '    assert await bot.say("!whoami", user="alice", rank="moderator") == [',
        '        "alice moderator",',
        "    ]",
    ]


def test_python_calls_give_the_same(recorded: Kernel) -> None:
    recorded.run(
        "a = await bot.recordings.start('more.jsonl')\n"
        "b = await bot.recordings.stop()\n"
        "c = await bot.recordings.replay('chat.jsonl', against='greeter')\n"
        "d = await bot.recordings.as_test('chat.jsonl', 'test_more.py')"
    )

    assert recorded.value("[a.ended, b.ended, bot.recordings.state == b]") == [
        None, "it was stopped", True
    ]  # fmt: skip
    assert recorded.value("[c.comparison.same, c.against, d.messages]") == [3, "greeter", 3]
    assert recorded.run("c").text.startswith("no difference")


def test_files_options_and_plugins_complete(recorded: Kernel, tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text("")

    assert recorded.complete("%rosey record ") == ["--stop", "chat.jsonl"]
    assert recorded.complete("%rosey replay ") == ["chat.jsonl"]
    options = ["--against", "--speed", "--ignore", "--as-test", "--force"]
    assert recorded.complete("%rosey replay chat.jsonl ") == options
    assert recorded.complete("%%rosey replay chat.jsonl --against ") == ["greeter"]
    assert recorded.complete("%rosey replay chat.jsonl --speed ") == ["full", "recorded"]
    assert recorded.complete("%rosey replay chat.jsonl --as-test ") == ["test_x.py"]
