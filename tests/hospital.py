"""Small DICOM files as hospitals send them, made with pydicom alone, so that faults can be put into them."""

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

CLASSES = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "PT": "1.2.840.10008.5.1.4.1.1.128",
    "RTSTRUCT": "1.2.840.10008.5.1.4.1.1.481.3",
}
SERIES, FRAME = "2.25.1001", "2.25.2001"
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def base(kind, series=SERIES, frame=FRAME):
    """What every file has."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = CLASSES[kind]
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = generate_uid()
    data.Modality = kind
    data.PatientName, data.PatientID, data.PatientBirthDate = "CANARY^NAME", "CANARY-ID", "19010101"
    data.StudyInstanceUID, data.SeriesInstanceUID, data.FrameOfReferenceUID = "2.25.1", series, frame
    return data


def image_slice(pixels, position, modality="CT", series=SERIES, **other):
    """One slice; `pixels` int16 (rows, columns), `position` (x, y, z), `other` any attribute by keyword."""
    data = base(modality, series)
    data.ImagePositionPatient, data.ImageOrientationPatient = list(position), list(AXIAL)
    data.PixelSpacing, data.SliceThickness = [1.5, 1.5], 3.0
    data.Manufacturer, data.ManufacturerModelName = "MAKER", "MODEL"
    data.Rows, data.Columns = pixels.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    if modality != "MR":
        data.RescaleSlope, data.RescaleIntercept = 1, -1024
    data.PixelData = pixels.astype("<i2").tobytes()
    for key, value in other.items():
        if value is None:
            delattr(data, key)
        else:
            setattr(data, key, value)
    return data


def save(data, path):
    """Write a file."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    data.save_as(path, enforce_file_format=True)
    return Path(path)


def stored(n=8, rows=24, columns=20, seed=1):
    """Stored values (z, y, x), all different enough that an exchanged voxel shows."""
    return np.random.default_rng(seed).integers(0, 2000, (n, rows, columns)).astype(np.int16)


def ct(folder, pixels=None, step=3.0, modality="CT", series=SERIES, **other):
    """A series from z = -100 mm upwards, spacing 3 x 1.5 x 1.5 mm; names run against the order of the slices."""
    pixels = stored() if pixels is None else pixels
    n = len(pixels)
    return [
        save(
            image_slice(pixels[k], (-10.0, -20.0, -100.0 + step * k), modality, series, **other),
            Path(folder) / f"IM{n - k:03d}",
        )
        for k in range(n)
    ]


def square(z, low, high):
    """Corners (4, 3) in (x, y, z) mm of a square in the slice at z."""
    return np.array([(low, low, z), (high, low, z), (high, high, z), (low, high, z)])


def structures(path, contours, series=SERIES, frame=FRAME, kind="CLOSED_PLANAR"):
    """An RTSTRUCT; `contours`: structure name -> list of float (n, 3) in (x, y, z) mm, None for a structure without."""
    data = base("RTSTRUCT", "2.25.3001", frame)
    del data.FrameOfReferenceUID
    referenced, study, one = Dataset(), Dataset(), Dataset()
    one.SeriesInstanceUID = series
    study.RTReferencedSeriesSequence = [one]
    referenced.FrameOfReferenceUID, referenced.RTReferencedStudySequence = frame, [study]
    data.ReferencedFrameOfReferenceSequence = [referenced]
    data.StructureSetROISequence, data.ROIContourSequence = [], []
    for number, (name, polygons) in enumerate(contours.items(), start=1):
        roi, drawn = Dataset(), Dataset()
        roi.ROINumber, roi.ROIName = number, name
        drawn.ReferencedROINumber = number
        if polygons is not None:
            drawn.ContourSequence = [_contour(points, kind) for points in polygons]
        data.StructureSetROISequence.append(roi)
        data.ROIContourSequence.append(drawn)
    return save(data, path)


def _contour(points, kind):
    contour = Dataset()
    contour.ContourGeometricType, contour.NumberOfContourPoints = kind, len(points)
    contour.ContourData = [f"{value:.3f}" for value in np.asarray(points).ravel()]
    return contour


def row(**other):
    """A row of a cohort sheet with its defaults."""
    given = {
        "cohort": "train", "role": "training", "case": "P1", "replicate": "1", "roi": "tumour", "pattern": "",
        "modality": "", "image": "P1/ct", "segmentation": "P1/rs.dcm", "series": "", "description": "", "kernel": "",
        "thickness_mm": "", "prefer": "",
    }  # fmt: skip
    return given | other
