"""Radioloom: radiomics and radiogenomics studies that others can re-run to the byte."""

__version__ = "0.1.0"
