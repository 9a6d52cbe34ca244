"""Segmentations: RTSTRUCT, SEG, label maps."""
