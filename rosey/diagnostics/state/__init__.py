"""What a plugin keeps in its attributes: looked at, compared, and changed by path."""
