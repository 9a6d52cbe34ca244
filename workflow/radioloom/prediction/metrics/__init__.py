"""Measures of performance, one file each."""
