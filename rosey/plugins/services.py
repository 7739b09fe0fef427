"""The service registry: what plugins offer each other by name."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from rosey.errors import ServiceAlreadyRegistered, ServiceNotFoundError
from rosey.plugins.calling.ownership import Owner, check_permission, current_owner
from rosey.plugins.supervision.permissions import Permission

_MOST_USED = 100
"""How many names are remembered of what one generation of a plugin has asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceInfo:
    """What is known of a service without touching it.

    Attributes:
        name: Its name.
        provider: The plugin that provides it; None where none does.
        version: As its provider states it; None where it does not.
    """

    name: str
    provider: str | None
    version: str | None


@runtime_checkable
class HasLedger(Protocol):
    """A plugin, as far as the registry cares."""

    @property
    def ledger(self) -> Owner:
        """Where what the plugin takes is entered."""


Provider = HasLedger | Owner


def _owner(provider: Provider) -> Owner:
    # Not the other way round: a plugin may well have methods that are named like an owner's.
    return provider.ledger if isinstance(provider, HasLedger) else provider


class ServiceRegistry:
    """Services by name; each has one provider at a time."""

    def __init__(self) -> None:
        self._services: dict[str, tuple[Any, ServiceInfo]] = {}
        # By who asked; what a plugin used is forgotten with its ledger.
        self._used: weakref.WeakKeyDictionary[Owner, set[str]] = weakref.WeakKeyDictionary()

    def register(
        self,
        name: str,
        service: object,
        provider: Provider | None = None,
        *,
        version: str | None = None,
    ) -> Callable[[], None]:
        """Offer a service.

        Args:
            name: What consumers ask for.
            service: Any object.
            provider: The providing plugin, or its ledger; by default the plugin whose code runs.
                A plugin's service begins when its new version takes over, and ends with it.
            version: For consumers that care.

        Returns:
            A function that withdraws it.

        Raises:
            ServiceAlreadyRegistered: Another provider offers a service of that name.
            PermissionDeniedError: The plugin whose code runs has not declared `services`.
        """
        check_permission(Permission.SERVICES)
        owner = _owner(provider) if provider is not None else current_owner()
        info = ServiceInfo(
            name=name, provider=owner.name if owner is not None else None, version=version
        )

        def check() -> None:
            known = self.info(name)
            # The generation that serves has the same services until the swap.
            if known is not None and (owner is None or known.provider != owner.name):
                raise ServiceAlreadyRegistered(name, known.provider or "rosey")

        def begin() -> None:
            known = self.info(name)
            if known is not None:
                raise ServiceAlreadyRegistered(name, known.provider or "rosey")
            self._services[name] = (service, info)

        def give_back() -> None:
            if self._services.get(name, (None, None))[1] is info:
                del self._services[name]

        if owner is None:
            begin()
            return give_back
        return owner.take(
            "service", name, begin=begin, give_back=give_back, check=check, pauses=False
        )

    def unregister(self, name: str) -> None:
        """Withdraw a service; nothing happens where nobody provides it."""
        self._services.pop(name, None)

    def get(self, name: str) -> Any:  # noqa: ANN401  a service is any object
        """The service itself, as its provider offers it now; None where nobody does.

        Ask again instead of keeping it: after a reload there is another one. `handle` gives
        something to keep.

        Raises:
            PermissionDeniedError: The plugin whose code runs has not declared `services`.
        """
        self._note_use(name)
        return self._services.get(name, (None, None))[0]

    def handle(self, name: str) -> ServiceHandle:
        """Something to keep that always leads to the service as it is provided now.

        Raises:
            PermissionDeniedError: The plugin whose code runs has not declared `services`.
        """
        self._note_use(name)
        return ServiceHandle(self, name)

    def info(self, name: str) -> ServiceInfo | None:
        """Who provides a service, in which version; None where nobody does."""
        entry = self._services.get(name)
        return entry[1] if entry is not None else None

    def used_by(self, owner: Owner) -> list[str]:
        """The names of the first hundred services that a plugin has asked for, sorted.

        Args:
            owner: The plugin's ledger: what an earlier generation asked for does not count.
        """
        return sorted(self._used.get(owner, ()))

    def _note_use(self, name: str) -> None:
        check_permission(Permission.SERVICES)
        owner = current_owner()
        if owner is None:
            return
        used = self._used.setdefault(owner, set())
        if len(used) < _MOST_USED:
            used.add(name)

    def list_services(self) -> list[str]:
        """The names of what is provided now, sorted."""
        return sorted(self._services)


class ServiceHandle:
    """Stands for a service across reloads of its provider: what is asked of it, it passes on.

    It is true where somebody provides the service at the moment.

    Raises:
        ServiceNotFoundError: It is used while nobody provides the service.
    """

    __slots__ = ("_name", "_registry")

    def __init__(self, registry: ServiceRegistry, name: str) -> None:
        self._registry = registry
        self._name = name

    def __getattr__(self, attribute: str) -> Any:  # noqa: ANN401  whatever the service has there
        if attribute.startswith("__"):  # asked by Python itself, of this handle
            raise AttributeError(attribute)
        return getattr(self._service(), attribute)

    def __call__(self, *arguments: object, **named: object) -> Any:  # noqa: ANN401  as the service
        """Call the service."""
        return self._service()(*arguments, **named)

    def __bool__(self) -> bool:
        return self._registry.info(self._name) is not None

    def __repr__(self) -> str:
        return f"<ServiceHandle {self._name} provided by {self._registry.info(self._name)}>"

    def _service(self) -> Any:  # noqa: ANN401  a service is any object
        if self._registry.info(self._name) is None:
            raise ServiceNotFoundError(self._name)
        return self._registry.get(self._name)
