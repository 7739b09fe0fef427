"""The bot's configuration: a file or mapping, checked whole, as frozen values."""

from rosey.config.config import CONNECTIONS, Config, PluginsConfig
from rosey.config.environment import as_written
from rosey.config.reading import find_config

__all__ = ["CONNECTIONS", "Config", "PluginsConfig", "as_written", "find_config"]
