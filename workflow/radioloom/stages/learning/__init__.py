"""Stages from features and outcomes to a validated signature."""
