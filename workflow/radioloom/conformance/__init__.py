"""Conformance with IBSI: features (chapter 1) and response maps (chapter 2)."""
