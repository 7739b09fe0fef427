"""What plugins offer each other."""

from __future__ import annotations

import copy

import pytest

from rosey.errors import PluginLoadError, ServiceAlreadyRegistered, ServiceNotFoundError
from rosey.plugins.manager import PluginManager
from rosey.plugins.services import ServiceInfo, ServiceRegistry
from tests.plugins.host import Folder, Host

PROVIDER = """
    version = "{0}"
    async def setup(self): self.provide_service("rolls", self.roll, version=self.version)
    def roll(self, sides=6): return f"{0} of {{sides}}"
    """


def test_service_is_found_by_its_name() -> None:
    services = ServiceRegistry()

    services.register("rolls", max, version="1.0")

    assert services.get("rolls") is max
    assert services.info("rolls") == ServiceInfo(name="rolls", provider=None, version="1.0")
    assert services.list_services() == ["rolls"]


def test_service_that_nobody_provides_is_none() -> None:
    assert ServiceRegistry().get("rolls") is None
    assert ServiceRegistry().info("rolls") is None


def test_service_may_be_none_or_false() -> None:
    services = ServiceRegistry()
    services.register("nothing", None)

    assert services.list_services() == ["nothing"]


def test_second_provider_is_refused() -> None:
    services = ServiceRegistry()
    services.register("rolls", max)

    with pytest.raises(ServiceAlreadyRegistered, match="'rolls' is already provided by rosey"):
        services.register("rolls", min)


def test_service_is_withdrawn_by_name_or_by_what_register_returns() -> None:
    services = ServiceRegistry()
    withdraw = services.register("rolls", max)

    services.unregister("rolls")
    services.unregister("rolls")
    services.register("rolls", min)
    withdraw()

    assert services.get("rolls") is min


async def test_collision_names_the_provider_and_refuses_the_plugin(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", PROVIDER.format(1))
    folder.plugin("dices", PROVIDER.format(1))
    await manager.load_plugin("dice")

    with pytest.raises(PluginLoadError, match="'rolls' is already provided by dice"):
        await manager.load_plugin("dices")


async def test_handle_leads_to_the_newest_version(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("dice", PROVIDER.format(1))
    folder.plugin("game", 'async def setup(self): self.rolls = self.get_service("rolls")')
    await manager.load_plugin("dice")
    rolls = (await manager.load_plugin("game")).rolls  # type: ignore[attr-defined]  # the plugin's own
    assert rolls(20) == "1 of 20"

    folder.plugin("dice", PROVIDER.format(2))
    await manager.reload_plugin("dice")

    assert rolls(sides=20) == "2 of 20"
    assert rolls.__class__.__name__ == "ServiceHandle"
    assert repr(rolls) == (
        "<ServiceHandle rolls provided by ServiceInfo(name='rolls', provider='dice', version='2')>"
    )


async def test_handle_without_a_provider_is_false_and_says_why(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", PROVIDER.format(1))
    await manager.load_plugin("dice")
    rolls = host.services.handle("rolls")
    assert rolls

    await manager.unload_plugin("dice")

    assert not rolls
    with pytest.raises(ServiceNotFoundError, match="'rolls' is not provided by any plugin"):
        rolls.roll()


def test_handle_can_be_copied() -> None:
    services = ServiceRegistry()
    services.register("numbers", (1, 2))

    assert copy.copy(services.handle("numbers")).count(2) == 1


async def test_service_that_nobody_provides_is_none_to_a_plugin(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("game")

    assert (await manager.load_plugin("game")).get_service("rolls") is None


async def test_service_stays_while_its_provider_is_disabled(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", PROVIDER.format(1))
    await manager.load_plugin("dice")

    await manager.disable_plugin("dice")

    assert host.services.list_services() == ["rolls"]


async def test_provider_may_have_methods_named_like_a_ledger(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    body = "def take(self): ...\ndef order(self): ...\n"
    folder.plugin("pizza", body + 'async def setup(self): self.provide_service("pizza", 1)')

    await manager.load_plugin("pizza")

    assert host.services.get("pizza") == 1


async def test_handler_subscribed_in_a_service_belongs_to_its_provider(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    body = """
        async def setup(self): self.provide_service("rolls", self.follow)
        def follow(self): self.on_event("roll", print)
        """
    folder.plugin("dice", body)
    folder.plugin("game", 'async def setup(self): self.get_service("rolls")()')
    before = host.handlers()
    await manager.load_plugin("dice")
    await manager.load_plugin("game")

    await manager.unload_plugin("dice")

    assert host.handlers() == before


async def test_registry_knows_which_plugin_uses_what_also_before_somebody_provides_it(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin(
        "game",
        """
        async def setup(self):
            self.get_service("rolls")
            self.bot.services.get("coins")
            self.bot.services.get("coins")
        """,
    )
    await manager.load_plugin("game")

    ledger = manager.slots.get_loaded("game").serving.ledger
    assert host.services.used_by(ledger) == ["coins", "rolls"]


async def test_of_a_plugin_that_asks_for_ever_new_names_the_first_hundred_are_known(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin(
        "game",
        """
        async def setup(self):
            for number in range(300):
                self.get_service(f"rolls{number:03}")
        """,
    )
    await manager.load_plugin("game")

    ledger = manager.slots.get_loaded("game").serving.ledger
    assert host.services.used_by(ledger) == [f"rolls{number:03}" for number in range(100)]


async def test_what_a_generation_used_is_forgotten_with_it(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("game", "async def setup(self): self.get_service('rolls')")
    await manager.load_plugin("game")
    folder.plugin("game")

    await manager.reload_plugin("game")

    assert host.services.used_by(manager.slots.get_loaded("game").serving.ledger) == []


def test_what_the_bot_itself_asks_for_is_nobodys_use() -> None:
    services = ServiceRegistry()

    assert services.get("rolls") is None
    assert not services.handle("rolls")
