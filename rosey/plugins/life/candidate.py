"""A new generation of a plugin on its way into service, and one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rosey.plugins.base import Plugin
from rosey.plugins.calling.gate import Gate
from rosey.plugins.ledger import Ledger
from rosey.plugins.loading.loader import Generation
from rosey.plugins.loading.plugin_class import is_overridden
from rosey.plugins.loading.reading import Reading
from rosey.plugins.loading.sources import PluginSource
from rosey.plugins.supervision.account import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A generation with its instance: complete, in service or about to be.

    Attributes:
        plugin: The instance; its `setup` has succeeded.
        ledger: What it has taken.
        generation: The code that it runs.
    """

    plugin: Plugin
    ledger: Ledger
    generation: Generation


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptState:
    """What a generation has exported, for one that does not take over from it at once.

    Attributes:
        state: Plain data that shares nothing with any generation.
        version: Its `state_version`.
    """

    state: Any
    version: int


@dataclass(slots=True, kw_only=True)
class Candidate:
    """A new generation on its way into service.

    Attributes:
        source: Where it comes from.
        reading: What was read there.
        config: Settings that go before the plugin's own defaults.
        order: The plugin's place among plugins of equal priority.
        gate: The plugin's.
        account: The plugin's.
        old: The generation that serves until then, if one does.
        kept: A state that was kept, of the last generation or an older one, which goes before that
            of the one that serves.
        is_enabled: Whether the new generation gets events; a disabled plugin stays so.
        was_enabled: Whether the old one did.
        is_fresh: It begins without the state of the old one.
        generation: Its code, once it is executed; None before, and when it is discarded.
        ledger: What it takes; None as its generation.
        staged: The whole of it, once it is constructed.
        is_set_up: Its `setup` has succeeded.
        was_enabled: Whether the old one was, before it was stopped.
        exported: The state of the old generation; None where there is none, or it is not needed.
        state: What became of the state, for people: `none` where there never was any, `fresh`,
            `kept` or `migrated from 1 to 2`.
    """

    source: PluginSource
    reading: Reading
    config: Mapping[str, Any]
    order: int
    gate: Gate
    account: Account
    old: Staged | None
    kept: KeptState | None = None
    is_enabled: bool
    is_fresh: bool = False
    generation: Generation | None = None
    ledger: Ledger | None = None
    staged: Staged | None = None
    is_set_up: bool = False
    was_enabled: bool = False
    exported: Any = None
    state: str = "none"

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.source.name

    @property
    def new(self) -> Staged:
        """What is to serve: it is constructed."""
        assert self.staged is not None  # noqa: S101  the order of the transaction's steps
        return self.staged

    @property
    def is_exclusive(self) -> bool:
        """Whether the old generation has to be torn down before this one is set up."""
        return self.old is not None and (self.old.plugin.exclusive or self.new.plugin.exclusive)

    @property
    def hands_over(self) -> bool:
        """Whether state goes from another generation to this one."""
        return (
            self.has_state
            and not self.is_fresh
            and is_overridden(type(self.new.plugin), "import_state")
        )

    @property
    def goes_back(self) -> bool:
        """Whether it is to have another state than that of the generation that serves."""
        return self.old is not None and self.kept is not None

    @property
    def has_state(self) -> bool:
        """Whether there is state to hand over."""
        return self.kept is not None or self.is_exporting

    @property
    def is_exporting(self) -> bool:
        """Whether the old generation has state."""
        return self.old is not None and is_overridden(type(self.old.plugin), "export_state")

    @property
    def handed(self) -> Any:  # noqa: ANN401  plain data of any shape
        """The state that it gets; None where there is none."""
        return self.exported if self.kept is None else self.kept.state

    @property
    def old_version(self) -> int:
        """The `state_version` of the state that it gets."""
        if self.kept is not None:
            return self.kept.version
        assert self.old is not None  # noqa: S101  it has state
        return self.old.plugin.state_version
