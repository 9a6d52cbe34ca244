"""Figures, tables and statements of the report: frames in, figures and text out; one file per section."""
