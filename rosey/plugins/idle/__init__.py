"""Plugins that are not loaded until somebody uses them, or when nobody does any more."""
