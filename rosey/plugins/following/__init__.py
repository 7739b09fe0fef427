"""Plugins that run are kept as their files and settings say."""
