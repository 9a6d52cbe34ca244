"""DICOM objects written."""
