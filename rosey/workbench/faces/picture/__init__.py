"""The picture of a graph: where each thing stands, and how it is drawn."""
