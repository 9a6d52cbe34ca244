"""Reading DICOM beside pydicom reading the same files once: curation of 10,000 files, and a scan made a prepared pair.

Ratios are radioloom / pydicom. Work is shared by two processes in both; CPU seconds of both are summed, turn by turn.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np
import pydicom

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1] / "workflow"), str(HERE.parent)]
CASES, SLICES, CORES, ROUNDS = 100, 100, 2, 5
# (what, at most): the speed to reach, radioloom / pydicom
GOALS = {"headers, CPU": 1.0, "headers, wall": 1.0, "pair, CPU": 1.5}
ALSO = {  # so that a header is as long as a scanner's
    "SpecificCharacterSet": "ISO_IR 100", "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"], "StudyDate": "20200102",
    "SeriesDate": "20200102", "AcquisitionDate": "20200102", "ContentDate": "20200102", "StudyTime": "120000",
    "SeriesTime": "120100", "AcquisitionTime": "120130.5", "ContentTime": "120131", "AccessionNumber": "1",
    "InstitutionName": "HOSPITAL", "ReferringPhysicianName": "A^B", "StudyDescription": "THORAX", "StationName": "CT1",
    "SeriesDescription": "THORAX 1.0", "PatientSex": "O", "PatientAge": "060Y", "BodyPartExamined": "CHEST",
    "ScanOptions": "HELICAL", "KVP": "120", "DataCollectionDiameter": "500", "SoftwareVersions": "1.2",
    "ProtocolName": "THORAX", "ReconstructionDiameter": "400", "DistanceSourceToDetector": "1000",
    "DistanceSourceToPatient": "540", "GantryDetectorTilt": "0", "TableHeight": "150", "RotationDirection": "CW",
    "ExposureTime": "500", "XRayTubeCurrent": "300", "Exposure": "150", "FilterType": "BODY", "GeneratorPower": "40",
    "FocalSpots": "1.2", "ConvolutionKernel": "B30f", "PatientPosition": "HFS", "StudyID": "1", "SeriesNumber": "2",
    "AcquisitionNumber": "1", "InstanceNumber": "1", "SliceLocation": "1", "WindowCenter": "40", "WindowWidth": "400",
    "RescaleType": "HU",
}  # fmt: skip


def cohort(home: Path) -> list[dict]:
    """Rows of a sheet: a folder of slices of 16 x 16 pixels for each case, made once."""
    from made.hospital import image_slice, row, save

    for case in range(CASES):
        folder = home / f"case{case}"
        if not folder.is_dir():
            for k in range(SLICES):
                data = image_slice(np.zeros((16, 16), np.int16), (0, 0, 3 * k), series=f"2.25.1{case:04d}", **ALSO)
                save(data, home / "making" / f"{k}.dcm")
            (home / "making").rename(folder)
    return [row(case=f"P{case}", image=f"case{case}") for case in range(CASES)]


def scan(home: Path) -> tuple[Path, dict]:
    """Data folder and row of LUNG1-001 where it is in place, else of a made-up scan of its size with a ball in it."""
    from made.hospital import image_slice, row, save, structures

    data = Path(os.environ.get("RADIOLOOM_DATA", HERE.parents[2].parent / "shared" / "data"))
    real = Path("lung1", "LUNG1-001")
    if (data / real / "image").is_dir():
        drawn = next((data / real / "mask_rtstruct").iterdir()).relative_to(data)
        return data, row(image=str(real / "image"), segmentation=str(drawn), pattern="GTV-1")
    if not (home / "scan.dcm").is_file():
        pixels = np.random.default_rng(0).integers(0, 2000, (512, 512)).astype(np.int16)
        for k in range(134):
            save(image_slice(pixels, (0, 0, 3 * k), PixelSpacing=[0.977, 0.977], **ALSO), home / "scan" / f"{k}.dcm")
        turn = np.linspace(0, 2 * np.pi, 120)[:-1]
        rings = [(3 * k, 22 * np.sin(np.arccos((k - 60) / 8))) for k in range(53, 68)]
        contours = [np.column_stack([250 + r * np.cos(turn), 250 + r * np.sin(turn), 0 * turn + z]) for z, r in rings]
        structures(home / "scan.dcm", {"GTV-1": contours})
    return home, row(image="scan", segmentation="scan.dcm", pattern="GTV-1")


def curated(rows: Sequence[dict], data: Path) -> None:
    from radioloom.stages.images.curate import curate

    made = curate(rows, data)
    assert len(made.images) == len(rows), made.exclusions


def headers(rows: Sequence[dict], data: Path) -> None:
    for each in rows:
        for path in sorted((data / each["image"]).iterdir()):
            pydicom.dcmread(path, stop_before_pixels=True)


def pair(rows: Sequence[dict], data: Path) -> None:
    from radioloom.profile import load
    from radioloom.stages.images.curate import curate
    from radioloom.stages.images.prepare import prepare
    from radioloom.stages.images.segment import segment

    images = curate(rows, data).images
    masks = segment(images, data).masks
    prepare(images[0], next(iter(masks.values())), data, load("aerts2014"))


def decoded(rows: Sequence[dict], data: Path) -> None:
    for path in sorted((data / rows[0]["image"]).iterdir()):
        pydicom.dcmread(path).pixel_array  # noqa: B018


def taken(call: Callable, *given: object) -> float:
    start = time.process_time()
    call(*given)
    return time.process_time() - start


def shared(pool: ProcessPoolExecutor, call: Callable, rows: list[dict], data: Path) -> tuple[float, float]:
    """CPU and wall seconds of a call whose rows are shared by the processes of a pool."""
    start = time.perf_counter()
    parts = [pool.submit(taken, call, rows[k::CORES], data) for k in range(CORES)]
    return sum(part.result() for part in parts), time.perf_counter() - start


def measure(home: Path) -> dict[str, float]:
    """Each of GOALS: radioloom / pydicom."""
    rows, (place, one) = cohort(home / "cohort"), scan(home)
    seen: dict[str, list] = {name: [] for name in ("ours", "theirs", "pair", "decoded")}
    with ProcessPoolExecutor(CORES) as pool:
        for _ in range(ROUNDS):
            seen["theirs"].append(shared(pool, headers, rows, home / "cohort"))
            seen["ours"].append(shared(pool, curated, rows, home / "cohort"))
    for _ in range(ROUNDS):
        seen["decoded"].append(taken(decoded, [one], place))
        seen["pair"].append(taken(pair, [one], place))
    (own, wall), (cpu, beside) = (np.median(seen[name], axis=0) for name in ("ours", "theirs"))
    together = median(seen["pair"][1:]) / median(seen["decoded"][1:])  # the first imports
    return {"headers, CPU": own / cpu, "headers, wall": wall / beside, "pair, CPU": together}


def table() -> str:
    from environments import HOME

    words = {
        "headers, CPU": f"curation of {CASES * SLICES:,} files / pydicom reading their headers, two processes, CPU",
        "headers, wall": "the same, wall",
        "pair, CPU": "134 slices and RTSTRUCT to a prepared pair / pydicom reading and decoding the slices, CPU",
    }
    lines = ["| speed to reach, radioloom / pydicom | at most | measured | |", "| --- | --- | --- | --- |"]
    for name, ratio in measure(HOME / "dicom").items():
        lines.append(
            f"| {words[name]} | {GOALS[name]:g} | {ratio:.2f} | {'met' if ratio <= GOALS[name] else 'NOT met'} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table())
