"""The plugin system: it knows no chat, no network, no database and no Jupyter."""

from rosey.errors import PluginLoadError, PluginNotFoundError, ServiceAlreadyRegistered
from rosey.plugins.base import Plugin, every, migrates, on
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.events import Delivery, Event
from rosey.plugins.manager import PluginManager
from rosey.plugins.services import ServiceRegistry

__all__ = [
    "Delivery",
    "Event",
    "Plugin",
    "PluginEventBus",
    "PluginLoadError",
    "PluginManager",
    "PluginNotFoundError",
    "ServiceAlreadyRegistered",
    "ServiceRegistry",
    "every",
    "migrates",
    "on",
]
