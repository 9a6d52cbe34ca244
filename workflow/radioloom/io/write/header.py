"""The common header of all DICOM files that Radioloom writes: identity, UIDs, dates, encoding."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import ExplicitVRLittleEndian

IMPLEMENTATION = "2.25.140603201420140603"  # who wrote the file


@dataclass(frozen=True, slots=True)
class Header:
    """Patient, scanner and date of one series that is written."""

    key: str  # names the series; all UIDs are hashes of it
    patient: str = "ANONYMOUS"  # goes into name, id and accession number, as SIMULATED^...
    manufacturer: str = ""
    model: str = ""
    kernel: str = ""
    kvp: float = 120.0
    thickness_mm: float | None = None  # None: the distance between slices
    intercept: int = -1024  # of the stored values, whose slope is 1
    date: str = "20140603"

    def uid(self, *parts: object) -> str:
        """The UID of something of this series."""
        return uid(self.key, *parts)


def uid(*parts: object) -> str:
    """A DICOM UID below 2.25 that is a hash of the parts; always 41 characters."""
    text = "/".join(map(str, parts))
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    return f"2.25.{10**35 + number % (9 * 10**35)}"


def decimal(value: float) -> str:
    """A decimal string without trailing zeros, to 0.001 mm."""
    return f"{round(float(value), 3) + 0.0:.10g}"


def record(**elements: object) -> Dataset:
    """A dataset of elements by their DICOM keyword."""
    dataset = Dataset()
    for name, value in elements.items():
        setattr(dataset, name, value)
    return dataset


def base(header: Header, sop_class: str, modality: str, *instance: object) -> Dataset:
    """Patient, study, series and file identity; the names are canaries that must never leave the DICOM."""
    dataset = record(
        SpecificCharacterSet="ISO_IR 100",
        SOPClassUID=sop_class,
        SOPInstanceUID=header.uid(*instance),
        Modality=modality,
        AccessionNumber=f"SIM-ACC-{header.patient}"[:16],  # all that the element may hold
        InstitutionName="SIMULATED^HOSPITAL",
        ReferringPhysicianName="SIMULATED^REFERRER",
        PatientName=f"SIMULATED^{header.patient}",
        PatientID=f"SIM-PID-{header.patient}",
        PatientBirthDate="19010203",
        PatientSex="O",
        StudyInstanceUID=header.uid("study"),
        SeriesInstanceUID=header.uid("series") if modality == "CT" else header.uid(*instance, "series"),
        StudyID="1",
        SeriesNumber=1 if modality == "CT" else 2,
        SeriesDescription=f"Simulated {modality}",
        FrameOfReferenceUID=header.uid("frame"),
        PositionReferenceIndicator="",
        InstanceNumber=1,
    )
    set_dates(dataset, header)
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta = meta
    return dataset


def set_dates(dataset: Dataset, header: Header) -> None:
    """Every moment of a file is noon of the header's date: the clock of the writer never shows."""
    for moment in ("Study", "Series", "Content", "InstanceCreation"):
        setattr(dataset, f"{moment}Date", header.date)
        setattr(dataset, f"{moment}Time", "120000")


def encode(dataset: Dataset) -> bytes:
    """A dataset as the bytes of a DICOM file."""
    dataset.file_meta.ImplementationClassUID = IMPLEMENTATION
    dataset.file_meta.ImplementationVersionName = "RADIOLOOM"
    stream = io.BytesIO()
    dcmwrite(stream, dataset, enforce_file_format=True)
    return stream.getvalue()


def write(dataset: Dataset, path: Path) -> None:
    """Write a dataset as a file; its folder is made if absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode(dataset))
