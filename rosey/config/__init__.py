"""The bot's configuration: a file or mapping, checked whole, as frozen values."""

from rosey.config.config import CONNECTIONS, Config, ConfigFile, PluginsConfig
from rosey.config.difference import ConfigDifference, difference, start_settings_changed
from rosey.config.environment import as_written
from rosey.config.reading import find_config

__all__ = [
    "CONNECTIONS",
    "Config",
    "ConfigDifference",
    "ConfigFile",
    "PluginsConfig",
    "as_written",
    "difference",
    "find_config",
    "start_settings_changed",
]
