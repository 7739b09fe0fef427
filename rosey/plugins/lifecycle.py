"""What may happen to a plugin, and in which order: pure functions, nothing is carried out here."""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rosey.errors import DependencyError, PluginError, PluginStateError

if TYPE_CHECKING:
    from packaging.requirements import Requirement


class PluginState(enum.StrEnum):
    """Where a plugin stands in its life."""

    DISCOVERED = "discovered"
    LOADING = "loading"
    ENABLED = "enabled"
    DISABLED = "disabled"
    RELOADING = "reloading"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    UNLOADED = "unloaded"


_S = PluginState
LEGAL_STEPS: Mapping[PluginState, frozenset[PluginState]] = {
    # What waits to be used can be unloaded, so that it does not.
    _S.DISCOVERED: frozenset({_S.LOADING, _S.UNLOADED}),
    _S.LOADING: frozenset({_S.ENABLED, _S.FAILED}),
    _S.ENABLED: frozenset({_S.DISABLED, _S.RELOADING, _S.QUARANTINED, _S.UNLOADED}),
    _S.DISABLED: frozenset({_S.ENABLED, _S.RELOADING, _S.UNLOADED}),
    # A reload that fails leads back to where it began.
    # One that tears the old version down first may lose both.
    _S.RELOADING: frozenset({_S.ENABLED, _S.DISABLED, _S.QUARANTINED, _S.FAILED}),
    _S.FAILED: frozenset({_S.LOADING, _S.UNLOADED}),
    _S.QUARANTINED: frozenset({_S.ENABLED, _S.RELOADING, _S.UNLOADED}),
    _S.UNLOADED: frozenset({_S.LOADING}),
}

LOADED = frozenset({_S.ENABLED, _S.DISABLED, _S.RELOADING, _S.QUARANTINED})
"""The states in which there is an instance."""


def check_step(plugin: str, old: PluginState, new: PluginState) -> None:
    """Refuse what cannot follow.

    Raises:
        PluginStateError: `new` cannot follow `old`.
    """
    if new not in LEGAL_STEPS[old]:
        raise PluginStateError(plugin, f"{plugin} is {old}: it cannot become {new}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """What to load, and what cannot be.

    Attributes:
        order: Names, each after everything that it depends on.
        refused: By name, why a plugin cannot be loaded.
    """

    order: tuple[str, ...]
    refused: Mapping[str, DependencyError]


def plan_load(
    wanted: Iterable[str],
    dependencies: Mapping[str, Sequence[str]],
    running: Mapping[str, str],
) -> LoadPlan:
    """Order plugins so that each comes after what it depends on.

    Args:
        wanted: Names of what is to be loaded; what they depend on is loaded with them.
        dependencies: For each plugin that there is, what it declares, as `name` or `name>=1.2`.
        running: Version by name of what is loaded already.

    Returns:
        The order, and for each plugin left out the chain of names that explains it.
    """
    plan = _Planning(dependencies, running)
    for name in wanted:
        plan.visit(name, ())
    return LoadPlan(order=tuple(plan.order), refused=plan.refused)


class _Planning:
    """A walk from plugins to what they depend on."""

    def __init__(
        self, dependencies: Mapping[str, Sequence[str]], running: Mapping[str, str]
    ) -> None:
        self._dependencies = dependencies
        self._running = running
        self.order: list[str] = []
        self.refused: dict[str, DependencyError] = {}

    def visit(self, name: str, chain: tuple[str, ...]) -> None:
        """Place a plugin after all that it depends on, or refuse it with them."""
        if name in self.order or name in self.refused or (chain and name in self._running):
            return
        path = (*chain, name)
        for needed in required_names(self._dependencies.get(name, ())):
            if needed in path:
                self._refuse_cycle(path[path.index(needed) :])
            elif needed not in self._dependencies and needed not in self._running:
                self._refuse_missing(name, needed)
            else:
                self.visit(needed, path)
                self._refuse_with(name, needed)
        if name not in self.refused:
            self.order.append(name)

    def _refuse_cycle(self, cycle: tuple[str, ...]) -> None:
        """Refuse every member of a cycle, each with the whole of it."""
        for position, member in enumerate(cycle):
            turned = (*cycle[position:], *cycle[:position], member)
            reason = f"it depends on itself: {' -> '.join(turned)}"
            self.refused[member] = DependencyError(member, reason, chain=turned)

    def _refuse_missing(self, name: str, missing: str) -> None:
        reason = f"there is no plugin {missing} ({name} -> {missing})"
        self.refused[name] = DependencyError(name, reason, chain=(name, missing))

    def _refuse_with(self, name: str, needed: str) -> None:
        culprit = self.refused.get(needed)
        if culprit is not None and name not in self.refused:
            self.refused[name] = dependency_failed(name, culprit)


def required_names(declared: Iterable[str]) -> list[str]:
    """The names in a plugin's `dependencies`; malformed entries are left out."""
    names: list[str] = []
    for text in declared:
        with contextlib.suppress(DependencyError):
            names.append(requirement_of("", text).name)
    return names


def requirement_of(plugin: str, text: str) -> Requirement:
    """Read one entry of `dependencies`.

    Raises:
        DependencyError: It is not a name with an optional version.
    """
    # A tenth of the time that `import rosey` takes, for plugins that depend on others.
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415  see above

    try:
        return Requirement(text)
    except (InvalidRequirement, TypeError) as error:
        reason = f'dependency {text!r} is not of the form "name" or "name>=1.2"'
        raise DependencyError(plugin, reason, chain=(plugin,)) from error


def check_dependencies(
    plugin: str, declared: Sequence[str], version_of: Callable[[str], str | None]
) -> None:
    """Hold what a plugin depends on against the versions that run.

    Args:
        plugin: Its name.
        declared: Its `dependencies`.
        version_of: Gives the version of a plugin; None for one that is not loaded.

    Raises:
        DependencyError: One is not loaded, or not in the version that is needed.
    """
    if not isinstance(declared, (list, tuple)):
        reason = f"its dependencies must be a list of names, not {declared!r}"
        raise DependencyError(plugin, reason, chain=(plugin,))
    for text in declared:
        needed = requirement_of(plugin, text)
        version = version_of(needed.name)
        chain = (plugin, needed.name)
        if version is None:
            raise DependencyError(plugin, f"it needs {needed}, which is not loaded", chain=chain)
        if not _fits(plugin, needed, version):
            reason = f"it needs {needed}, but {needed.name} {version} runs"
            raise DependencyError(plugin, reason, chain=chain)


def _fits(plugin: str, needed: Requirement, version: str) -> bool:
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415  as in `requirement_of`

    try:
        return needed.specifier.contains(Version(version), prereleases=True)
    except (InvalidVersion, TypeError) as error:
        reason = f"it needs {needed}, but {needed.name} has no valid version: {version!r}"
        raise DependencyError(plugin, reason, chain=(plugin, needed.name)) from error


def dependency_failed(plugin: str, failure: PluginError) -> DependencyError:
    """Why a plugin is not loaded when one that it depends on could not be.

    Args:
        plugin: Its name.
        failure: Why the other one could not be loaded.
    """
    reason = getattr(failure, "reason", str(failure))
    chain = getattr(failure, "chain", (failure.plugin,))
    why = f"it needs {failure.plugin}, which could not be loaded: {reason}"
    return DependencyError(plugin, why, chain=(plugin, *chain))


def dependents_of(name: str, needs: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Who needs a plugin, directly or through others.

    Args:
        name: The plugin.
        needs: For each loaded plugin, the names of what it needs.

    Returns:
        Names, each before what it depends on: the order in which to unload them.
    """
    found: list[str] = []
    # Running plugins may need each other in a circle: imports inside functions are no cycle.
    seen = {name}

    def visit(needed: str) -> None:
        for plugin, names in needs.items():
            if needed in names and plugin not in seen:
                seen.add(plugin)
                visit(plugin)
                found.append(plugin)

    visit(name)
    return tuple(found)


def plan_reload(needs: Mapping[str, Iterable[str]], changed: Iterable[str]) -> ReloadPlan:
    """Find out which plugins have to be reloaded together, and in which order.

    What depends on a changed plugin holds objects of it, and is reloaded with it.

    Args:
        needs: For each loaded plugin, the names of what it needs.
        changed: Names of the loaded plugins that have changed.

    Returns:
        Groups that have nothing to do with each other, in the order of `changed`. In a group each
        plugin comes after what it needs; of plugins that need each other, whichever is met first.
    """
    changed = [*dict.fromkeys(changed)]
    affected = {name: None for one in changed for name in (one, *dependents_of(one, needs))}
    links = {name: [n for n in needs.get(name, ()) if n in affected] for name in affected}
    groups: list[tuple[str, ...]] = []
    for name in changed:
        if not any(name in group for group in groups):
            groups.append(_in_order(_connected(name, links), links))
    return tuple(groups)


ReloadPlan = tuple[tuple[str, ...], ...]
"""Groups of plugins; each group is reloaded as one transaction."""


def _connected(start: str, links: Mapping[str, Iterable[str]]) -> set[str]:
    """All that is linked with a plugin, in whichever direction, directly or through others."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += links[name]
            waiting += [other for other, needed in links.items() if name in needed]
    return found


def _in_order(names: Iterable[str], links: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Names, each after what it is linked to."""
    order: dict[str, None] = {}
    begun: set[str] = set()

    def visit(name: str) -> None:
        if name not in begun:
            begun.add(name)
            for needed in sorted(links[name]):
                visit(needed)
            order[name] = None

    for name in sorted(names):
        visit(name)
    return tuple(order)
