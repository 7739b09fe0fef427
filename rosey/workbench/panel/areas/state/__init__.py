"""The area of the state: what a plugin keeps."""
