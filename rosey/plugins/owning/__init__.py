"""What a plugin takes and hands on."""
