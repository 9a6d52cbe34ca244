"""Archives that series are fetched from: DICOMweb, DIMSE, Imaging Data Commons."""
