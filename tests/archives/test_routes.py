"""One cohort from a folder, by DICOMweb, by DIMSE and from S3: the prepared pairs are equal to the byte."""

import filecmp
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pydicom
import pytest
import yaml

from made.studies import SHAPE, SPACING, Bench, scan
from radioloom.io.write.objects import Header, ct_series, rtstruct
from radioloom.volume import Grid, Volume

ROUTES = ("dicomweb", "dimse", "idc")
CASES = ("A1", "A2", "A3")
GRID = Grid(SHAPE, SPACING)
CORNERS = np.array([[18, 18], [18, 38], [38, 38], [38, 18]])  # (y, x) in mm


def write(place: Path) -> dict[str, dict[str, str]]:
    """Patients as CT series with an RTSTRUCT; UIDs by case and column."""
    uids = {}
    for case in CASES:
        header = Header(key=case, patient=f"CANARY{case}")
        ct_series(Volume(scan(case)[0], GRID, "HU", "CT"), place / case / "ct", header)
        contours = [np.column_stack([np.full(4, level * SPACING[0]), CORNERS]) for level in range(5, 11)]
        rtstruct({"tumour": contours}, GRID, header, place / case / "rs" / "rtstruct.dcm")
        found = pydicom.dcmread(next((place / case / "ct").iterdir()))
        drawn = pydicom.dcmread(place / case / "rs" / "rtstruct.dcm")
        uids[case] = {"image": str(found.SeriesInstanceUID), "segmentation": str(drawn.SeriesInstanceUID)}
    return uids


def study(place: Path, source: dict | None, rows: list[dict[str, str]]) -> Bench:
    """A study of one cohort, up to its prepared pairs."""
    (place / "data").mkdir(parents=True, exist_ok=True)
    bench = Bench(place, rows={"train": rows})
    bench.outcomes["train"] = [(row["case"], 100, 1) for row in rows]
    bench.source = source
    return bench


def prepare(bench: Bench, ok: bool = True):
    """Run the study until its pairs are prepared."""
    path = bench.write()
    if bench.source:
        content = yaml.safe_load(path.read_text())
        content["cohorts"]["train"]["source"] = bench.source
        path.write_text(yaml.safe_dump(content, sort_keys=False))
    return bench.run("--until", "prepare", ok=ok)


def pairs(bench: Bench) -> Path:
    """Folder of the prepared pairs."""
    return bench.results / "prepared" / "train"


def differences(one: Path, other: Path) -> list[str]:
    """Files of prepared pairs that differ or are on one side only."""
    names = sorted({str(p.relative_to(x)) for x in (one, other) for p in x.glob("*/*") if p.is_file()})
    assert names
    return [name for name in names if not filecmp.cmp(one / name, other / name, shallow=False)]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    place = tmp_path_factory.mktemp("cohort")
    return place, write(place)


@pytest.fixture(scope="module")
def index(cohort, tmp_path_factory) -> Path:
    """An index like that of the Commons for the cohort."""
    rows = [
        {
            "SeriesInstanceUID": uid,
            "series_aws_url": f"s3://idc-open-data/{case.lower()}-{column}/*",
            "instanceCount": SHAPE[0] if column == "image" else 1,
        }
        for case, columns in cohort[1].items()
        for column, uid in columns.items()
    ]
    path = tmp_path_factory.mktemp("index") / "index.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


@pytest.fixture(scope="module")
def archives(pacs, bucket, cohort, index):
    """Source of every route, with the cohort in each archive."""
    place, _ = cohort
    pacs.upload(place)
    for case in CASES:
        bucket.upload(place / case / "ct", "idc-open-data", f"{case.lower()}-image")
        bucket.upload(place / case / "rs", "idc-open-data", f"{case.lower()}-segmentation")
    return {
        "dicomweb": {"kind": "dicomweb", "url": pacs.web},
        "dimse": {"kind": "dimse", "host": "localhost", "port": pacs.dicom, "aet": "ORTHANC", "tls": False},
        "idc": {"kind": "idc", "index": str(index)},
    }


@pytest.fixture(scope="module")
def from_folder(cohort, tmp_path_factory) -> Bench:
    place = tmp_path_factory.mktemp("folder")
    rows = [{"case": c, "image": f"{c}/ct", "segmentation": f"{c}/rs", "modality": "CT"} for c in CASES]
    bench = study(place, None, rows)
    shutil.copytree(cohort[0], place / "data", dirs_exist_ok=True)
    prepare(bench)
    return bench


@pytest.mark.parametrize("route", ROUTES)
def test_route_gives_the_same_pairs_as_the_folder(route, archives, cohort, from_folder, tmp_path, s3_environment):
    rows = [{"case": case, **cohort[1][case], "modality": "CT"} for case in CASES]
    one = pydicom.dcmread(next((cohort[0] / "A2" / "ct").iterdir()))
    rows[1]["image"] = f"{one.StudyInstanceUID}/{one.SeriesInstanceUID}"  # the study may be named
    rows[2]["segmentation"] = "drawn/A3/rtstruct.dcm"  # images in the archive, contours on our disk
    bench = study(tmp_path, archives[route], rows)
    shutil.copytree(cohort[0] / "A3" / "rs", bench.place / "data" / "drawn" / "A3")
    done = prepare(bench)
    assert "3 kept, 0 excluded" in done.stderr
    assert not differences(pairs(from_folder), pairs(bench))
    again = bench.run("--until", "prepare", "-n")
    assert re.search(r"^total +0$|Nothing to be done", again.stdout + again.stderr, flags=re.M)
    for path in bench.results.rglob("*"):
        assert path.is_dir() or b"CANARY" not in path.read_bytes(), path


def test_series_that_is_not_there_is_an_exclusion(archives, cohort, from_folder, tmp_path, s3_environment):
    rows = [{"case": case, **cohort[1][case], "modality": "CT"} for case in CASES]
    rows[1] = {**rows[1], "image": "2.25.404"}
    for route in ROUTES:
        bench = study(tmp_path / route, archives[route], rows)
        prepare(bench)
        out = pd.concat(map(pd.read_parquet, bench.results.glob("fetched/train/*.exclusions.parquet")))
        assert out["case"].tolist() == ["A2"]
        assert "image: " in out["reason"].item()
        assert "0 series of this UID" in out["reason"].item()
        assert "2.25" not in out["reason"].item()
        assert len(list(pairs(bench).glob("*/*.json"))) == 2


def test_lung1_as_the_commons_have_it(pacs, bucket, data_dir, tmp_path, s3_environment):
    """The first patient of Lung1: real UIDs, the real index, the bucket and folders that it names."""
    from idc_index_data import IDC_INDEX_PARQUET_FILEPATH

    source = data_dir / "lung1" / "LUNG1-001"
    pacs.upload(source)
    uids = {
        key: str(pydicom.dcmread(next((source / sub).glob("*.dcm"))).SeriesInstanceUID)
        for key, sub in (("image", "image"), ("segmentation", "mask_rtstruct"))
    }
    columns = ["SeriesInstanceUID", "series_aws_url", "instanceCount"]
    found = pq.read_table(
        IDC_INDEX_PARQUET_FILEPATH, columns=columns, filters=[("SeriesInstanceUID", "in", list(uids.values()))]
    ).to_pylist()
    assert {row["SeriesInstanceUID"]: row["instanceCount"] for row in found} == dict(
        zip(uids.values(), (134, 1), strict=True)
    )
    for row in found:
        name, folder = row["series_aws_url"].removeprefix("s3://").removesuffix("/*").split("/")
        bucket.upload(source / ("image" if row["instanceCount"] > 1 else "mask_rtstruct"), name, folder)
    row = {"case": "LUNG1-001", "modality": "CT", "pattern": "GTV-1"}
    folder = study(tmp_path / "folder", None, [{**row, "image": "image", "segmentation": "mask_rtstruct"}])
    for sub in ("image", "mask_rtstruct"):
        shutil.copytree(source / sub, folder.place / "data" / sub)
    prepare(folder)
    sources = {
        "dicomweb": {"kind": "dicomweb", "url": pacs.web},
        "dimse": {"kind": "dimse", "host": "localhost", "port": pacs.dicom, "aet": "ORTHANC", "tls": False},
        "idc": {"kind": "idc"},
    }
    for route, where in sources.items():
        bench = study(tmp_path / route, where, [{**row, **uids}])
        prepare(bench)
        assert not differences(pairs(folder), pairs(bench)), route
        sent = sorted((bench.place / "data" / "fetched" / "train" / uids["image"]).iterdir())
        if route != "dimse":  # C-GET writes file meta information of its own
            assert {p.read_bytes() for p in sent} == {p.read_bytes() for p in (source / "image").iterdir()}
