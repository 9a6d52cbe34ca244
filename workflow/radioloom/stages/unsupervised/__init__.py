"""Stages of the view of patients by features that no outcome takes part in."""
