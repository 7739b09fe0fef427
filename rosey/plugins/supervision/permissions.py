"""What a plugin may ask of the bot."""

from __future__ import annotations

import enum


class Permission(enum.StrEnum):
    """One thing that a plugin may declare; the bot's own API is refused to it without.

    They bind the bot's API alone. A plugin is Python in the bot's process: what Python can do, it
    can do, whatever it declares.
    """

    SEND = "send"  # say something in chat
    STORAGE = "storage"  # keep data
    SERVICES = "services"  # provide services, and use those of others
    MANAGE = "manage"  # load, reload, configure and unload plugins
    NETWORK = "network"  # for people to know: the bot's API has nothing that it could refuse


ALL = frozenset(Permission)
"""What a plugin may that declares nothing."""
