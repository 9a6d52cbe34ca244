"""Stages from an image to its features: fetch, curate, segment, prepare, extract, and their variants."""
