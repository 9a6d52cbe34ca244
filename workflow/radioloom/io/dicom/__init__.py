"""DICOM objects read: headers, series, pixels, SUV, identity."""
