"""Where handles read: the running bot, which no handle keeps alive."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rosey.bot import Bot
from rosey.diagnostics.log import LogRing
from rosey.errors import RoseyError
from rosey.plugins.base import Plugin
from rosey.workbench.access.access import Access
from rosey.workbench.crossing.looks import Looks


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class Source:
    """A running bot, as handles read it.

    Attributes:
        bot: The bot.
        access: What may be done to it.
        looks: How to look at it.
        log: What was logged last.
        seen: By plugin, what it kept at the last look.
    """

    bot: Bot
    access: Access
    looks: Looks
    log: LogRing
    seen: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def loaded(self, name: str) -> Plugin:
        """The instance of a plugin, for as long as a look takes.

        Raises:
            PluginNotFoundError: It is not loaded.
        """
        return self.bot.plugin_manager.slots.get_loaded(name).serving.plugin

    def reach(self) -> Reach:
        """What handles hold of it."""
        reference = weakref.ref(self)

        def source() -> Source:
            found = reference()
            if found is None:
                raise RoseyError("this bot is stopped: %rosey start starts another")
            return found

        return source


Reach = Callable[[], Source]
"""Gives the source, as long as the bot runs.

Raises:
    RoseyError: It does not any more.
"""
