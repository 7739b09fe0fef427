"""The settings of a plugin that runs: what there is to set, and what a change would do."""
