"""Formats of image files that are no DICOM: which there are, and how a file's name tells them."""

from pathlib import Path

from radioloom.io.formats import metaimage, nifti, nrrd

# One row a format: a file of it ends in one of these, and its header is read by that function.
FORMATS = {
    "NIfTI": ((".nii.gz", ".nii", ".hdr", ".hdr.gz"), nifti.header),
    "NRRD": ((".nrrd", ".nhdr", ".nrrd.gz", ".nhdr.gz"), nrrd.header),
    "MetaImage": ((".mha", ".mhd", ".mha.gz", ".mhd.gz"), metaimage.header),
}


def kind(path: Path) -> str:
    """The format that a file's name promises (NIfTI, NRRD, MetaImage), "" for others.

    An .img is what lies beside an .hdr: alone it may be a slice of DICOM, as some scanners call them.
    """
    name = path.name.lower()
    if nifti.voxels_of_pair(path):
        return "NIfTI"
    return next((each for each, (suffixes, _) in FORMATS.items() if name.endswith(suffixes)), "")
