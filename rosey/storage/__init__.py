"""What a plugin keeps: values under keys, and SQL tables of its own; a database for each plugin."""

from __future__ import annotations

from rosey.storage.database import Transaction
from rosey.storage.migrations import Migration
from rosey.storage.plugin_storage import PluginStorage
from rosey.storage.storage import Storage

__all__ = ["Migration", "PluginStorage", "Storage", "Transaction"]
