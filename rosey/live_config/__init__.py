"""A changed configuration file, taken over by the bot that runs: whole, or not at all."""

from rosey.live_config.change import ConfigChange
from rosey.live_config.live_config import LiveConfig

__all__ = ["ConfigChange", "LiveConfig"]
