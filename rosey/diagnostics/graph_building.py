"""The graph of a running bot: what its plugins declare, have imported, offer, use, say and hear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rosey.diagnostics.graph import Edge, Graph, Kind, Node, Relation, graph_of
from rosey.diagnostics.snapshot import Observed
from rosey.plugins.delivery.routes import fits
from rosey.plugins.events import Delivery, Event
from rosey.plugins.life.slots import Slot
from rosey.plugins.lifecycle import required_names

Emission = tuple[str, str]
"""A plugin, and an event that it has emitted."""

_MOST_EMISSIONS = 1_000
# Every plugin with a command leads to these: that is no news.
_OF_THE_BOT = frozenset({"message", "message.dropped", "reply", "user.ignored"})
_ABOUT_THE_BOT = ("bot.", "config.", "plugin.")


class Emissions:
    """Who has emitted what, noted by `note` as a tap of the bus; the first thousand pairs."""

    def __init__(self) -> None:
        self._pairs: dict[Emission, None] = {}

    def note(self, event: Event, delivery: Delivery) -> None:
        """Note an event."""
        del delivery
        if event.emitter is not None and len(self._pairs) < _MOST_EMISSIONS:
            self._pairs[event.emitter, event.name] = None

    def pairs(self) -> tuple[Emission, ...]:
        """What was noted."""
        return tuple(self._pairs)


def bot_graph(bot: Observed, emissions: Iterable[Emission]) -> Graph:
    """Look at the whole bot; to be called on its loop.

    Args:
        bot: The bot.
        emissions: Who has emitted what so far.
    """
    slots = {slot.name: slot for slot in bot.plugin_manager.slots}
    edges = [edge for slot in slots.values() for edge in _dependencies(slot)]
    edges += [edge for slot in slots.values() for edge in _services(bot, slot)]
    edges += _events(bot, {(name, event) for name, event in emissions if name in slots})
    nodes = {_key(Kind.PLUGIN, name): _plugin(slot) for name, slot in slots.items()}
    for key in (key for edge in edges for key in (edge.source, edge.target)):
        nodes.setdefault(key, _other(bot, key))
    return graph_of(nodes.values(), edges)


def _dependencies(slot: Slot) -> Iterator[Edge]:
    staged = slot.staged
    facts = staged.plugin if staged is not None else slot.manifest
    declared = {*required_names(facts.dependencies)}
    imported = {*staged.generation.imports} - declared if staged is not None else set()
    for names, relation in ((declared, Relation.NEEDED_BY), (imported, Relation.IMPORTED_BY)):
        for name in names:
            yield _edge(Kind.PLUGIN, name, relation, Kind.PLUGIN, slot.name)


def _services(bot: Observed, slot: Slot) -> Iterator[Edge]:
    if slot.staged is None:
        return
    for service in bot.services.list_services():
        info = bot.services.info(service)
        if info is not None and info.provider == slot.name:
            yield _edge(Kind.PLUGIN, slot.name, Relation.PROVIDES, Kind.SERVICE, service)
    for service in bot.services.used_by(slot.staged.ledger):
        yield _edge(Kind.SERVICE, service, Relation.USED_BY, Kind.PLUGIN, slot.name)


def _events(bot: Observed, emissions: set[Emission]) -> Iterator[Edge]:
    said = {event for _, event in emissions if not _is_of_the_bot(event)}
    for plugin, event in emissions:
        if event in said:
            yield _edge(Kind.PLUGIN, plugin, Relation.EMITS, Kind.EVENT, event)
    for subscription in bot.bus.subscriptions():
        if subscription.owner is None:
            continue
        heard = [event for event in said if fits(subscription.pattern, event)]
        for event in heard or [subscription.pattern]:
            yield _edge(Kind.EVENT, event, Relation.HEARD_BY, Kind.PLUGIN, subscription.owner.name)


def _is_of_the_bot(event: str) -> bool:
    return event in _OF_THE_BOT or event.startswith(_ABOUT_THE_BOT)


def _plugin(slot: Slot) -> Node:
    version = slot.staged.plugin.version if slot.staged is not None else slot.manifest.version
    note = " ".join(filter(None, [version, str(slot.state)]))
    return Node(kind=Kind.PLUGIN, name=slot.name, note=note)


def _other(bot: Observed, key: str) -> Node:
    """A node that is no known plugin: a service, an event, or a plugin that is not there."""
    kind, _, name = key.partition(" ")
    if kind == Kind.EVENT:
        return Node(kind=Kind.EVENT, name=name)
    if kind == Kind.PLUGIN:
        return Node(kind=Kind.PLUGIN, name=name, note="not there", is_missing=True)
    info = bot.services.info(name)
    if info is None:
        return Node(kind=Kind.SERVICE, name=name, note="nobody provides it", is_missing=True)
    return Node(kind=Kind.SERVICE, name=name, note=info.version or "")


def _key(kind: Kind, name: str) -> str:
    return Node(kind=kind, name=name).key


def _edge(kind: Kind, name: str, relation: Relation, other_kind: Kind, other: str) -> Edge:
    return Edge(source=_key(kind, name), target=_key(other_kind, other), relation=relation)
