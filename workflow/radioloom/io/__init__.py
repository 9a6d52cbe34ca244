"""Files and archives: the only importers of pydicom, highdicom and SimpleITK."""
