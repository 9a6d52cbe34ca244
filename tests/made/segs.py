"""Small DICOM segmentations of two segments, GTV and Heart, of each kind that the standard knows."""

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pack_bits

from made.hospital import AXIAL, FRAME, SERIES, base, item, save

SEG, LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"
LARGEST = 200  # of a fraction


def seg(path, masks, kind="BINARY"):
    """A SEG in the space of `hospital.ct`; `masks`: label -> bool (z, y, x)."""
    data = base("CT", "2.25.4001", FRAME)
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = LABEL_MAP if kind == "LABELMAP" else SEG
    data.Modality, data.SegmentationType = "SEG", kind
    arrays = np.array(list(masks.values()))
    _, _, data.Rows, data.Columns = arrays.shape
    data.SamplesPerPixel, data.PhotometricInterpretation, data.PixelRepresentation = 1, "MONOCHROME2", 0
    data.BitsAllocated = data.BitsStored = 1 if kind == "BINARY" else 8
    data.HighBit = data.BitsStored - 1
    if kind == "FRACTIONAL":
        data.MaximumFractionalValue, data.SegmentationFractionalType = LARGEST, "OCCUPANCY"
    data.SegmentSequence = [
        item(SegmentNumber=number, SegmentLabel=label)[0] for number, label in enumerate(masks, start=1)
    ]
    data.ReferencedSeriesSequence = item(SeriesInstanceUID=SERIES)
    data.SharedFunctionalGroupsSequence = item(
        PlaneOrientationSequence=item(ImageOrientationPatient=list(AXIAL)),
        PixelMeasuresSequence=item(PixelSpacing=[1.5, 1.5], SliceThickness=3.0),
    )
    frames, data.PerFrameFunctionalGroupsSequence = [], []
    for k in range(arrays.shape[1]):
        planes = arrays[:, k]
        if kind == "LABELMAP":
            frames.append(sum(plane * number for number, plane in enumerate(planes, start=1)))
            data.PerFrameFunctionalGroupsSequence.append(_frame(k))
            continue
        for number, plane in enumerate(planes, start=1):
            if plane.any():
                frames.append(plane * (LARGEST if kind == "FRACTIONAL" else 1))
                data.PerFrameFunctionalGroupsSequence.append(_frame(k, number))
    data.NumberOfFrames = len(frames)
    pixels = np.array(frames, np.uint8)
    content = pack_bits(pixels.ravel(), pad=False) if kind == "BINARY" else pixels.tobytes()
    data.PixelData = content + b"\0" * (len(content) % 2)
    data["PixelData"].VR = "OB"
    return save(data, path)


def _frame(k, segment=None):
    frame = Dataset()
    frame.PlanePositionSequence = item(ImagePositionPatient=[-10.0, -20.0, -100.0 + 3.0 * k])
    if segment is not None:
        frame.SegmentIdentificationSequence = item(ReferencedSegmentNumber=segment)
    return frame
