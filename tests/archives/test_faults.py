"""What goes wrong between us and a real archive: processes killed, passwords refused, certificates unknown."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from servers import certify, https, orthanc

from radioloom.errors import StudyError
from radioloom.io.archives import archive
from radioloom.io.archives.archive import IncompleteSeries, bring
from radioloom.io.archives.kinds import connect
from radioloom.io.write.objects import Header, ct_series
from radioloom.volume import Grid, Volume

SLICES = 240
GRID = Grid((SLICES, 256, 256), (1.0, 1.0, 1.0))
HEADER = Header(key="long", patient="CANARYLONG")
UID = HEADER.uid("series")
FETCH = """\
import os, sys, json
from pathlib import Path
from radioloom.io.archives import archive
from radioloom.io.archives.kinds import connect
put = archive.os.replace
def slow(*places):
    put(*places)
    __import__("time").sleep(0.02)
archive.os.replace = slow  # as over a slow line, so that the kill comes in the middle
source, place, uid = sys.argv[1:]
archive.bring(connect(json.loads(source), "train", os.environ), Path(place), uid)
"""


@pytest.fixture(scope="module")
def series(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("long")
    pixels = np.random.default_rng(1).integers(-1000, 1000, GRID.shape)
    ct_series(Volume(pixels, GRID, "HU", "CT"), place, HEADER)
    return place


@pytest.fixture(scope="module")
def long_index(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("index") / "index.parquet"
    row = {"SeriesInstanceUID": UID, "series_aws_url": "s3://idc-open-data/long/*", "instanceCount": SLICES}
    pq.write_table(pa.Table.from_pylist([row]), path)
    return path


@pytest.fixture
def sources(pacs, bucket, series, long_index, s3_environment) -> dict[str, dict]:
    """The series in every archive."""
    bucket.upload(series, "idc-open-data", "long")
    pacs.upload(series)
    web = {"kind": "dicomweb", "url": pacs.web}
    return {"dicomweb": web, "dimse": dimse(pacs), "idc": {"kind": "idc", "index": str(long_index)}}


@pytest.fixture
def quick(monkeypatch):
    """No waiting between attempts."""
    monkeypatch.setattr(archive, "WAIT_S", 0.01)


def dimse(running, **other) -> dict:
    return {"kind": "dimse", "host": "localhost", "port": running.dicom, "aet": "ORTHANC", "calling": "RADIOLOOM",
            "tls": False, **other}  # fmt: skip


@pytest.mark.parametrize("route", ["dicomweb", "dimse", "idc"])
def test_killed_fetch_goes_on_with_what_is_there(route, sources, tmp_path):
    source = sources[route]
    environment = {**os.environ, "PYTHONPATH": str(Path(archive.__file__).parents[3])}
    process = subprocess.Popen(
        [sys.executable, "-c", FETCH, json.dumps(source), str(tmp_path), UID], env=environment, start_new_session=True
    )
    folder = tmp_path / UID
    for _ in range(6000):
        if folder.is_dir() and len(list(folder.iterdir())) >= 20:
            break
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    first = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert 20 <= len(first) < SLICES
    assert not (tmp_path / f"{UID}.json").exists()
    found = bring(connect(source, "train", os.environ), tmp_path, UID)
    assert found["files"] == SLICES
    assert len(list(folder.iterdir())) == SLICES
    assert {name: (folder / name).stat().st_mtime_ns for name in first} == first  # kept, not fetched again
    assert not (tmp_path / f"{UID}.part").exists()
    assert bring(None, tmp_path, UID) == found  # complete: the archive is not asked again


def test_wrong_password_stops_with_the_remedy_and_is_never_shown(series, tmp_path, quick, capfd):
    with orthanc(tmp_path / "closed", password="right-secret") as running:
        running.upload(series)
        source = {"kind": "dicomweb", "url": running.web}
        wrong = {"RADIOLOOM_TRAIN_USER": "reader", "RADIOLOOM_TRAIN_PASSWORD": "wrong-secret"}
        others = {"RADIOLOOM_OTHER_USER": "reader", "RADIOLOOM_OTHER_PASSWORD": "right-secret"}
        for environment in ({}, wrong, others):
            with pytest.raises(StudyError) as caught:
                bring(connect(source, "train", environment), tmp_path / "data", UID)
            assert "refuses us (HTTP 401); set RADIOLOOM_TRAIN_USER and RADIOLOOM_TRAIN_PASSWORD" in str(caught.value)
            assert "secret" not in str(caught.value) + repr(caught.value.__cause__)
        right = {"RADIOLOOM_TRAIN_USER": "reader", "RADIOLOOM_TRAIN_PASSWORD": "right-secret"}
        assert bring(connect(source, "train", right), tmp_path / "data", UID)["files"] == SLICES
    assert "secret" not in "".join(capfd.readouterr())


# pynetdicom leaves the socket of a connection that was refused to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_certificates_are_verified_and_an_authority_can_be_named(series, tmp_path, quick):
    keys = certify(tmp_path / "keys")
    with orthanc(tmp_path / "tls", certificate=keys) as running, https(running.http, keys) as port:
        running.upload(series)
        web, dicom = {"kind": "dicomweb", "url": f"https://localhost:{port}/dicom-web"}, dimse(running, tls=True)
        with pytest.raises(StudyError, match="certificate is not trusted; set RADIOLOOM_CA_FILE"):
            bring(connect(web, "train", {}), tmp_path / "none", UID)
        with pytest.raises(StudyError, match=r"no association with TLS .* RADIOLOOM_CA_FILE"):
            bring(connect(dicom, "train", {}), tmp_path / "none", UID)
        with pytest.raises(StudyError, match=r"no association without TLS"):
            bring(connect(dimse(running), "train", {}), tmp_path / "none", UID)
        trusted = {
            "RADIOLOOM_CA_FILE": str(keys / "ca.pem"),
            "RADIOLOOM_CLIENT_CERT": str(keys / "client.pem"),
            "RADIOLOOM_CLIENT_KEY": str(keys / "client.key"),
        }
        for name, source in (("web", web), ("dicom", dicom)):
            assert bring(connect(source, "train", trusted), tmp_path / name, UID)["files"] == SLICES


def test_unknown_title_is_refused_by_name(pacs, quick, tmp_path):
    with pytest.raises(StudyError, match=r"SOMEBODY at localhost:\d+: the archive does not know us as 'RADIOLOOM'"):
        bring(connect(dimse(pacs, aet="SOMEBODY"), "train", {}), tmp_path, UID)


def test_archive_that_is_down_stops_the_study_and_excludes_nobody(quick, tmp_path):
    source = {"kind": "dicomweb", "url": "http://localhost:9"}
    with pytest.raises(StudyError, match=r"localhost:9: the archive does not answer .* 4 attempts were made"):
        bring(connect(source, "train", {}), tmp_path, UID)


def test_object_missing_in_the_bucket_is_never_silently_short(bucket, series, long_index, s3_environment, tmp_path):
    other = long_index.with_name("other.parquet")
    row = {"SeriesInstanceUID": UID, "series_aws_url": "s3://idc-open-data/short/*", "instanceCount": 3}
    pq.write_table(pa.Table.from_pylist([row]), other)
    for path in sorted(series.iterdir())[:2]:
        bucket.put("idc-open-data", f"short/{path.stem}.dcm", path.read_bytes())
    archive_ = connect({"kind": "idc", "index": str(other)}, "train", {})
    with pytest.raises(IncompleteSeries, match="counts 3 instances in the series, and its bucket holds 2"):
        archive_.listed("", UID)
