"""Expression, gene modules, association."""
