"""From a cell to the bot's loop and back: the loop's thread, looking, waiting, and progress."""
