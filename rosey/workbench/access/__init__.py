"""Who may change the bot from a notebook, and what was changed."""
