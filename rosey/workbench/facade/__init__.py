"""The notebook's `bot`: what people hold of the bot and of its plugins."""
