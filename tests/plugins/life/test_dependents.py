"""What depends on a plugin is reloaded with it: all of them take over, or none does."""

from __future__ import annotations

import asyncio
import gc
import sys
import weakref
from typing import Any

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

SCORES = """
    @on("ask")
    def ask(self, event, data): self.bot.log.append((self.name, Score.size))
    """
TALLY = """
    def export_state(self): return self.played
    def import_state(self, state, version): self.played = state
    played = 0
    @on("ask")
    def ask(self, event, data):
        self.played += 1
        self.bot.log.append((self.name, Score.size, self.played))
    {}
    """
IMPORT = "from rosey_plugins.scores import Score"


def write_scores(folder: Folder, size: int, head: str = "") -> None:
    head = f"class Score:\n    size = {size}\n{head}"
    folder.plugin("scores", SCORES, head=head)


def write(folder: Folder, name: str = "tally", more: str = "", *, head: str = IMPORT) -> None:
    folder.plugin(name, TALLY.format(more), head=head)


@pytest.fixture
async def pair(folder: Folder, manager: PluginManager) -> None:
    """A plugin scores, and a plugin tally that imports from it and does not say so."""
    write_scores(folder, 1)
    write(folder)
    await manager.load_plugin("scores")
    await manager.load_plugin("tally")


async def asked(host: Host) -> list[Any]:
    """What the plugins answer."""
    host.log.clear()
    await host.bus.emit("ask")
    return [*host.log]


@pytest.mark.usefixtures("pair")
async def test_dependent_gets_the_new_code_and_keeps_its_state(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    await asked(host)
    write_scores(folder, 2)

    await manager.reload_plugin("scores")

    assert await asked(host) == [("scores", 2), ("tally", 2, 2)]


@pytest.mark.usefixtures("pair")
async def test_dependent_can_be_reloaded_alone(host: Host, manager: PluginManager) -> None:
    scores, tally = manager.get_plugin("scores"), manager.get_plugin("tally")

    await manager.reload_plugin("tally")

    assert manager.get_plugin("scores") is scores
    assert manager.get_plugin("tally") is not tally
    assert await asked(host) == [("scores", 1), ("tally", 1, 1)]


FAULTS = {
    "import": ("1 / 0", ""),
    "missing name": ("from rosey_plugins.scores import Nothing", ""),
    "setup": ("", "async def setup(self): 1 / 0"),
    "state": ("", "def import_state(self, state, version): 1 / 0"),
    "on_enable": ("", "async def on_enable(self): 1 / 0"),
}


@pytest.mark.usefixtures("pair")
@pytest.mark.parametrize("fault", FAULTS)
async def test_failing_dependent_leaves_all_as_they_were(
    folder: Folder, host: Host, manager: PluginManager, fault: str
) -> None:
    head, more = FAULTS[fault]
    scores, tally = manager.get_plugin("scores"), manager.get_plugin("tally")
    modules = {name for name in sys.modules if "rosey_plugins" in name}
    write_scores(folder, 2)
    write(folder, more=more, head=f"{IMPORT}\n{head}")

    with pytest.raises(PluginLoadError, match="it stays as it is, for tally has to go with it"):
        await manager.reload_plugin("scores")

    assert (manager.get_plugin("scores"), manager.get_plugin("tally")) == (scores, tally)
    assert await asked(host) == [("scores", 1), ("tally", 1, 1)]
    assert {name for name in sys.modules if "rosey_plugins" in name} == modules


@pytest.mark.usefixtures("pair")
async def test_refusal_is_told_once_and_names_the_culprit(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    host.bus.subscribe("plugin.reload_failed", lambda _event, data: host.log.append(data))
    write_scores(folder, 2)
    write(folder, head="1 / 0")

    failures = await manager.reload_plugins(["scores"])
    await host.bus.drain()

    (told,) = [entry for entry in host.log if isinstance(entry, dict)]
    assert (told["plugin"], told["asked"]) == ("tally", ("scores",))
    assert told["together"] == ("scores", "tally")
    assert "ZeroDivisionError" in str(failures["scores"])
    assert "ZeroDivisionError" in str(manager.slots.known("tally").error)
    assert manager.slots.known("scores").error is not None


async def test_declared_dependency_goes_along_without_an_import(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("scores")
    folder.plugin("tally", 'dependencies = ["scores"]')
    tally = await manager.load_plugin("tally")

    await manager.reload_plugin("scores")

    assert manager.get_plugin("tally") is not tally


async def test_new_version_that_is_too_old_for_a_dependent_is_refused(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("scores", 'version = "2.0"')
    folder.plugin("tally", 'dependencies = ["scores>=2"]')
    await manager.load_plugin("tally")
    folder.plugin("scores", 'version = "1.0"')

    with pytest.raises(PluginLoadError, match=r"it needs scores>=2, but scores 1\.0 runs"):
        await manager.reload_plugin("scores")

    assert manager.plugins["scores"].version == "2.0"


async def test_versions_that_fit_each_other_only_together_take_over_together(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("scores", 'version = "1.0"')
    folder.plugin("tally", 'dependencies = ["scores<2"]')
    await manager.load_plugin("tally")
    folder.plugin("scores", 'version = "2.0"')
    folder.plugin("tally", 'dependencies = ["scores>=2"]')

    assert await manager.reload_plugins(["tally", "scores"]) == {}

    assert manager.plugins["scores"].version == "2.0"


async def test_dependency_that_the_new_version_declares_goes_with_it(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("scores", 'version = "1.0"')
    folder.plugin("tally")
    await manager.load_all()
    folder.plugin("tally", 'dependencies = ["scores>=2"]')
    folder.plugin("scores", 'version = "2.0"')

    assert await manager.reload_plugins(["tally", "scores"]) == {}


async def test_unrelated_plugins_fail_each_for_itself(
    folder: Folder, manager: PluginManager
) -> None:
    for name in ("alpha", "beta"):
        folder.plugin(name, 'version = "1.0"')
    await manager.load_all()
    folder.write("alpha.py", "def (:")
    folder.plugin("beta", 'version = "2.0"')

    failures = await manager.reload_plugins(["alpha", "beta", "gamma"])

    assert [*failures] == ["alpha", "gamma"]
    assert manager.plugins["beta"].version == "2.0"


@pytest.mark.usefixtures("pair")
async def test_disabled_dependent_stays_disabled(host: Host, manager: PluginManager) -> None:
    await manager.disable_plugin("tally")

    await manager.reload_plugin("scores")

    assert manager.slots.known("tally").state is PluginState.DISABLED
    assert await asked(host) == [("scores", 1)]
    await manager.enable_plugin("tally")
    assert await asked(host) == [("scores", 1), ("tally", 1, 1)]


@pytest.mark.usefixtures("pair")
async def test_quarantined_dependent_stays_so_and_is_given_a_chance_when_asked_for(
    manager: PluginManager,
) -> None:
    await manager.handle_plugin_crash("tally", ValueError("odd"))

    await manager.reload_plugin("scores")
    assert manager.slots.known("tally").state is PluginState.QUARANTINED

    await manager.reload_plugin("tally")
    assert manager.slots.known("tally").state is PluginState.ENABLED


@pytest.mark.usefixtures("pair")
async def test_events_wait_for_the_whole_group(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    write_scores(folder, 2)
    body = "async def on_enable(self): self.bot.waiting.set(); await self.bot.go_on.wait()"
    write(folder, more=body)
    reloading = asyncio.create_task(manager.reload_plugin("scores"))
    await host.waiting.wait()

    asking = host.bus.emit_soon("ask")
    await asyncio.sleep(0)
    host.go_on.set()
    await asyncio.gather(reloading, asking)

    assert host.log == [("scores", 2), ("tally", 2, 1)]


@pytest.mark.usefixtures("pair")
async def test_overlapping_groups_queue(folder: Folder, host: Host, manager: PluginManager) -> None:
    folder.plugin("other", "", head="from rosey_plugins.tally import Main as Tally")
    await manager.load_plugin("other")

    await asyncio.gather(
        *(manager.reload_plugin(name) for name in ("scores", "other", "tally") * 3),
        *(manager.reload_plugins(("other", "scores")) for _ in range(3)),
    )

    assert await asked(host) == [("scores", 1), ("tally", 1, 1)]
    assert manager.list_plugins() == ["scores", "tally", "other"]


async def test_plugin_whose_dependency_is_reloaded_while_it_is_loaded_gets_the_new_one(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    write_scores(folder, 1)
    await manager.load_plugin("scores")
    body = """
        async def setup(self):
            self.bot.log.append(Score.size)
            self.bot.waiting.set()
            await self.bot.go_on.wait()
        """
    folder.plugin("tally", body, head=IMPORT)
    loading = asyncio.create_task(manager.load_plugin("tally"))
    await host.waiting.wait()
    write_scores(folder, 2)
    await manager.reload_plugin("scores")

    host.go_on.set()
    await loading

    assert host.log == [1, 2]


@pytest.mark.usefixtures("pair")
async def test_former_generations_of_a_group_are_gone(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    gone = [weakref.ref(type(plugin)) for plugin in manager.plugins.values()]
    for size in range(3):
        write_scores(folder, size)
        await manager.reload_plugin("scores")
        await asked(host)
    await host.bus.drain()
    host.log.clear()

    gc.collect()

    assert [ref() for ref in gone] == [None, None]
    assert len([name for name in sys.modules if name.startswith("rosey_plugins:")]) == 2


EXCLUSIVE = """
    exclusive = True
    dependencies = {}
    async def setup(self): self.bot.log.append(f"{{self.name}} up")
    async def teardown(self): self.bot.log.append(f"{{self.name}} down")
    {}
    """


async def test_exclusive_members_of_a_group_come_back_together(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("scores", EXCLUSIVE.format([], ""))
    folder.plugin("tally", EXCLUSIVE.format(["scores"], ""))
    old = await manager.load_plugin("tally")
    host.log.clear()
    folder.plugin("tally", EXCLUSIVE.format(["scores"], "async def on_enable(self): 1 / 0"))

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("scores")

    downs, ups = ["tally down", "scores down"], ["scores up", "tally up"]
    assert host.log == [*downs, *ups, *downs, *ups]
    assert manager.get_plugin("tally") is old
    assert old.enabled


async def test_what_a_new_version_needs_is_loaded_with_it(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("scores")
    await manager.load_all()
    folder.plugin("base")
    folder.plugin("names", 'dependencies = ["base"]')
    await manager.discover_plugins()
    folder.plugin("scores", 'dependencies = ["names"]')

    await manager.reload_plugin("scores")

    assert manager.list_plugins() == ["scores", "base", "names"]


async def test_what_was_loaded_for_a_version_that_fails_is_unloaded_again(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("names")
    folder.plugin("scores")
    await manager.load_plugin("scores")
    folder.plugin("scores", 'dependencies = ["names"]\nasync def setup(self): 1 / 0\n')

    with pytest.raises(PluginLoadError, match="ZeroDivisionError"):
        await manager.reload_plugin("scores")

    assert manager.list_plugins() == ["scores"]


async def test_dependency_that_cannot_be_loaded_refuses_the_reload(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("scores")
    folder.plugin("names", "async def setup(self): 1 / 0")
    await manager.load_plugin("scores")
    folder.plugin("scores", 'dependencies = ["names"]')

    with pytest.raises(PluginLoadError, match="it needs names, which is not loaded"):
        await manager.reload_plugin("scores")


async def test_what_was_loaded_for_a_version_that_fails_stays_where_others_need_it(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("names")
    folder.plugin("scores")
    folder.plugin("other", 'dependencies = ["names"]')
    await manager.load_plugin("scores")
    body = "async def setup(self): self.bot.waiting.set(); await self.bot.go_on.wait(); 1 / 0"
    folder.plugin("scores", f'dependencies = ["names"]\n{body}\n')
    reloading = asyncio.create_task(manager.reload_plugins(["scores"]))
    await host.waiting.wait()
    await manager.load_plugin("other")

    host.go_on.set()

    assert "scores" in await reloading
    assert manager.list_plugins() == ["names", "other", "scores"]


async def test_dependent_that_is_loaded_during_a_reload_goes_with_it(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    write_scores(folder, 1)
    await manager.load_plugin("scores")
    waits = "async def setup(self): self.bot.waiting.set(); await self.bot.go_on.wait()"
    folder.plugin("scores", f"{SCORES}{waits}", head="class Score: size = 2")
    reloading = asyncio.create_task(manager.reload_plugin("scores"))
    await host.waiting.wait()

    write(folder)
    await manager.load_plugin("tally")
    host.go_on.set()
    await reloading

    assert await asked(host) == [("scores", 2), ("tally", 2, 1)]
    assert manager.slots.known("tally").reloads == 1


async def test_dependency_that_is_reloaded_during_a_load_is_met_in_its_new_version(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("scores")
    await manager.load_plugin("scores")
    folder.plugin(
        "tally",
        """
        dependencies = ["scores"]
        async def setup(self):
            self.scores = self.bot.plugin_manager.get_plugin("scores")
            self.bot.waiting.set()
            await self.bot.go_on.wait()
        """,
    )
    loading = asyncio.create_task(manager.load_plugin("tally"))
    await host.waiting.wait()

    new = await manager.reload_plugin("scores")
    host.go_on.set()
    tally: Any = await loading

    assert tally.scores is new
