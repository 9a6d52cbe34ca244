"""Formats of expression matrices: one file a format, and the list of them in `kinds`."""
