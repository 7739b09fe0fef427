"""The bot's subject: who says what, which command it is, and what is answered. No I/O."""
