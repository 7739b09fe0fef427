"""The testing kit for plugin authors, a pytest plugin: `pytest_plugins = ["rosey.testing"]`."""

from rosey.testing.fixtures import bot, pytest_configure, pytest_pycollect_makeitem, rosey_config
from rosey.testing.tested_bot import TestedBot

__all__ = ["TestedBot", "bot", "pytest_configure", "pytest_pycollect_makeitem", "rosey_config"]
