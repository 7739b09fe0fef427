"""The areas of the panel: each draws one side of the bot, and says which line of `%rosey` does."""
