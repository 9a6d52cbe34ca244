"""Stages of traits, gene modules and their associations."""
