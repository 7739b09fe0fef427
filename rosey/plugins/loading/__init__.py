"""From files to a plugin class and its settings."""
