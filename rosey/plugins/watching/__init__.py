"""From events of the file system to sets of changed paths."""
