"""What became of each event: recorded while it happens, kept in bounds, and explained."""
