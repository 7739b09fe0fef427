"""Completion of `%rosey`, through the kernel's own completer."""

from __future__ import annotations

from pathlib import Path

import pytest

from rosey.workbench.commands.table import COMMANDS
from tests.bots import write_plugin
from tests.workbench.kernel import Kernel


@pytest.mark.parametrize("before", ["", "x = ", "  ", "found[0] = ", "a = 1\n"])
def test_commands_complete_wherever_the_magic_stands(running: Kernel, before: str) -> None:
    on_a_line = [name for name, command in COMMANDS.items() if command.run is not None]
    assert running.complete(f"{before}%rosey ") == on_a_line
    assert running.completed(f"{before}%rosey rel") == [f"{before}%rosey reload"]
    assert running.completed(f"{before}%rosey reload gr") == [f"{before}%rosey reload greeter"]


def test_plugins_complete_where_their_state_allows_the_command(
    kernel: Kernel, tmp_path: Path
) -> None:
    write_plugin(tmp_path / "plugins", "asleep")
    write_plugin(tmp_path / "plugins", "unused")
    kernel.run("%rosey start\n%rosey disable asleep\n%rosey unload unused")

    assert kernel.complete("%rosey load ") == ["unused"]
    assert kernel.complete("%rosey enable ") == ["asleep"]
    assert kernel.complete("%rosey disable ") == ["greeter"]
    for command in ("reload", "unload", "state"):
        assert kernel.complete(f"%rosey {command} ") == ["asleep", "greeter"]
    assert kernel.complete("%rosey config ") == ["asleep", "greeter", "--reload"]
    assert "greeter" not in kernel.complete("%rosey config --reload gr")
    assert kernel.complete("%rosey info ") == ["asleep", "greeter", "unused"]
    assert kernel.complete("%rosey unload greeter ") == ["--with-dependents"]
    assert "greeter" not in kernel.complete("%rosey reload greeter gr")
    assert "greeter" not in kernel.complete("%rosey status gr")


def test_plugin_that_waits_to_be_used_is_shown_and_can_be_loaded_and_unloaded(
    kernel: Kernel, tmp_path: Path
) -> None:
    body = 'activation = ["command:later"]\n@command("later")\nasync def later(self, ctx): ...'
    write_plugin(tmp_path / "plugins", "lazy", body)
    kernel.run("%rosey start")

    for command in ("load", "unload", "reload"):
        assert "lazy" in kernel.complete(f"%rosey {command} ")
    assert "lazy" not in kernel.complete("%rosey disable ")
    assert kernel.complete("%rosey say !la") == ["!later"]
    assert "discovered, waits" in kernel.run("%rosey list").text
    assert "command:later" in kernel.run("%rosey info lazy").text


def test_events_and_settings_complete(running: Kernel) -> None:
    assert running.complete("%rosey emit user_") == ["user_join"]
    assert running.complete("%rosey config greeter ") == ["times=", "--check"]
    assert running.complete("%rosey config greeter times=2 -") == ["--check"]


def test_a_setting_that_is_given_is_not_offered_again(running: Kernel) -> None:
    assert "times=" not in running.complete("%rosey config greeter times=2 t")


def test_chat_commands_and_ranks_complete(running: Kernel) -> None:
    assert running.complete("%rosey say !he") == ["!hello", "!help"]
    assert running.complete("%rosey say -u ann -r mo") == ["moderator"]
    assert running.complete("%rosey say -u ann -r guest !who") == ["!whoami"]


def test_config_files_complete(kernel: Kernel, tmp_path: Path) -> None:
    for name in ("config.json", "other.yaml", "notes.txt"):
        (tmp_path / name).write_text("")

    assert kernel.complete("%rosey start ") == ["config.json", "other.yaml"]


def test_commands_complete_after_help(kernel: Kernel) -> None:
    assert kernel.complete("%rosey help sta") == ["start", "status", "state"]


@pytest.mark.parametrize(
    "cell",
    ["%%bash\n%rosey rel", "\n%%html\n%rosey rel", "%%timeit\n%rosey rel", "%roseyx rel"],
)
def test_nothing_is_offered_where_the_magic_does_not_stand(running: Kernel, cell: str) -> None:
    assert "reload" not in running.complete(cell)


def test_nothing_is_offered_without_a_bot_or_for_what_is_unknown(kernel: Kernel) -> None:
    for line in (
        "reload gre",
        "say !he",
        "emit user_",
        "config gre",
        "config greeter t",
        "zzz gre",
    ):
        found = kernel.complete(f"%rosey {line}")
        assert not {"greeter", "!hello", "user_join", "times="} & {*found}


def test_ordinary_completion_goes_on(running: Kernel) -> None:
    running.run("import textwrap")

    assert "textwrap.dedent" in running.completed("textwrap.de")
    assert "bot.reload" in running.completed("bot.rel")
    assert "%rosey" in running.completed("%ros")


def test_tab_waits_only_shortly_for_a_bot_that_a_plugin_blocks(
    kernel: Kernel, tmp_path: Path
) -> None:
    write_plugin(
        tmp_path / "plugins",
        "stuck",
        """
        @command("block")
        async def block(self, ctx: CommandContext):
            import builtins
            self.bot.entered.set()
            self.bot.gate.wait()
        """,
    )
    kernel.run(
        "%rosey start\n"
        "import threading\n"
        "bot._bot.gate, bot._bot.entered = threading.Event(), threading.Event()\n"
        "under_way = bot.say('!block')\n"
        "bot._bot.entered.wait()"
    )

    assert "greeter" not in kernel.complete("%rosey reload gr")
    kernel.run("bot._bot.gate.set(); under_way.result()")
    assert kernel.complete("%rosey reload gr") == ["greeter"]
