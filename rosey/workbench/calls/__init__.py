"""The calls of `bot`, a file for each family: each returns plain values."""
