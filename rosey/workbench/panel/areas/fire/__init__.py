"""The area to fire events from."""
