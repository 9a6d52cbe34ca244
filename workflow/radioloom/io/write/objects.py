"""Write what hospitals send: CT series, RTSTRUCT, DICOM SEG, NIfTI label maps. Arrays and contours in, files out.

Two runs write equal bytes: every UID is a hash of the header's `key`, every date is the header's. Pixel data are
16-bit signed, uncompressed, explicit VR little endian. Grids are axis-aligned (identity direction).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import CTImageStorage, RTStructureSetStorage

from radioloom.errors import BadMask
from radioloom.io.write.ct import ct_series
from radioloom.io.write.header import Header, base, record, set_dates, uid, write
from radioloom.volume import Grid

if TYPE_CHECKING:
    from highdicom.seg import SegmentDescription

__all__ = ["Header", "ct_series", "nifti", "rtstruct", "segmentation", "uid"]

CONTOUR_DATA = Tag(0x3006, 0x0050)


def rtstruct(structures: Mapping[str, Sequence[np.ndarray]], grid: Grid, header: Header, path: Path) -> None:
    """Write structures as an RTSTRUCT that refers to the series of the same header and grid.

    structures : name -> closed polygons (n, 3), LPS mm in (z, y, x) order, each within one slice; written to 0.01 mm
    grid : of the series
    header : that of the series: it gives the UIDs referred to
    path : the file; its folder is made if absent
    """
    dataset = base(header, RTStructureSetStorage, "RTSTRUCT", "rtstruct", Path(path).name)
    dataset.StructureSetLabel = "CONTOURS"
    dataset.StructureSetDate, dataset.StructureSetTime = header.date, "130000"
    dataset.Manufacturer, dataset.ManufacturerModelName = "Radioloom", "simulate"
    dataset.ReferencedFrameOfReferenceSequence = [_frame_of_reference(grid, header)]
    dataset.StructureSetROISequence = []
    dataset.ROIContourSequence = []
    dataset.RTROIObservationsSequence = []
    for number, (name, polygons) in enumerate(structures.items(), start=1):
        dataset.StructureSetROISequence.append(
            record(
                ROINumber=number,
                ReferencedFrameOfReferenceUID=header.uid("frame"),
                ROIName=name,
                ROIGenerationAlgorithm="MANUAL",
            )
        )
        dataset.ROIContourSequence.append(
            record(
                ROIDisplayColor=[255, 64 * (number % 4), 0],
                ReferencedROINumber=number,
                ContourSequence=[_contour(polygon, grid, header) for polygon in polygons],
            )
        )
        dataset.RTROIObservationsSequence.append(
            record(ObservationNumber=number, ReferencedROINumber=number, RTROIInterpretedType="", ROIInterpreter="")
        )
    dataset.ApprovalStatus = "UNAPPROVED"
    write(dataset, Path(path))


def segmentation(masks: Mapping[str, np.ndarray], files: Sequence[Path], header: Header, path: Path) -> None:
    """Write masks as a binary DICOM SEG on the series in `files`.

    masks : segment label -> bool (z, y, x), on the grid of the series, lowest slice first
    files : of the series, as `ct_series` returned them
    header : that of the series
    path : the file; its folder is made if absent
    Raises BadMask where a mask has another number of slices than there are files.
    """
    from highdicom.seg import Segmentation
    from pydicom import dcmread

    depths = {label: len(mask) for label, mask in masks.items()}
    if set(depths.values()) != {len(files)}:
        raise BadMask(f"{len(files)} slices in the series, but segments of {depths}; give one mask slice per file")
    dataset = Segmentation(
        source_images=[dcmread(file, stop_before_pixels=True) for file in files],
        pixel_array=np.stack(list(masks.values()), axis=-1).astype(np.uint8),
        segmentation_type="BINARY",
        segment_descriptions=_segments(masks, header),
        series_number=3,
        instance_number=1,
        manufacturer="Radioloom",
        manufacturer_model_name="simulate",
        software_versions="1",
        device_serial_number="1",
        series_instance_uid=header.uid("seg", "series"),
        sop_instance_uid=header.uid("seg", "instance"),
    )
    set_dates(dataset, header)
    for equipment in dataset.ContributingEquipmentSequence:
        equipment.ContributionDateTime = f"{header.date}120000"
    organisation = header.uid("seg", "dimensions")
    for item in (*dataset.DimensionOrganizationSequence, *dataset.DimensionIndexSequence):
        item.DimensionOrganizationUID = organisation
    write(dataset, Path(path))


def nifti(array: np.ndarray, grid: Grid, path: Path) -> None:
    """Write an array (z, y, x) as NIfTI on an LPS grid; bool becomes uint8. `.nii` or `.nii.gz`."""
    import SimpleITK as sitk

    stored = array.astype(np.uint8) if array.dtype == bool else array
    image = sitk.GetImageFromArray(stored)
    image.SetSpacing(grid.spacing_mm[::-1])
    image.SetOrigin(grid.origin_mm[::-1])
    image.SetDirection(np.asarray(grid.direction)[::-1, ::-1].ravel().tolist())
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(image, str(path), useCompression=Path(path).suffix == ".gz")


def _segments(masks: Mapping[str, np.ndarray], header: Header) -> list[SegmentDescription]:
    from highdicom.seg import SegmentDescription
    from pydicom.sr.coding import Code

    return [
        SegmentDescription(
            segment_number=number,
            segment_label=label,
            segmented_property_category=Code("49755003", "SCT", "Morphologically Abnormal Structure"),
            segmented_property_type=Code("4147007", "SCT", "Mass"),
            algorithm_type="MANUAL",
            tracking_uid=header.uid("segment", label),
            tracking_id=label,
        )
        for number, label in enumerate(masks, start=1)
    ]


def _frame_of_reference(grid: Grid, header: Header) -> Dataset:
    series = record(
        SeriesInstanceUID=header.uid("series"),
        ContourImageSequence=[_image_reference(k, header) for k in range(grid.shape[0])],
    )
    study = record(
        ReferencedSOPClassUID="1.2.840.10008.3.1.2.3.1",
        ReferencedSOPInstanceUID=header.uid("study"),
        RTReferencedSeriesSequence=[series],
    )
    return record(FrameOfReferenceUID=header.uid("frame"), RTReferencedStudySequence=[study])


def _image_reference(k: int, header: Header) -> Dataset:
    return record(ReferencedSOPClassUID=CTImageStorage, ReferencedSOPInstanceUID=header.uid("instance", k))


def _contour(polygon: np.ndarray, grid: Grid, header: Header) -> Dataset:
    k = int(np.clip(np.rint((polygon[0, 0] - grid.origin_mm[0]) / grid.spacing_mm[0]), 0, grid.shape[0] - 1))
    contour = record(
        ContourImageSequence=[_image_reference(k, header)],
        ContourGeometricType="CLOSED_PLANAR",
        NumberOfContourPoints=len(polygon),
    )
    data = "\\".join(f"{value:.2f}" for value in polygon[:, ::-1].ravel()).encode()
    data += b" " * (len(data) % 2)
    # As raw bytes: pydicom would parse and check each of the thousands of numbers.
    contour[CONTOUR_DATA] = RawDataElement(CONTOUR_DATA, "DS", len(data), data, 0, False, True)
    return contour
