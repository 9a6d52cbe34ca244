"""Stage report: one HTML file from the tables of a study."""
