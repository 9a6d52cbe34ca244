"""Outcomes, models, their metrics and curves."""
