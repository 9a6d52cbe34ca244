"""No identifier of a DICOM file reaches what is made of it: tables, messages, masks, warnings, names of files."""

import base64
import gzip
import io
import json
import re
import shutil
import subprocess
import sys
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pydicom
import pytest

from made.canaries import ROOT, WORD, Planter
from made.hospital import ct, image_slice, row, save, square, stored, structures
from radioloom.io import masks, prepared
from radioloom.io.dicom.withhold import identifying_words, withhold
from radioloom.io.write.objects import Header, segmentation
from radioloom.profile import load
from radioloom.stages.images.curate import curate
from radioloom.stages.images.curated import write
from radioloom.stages.images.extract import extract_batch
from radioloom.stages.images.prepare import prepare_batch
from radioloom.stages.images.segment import segment
from radioloom.tables import CASES, EXCLUSIONS, FEATURES, MEASURED, SERIES

CUBE = [square(-100 + 3 * k, 0, 12) for k in range(1, 6)]


def rewrite(path, change):
    data = pydicom.dcmread(path)
    change(data)
    data.save_as(path)


def other_patient(data):
    data.PatientID = f"{WORD}-other"


def colour(data):
    data.SamplesPerPixel = 3


def letters(data):
    data.ROIContourSequence[0].ContourSequence[0].ContourData = ["1", "2"]


def two_series(case):
    ct(case / "ct" / "more", series=f"{ROOT}1")
    (case / "rs.dcm").unlink()


BLANK = "StudyDate StudyTime PatientSex AccessionNumber StudyID ReferringPhysicianName".split()
# What is done to a study with a series `ct` of 8 slices, `rs.dcm` and `seg.dcm`, and what its row says otherwise.
FAULTS = {
    "good": (lambda case: None, {}),
    "by_seg": (lambda case: None, {"segmentation": "seg.dcm"}),
    "by_own": (lambda case: None, {"pattern": "GTV_.*"}),
    "union": (lambda case: None, {"pattern": "GTV.*|Lung.*"}),
    "union_of_seg": (lambda case: None, {"pattern": "GTV.*", "segmentation": "seg.dcm"}),
    "missing": (lambda case: files(case)[4].unlink(), {}),
    "truncated": (lambda case: files(case)[4].write_bytes(files(case)[4].read_bytes()[:-300]), {}),
    "header": (lambda case: files(case)[4].write_bytes(files(case)[4].read_bytes()[:400]), {}),
    "nothing": (lambda case: [file.write_text(WORD) for file in files(case)], {}),
    "duplicate": (lambda case: shutil.copy(files(case)[4], case / "ct" / f"{WORD}.dcm"), {}),
    "mixed": (lambda case: rewrite(files(case)[4], lambda data: setattr(data, "PixelSpacing", [1, 1])), {}),
    "patients": (lambda case: rewrite(files(case)[4], other_patient), {}),
    "colour": (lambda case: rewrite(files(case)[4], colour), {}),
    "nowhere": (lambda case: rewrite(files(case)[4], lambda data: delattr(data, "PixelSpacing")), {}),
    "unit": (lambda case: rewrite(files(case)[4], lambda data: delattr(data, "RescaleSlope")), {}),
    "two_series": (two_series, {}),
    "modality": (lambda case: None, {"modality": "PT"}),
    "no_roi": (lambda case: None, {"pattern": "Heart"}),
    "no_segment": (lambda case: None, {"pattern": "Heart", "segmentation": "seg.dcm"}),
    "own": (lambda case: rewrite(case / "rs.dcm", letters), {"pattern": "GTV_.*"}),
    "several": (lambda case: [shutil.copy(case / "rs.dcm", case / "rs" / f"{WORD}{n}.dcm") for n in "12"],
                {"segmentation": "rs"}),
    "cut": (lambda case: (case / "rs.dcm").write_bytes((case / "rs.dcm").read_bytes()[:300]), {}),
    "label": (lambda case: (case / "rs" / f"{WORD}.nii.gz").write_text(WORD), {"segmentation": "rs"}),
    "changed": (lambda case: None, {}),
    "shorter": (lambda case: None, {}),
}  # fmt: skip


GOOD = {"good", "duplicate", "by_seg", "by_own", "union", "union_of_seg"}


def files(case):
    return sorted((case / "ct").iterdir())


def study(case: Path, canaries: Planter) -> None:
    """One patient, every file with canaries and called after the patient."""
    (case / "rs").mkdir(parents=True)
    where = {"series": f"{ROOT}{1:020d}", "frame": f"{ROOT}{2:020d}"}
    slices = ct(
        case / "ct",
        series=where["series"],
        FrameOfReferenceUID=where["frame"],
        StudyInstanceUID=f"{ROOT}{3:020d}",
        **dict.fromkeys(BLANK, ""),
    )
    structures(case / "rs.dcm", {"Own": CUBE, "GTV": CUBE, "Lung-Left": CUBE[:1]}, **where)
    marked = np.zeros((8, 24, 20), bool)
    marked[2:6, 14:20, 8:14] = True
    segmentation({"GTV": marked, "Own": marked}, slices[::-1], Header(key="seg"), case / "seg.dcm")
    canaries.plant_all(case)
    for file in files(case):
        file.rename(file.with_name(f"DOE_{WORD}_{file.name}"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Everything that the image stages make of good and bad cases, in a folder; and the canaries."""
    place, canaries = tmp_path_factory.mktemp("hospital"), Planter()
    study(place / "good", canaries)
    rows = []
    for name, (_, other) in FAULTS.items():
        if name != "good":
            shutil.copytree(place / "good", place / name)
        told = {"image": f"{name}/ct", "segmentation": f"{name}/{other.get('segmentation', 'rs.dcm')}"}
        rows.append(row(case=name, **({"pattern": "GTV"} | other | told)))
    for name, (spoil, _) in FAULTS.items():
        spoil(place / name)
    out = tmp_path_factory.mktemp("made")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        through(rows, place, out)
    (out / "warnings.txt").write_text("\n".join(str(each.message) for each in warned))
    return out, canaries


def through(rows, place, out):
    """Curate, segment, prepare, extract, as the scripts of the workflow do it."""
    curated = curate(rows, place)
    asked = ["{cohort}/{case}.{replicate}.{roi}".format(**row) for row in rows]
    write(curated.images, asked, out / "images.json")
    SERIES.write(curated.series, out / "series.parquet")
    segmented = segment(curated.images, place)
    masks.write(segmented.masks, asked, out / "masks.npz")
    (out / "masks.json").write_text(json.dumps(segmented.rows))
    files(place / "changed")[3].rename(place / "changed" / "ct" / f"{WORD}.dcm")
    files(place / "shorter")[3].write_bytes(files(place / "shorter")[3].read_bytes()[:-300])
    profile = load("demo")
    cases, left = prepare_batch(
        curated.images, segmented.masks, place, profile, lambda each: prepared.write(each, out / "prepared")
    )
    prepared.close(out / "prepared", asked)
    measured, unmeasured, _ = extract_batch(prepared.read_all(out / "prepared", asked), profile)
    CASES.write(cases, out / "cases.parquet")
    FEATURES.write(measured.rows, out / "features.parquet")
    MEASURED.write(measured.images, out / "measured.parquet")
    every = [*curated.exclusions, *segmented.exclusions, *left, *unmeasured]
    EXCLUSIONS.write(every, out / "exclusions.parquet")
    (out / "reasons.json").write_text(json.dumps({each["case"]: each["reason"] for each in every}, indent=1))


CRASH = """
import sys
from types import SimpleNamespace
from radioloom.errors import StudyError
from radioloom.job import job
from snakemake.iocontainers import Namedlist
log, kind, word = sys.argv[1:]
snakemake = SimpleNamespace(
    log=[log], rule="curate", wildcards=Namedlist(fromdict={"cohort": "train"}), output=["out"],
    resources={}, params=Namedlist(), input=[],
)
with job(snakemake):
    try:
        float(word)
    except ValueError as error:
        raise {"ours": StudyError("correct it"), "crash": KeyError(word)}[kind] from error
"""


@pytest.mark.parametrize(("kind", "last"), [("ours", "StudyError: correct it"), ("crash", "KeyError: (its message")])
def test_a_crash_does_not_quote_the_file(tmp_path, root, kind, last):
    log = tmp_path / "log"
    command = [sys.executable, "-c", CRASH, str(log), kind, "SMITH"]  # tracebacks may show lines of the code
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root / "workflow", timeout=100)
    assert done.returncode == 1, done.stderr
    told = log.read_text()
    assert last in told.splitlines()[-1]
    assert "line 16, in <module>" in told
    assert "SMITH" not in done.stdout + done.stderr + told


def test_every_fault_has_its_reason(made):
    reasons = json.loads((made[0] / "reasons.json").read_text())
    assert set(reasons) == set(FAULTS) - GOOD, reasons
    assert len(set(reasons.values())) == len(reasons)


def test_nothing_made_holds_a_canary(made):
    out, canaries = made
    assert len(canaries.planted) > 5000
    assert canaries.found_below(out) == {}


def test_reasons_still_help(made):
    reasons = json.loads((made[0] / "reasons.json").read_text())
    assert "found: '[withheld]', 'GTV', 'Lung-Left'" in reasons["no_roi"]
    assert "found: 'GTV', '[withheld]'" in reasons["no_segment"]
    assert reasons["truncated"].startswith("file 5 of 8: its pixel data end after ")
    assert "1 file(s) beside the slices cannot be read: file 5 of 8: " in reasons["header"]
    assert "2 segmentations (file 1 of 2, file 2 of 2)" in reasons["several"]
    assert reasons["label"].startswith("file 1 of 1: ")
    assert reasons["own"].startswith("structure '[withheld]': it has a contour of 2 coordinates")


def test_the_search_finds_what_is_packed(tmp_path):
    canaries = Planter()
    save(image_slice(stored(1)[0], (0, 0, 0)), tmp_path / "a.dcm")
    canaries.plant(tmp_path / "a.dcm")
    (tmp_path / f"{WORD}.txt").write_text("")
    assert set(canaries.found_below(tmp_path)) == {"a.dcm", f"{WORD}.txt"}
    assert len(canaries.found_below(tmp_path)["a.dcm"]) > 500
    kinds = {r"qzcanary\d+": b"<%s>", r"1773-\d\d-\d\d": b"on %s,", r"17773\d+": b"n=%s", r"2\.25.*": b"(%s)"}
    for kind, around in kinds.items():
        each, name = next((each, name) for each, name in canaries.planted.items() if re.fullmatch(kind, each))
        for content in packed(around % each.upper().encode()):
            assert canaries.found(content) == {name}
    assert canaries.found(b"0.17731201 117773000012 1773 2.25.9") == set()


def packed(told: bytes):
    """Bytes in every packing that results come in."""
    archive, table, text = io.BytesIO(), io.BytesIO(), told.decode()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x", gzip.compress(told))
    pq.write_table(pa.table({"a": [text] * 9}).replace_schema_metadata({"b": text}), table, compression="zstd")
    chunk = b"Comment\0\0" + zlib.compress(told)
    png = b"\x89PNG\r\n\x1a\n" + len(chunk).to_bytes(4) + b"zTXt" + chunk + bytes(4)
    uri = b"<img src='data:image/png;base64," + base64.b64encode(png) + b"'>"
    return [told, gzip.compress(told), archive.getvalue(), table.getvalue(), png, uri]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("GTV-1", "GTV-1"), ("GTV Doe", "[withheld]"), ("gtv_jane_DOE", "[withheld]"), ("GTVMüller", "[withheld]"),
        ("gtv mueller", "[withheld]"), ("0815 Lung", "[withheld]"), ("born 19500228", "[withheld]"),
        ("does", "does"), ("Li-Lung", "[withheld]"), ("Lining", "Lining"), ("GTV 01", "GTV 01"), ("Boot", "Boot"),
        ("x" * 60, "x" * 40),
    ],
)  # fmt: skip
def test_what_is_withheld(name, told):
    data = pydicom.Dataset()
    data.PatientName, data.PatientID, data.PatientBirthDate = "Doe^Jane^Li", "0815", "19500228"
    data.StudyID, data.ReferringPhysicianName = "01", "MULLER^B"
    assert withhold(name, identifying_words(data)) == told
