"""What a plugin's reloads cost in memory: measured, judged, and traced to lines of code."""
