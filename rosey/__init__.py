"""Rosey: a chat bot that you build while it runs. The front door for plugin authors."""

from typing import Any

from rosey.bot import Bot
from rosey.chat.commands import CommandContext, command
from rosey.chat.model import Message, Rank, Reply, User
from rosey.config import Config
from rosey.errors import RoseyError, StorageError, UsageError
from rosey.plugins.base import Plugin, every, migrates, on
from rosey.plugins.events import Delivery, Event
from rosey.plugins.loading.schema import ConfigSchema, Secret, SecretField, fields, validate
from rosey.storage import Migration, PluginStorage

__all__ = [
    "Bot",
    "CommandContext",
    "Config",
    "ConfigSchema",
    "Delivery",
    "Event",
    "Message",
    "Migration",
    "Plugin",
    "PluginStorage",
    "Rank",
    "Reply",
    "RoseyError",
    "Secret",
    "SecretField",
    "StorageError",
    "UsageError",
    "User",
    "command",
    "every",
    "fields",
    "migrates",
    "on",
    "validate",
]


def load_ipython_extension(shell: Any) -> None:  # noqa: ANN401  IPython's own type
    """Add `%rosey` to a notebook or an IPython terminal; IPython calls it for `%load_ext rosey`."""
    from rosey.workbench import extension  # noqa: PLC0415  only a notebook needs Jupyter

    extension.load(shell)


def unload_ipython_extension(shell: Any) -> None:  # noqa: ANN401  IPython's own type
    """Take `%rosey` away again; IPython calls it for `%unload_ext rosey`."""
    from rosey.workbench import extension  # noqa: PLC0415  only a notebook needs Jupyter

    extension.unload(shell)
