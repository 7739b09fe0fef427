"""`%rosey config --check`: what there is to set, and what a change would do."""

from __future__ import annotations

from tests.workbench.kernel import Kernel


def test_check_without_changes_shows_what_there_is_to_set(running: Kernel) -> None:
    shown = running.run("%rosey config greeter --check").text

    assert [line.split() for line in shown.splitlines()] == [
        ["setting", "value", "default", "must", "be", "help"],
        ["times", "1", "1", "int,", "1", "to", "5"],
    ]


def test_form_marks_what_differs_and_tells_what_was_given_of_every_plugins(running: Kernel) -> None:
    running.run("%rosey config greeter times=2 limits.deadline_s=3")
    times, deadline = running.run("%rosey config greeter --check").text.splitlines()[1:]

    assert times.split()[:4] == ["times", "2", "*", "1"]
    assert deadline.split()[:4] == ["limits.deadline_s", "3", "*", "-"]


def test_check_tells_what_a_change_would_do_and_does_not_do_it(running: Kernel) -> None:
    cell = running.run("%rosey config greeter times=2 --check")

    assert cell.text == "times: 1 -> 2\ngreeter would be reloaded"
    assert running.run("%rosey config greeter").text == "setting  value\ntimes    1"


def test_check_tells_all_that_is_wrong(running: Kernel) -> None:
    lines = running.run("%rosey config greeter times=9 name=3 --check").text.splitlines()

    assert {line.partition(":")[0] for line in lines[:-1]} == {"times", "name"}
    assert lines[-1] == "greeter would keep its settings"


def test_calls_return_the_same_as_values(running: Kernel) -> None:
    running.run('form = bot.configuration("greeter")')
    running.run('check = bot.check_config("greeter", times=2)')

    assert running.value("[(s.path, str(s.kind), s.value) for s in form.settings]") == [
        ("times", "int", "1")
    ]
    assert running.value("check.lines") == ("times: 1 -> 2", "greeter would be reloaded")
    assert running.run("form").text.startswith("setting  value")
    assert running.run("check").text == "times: 1 -> 2\ngreeter would be reloaded"
    running.run("del form, check; Out.clear(); _ = __ = ___ = None")


def test_path_into_a_setting_that_is_no_group_is_one_line(running: Kernel) -> None:
    running.run("%rosey config greeter times=2")
    cell = running.run("%rosey config greeter times.x=1")

    assert "times.x leads into a setting that holds no others" in cell.stderr
