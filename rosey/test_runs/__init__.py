"""Runs of a plugin's tests: in a process of their own, against a throw-away copy of the bot."""
