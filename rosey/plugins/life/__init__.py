"""How a plugin goes from state to state, and from generation to generation."""
