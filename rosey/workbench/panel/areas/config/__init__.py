"""The area of the settings: a form for each plugin."""
