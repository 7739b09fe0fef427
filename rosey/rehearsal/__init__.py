"""Rehearsals: what a bot would do, tried out on a throw-away copy of it."""
