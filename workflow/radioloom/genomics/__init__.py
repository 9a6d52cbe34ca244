"""Radiogenomics: expression matrices, gene modules, and their association with features."""
