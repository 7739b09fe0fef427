"""What a plugin may take, what it took, and when it has failed too often: values, no action."""
