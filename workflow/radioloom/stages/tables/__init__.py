"""Stages of feature tables: those of other programs, and all tables of a study brought together."""
