"""What has to be done with which plugins: decided here, carried out elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rosey.plugins.lifecycle import LOADED, PluginState


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is seen of one plugin after its files may have changed.

    Attributes:
        name: Its name.
        state: Where it stands in its life.
        is_there: Its files are there.
        is_changed: They are not those of the last attempt to load it.
        is_wanted: It is loaded by itself.
        was_lost: It was loaded until its files were gone.
        is_waiting: It is not loaded until it is used.
    """

    name: str
    state: PluginState
    is_there: bool = True
    is_changed: bool = False
    is_wanted: bool = True
    was_lost: bool = False
    is_waiting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What has to be done, plugins by name.

    Attributes:
        gone: Unloaded, as their files are gone.
        unwanted: Unloaded, as nobody wants them any more.
        load: Loaded, or made to wait until they are used.
        tell: Told that their settings are others.
        reload: Reloaded.
    """

    gone: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    load: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    reload: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """All plugins to which anything is done."""
        return frozenset([*self.gone, *self.unwanted, *self.load, *self.tell, *self.reload])

    def joined(self, other: Plan) -> Plan:
        """Both together: each plugin has done to it what is most thorough."""
        ending = {*self.gone, *other.gone, *self.unwanted, *other.unwanted}
        reload = _each([*self.reload, *other.reload], ending)
        return Plan(
            gone=_each([*self.gone, *other.gone]),
            unwanted=_each([*self.unwanted, *other.unwanted]),
            load=_each([*self.load, *other.load], ending),
            tell=_each([*self.tell, *other.tell], {*ending, *reload}),
            reload=reload,
        )


def plan_for(sights: Iterable[Sight]) -> Plan:
    """Decide what follows for plugins whose files may have changed.

    What was unloaded on purpose stays so; what failed is tried again once its files are others.
    """
    seen = [*sights]
    return Plan(
        gone=tuple(s.name for s in seen if _is_in_use(s) and not s.is_there),
        load=tuple(s.name for s in seen if s.is_there and _is_to_be_loaded(s)),
        reload=tuple(s.name for s in seen if s.state in LOADED and s.is_there and s.is_changed),
    )


def _is_in_use(sight: Sight) -> bool:
    return sight.state in LOADED or sight.is_waiting


def _is_to_be_loaded(sight: Sight) -> bool:
    if sight.is_waiting:
        return sight.is_changed
    match sight.state:
        case PluginState.FAILED:
            return sight.is_changed and sight.is_wanted
        case PluginState.DISCOVERED:
            return sight.is_wanted or sight.was_lost
        case PluginState.UNLOADED:
            return sight.was_lost
        case _:
            return False


def _each(names: Iterable[str], without: Iterable[str] = ()) -> tuple[str, ...]:
    left_out = set(without)
    return tuple(name for name in dict.fromkeys(names) if name not in left_out)
