"""Changed sections reach the plugins that run, or say why they cannot."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rosey.errors import PluginError, PluginNotFoundError
from rosey.plugins.following.plan import Plan
from rosey.plugins.following.sections import Sections
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

HOOK = """
    async def on_config_change(self, old, new):
        self.bot.log.append((old, new))
        {action}
"""


@pytest.fixture
def sections(host: Host) -> Sections:
    return Sections(host.bus, host.plugin_manager)


def section(name: str, **settings: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401  of any type
    return {name: settings}


async def test_plugin_takes_new_settings_over_its_own_defaults(
    folder: Folder, host: Host, manager: PluginManager, sections: Sections
) -> None:
    folder.plugin("dice", HOOK.format(action=""), file="dice/__init__.py")
    folder.write("dice/config.json", '{"sides": 6, "count": 1}')
    plugin = await manager.load_plugin("dice")

    sections.adopt(section("dice", sides=20))
    await sections.tell("dice")

    assert host.log == [({"sides": 6, "count": 1}, {"sides": 20, "count": 1})]
    assert plugin.config == {"sides": 20, "count": 1}


async def test_hook_may_be_plain_and_what_it_takes_is_the_plugins(
    folder: Folder, host: Host, manager: PluginManager, sections: Sections
) -> None:
    body = """
    def on_config_change(self, old, new):
        self.on_event("ping", lambda event, data: None)
    """
    folder.plugin("dice", body)
    await manager.load_plugin("dice")

    await sections.tell("dice")
    assert "ping" in {s.pattern for s in host.bus.subscriptions()}
    await manager.unload_plugin("dice")
    assert "ping" not in {s.pattern for s in host.bus.subscriptions()}


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("old.clear(); raise SystemExit", "on_config_change raised SystemExit"),
        ("await asyncio.Event().wait()", "did not finish within 0.05 s"),
    ],
)
async def test_plugin_that_fails_to_take_settings_over_keeps_those_it_has(
    folder: Folder, action: str, reason: str
) -> None:
    folder.plugin("dice", HOOK.format(action=action))
    host = Host(folder.path, plugin_config=section("dice", sides=6), deadline_s=0.05)
    host.bus.subscribe("plugin.error", lambda _event, data: host.log.append(data))
    await host.plugin_manager.load_all()
    sections = Sections(host.bus, host.plugin_manager)
    sections.adopt(section("dice", sides=20))

    with pytest.raises(PluginError, match=f"dice keeps its settings: .*{reason}"):
        await sections.tell("dice")

    assert host.plugin_manager.plugins["dice"].config == {"sides": 6}
    assert [error["where"] for error in await host.errors()] == ["on_config_change"]
    await host.close()


async def test_reload_after_a_hook_that_failed_has_the_new_settings(
    folder: Folder, manager: PluginManager, sections: Sections
) -> None:
    folder.plugin("dice", HOOK.format(action="1 / 0"))
    await manager.load_plugin("dice")
    sections.adopt(section("dice", sides=20))
    with pytest.raises(PluginError):
        await sections.tell("dice")

    assert (await manager.reload_plugin("dice")).config == {"sides": 20}


async def test_disabled_plugin_is_told_and_quarantined_one_is_given_a_new_start(
    folder: Folder, manager: PluginManager, sections: Sections
) -> None:
    for name in ("asleep", "ill"):
        folder.plugin(name, HOOK.format(action=""))
        await manager.load_plugin(name)
    await manager.disable_plugin("asleep")
    await manager.handle_plugin_crash("ill", RuntimeError())
    new = section("asleep", a=1) | section("ill", a=1)

    assert sections.plan(new, new) == Plan(tell=("asleep",), reload=("ill",))


async def test_what_is_no_method_is_no_hook(
    folder: Folder, manager: PluginManager, sections: Sections
) -> None:
    folder.plugin("dice", "on_config_change = None")
    await manager.load_plugin("dice")
    new = section("dice", a=1)

    assert sections.plan(new, new) == Plan(reload=("dice",))


async def test_plugin_that_is_not_loaded_has_no_faults_and_cannot_be_told(
    folder: Folder, manager: PluginManager, sections: Sections
) -> None:
    folder.plugin("dice")
    await manager.discover_plugins()
    new = section("dice", a=1) | section("unknown", a=1)

    assert await sections.faults(new, new) == []
    assert sections.plan(new, new) == Plan()
    with pytest.raises(PluginNotFoundError):
        await sections.tell("dice")


async def test_adopted_sections_wait_for_a_load_that_runs(
    folder: Folder, host: Host, manager: PluginManager, sections: Sections
) -> None:
    body = """
    async def setup(self):
        self.bot.waiting.set()
        await self.bot.go_on.wait()
    """
    folder.plugin("dice", body)
    load = asyncio.create_task(manager.load_plugin("dice"))
    await host.waiting.wait()

    settled = asyncio.create_task(sections.settle(["dice", "unknown"]))
    await asyncio.sleep(0)
    assert not settled.done()
    host.go_on.set()
    await asyncio.gather(load, settled)

    assert manager.list_plugins() == ["dice"]
