"""An archive of the tests' own that breaks off, cheats and lies: what is kept is whole, and what is short is said."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field

import pytest

from made.hospital import ct
from radioloom.errors import CaseError, StudyError
from radioloom.io.archives import archive
from radioloom.io.archives.archive import IncompleteSeries, Interrupted, Listed, bring
from radioloom.io.archives.credentials import Credentials
from radioloom.io.archives.kinds import connect
from radioloom.sealed import write_json
from radioloom.stages.images.fetch import Fetched, arrived, fetch, write_manifest

UID = "2.25.1001"  # of hospital.ct


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """Waits between attempts, noted instead of waited."""
    noted = []
    monkeypatch.setattr(archive.time, "sleep", noted.append)
    return noted


@dataclass
class Fake:
    """Holds instances by name; breaks off after `allowed` of them, each time one more."""

    held: dict[str, bytes]
    named_by_sop: bool = True
    whole_list: bool = True
    md5: bool = False
    allowed: int = 10**6
    breaks: int = 0
    asked: list[list[str]] = field(default_factory=list)

    def listed(self, study, series):
        digests = {name: hashlib.md5(data).hexdigest() if self.md5 else "" for name, data in self.held.items()}
        return [Listed(name, len(data) if self.md5 else -1, digests[name]) for name, data in self.held.items()]

    def send(self, study, series, arrivals):
        self.asked.append([each.name for each in arrivals.missing()])
        for n, each in enumerate(arrivals.missing()):
            if n >= self.allowed and self.breaks:
                self.breaks -= 1
                raise Interrupted("pacs: the archive does not answer")
            arrivals.put(each.name, self.held[each.name])


@pytest.fixture(scope="module")
def slices(tmp_path_factory):
    """Eight instances of one series by SOPInstanceUID."""
    import pydicom

    files = ct(tmp_path_factory.mktemp("ct"))
    return {str(pydicom.dcmread(path).SOPInstanceUID): path.read_bytes() for path in files}


def names(folder):
    return sorted(path.stem for path in folder.iterdir())


def test_complete_series_has_a_manifest_and_is_not_asked_for_again(slices, tmp_path):
    found = bring(Fake(slices), tmp_path, UID)
    assert names(tmp_path / UID) == sorted(slices)
    name, data = next(iter(slices.items()))
    assert found["content"][f"{name}.dcm"] == {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    assert found["bytes"] == sum(map(len, slices.values()))
    assert json.loads((tmp_path / f"{UID}.json").read_text()) == found
    assert sorted(path.name for path in tmp_path.iterdir()) == [UID, f"{UID}.json"]
    assert bring(None, tmp_path, UID) == found


def test_series_of_a_named_study_lies_below_it(slices, tmp_path):
    bring(Fake(slices), tmp_path, f"2.25.1/{UID}")
    assert names(tmp_path / "2.25.1" / UID) == sorted(slices)


def test_interrupted_series_asks_for_the_rest_only(slices, tmp_path, waits):
    fake = Fake(slices, allowed=3, breaks=2)
    assert bring(fake, tmp_path, UID)["files"] == 8
    assert [len(asked) for asked in fake.asked] == [8, 5, 2]
    assert waits == [1.0, 4.0]


def test_archive_that_never_answers_stops_the_study(slices, tmp_path, waits):
    with pytest.raises(StudyError, match=r"pacs: the archive does not answer; 4 attempts were made. Run again later"):
        bring(Fake(slices, allowed=0, breaks=99), tmp_path, UID)
    assert waits == [1.0, 4.0, 16.0]


def test_next_run_goes_on_where_the_last_one_stopped(slices, tmp_path):
    with pytest.raises(StudyError):
        bring(Fake(slices, allowed=1, breaks=99), tmp_path, UID)
    fake = Fake(slices)
    bring(fake, tmp_path, UID)
    assert len(fake.asked[0]) == 8 - 4  # one came in each of the four attempts


@pytest.mark.parametrize(
    ("damage", "md5", "said"),
    [
        (lambda data: data[:-100], True, "bytes, and"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), True, "MD5"),
        (lambda data: b"<html>please log in</html>" * 10, False, "not a DICOM file"),
        (lambda data: data.replace(UID.encode(), b"2.25.1002"), False, "another instance"),
        (lambda data: b"", False, "not a DICOM file"),
    ],
)
def test_instance_that_is_not_what_was_listed_is_never_kept(slices, tmp_path, damage, md5, said):
    class Cheat(Fake):
        def send(self, study, series, arrivals):
            for each in arrivals.missing():
                wrong = each.name == bad
                arrivals.put(each.name, damage(self.held[each.name]) if wrong else self.held[each.name])

    bad = list(slices)[3]
    with pytest.raises(IncompleteSeries, match=r"1 of 8 files did not arrive whole .* in 4 attempts") as caught:
        bring(Cheat(slices, md5=md5), tmp_path, UID)
    assert said in str(caught.value)
    assert UID not in str(caught.value)
    assert bad not in str(caught.value)
    assert names(tmp_path / UID) == sorted(set(slices) - {bad})
    assert not (tmp_path / f"{UID}.json").exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "..", "", ".hidden", "x" * 101, "1.2\n3", "C:\\x"])
def test_names_that_could_leave_the_folder_are_refused(slices, tmp_path, name):
    with pytest.raises(CaseError, match="neither a UID nor a plain file name"):
        bring(Fake({**slices, name: b"x"}), tmp_path / "inner", UID)
    assert not list(tmp_path.rglob("*.dcm"))


def test_absurd_lists_are_refused(slices, tmp_path):
    class Listing(Fake):
        def listed(self, study, series):
            return self.held

    for held, said in (
        ([], "lists 0 instances"),
        ([Listed(str(n)) for n in range(archive.MOST + 1)], "lists 20001 instances"),
        ([Listed("1.2"), Listed("1.2")], "twice"),
        ([Listed("1.2", archive.LARGEST + 1)], "more than 2147483648 bytes"),
    ):
        with pytest.raises(CaseError, match=said):
            bring(Listing(held), tmp_path, UID)


def test_instance_that_nobody_asked_for_is_not_kept(slices, tmp_path):
    class Pushy(Fake):
        def send(self, study, series, arrivals):
            assert not arrivals.put("../evil", b"x")
            super().send(study, series, arrivals)

    bring(Pushy(slices), tmp_path / "a", UID)
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".dcm", ".json"}


def test_series_that_changed_on_our_disk_is_brought_again(slices, tmp_path):
    first = bring(Fake(slices), tmp_path, UID)
    changed, gone, *_ = sorted((tmp_path / UID).iterdir())
    changed.write_bytes(changed.read_bytes()[:-2] + b"xx")
    gone.unlink()
    fake = Fake(slices)
    assert bring(fake, tmp_path, UID) == first
    assert sorted(fake.asked[0]) == sorted([changed.stem, gone.stem])


def test_power_cut_leaves_no_hollow_file_behind(slices, tmp_path):
    with pytest.raises(StudyError):
        bring(Fake(slices, allowed=1, breaks=99), tmp_path, UID)
    hollow = next((tmp_path / UID).iterdir())
    hollow.write_bytes(b"")
    fake = Fake(slices)
    bring(fake, tmp_path, UID)
    assert hollow.stem in fake.asked[0]
    assert hollow.read_bytes() == slices[hollow.stem]


MANIFESTS = {
    "empty": b"", "zeros": b"\0" * 400, "half": None, "a list": b"[]", "a text": b'"x"', "null": b"null",
    "no content": b'{"files": 8}', "content a list": b'{"files": 1, "content": [1]}', "latin-1": b"{\xfc}",
    "deep": b"[" * 100_000, "fewer": b'{"files": 8, "bytes": 1, "content": {}}',
    "entries": b'{"files": 1, "bytes": 1, "content": {"a.dcm": 3}}',
}  # fmt: skip


@pytest.mark.parametrize("content", MANIFESTS.values(), ids=MANIFESTS)
def test_damaged_manifest_is_set_aside_and_the_series_fetched_anew(slices, tmp_path, content, capsys):
    first = bring(Fake(slices), tmp_path, UID)
    manifest = tmp_path / f"{UID}.json"
    damaged = manifest.read_bytes()[:200] if content is None else content
    manifest.write_bytes(damaged)
    hollow = next((tmp_path / UID).iterdir())
    hollow.write_bytes(hollow.read_bytes()[:-100] + bytes(100))  # its end was not on disk when the power failed
    fake = Fake(slices)
    assert bring(fake, tmp_path, UID) == first
    assert sorted(fake.asked[0]) == sorted(slices)
    assert manifest.with_suffix(".json.damaged").read_bytes() == damaged
    assert "it was set aside, and the series is fetched anew" in capsys.readouterr().err
    assert bring(None, tmp_path, UID) == first


LINKS = {
    "series": lambda place: place / "data" / UID,
    "study": lambda place: place / "data" / "2.25.1",
    "parts": lambda place: place / "data" / f"{UID}.part",
    "manifest": lambda place: place / "data" / f"{UID}.json",
}


@pytest.mark.parametrize("where", LINKS)
@pytest.mark.parametrize("complete", [False, True])
def test_link_where_a_series_is_kept_is_refused_and_nothing_behind_it_is_touched(slices, tmp_path, where, complete):
    uids = f"2.25.1/{UID}" if where == "study" else UID
    behind = tmp_path / "behind"
    if complete:  # a whole series behind the link is refused, too: its files would be deleted once they changed
        bring(Fake(slices), behind, UID)
    (behind / UID).mkdir(parents=True, exist_ok=True)
    (behind / UID / "precious.dcm").write_bytes(b"precious")
    link = LINKS[where](tmp_path)
    link.parent.mkdir()
    link.symlink_to(behind / UID / "precious.dcm" if where == "manifest" else behind / UID)
    before = {path: path.read_bytes() for path in behind.rglob("*") if path.is_file()}
    with pytest.raises(StudyError, match=r"data: where a series .* lies a link, .* move it away .*data -type l"):
        bring(Fake(slices), tmp_path / "data", uids)
    assert {path: path.read_bytes() for path in behind.rglob("*") if path.is_file()} == before
    assert link.is_symlink()


def test_links_and_folders_among_the_files_of_a_series_are_refused(slices, tmp_path):
    bring(Fake(slices), tmp_path / "data", UID)
    name = sorted((tmp_path / "data" / UID).iterdir())[0]
    name.rename(tmp_path / "elsewhere.dcm")
    name.symlink_to(tmp_path / "elsewhere.dcm")
    with pytest.raises(StudyError, match="lies a link"):
        bring(Fake(slices), tmp_path / "data", UID)
    name.unlink()
    name.mkdir()
    with pytest.raises(StudyError, match="something else than its files"):
        bring(Fake(slices), tmp_path / "data", UID)
    assert (tmp_path / "elsewhere.dcm").is_file()


TWO = """
import pathlib, sys, time
from radioloom.io.archives.archive import Listed, bring
source, place, uid, calls = sys.argv[1:]
class Slow:
    named_by_sop = True
    held = {path.stem: path.read_bytes() for path in pathlib.Path(source).iterdir()}
    def listed(self, study, series):
        pathlib.Path(calls).open("a").write("listed\\n")
        return [Listed(name) for name in self.held]
    def send(self, study, series, arrivals):
        for each in arrivals.missing():
            time.sleep(0.1)
            arrivals.put(each.name, self.held[each.name])
print(bring(Slow(), pathlib.Path(place), uid)["files"])
"""


def test_two_processes_that_fetch_one_series_at_once_both_have_it(slices, tmp_path, root):
    (tmp_path / "source").mkdir()
    for name, data in slices.items():
        (tmp_path / "source" / f"{name}.dcm").write_bytes(data)
    given = [str(tmp_path / "source"), str(tmp_path / "data"), UID, str(tmp_path / "calls")]
    command = [sys.executable, "-c", TWO, *given]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    runs = [subprocess.Popen(command, cwd=root / "workflow", **pipes) for _ in range(3)]
    told = [run.communicate(timeout=60) for run in runs]
    assert [out for out, _ in told] == ["8\n"] * 3, told
    assert sum("another run is fetching this series: waiting" in err for _, err in told) >= 1
    assert (tmp_path / "calls").read_text() == "listed\n"  # the others waited, and found it complete
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == [UID, f"{UID}.json"]
    assert names(tmp_path / "data" / UID) == sorted(slices)


def test_fetch_that_was_killed_lets_go_of_the_series(slices, tmp_path, root):
    (tmp_path / "source").mkdir()
    for name, data in slices.items():
        (tmp_path / "source" / f"{name}.dcm").write_bytes(data)
    given = [str(tmp_path / "source"), str(tmp_path / "data"), UID, str(tmp_path / "calls")]
    run = subprocess.Popen([sys.executable, "-c", TWO, *given], cwd=root / "workflow")
    while not list(tmp_path.glob(f"data/{UID}/*.dcm")):
        assert run.poll() is None
    run.kill()
    run.wait()
    (tmp_path / "data" / f"{UID}.part" / "half.arriving").write_bytes(b"x")
    assert bring(Fake(slices), tmp_path / "data", UID)["files"] == 8
    assert not (tmp_path / "data" / f"{UID}.part").exists()


def test_series_that_is_not_there_leaves_nothing_behind(tmp_path):
    class Empty(Fake):
        def listed(self, study, series):
            raise CaseError("the archive has 0 series of this UID")

    with pytest.raises(CaseError):
        bring(Empty({}), tmp_path, UID)
    assert not list(tmp_path.iterdir())


def test_damaged_manifest_of_a_batch_is_set_aside_and_said(tmp_path):
    whole = tmp_path / "study-1.json"
    write_manifest(Fetched([row("a", "2.25.1", "2.25.2")], {}, []), whole)
    content = whole.read_bytes()
    assert arrived([row("a", "2.25.1", "2.25.2")], [whole])
    for damaged in (
        b"",
        content[: len(content) // 2],
        bytes(99),
        b"[]",
        b'{"rows": [3]}',
        b'{"rows": [{}]}',
        b"{\xfc}",
    ):
        whole.write_bytes(damaged)
        with pytest.raises(StudyError, match=r"study-1.json .* is damaged, and was renamed .*; run the study again"):
            arrived([], [whole])
        assert not whole.exists()
        assert (tmp_path / "study-1.json.damaged").read_bytes() == damaged


def test_credentials_are_the_cohorts_own_and_never_shown():
    environment = {"RADIOLOOM_VALID_1_USER": "u", "RADIOLOOM_VALID_1_PASSWORD": "secret", "RADIOLOOM_A_TOKEN": "secret"}
    own = Credentials.of("valid-1", environment)
    assert (own.user, own.password, own.token) == ("u", "secret", "")
    assert "secret" not in repr(own)
    with pytest.raises(StudyError, match="RADIOLOOM_CA_FILE: no such file"):
        Credentials.of("a", {"RADIOLOOM_CA_FILE": os.devnull + "/nowhere"})


def test_missing_package_is_named_with_its_remedy(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "radioloom.io.archives.dicomweb", None)
    with pytest.raises(StudyError, match=r"source.kind dicomweb: .* is not installed; run `make archives`"):
        connect({"kind": "dicomweb", "url": "https://pacs"}, "train", {})


def row(case, image, segmentation, **other):
    base = {"cohort": "train", "case": case, "replicate": "1", "roi": "tumour"}
    return {**base, "image": f"fetched/train/{image}", "segmentation": segmentation, **other}


def test_batch_brings_each_series_once_and_excludes_what_does_not_come():
    asked = []

    def give(uids):
        asked.append(uids)
        if uids == "2.25.404":
            raise CaseError("the archive has 0 series of this UID")
        return {"files": 1}

    rows = [
        row("a", "2.25.1", "fetched/train/2.25.2"),
        row("a", "2.25.1", "fetched/train/2.25.2", roi="node"),
        row("b", "2.25.3", "fetched/train/2.25.404"),
        row("c", "2.25.404", "drawn/c.nii.gz"),
    ]
    found = fetch(rows, "fetched/train/", give)
    assert asked == ["2.25.2", "2.25.1", "2.25.404"]  # b's image is not needed without its segmentation
    assert found.rows == rows[:2]
    assert set(found.series) == {"fetched/train/2.25.1", "fetched/train/2.25.2"}
    assert [(each["case"], each["stage"], each["reason"]) for each in found.exclusions] == [
        ("b", "fetch", "segmentation: the archive has 0 series of this UID"),
        ("c", "fetch", "image: the archive has 0 series of this UID"),
    ]


def test_curation_takes_the_rows_of_its_own_sheet_that_have_arrived(tmp_path):
    rows = [row("a", "2.25.1", "2.25.2"), row("a", "2.25.1", "2.25.2", roi="node"), row("b", "2.25.3", "2.25.4")]
    foreign = row("z", "2.25.8", "2.25.9")
    manifest = tmp_path / "study-batch.json"
    write_json({"rows": [foreign, row("a", "2.25.1", "2.25.2", series="of yesterday")]}, manifest)
    assert arrived(rows, [manifest]) == rows[:2]
    write_json({"rows": [foreign]}, manifest)
    assert arrived(rows, [manifest]) == []
    assert arrived(rows, []) == rows
