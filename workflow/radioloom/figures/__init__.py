"""Frame in, Figure out."""
