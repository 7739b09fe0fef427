"""What came of a changed configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigChange:
    """What came of a changed configuration; nothing of it is a secret.

    Attributes:
        file: Where it was read.
        settings: Settings of the bot itself that are others now, by their paths.
        told: Plugins that have taken their new settings over.
        reloaded: Plugins that were reloaded with their new settings.
        loaded: Plugins that were loaded.
        unloaded: Plugins that were unloaded.
        failed: By plugin, why it is not as the configuration says.
        at_next_start: Settings that the running bot does not have yet.
    """

    file: str
    settings: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    reloaded: tuple[str, ...] = ()
    loaded: tuple[str, ...] = ()
    unloaded: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    at_next_start: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The same for people."""
        facts = {
            "changed": self.settings,
            "told of new settings": self.told,
            "reloaded with new settings": self.reloaded,
            "loaded": self.loaded,
            "unloaded": self.unloaded,
            "takes effect at the next start": self.at_next_start,
        }
        done = [f"{what}: {', '.join(names)}" for what, names in facts.items() if names]
        return (*done, *self.failed.values()) or ("nothing has changed",)
