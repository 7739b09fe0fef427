"""Each command of `%rosey`, in a real kernel."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rosey.workbench.commands.table import COMMANDS
from tests.bots import write_plugin
from tests.workbench.conftest import GREETER
from tests.workbench.kernel import Kernel


def test_start_without_a_file_says_that_it_takes_defaults(kernel: Kernel) -> None:
    cell = kernel.run("%rosey start")

    assert cell.text.splitlines()[1:] == [
        "config      embedded default (no config.json here)",
        "connection  local",
        "plugins     1 enabled",
        "commands    !hello !help !plugin !services !whoami",
        "services    greetings",
    ]


def test_start_takes_the_config_file_of_the_folder(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"command_prefix": "?"}')

    text = kernel.run("%rosey start").text

    assert "config.json" in text
    assert "?hello" in text


def test_start_takes_the_config_file_that_is_named(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "other one.yaml").write_text("plugins: {disabled: [greeter]}")

    text = kernel.run("%rosey start 'other one.yaml'").text

    assert "other one.yaml" in text
    assert "1 discovered" in text


def test_start_names_the_plugins_that_fail(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "plugins" / "broken.py").write_text("this is no Python")

    text = kernel.run("%rosey start").text

    assert "1 enabled, 1 failed" in text
    assert "not loaded:\nbroken: SyntaxError: invalid syntax" in text


def test_start_names_the_connection_that_it_ignores(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"connection": "console"}')

    text = kernel.run("%rosey start").text

    assert "connection  local\n" in text
    assert text.endswith("connection 'console' is ignored: only `rosey run` opens it")


def test_stop_ends_the_bot(running: Kernel) -> None:
    assert running.run("%rosey stop").text == "the bot is stopped"
    assert running.run("%rosey stop").text == "no bot runs"
    assert running.value("'bot' in globals()") is False


def test_a_bot_starts_again_after_a_stop(running: Kernel) -> None:
    running.run("%rosey stop")

    assert running.run("%rosey start").status == "ok"
    assert running.run("%rosey say !hello").reply == "Hello, owner!"


def test_the_bare_magic_says_what_to_do_next(kernel: Kernel) -> None:
    assert "\n%rosey start              start a bot" in kernel.run("%rosey").text

    kernel.run("%rosey start")

    text = kernel.run("%rosey").text
    assert "running for" in text
    assert "%rosey list           list all plugins" in text


def test_status_shows_the_bot_at_a_glance(running: Kernel) -> None:
    assert "plugins     1 enabled" in running.run("%rosey status").text


def test_list_shows_each_plugin_and_each_file_that_cannot_be_one(
    running: Kernel, tmp_path: Path
) -> None:
    (tmp_path / "plugins" / "json.py").write_text("")
    running.run("%rosey load json")  # refused, but now it is known

    rows = running.run("%rosey list").text.splitlines()

    assert rows[0].split() == [
        "plugin", "state", "version", "reloads", "uptime", "p95", "faults", "description"
    ]  # fmt: skip
    assert rows[1].startswith("greeter  enabled  0.1.0")
    assert rows[2].startswith("json     refused")


def test_a_plugin_is_unloaded_and_loaded_again(running: Kernel) -> None:
    assert running.run("%rosey unload greeter").text == "greeter is unloaded"
    assert "There is no command" in running.run("%rosey say !hello").text
    assert running.run("%rosey load greeter").text == "greeter 0.1.0 is loaded"
    assert running.run("%rosey say !hello").reply == "Hello, owner!"


def test_a_plugin_that_others_need_is_unloaded_only_with_them(
    kernel: Kernel, tmp_path: Path
) -> None:
    write_plugin(tmp_path / "plugins", "guest", 'dependencies = ["greeter"]')
    kernel.run("%rosey start")

    refused = kernel.run("%rosey unload greeter")
    together = kernel.run("%rosey unload greeter --with-dependents")

    assert "greeter is needed by guest" in refused.stderr
    assert together.text == "greeter is unloaded"
    assert "2 unloaded" in kernel.run("%rosey status").text


def test_reload_takes_the_file_as_it_stands_now(running: Kernel, tmp_path: Path) -> None:
    write_plugin(
        tmp_path / "plugins",
        "greeter",
        GREETER.replace("0.1.0", "0.2.0").replace("Hello", "Good day"),
    )

    lines = running.run("%rosey reload greeter").text.splitlines()

    assert lines[0] == "greeter 0.2.0 is reloaded"
    assert re.fullmatch(r"  in \d+\.\d ms, events waited \d+\.\d ms", lines[1])
    assert running.run("%rosey say !hello").reply == "Good day, owner!"


COUNTER = """
    def export_state(self): return self.count
    def import_state(self, state, version): self.count = state
    count = 0
    @on("count")
    async def on_count(self, event, data):
        self.count += 1
        if data: await asyncio.Event().wait()
    """


def test_reload_tells_what_became_of_the_state_and_what_went_along(
    kernel: Kernel, tmp_path: Path
) -> None:
    write_plugin(tmp_path / "plugins", "counter", COUNTER)
    write_plugin(tmp_path / "plugins", "guest", 'dependencies = ["counter"]')
    kernel.run("%rosey start")
    kernel.run("%rosey emit count")

    kept = kernel.run("%rosey reload counter").text.splitlines()
    assert kept[1].endswith("; its state: kept")
    assert kept[2] == "  at once: counter (it was asked for), guest (it needs counter)"
    assert "1" in kernel.run("%rosey state counter").text

    fresh = kernel.run("%rosey reload --fresh counter").text
    assert "; its state: fresh" in fresh
    assert "keeps nothing of its own" in kernel.run("%rosey state counter").text


def test_reload_of_a_broken_file_names_the_line_and_what_serves_on(
    running: Kernel, tmp_path: Path
) -> None:
    file = tmp_path / "plugins" / "greeter.py"
    file.write_text(f"{file.read_text()}\nthis is no Python\n")
    line = len(file.read_text().splitlines())

    cell = running.run("%rosey reload greeter")

    assert cell.status == "error"
    assert cell.stderr == (
        "UsageError: greeter: SyntaxError: invalid syntax "
        f"(plugins/greeter.py:{line}); version 0.1.0 serves on\n"
    )
    assert running.run("%rosey say !hello").reply == "Hello, owner!"


def test_reload_that_fails_leaves_a_disabled_plugin_disabled(
    running: Kernel, tmp_path: Path
) -> None:
    running.run("%rosey disable greeter")
    (tmp_path / "plugins" / "greeter.py").write_text("this is no Python")

    assert "version 0.1.0 stays disabled" in running.run("%rosey reload greeter").stderr


def test_reload_of_a_plugin_that_failed_says_why_it_fails_still(
    kernel: Kernel, tmp_path: Path
) -> None:
    (tmp_path / "plugins" / "greeter.py").write_text("1 / 0")
    kernel.run("%rosey start")

    cell = kernel.run("%rosey reload greeter")

    assert cell.stderr == (
        "UsageError: greeter: ZeroDivisionError: division by zero (plugins/greeter.py:1)\n"
    )


def test_a_disabled_plugin_keeps_its_state(running: Kernel) -> None:
    running.run("%rosey say !hello Ada")

    assert running.run("%rosey disable greeter").text == "greeter is disabled; it keeps its state"
    assert "There is no command" in running.run("%rosey say !hello").text
    assert running.run("%rosey enable greeter").text == "greeter is enabled"
    assert "'Ada'" in running.run("%rosey state greeter greeted").text


def test_info_shows_all_about_a_plugin(running: Kernel) -> None:
    running.run("%rosey emit user_join")  # its handler fails for lack of data

    text = running.run("%rosey info greeter").text

    for row in (
        "plugin       greeter",
        "state        enabled",
        "description  Says hello",
        "commands     !hello [name]\n             !whoami",
        "services     greetings",
        "             subscription user_join (greeter.welcome)",
        "config       times = 1",
        "faults       1",
        "last fault   greeter.welcome at user_join: KeyError: 'username'",
    ):
        assert f"{row}\n" in f"{text}\n"


def test_say_speaks_as_anybody(running: Kernel) -> None:
    assert running.run("%rosey say !whoami").reply == "owner owner"
    assert running.run("%rosey say -u alice !whoami").reply == "alice guest"
    assert running.run("%rosey say -u alice -r admin !whoami").reply == "alice admin"
    assert running.run("%rosey say -r moderator !whoami").reply == "owner moderator"


def test_say_shows_that_there_was_no_reply(running: Kernel) -> None:
    assert running.run("%rosey say it's only talk").reply == "(no reply)"


def test_say_shows_what_led_to_the_replies(running: Kernel) -> None:
    lines = running.run("%rosey say !hello Ada").text.splitlines()

    assert lines[0] == "Hello, Ada!"
    assert re.fullmatch(r"  greeter: !hello answered \(took .* waited .*\)", lines[1])
    assert lines[2:] == ["    state: greeted[0] = 'Ada' (new)"]


def test_say_shows_why_nobody_answers(running: Kernel) -> None:
    lines = running.run("%rosey say hello").text.splitlines()

    assert lines[0] == "(no reply)"
    assert lines[2:] == [
        "  no plugin handled it",
        "  not greeter: it answers !hello, !whoami; the text does not begin with !",
    ]


def test_emit_shows_who_handled_how_long_and_what_was_replied(running: Kernel) -> None:
    words = running.run("%rosey emit user_join username=Ada").text.splitlines()
    data = running.run('%rosey emit user_join {"username": "Grace"}').text.splitlines()

    assert re.fullmatch(r"user_join #\d+ from rosey: {'username': 'Ada'} \(.*\)", words[0])
    assert re.fullmatch(r"  greeter: greeter.welcome handled \(took .* waited .*\)", words[1])
    assert words[2:] == ["    state: greeted[0] = 'Ada' (new)", "    replied: Hello, Ada!"]
    assert data[3:] == ["    replied: Hello, Grace!"]


@pytest.mark.parametrize(
    "body", ['{"username": "Ada"}', "username: Ada", "# a note\nusername: Ada"]
)
def test_emit_takes_json_and_yaml_as_a_cell(running: Kernel, body: str) -> None:
    text = running.run(f"%%rosey emit user_join\n{body}").text

    assert text.endswith("replied: Hello, Ada!")


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        (
            "%%rosey emit user_join\n{a: b: c}",
            "the cell is neither JSON nor YAML: line 1, column 6",
        ),
        ("%%rosey emit\n{}", "the name of an event is missing"),
        ("%%rosey emit a b\n{}", "'b' is one word too many"),
        ("%%rosey list\nmore", "it takes no cell: write one % and one line"),
    ],
)
def test_a_cell_that_does_not_fit_is_one_line(running: Kernel, cell: str, complaint: str) -> None:
    shown = running.run(cell)

    assert shown.status == "error"
    assert complaint in shown.stderr
    assert shown.stderr.count("\n") == 1


def test_emit_shows_the_fault_of_a_handler(running: Kernel) -> None:
    text = running.run("%rosey emit user_join").text

    assert "greeter: greeter.welcome failed: KeyError: 'username' (took" in text


def test_emit_shows_that_nobody_handles_it(running: Kernel) -> None:
    assert running.run("%rosey emit nothing.much 3").text.splitlines()[1:] == [
        "  no plugin handled it",
        "  not greeter: it handles user_join, not nothing.much",
    ]


def test_quotes_hold_the_name_of_an_event_together(running: Kernel) -> None:
    assert "not foo bar" in running.run("%rosey emit 'foo bar' a=1").text


def test_config_changes_one_setting_by_a_reload(running: Kernel) -> None:
    shown = running.run("%rosey config greeter").text
    changed = running.run("%rosey config greeter times=2").text

    assert shown == "setting  value\ntimes    1"
    assert changed == "setting  value\ntimes    2"
    assert running.run("%rosey say !hello").reply == "Hello, owner! Hello, owner!"


@pytest.mark.parametrize("setting", ["times=9", "times=many", "name=3"])
def test_a_setting_that_does_not_fit_changes_nothing(running: Kernel, setting: str) -> None:
    cell = running.run(f"%rosey config greeter {setting}")

    assert cell.stderr.count("\n") == 1
    assert f"plugins.plugin_config.greeter.{setting.partition('=')[0]}: " in cell.stderr
    assert cell.stderr.endswith("version 0.1.0 serves on\n")
    assert running.run("%rosey config greeter").text == "setting  value\ntimes    1"
    assert running.run("%rosey list").text.splitlines()[1].split()[3] == "0"


def test_saved_config_file_is_applied(kernel: Kernel, tmp_path: Path) -> None:
    def save(times: int) -> None:
        settings = {"hot_reload": False, "greeter": {"times": times}}
        (tmp_path / "config.json").write_text(json.dumps({"plugins": settings}))

    save(1)
    kernel.run("%rosey start")
    save(2)

    applied = kernel.run("%rosey config --reload").text
    again = kernel.run("%rosey config --reload").text
    assert (applied, again) == ("reloaded with new settings: greeter", "nothing has changed")
    assert kernel.run("(await bot.reload_config()).reloaded").text == "()"
    assert kernel.run("%rosey say !hello").reply == "Hello, owner! Hello, owner!"

    save(9)
    cell = kernel.run("%rosey config --reload")
    assert cell.stderr.count("\n") == 1
    assert "plugins.plugin_config.greeter.times: must be" in cell.stderr


def test_services_and_commands_name_their_plugins(running: Kernel) -> None:
    assert running.run("%rosey services").text.splitlines()[1].split() == [
        "greetings", "greeter", "1.0"
    ]  # fmt: skip
    assert "!hello [name]" in running.run("%rosey commands").text


def test_log_shows_what_a_plugin_logs(kernel: Kernel, tmp_path: Path) -> None:
    write_plugin(
        tmp_path / "plugins",
        "talker",
        """
        @on("talk")
        async def talk(self, event, data):
            self.logger.warning("talked about %s", data)
        """,
    )
    kernel.run("%rosey start")
    cell = kernel.run("%rosey emit talk 7")

    assert cell.stderr == ""
    lines = kernel.run("%rosey log talker").text.splitlines()[1:]
    assert [" ".join(line.split()) for line in lines] == [
        "INFO rosey.plugins.life.steps talker 0.1.0 is loaded; it may use: everything",
        "WARNING plugin.talker talked about 7",
    ]
    assert "talker" not in kernel.run("%rosey log greeter").text


def test_help_lists_all_commands_and_explains_each(kernel: Kernel) -> None:
    everything = kernel.run("%rosey help").text

    for command in COMMANDS.values():
        assert command.usage in everything
        assert kernel.run(f"%rosey help {command.name}").text.startswith(command.usage)
    assert kernel.run("%rosey reload -h").text == kernel.run("%rosey help reload").text


def test_a_question_mark_opens_help(kernel: Kernel) -> None:
    assert "%rosey help` lists the commands" in kernel.payload("%rosey?")


ANSWERS = [
    "",
    "status",
    "list",
    "info greeter",
    "edit greeter",
    "save greeter copy.py",
    "diff greeter",
    "say !hello",
    "emit user_join username=Ada",
    "state greeter",
    "set greeter greeted=[]",
    "graph",
    "leaks greeter",
    "profile greeter --reloads 10 --warm-up 1",
    "config greeter",
    "services",
    "commands",
    "log",
    "record chat.jsonl",
    "replay chat.jsonl",
    "test greeter",
    "report bug.json",
    "open bug.json",
    "help",
    "help say",
    "events",
    "time greeter !hello -n 5",
    "prof greeter !hello -n 5",
    "trace off",
    "disable greeter",
    "enable greeter",
    "reload greeter",
    "hold greeter",
    "resume greeter",
    "unload greeter",
    "load greeter",
    "stop",
    "start",
]


def test_each_answer_has_a_text_and_an_html_face(running: Kernel, tmp_path: Path) -> None:
    (tmp_path / "plugins" / "test_greeter.py").write_text("def test_nothing(): pass")
    for line in ANSWERS:
        (face,) = running.run(f"%rosey {line}").faces
        assert face.keys() == {"text/plain", "text/html"}, line
    on_a_line = {name for name, command in COMMANDS.items() if command.run is not None}
    # Whose answer lives, for which something has to wait, and which are for a bot in production.
    on_a_line -= {"panel", "step", "unlock", "lock"}
    assert {line.partition(" ")[0] for line in ANSWERS if line} == on_a_line


def test_an_answer_can_be_kept_and_has_the_facts(running: Kernel) -> None:
    running.run("found = %rosey list")

    assert running.value("[plugin.name for plugin in found.value]") == ["greeter"]


def test_what_the_facade_returns_is_shown_like_an_answer(running: Kernel) -> None:
    cell = running.run('await bot.reload("greeter")')

    assert cell.text.startswith("plugin       greeter\nstate        enabled")
    assert cell.html.partition(">")[2].startswith("<table>")


def test_a_variable_in_a_line_is_not_filled_in(running: Kernel) -> None:
    running.run("name = 'wrong'")

    assert running.run("%rosey say !hello {name}$name").reply == "Hello, {name}$name!"


WRONG = {
    "reloda greeter": "there is no %rosey reloda; did you mean reload?; %rosey help lists all",
    "zzz": "there is no %rosey zzz; %rosey help lists all",
    "reload": "the name of a plugin is missing (usage: %rosey reload NAME [--fresh])",
    "reload a b": "'b' is one word too many (usage: %rosey reload NAME [--fresh])",
    "reload greter": "no plugin named 'greter' is loaded; did you mean greeter?",
    "load greeter": "greeter is loaded already: reload it to load it again",
    "info zzz": "no plugin named 'zzz' is known",
    "list 3": "'3' is one word too many (usage: %rosey list)",
    "help zzz": "there is no %rosey zzz; %rosey help lists all (usage: %rosey help [COMMAND])",
    "say": "there is nothing to say (usage: %rosey say [-u USER] [-r RANK] TEXT)",
    "say -u": "-u lacks its value (usage: %rosey say [-u USER] [-r RANK] TEXT)",
    "say -r king hi": "there is no rank 'king': choose one of "
    "anonymous, guest, member, moderator, admin, owner "
    "(usage: %rosey say [-u USER] [-r RANK] TEXT)",
    "emit": "the name of an event is missing (usage: %rosey emit EVENT [KEY=VALUE ... | JSON])",
    "emit x y": "'y' is not of the form key=value "
    "(usage: %rosey emit EVENT [KEY=VALUE ... | JSON])",
    "config greeter 'x": "No closing quotation: close the quote "
    "(usage: %rosey config NAME [KEY=VALUE ...] [--check] | --reload)",
    "enable greeter": "greeter is enabled already",
    "start": "a bot runs already: %rosey stop ends it",
}


def test_wrong_use_is_one_clear_line(running: Kernel) -> None:
    for line, message in WRONG.items():
        cell = running.run(f"%rosey {line}")

        assert cell.stderr == f"UsageError: {message}\n"
        assert cell.status == "error"
        assert (cell.traceback, cell.faces, cell.stdout) == ([], [], "")


def test_what_needs_a_bot_says_how_to_start_one(kernel: Kernel) -> None:
    assert kernel.run("%rosey list").stderr == (
        "UsageError: no bot runs: start one with %rosey start\n"
    )


def test_a_faulty_config_file_is_one_line_and_leaves_nothing(
    kernel: Kernel, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"plugins": {"enabled": 3}, "nonsense": 1}))

    cell = kernel.run("%rosey start")

    assert cell.stderr.count("\n") == 1
    assert "plugins.enabled" in cell.stderr
    assert "nonsense" in cell.stderr
    assert kernel.run("%rosey").text.startswith("no bot runs")
    (tmp_path / "config.json").write_text("{}")
    assert kernel.run("%rosey start").status == "ok"
