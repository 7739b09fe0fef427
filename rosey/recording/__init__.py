"""Recordings: a chat written down as it happens, and said again."""
