"""The Commons with a stand-in for s5cmd: places, sizes, checksums, and downloads that were killed."""

import hashlib
import sys
from types import ModuleType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from made.hospital import ct
from radioloom.errors import CaseError, StudyError
from radioloom.io.archives import archive
from radioloom.io.archives.archive import IncompleteSeries, Interrupted, bring
from radioloom.io.archives.credentials import Credentials
from radioloom.io.archives.idc import Idc

SERIES = "2.25.1001"  # of hospital.ct
S5CMD = """#!{python}
import hashlib, json, shlex, shutil, sys
from pathlib import Path
bucket = Path("{bucket}")
(bucket.parent / "calls").open("a").write(" ".join(sys.argv[1:]) + "\\n")
if "ls" in sys.argv:
    folder = sys.argv[-1].removeprefix("s3://idc-open-data/").removesuffix("/*")
    files = sorted((bucket / folder).glob("*"))
    if not files:
        sys.exit("ERROR: no object found")
    for path in files:
        data = path.read_bytes()
        print(json.dumps({{"key": f"s3://idc-open-data/{{folder}}/{{path.name}}", "size": len(data),
                          "etag": hashlib.md5(data).hexdigest(), "type": "file"}}))
else:
    lines = sys.stdin.read().splitlines()
    (bucket.parent / "wanted").open("a").write(f"{{len(lines)}}\\n")
    for line in lines[: {allowed}]:
        *_, source, target = shlex.split(line)
        shutil.copy(bucket / source.removeprefix("s3://idc-open-data/"), target)
    if len(lines) > {allowed}:
        sys.exit("ERROR: connection reset")
"""


@pytest.fixture
def commons(tmp_path, monkeypatch):
    """A bucket with one series, its index, and s5cmd; a function that makes the client."""
    monkeypatch.setattr(archive, "WAIT_S", 0.0)
    bucket = tmp_path / "bucket"
    for n, path in enumerate(ct(bucket / "f-1")):
        path.rename(path.with_name(f"uuid-{n}.dcm"))
    package = ModuleType("s5cmd")
    package.__file__ = str(tmp_path / "package" / "__init__.py")
    monkeypatch.setitem(sys.modules, "s5cmd", package)

    def make(allowed=10**6, **row):
        program = tmp_path / "package" / "bin" / "s5cmd"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(S5CMD.format(python=sys.executable, bucket=bucket, allowed=allowed))
        program.chmod(0o755)
        base = {"SeriesInstanceUID": SERIES, "series_aws_url": "s3://idc-open-data/f-1/*", "instanceCount": 8}
        pq.write_table(pa.Table.from_pylist([{**base, **row}]), tmp_path / "index.parquet")
        return Idc({"index": str(tmp_path / "index.parquet")}, Credentials(), "")

    make.bucket, make.calls = bucket / "f-1", lambda: (tmp_path / "calls").read_text().splitlines()
    return make


def test_series_comes_whole_and_unsigned(commons, tmp_path):
    assert bring(commons(), tmp_path / "data out", SERIES)["files"] == 8
    found = {path.name: path.read_bytes() for path in (tmp_path / "data out" / SERIES).iterdir()}
    assert found == {path.name: path.read_bytes() for path in commons.bucket.iterdir()}
    assert all(call.startswith("--no-sign-request") for call in commons.calls())


def test_download_that_breaks_off_goes_on(commons, tmp_path):
    assert bring(commons(allowed=3), tmp_path / "out", SERIES)["files"] == 8
    assert sum("run" in call for call in commons.calls()) == 3


def test_files_that_a_killed_download_left_whole_are_kept(commons, tmp_path):
    parts = tmp_path / "out" / f"{SERIES}.part"
    parts.mkdir(parents=True)
    for n, path in enumerate(sorted(commons.bucket.iterdir())):
        data = path.read_bytes()
        (parts / path.name).write_bytes(data if n < 6 else data[: len(data) // 2])
    with pytest.raises(StudyError, match="Imaging Data Commons' buckets: the download broke off"):
        bring(commons(allowed=0), tmp_path / "out", SERIES)
    assert len(list((tmp_path / "out" / SERIES).iterdir())) == 6
    assert set((tmp_path / "wanted").read_text().split()) == {"2"}  # whole ones are not downloaded again
    assert bring(commons(), tmp_path / "out", SERIES)["files"] == 8


def test_object_that_changed_on_the_way_is_not_kept(commons, tmp_path, monkeypatch):
    client = commons()
    listed = client.listed("", SERIES)
    wrong = [*listed[:-1], archive.Listed(listed[-1].name, listed[-1].size, hashlib.md5(b"other").hexdigest())]
    monkeypatch.setattr(Idc, "listed", lambda *_: wrong)
    with pytest.raises(
        IncompleteSeries, match=r"1 of 8 files did not arrive whole .*its MD5 is not the one that the archive lists"
    ):
        bring(client, tmp_path / "out", SERIES)


@pytest.mark.parametrize(
    ("row", "fault", "said"),
    [
        ({"instanceCount": 9}, IncompleteSeries, "counts 9 instances in the series, and its bucket holds 8"),
        ({"SeriesInstanceUID": "2.25.7"}, CaseError, "0 series of this UID in the index"),
        ({"series_aws_url": "s3://idc-open-data/none/*"}, CaseError, "the bucket holds no such series"),
        ({"series_aws_url": "s3://idc-open-data/../*"}, CaseError, "no place of the form"),
        ({"series_aws_url": "s3://b/x y;rm -r ~/*"}, CaseError, "no place of the form"),
    ],
)
def test_index_and_bucket_that_disagree_are_one_cases_fault(commons, row, fault, said):
    with pytest.raises(fault, match=said):
        commons(**row).listed("", SERIES)


def test_other_objects_among_the_instances_are_refused(commons):
    (commons.bucket / "readme.txt").write_text("x")
    with pytest.raises(CaseError, match=r"no \.dcm"):
        commons(instanceCount=9).listed("", SERIES)


def test_interrupted_is_not_taken_for_absent(commons, tmp_path):
    client = commons(allowed=0)
    arrivals = archive.Arrivals(tmp_path / "out" / SERIES, archive._checked_list(client.listed("", SERIES)), False)
    arrivals.sweep()
    with pytest.raises(Interrupted):
        client.send("", SERIES, arrivals)


def test_absent_index_is_named_with_its_remedy(monkeypatch, tmp_path):
    with pytest.raises(StudyError, match=r"source.index: no.parquet: no such file"):
        Idc({"index": str(tmp_path / "no.parquet")}, Credentials(), "")
    monkeypatch.setitem(sys.modules, "idc_index_data", None)
    with pytest.raises(StudyError, match="run `make archives`"):
        Idc({"index": ""}, Credentials(), "")
