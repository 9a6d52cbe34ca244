"""Annotations of readers: AIM, DICOM SR, CSV."""
