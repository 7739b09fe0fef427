"""`rosey check`: each kind of fault is one line with its place, and nothing is executed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import ECHO, Rosey

AddPlugin = Callable[..., Path]

CLASS = 'from rosey import Plugin\nclass {title}(Plugin):\n    name = "{name}"\n'


def plugin(name: str, **attributes: object) -> str:
    """The code of a plugin with some class attributes."""
    lines = [f"    {key} = {value!r}\n" for key, value in attributes.items()]
    return CLASS.format(title=name.title(), name=name) + "".join(lines)


def test_sound_plugins_are_counted(rosey: Rosey, add_plugin: AddPlugin) -> None:
    add_plugin("one")
    add_plugin("two")

    ended = rosey("check")

    assert ended.stdout == "0 faults in 2 plugins\n"
    assert ended.returncode == 0


def test_nothing_is_executed(rosey: Rosey, add_plugin: AddPlugin, tmp_path: Path) -> None:
    add_plugin("echo", f"open({str(tmp_path / 'ran')!r}, 'w')\n{ECHO}")

    assert rosey("check").returncode == 0
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("name", "code", "finding"),
    [
        ("broken", "x = 1\ndef\n", "plugins/broken.py:2: SyntaxError: invalid syntax"),
        ("outside", ECHO + "return 1\n", "plugins/outside.py:12: SyntaxError: 'return' outside"),
        ("nulls", "\0", "plugins/nulls.py: "),
        ("random", ECHO, "plugins/random.py: a plugin cannot have the name of a module of the"),
        ("Capital", ECHO, "plugins/Capital.py: a plugin's name is lower case letters"),
        ("none", "x = 1\n", "plugins/none.py: it defines no subclass of Plugin with a name"),
        (
            "twice",
            plugin("twice") + plugin("second"),
            "plugins/twice.py:5: it defines 2 plugin classes (Second, Twice): keep one in a file",
        ),
        (
            "renamed",
            plugin("other"),
            "plugins/renamed.py:2: its class is named 'other': it must be 'renamed', as the file",
        ),
        (
            "lonely",
            plugin("lonely", dependencies=["nobody"]),
            "plugins/lonely.py: there is no plugin nobody (lonely -> nobody)",
        ),
        (
            "vague",
            plugin("vague", dependencies=["a b"]),
            "plugins/vague.py: dependency 'a b' is not of the form",
        ),
        (
            "blind",
            plugin("blind", watch="words.txt"),
            "plugins/blind.py:4: its watch must be a list of file names, written out",
        ),
    ],
)
def test_fault_of_a_plugin_is_one_line(
    name: str, code: str, finding: str, rosey: Rosey, add_plugin: AddPlugin
) -> None:
    add_plugin(name, code)

    ended = rosey("check", "plugins")

    line, summary = ended.stdout.splitlines()
    assert line.startswith(finding)
    assert summary == "1 fault in 1 plugin"
    assert ended.returncode == 1


def test_cycle_is_shown_whole(rosey: Rosey, add_plugin: AddPlugin) -> None:
    add_plugin("hen", plugin("hen", dependencies=["egg"]))
    add_plugin("egg", plugin("egg", dependencies=["hen"]))

    ended = rosey("check")

    assert ended.stdout.splitlines()[:2] == [
        "plugins/egg.py: it depends on itself: egg -> hen -> egg",
        "plugins/hen.py: it depends on itself: hen -> egg -> hen",
    ]


def test_dependency_in_an_old_version_is_a_fault(rosey: Rosey, add_plugin: AddPlugin) -> None:
    add_plugin("scores", plugin("scores", version="1.0"))
    add_plugin("quiz", plugin("quiz", dependencies=["scores>=1.2"]))

    [line, _] = rosey("check").stdout.splitlines()

    assert line == "plugins/quiz.py: it needs scores>=1.2, but scores 1.0 runs"


def test_one_plugin_is_checked_beside_what_it_needs(rosey: Rosey, add_plugin: AddPlugin) -> None:
    add_plugin("scores", plugin("scores", version="1.0"))
    add_plugin("quiz", plugin("quiz", dependencies=["scores"]))
    add_plugin("broken", "def\n")

    assert rosey("check", "plugins/quiz.py").stdout == "0 faults in 2 plugins\n"
    assert rosey("check", "plugins/broken.py").returncode == 1


def test_file_that_is_passed_over_is_said_to_be(rosey: Rosey, add_plugin: AddPlugin) -> None:
    add_plugin("_draft", "def\n")

    assert "passed over" in rosey("check", "plugins/_draft.py").stdout


def test_package_is_checked_module_by_module(rosey: Rosey, tmp_path: Path) -> None:
    package = tmp_path / "plugins" / "dice"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from .plugin import Dice\n")
    (package / "plugin.py").write_text(plugin("dice"))
    assert rosey("check", "plugins/dice").stdout == "0 faults in 1 plugin\n"

    (package / "database.py").write_text("\n\ndef\n")
    (package / "config.json").write_text('{\n"max": 3,\n3}')

    assert rosey("check", "plugins/dice").stdout.startswith("plugins/dice/config.json:3: not JSON")
    (package / "config.json").unlink()
    assert rosey("check", "plugins/dice").stdout.startswith("plugins/dice/database.py:3: Syntax")


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ('{\n  "connection": "local",\n  3}', "config.json:3: expecting property name"),
        ("[]", "config.json: it must hold one object"),
        ('{"conection": "local"}', "config.json: conection: there is no such setting; did you"),
        ('{"connection": "irc"}', "config.json: connection: "),
        ('{"storage": "${NO_SUCH_NAME}"}', "config.json: storage: the environment variable NO_SU"),
        (
            '{"plugins": {"enabled": ["ecko"]}}',
            "config.json: plugins.enabled: there is no plugin named ecko; did you mean echo?",
        ),
        (
            '{"plugins": {"plugin_config": {"nobody": {}}}}',
            "config.json: plugins.plugin_config: there is no plugin named nobody",
        ),
    ],
)
def test_fault_of_a_configuration_is_one_line(
    text: str, finding: str, rosey: Rosey, add_plugin: AddPlugin, tmp_path: Path
) -> None:
    add_plugin("echo")
    (tmp_path / "config.json").write_text(text)

    ended = rosey("check", "config.json")

    assert ended.stdout.startswith(finding)
    assert len(ended.stdout.splitlines()) == 2
    assert ended.returncode == 1


def test_line_of_a_yaml_fault_is_told(rosey: Rosey, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("connection: local\nplugins: [\n")

    assert rosey("check").stdout.startswith("config.yaml:3: expected the node content")


def test_configuration_says_which_plugins_are_checked(
    rosey: Rosey, add_plugin: AddPlugin, tmp_path: Path
) -> None:
    add_plugin("echo")
    add_plugin("broken", "def\n")
    config = tmp_path / "config.json"

    config.write_text('{"plugins": {"enabled": ["echo"]}}')
    assert rosey("check", ".").stdout == "0 faults in config.json, 1 plugin\n"
    config.write_text('{"plugins": {"disabled": ["broken"]}}')
    assert rosey("check").returncode == 0
    config.write_text("{}")
    assert rosey("check").returncode == 1


def test_nothing_at_the_path_is_said(rosey: Rosey) -> None:
    ended = rosey("check", "nowhere")

    assert ended.stderr == "rosey: nowhere: there is no such file or folder\n"
    assert ended.returncode == 1


def test_hostile_name_is_shown_escaped(rosey: Rosey, add_plugin: AddPlugin) -> None:
    add_plugin("x\x1b[31m\n0 faults", "def\n")

    ended = rosey("check")

    assert "\x1b" not in ended.stdout
    assert len(ended.stdout.splitlines()) == 2
