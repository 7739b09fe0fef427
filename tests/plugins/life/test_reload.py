"""What a reload promises. Most of it went wrong in the first Rosey: the docstrings say what did.

More of its faults are in `test_first_rosey.py`.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

ANSWER = 'def answer():\n    return "{}"\n'


async def test_syntax_error_keeps_the_old_plugin(folder: Folder, manager: PluginManager) -> None:
    """Fault 1: the old plugin was torn down first, and lost."""
    path = folder.plugin("dice")
    old = await manager.load_plugin("dice")
    folder.write("dice.py", "x = 1\ndef broken(:\n")

    with pytest.raises(PluginLoadError) as caught:
        await manager.reload_plugin("dice")

    assert manager.get_plugin("dice") is old
    assert old.enabled
    assert (caught.value.path, caught.value.line) == (path, 2)


async def test_fix_of_a_syntax_error_is_taken(folder: Folder, manager: PluginManager) -> None:
    """Fault 1: nothing but a restart brought it back."""
    folder.plugin("dice")
    old = await manager.load_plugin("dice")
    folder.write("dice.py", "def broken(:\n")
    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")

    folder.plugin("dice", 'version = "2.0"')

    assert (await manager.reload_plugin("dice")).version == "2.0"
    assert manager.get_plugin("dice") is not old


async def test_error_in_setup_after_subscribing_leaves_nothing(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """Fault 2: a half-built instance went on getting events, and after a second failure two."""
    folder.plugin(
        "dice",
        """
        async def setup(self):
            self.on_event("roll", self.roll)
            self.register_command("roll", self.roll)
            self.provide_service("dice", self)
            1 / 0
        async def roll(self, event, data): ...
        """,
    )
    before = host.handlers()

    for _ in range(2):
        with pytest.raises(PluginLoadError, match="ZeroDivisionError"):
            await manager.load_plugin("dice")

    assert host.handlers() == before
    assert (host.commands, host.services.list_services()) == ({}, [])


async def test_failing_setup_of_a_reload_leaves_the_old_subscriptions(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """Fault 2: the half-built instance took the place of the old one."""
    handler = """
        @on("roll")
        async def roll(self, event, data): self.bot.log.append({!r})
        """
    folder.plugin("dice", handler.format("old"))
    await manager.load_plugin("dice")
    folder.plugin("dice", handler.format("new") + "async def setup(self): 1 / 0\n")

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")
    await host.bus.emit("roll")

    assert host.log == ["old"]


async def test_provider_of_a_service_reloads(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """Fault 3: its reload failed every time, as the service was registered already."""
    folder.plugin("dice", 'async def setup(self): self.provide_service("dice", self)')
    await manager.load_plugin("dice")

    new = await manager.reload_plugin("dice")

    assert host.services.get("dice") is new


def test_edit_of_equal_size_within_a_second_runs_with_bytecode_writing(tmp_path: Path) -> None:
    """Fault 5: the old bytecode ran, with `.pyc` files being written as they are by default."""
    program = Path(__file__).with_name("edits.py")
    environment = {"PATH": "", "PYTHONPATH": str(Path(__file__).parents[3])}

    run = subprocess.run(
        [sys.executable, program, tmp_path],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )

    assert run.stdout.split() == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]


async def test_helper_modules_are_reloaded(folder: Folder, manager: PluginManager) -> None:
    """Fault 6: helper modules beside a plugin stayed as they were."""
    folder.write("dice/helper.py", ANSWER.format("old"))
    head = "from .helper import answer\n"
    folder.plugin("dice", "version = answer()", head=head, file="dice/__init__.py")
    assert (await manager.load_plugin("dice")).version == "old"

    folder.write("dice/helper.py", ANSWER.format("new"))

    assert (await manager.reload_plugin("dice")).version == "new"


async def test_teardown_without_super_and_raw_task_leave_nothing(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """Fault 7: both kept the instance, and its handlers, alive."""
    folder.plugin(
        "dice",
        """
        async def setup(self):
            self.raw = asyncio.create_task(asyncio.Event().wait())
            self.on_event("roll", self.roll)
        async def teardown(self): ...
        async def roll(self, event, data): ...
        """,
    )
    before = host.handlers()
    raw = (await manager.load_plugin("dice")).raw  # type: ignore[attr-defined]  # the plugin's own

    await manager.unload_plugin("dice")

    assert raw.cancelled()
    assert host.handlers() == before


async def test_failing_on_disable_does_not_skip_teardown(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """Fault 8: it did, and the subscriptions stayed."""
    folder.plugin(
        "dice",
        """
        async def setup(self): self.on_event("roll", print)
        async def on_disable(self): 1 / 0
        async def teardown(self): self.bot.log.append("torn down")
        """,
    )
    before = host.handlers()
    await manager.load_plugin("dice")

    await manager.unload_plugin("dice")

    assert "torn down" in host.log
    assert host.handlers() == before


async def test_concurrent_reloads_leave_one_subscription(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """Fault 9: three reloads at once left three subscriptions."""
    folder.plugin("dice", '@on("roll")\nasync def roll(self, event, data): ...\n')
    await manager.load_plugin("dice")

    await asyncio.gather(*(manager.reload_plugin("dice") for _ in range(3)))

    assert host.handlers().count("Main.roll") == 1


async def test_events_during_a_reload_reach_the_old_plugin(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """Fault 10: events were lost. The new one is set up beside the old one: nothing is lost."""
    body = """
        async def setup(self):
            self.on_event("roll", self.roll)
            for _ in range({}): await self.bot.bus.emit("roll")
        async def roll(self, event, data): self.bot.log.append(self)
        """
    folder.plugin("dice", body.format(0))
    old = await manager.load_plugin("dice")
    folder.plugin("dice", body.format(19))

    new = await manager.reload_plugin("dice")
    await host.bus.emit("roll")

    assert host.log == [old] * 19 + [new]


async def test_disabled_plugin_gets_no_events_and_no_commands(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """Fault 13: it still got events."""
    folder.plugin(
        "dice",
        """
        async def setup(self):
            self.on_event("roll", lambda event, data: self.bot.log.append(data))
            self.register_command("roll", print)
        """,
    )
    await manager.load_plugin("dice")

    await manager.disable_plugin("dice")
    await host.bus.emit("roll", 1)
    assert host.commands == {}
    await manager.enable_plugin("dice")
    await host.bus.emit("roll", 2)

    assert host.log == [2]
    assert [*host.commands] == ["roll"]


async def test_disabled_plugin_stays_disabled_across_a_reload(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", '@on("roll")\nasync def roll(self, event, data): ...\n')
    await manager.load_plugin("dice")
    await manager.disable_plugin("dice")

    new = await manager.reload_plugin("dice")

    assert not new.enabled
    assert "Main.roll" not in host.handlers()


async def test_failed_swap_of_a_disabled_plugin_leaves_it_disabled(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", '@on("roll")\nasync def roll(self, event, data): ...\n')
    await manager.load_plugin("dice")
    await manager.disable_plugin("dice")
    folder.plugin("dice", 'async def setup(self): self.provide_service("dice", self)')
    # Somebody else comes to provide it while the new version is read.
    reloading = asyncio.ensure_future(manager.reload_plugin("dice"))
    host.bus.subscribe("plugin.reloading", lambda _event, _data: host.services.register("dice", 1))

    with pytest.raises(PluginLoadError, match="'dice' is already provided by rosey"):
        await reloading

    assert "Main.roll" not in host.handlers()


async def test_missing_dependency_fails_only_its_dependents(
    folder: Folder, manager: PluginManager
) -> None:
    """Fault 14: one missing dependency left all plugins unloaded."""
    folder.plugin("alone")
    folder.plugin("lacking", 'dependencies = ["nothing"]')
    folder.plugin("indirect", 'dependencies = ["lacking"]')

    failures = await manager.load_all()

    assert manager.list_plugins() == ["alone"]
    assert str(failures["indirect"]) == (
        "indirect: it needs lacking, which could not be loaded: "
        "there is no plugin nothing (lacking -> nothing)"
    )


async def test_plugin_cannot_replace_a_module_of_the_standard_library(
    folder: Folder, manager: PluginManager
) -> None:
    """Fault 15: a plugin file of that name took its place in `sys.modules`."""
    import json as before  # noqa: PLC0415  the module as it is now

    folder.plugin("json")

    with pytest.raises(PluginLoadError, match="name of a module of the standard library"):
        await manager.load_plugin("json")

    assert sys.modules["json"] is before


async def test_config_reaches_the_plugin(folder: Folder, manager: PluginManager) -> None:
    """Fault 16: it never did."""
    folder.plugin("dice")

    plugin = await manager.load_plugin("dice", {"sides": 6})

    assert plugin.config == {"sides": 6}
    assert (await manager.reload_plugin("dice")).config == {"sides": 6}


async def test_plugins_are_unloaded_before_what_they_need(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """Fault 16: `unload_all` ignored the order of dependencies."""
    trace = "async def teardown(self): self.bot.log.append(self.name)\n"
    folder.plugin("alpha", trace)
    folder.plugin("beta", f'dependencies = ["alpha"]\n{trace}')
    folder.plugin("gamma", f'dependencies = ["beta"]\n{trace}')
    await manager.load_all()

    await manager.close()

    assert host.log == ["gamma", "beta", "alpha"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "it defines no subclass of Plugin with a name"),
        ("from rosey.plugins import Plugin", "it defines no subclass"),
        ("from rosey.plugins import Plugin\nclass Base(Plugin): ...", "it defines no subclass"),
        (
            "from rosey.plugins import Plugin as P\nclass A(P): name = 'dice'\nclass B(A): ...",
            r"it defines 2 plugin classes \(A, B\): keep one in a file",
        ),
        (
            'from rosey.plugins import Plugin\nclass A(Plugin): name = "die"',
            "its class is named 'die': it must be 'dice', as the file",
        ),
    ],
    ids=["empty", "imported Plugin", "base without name", "two classes", "another name"],
)
async def test_file_without_one_plugin_class_is_refused(
    folder: Folder, manager: PluginManager, code: str, reason: str
) -> None:
    """Fault 16: the first subclass by name won, imported ones included."""
    folder.write("dice.py", code)

    with pytest.raises(PluginLoadError, match=reason):
        await manager.load_plugin("dice")


async def test_helper_base_and_alias_are_not_mistaken_for_the_plugin(
    folder: Folder, manager: PluginManager
) -> None:
    """Fault 16: they were."""
    folder.write(
        "dice.py",
        """
        from rosey.plugins import Plugin
        class Base(Plugin): ...
        class Dice(Base): name = "dice"
        Alias = Dice
        """,
    )

    assert type(await manager.load_plugin("dice")).__name__ == "Dice"
