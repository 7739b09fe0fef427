"""The workbench: all that knows Jupyter."""
