"""Diagnostics: looks at the bot from outside, through its public attributes."""
