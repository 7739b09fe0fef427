"""Connections: one network, or one place to talk to the bot, per file."""
