"""The area of the events: what the bot has handled, as it comes."""
