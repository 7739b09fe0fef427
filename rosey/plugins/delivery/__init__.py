"""How an event finds its handlers, also while plugins are reloaded."""
