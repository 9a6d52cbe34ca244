"""Cohorts from archives: what a study may say of them, and what never belongs into it."""

import os

import pytest
import yaml

from made.studies import Bench
from radioloom.errors import StudyError
from radioloom.study import load

UID = "1.2.840.113619.2.55.3.12345"


def study(tmp_path, source, image=UID, segmentation="2.25.7", **changes):
    (tmp_path / "data").mkdir(exist_ok=True)
    rows = [{"case": "a", "image": image, "segmentation": segmentation}]
    bench = Bench(tmp_path, rows={"train": rows}, outcomes={"train": [("a", 1, 1)]}, changes={"data": str(tmp_path)})
    path = bench.write()
    content = yaml.safe_load(path.read_text()) | changes
    content["cohorts"]["train"]["source"] = source
    path.write_text(yaml.safe_dump(content))
    return load(content, tmp_path, path)


WEB = {"kind": "dicomweb", "url": "https://pacs.example/dicom-web"}


def test_uids_become_paths_beside_the_images_and_never_in_results(tmp_path):
    found = study(tmp_path, WEB)
    row = found.sheets["train"][0]
    assert row["image"] == f"fetched/train/{UID}"
    assert row["segmentation"] == "fetched/train/2.25.7"
    assert found.files("train", "last") == [str(tmp_path / "fetched" / "train" / "bench-last.json")]
    assert found.manifest("train", "last") == found.files("train", "last")


def test_manifests_lie_in_no_folder_that_snakemake_takes_for_a_pattern(tmp_path):
    place = tmp_path / "{3F25}"
    place.mkdir()
    with pytest.raises(StudyError, match=r"data: a path with \{ \} < > takes no images of an archive"):
        study(place, WEB)


def test_two_studies_of_one_data_folder_share_series_and_no_manifest(tmp_path):
    one, other = study(tmp_path, WEB), study(tmp_path, WEB, study="other")
    assert one.sheets["train"][0]["image"] == other.sheets["train"][0]["image"]
    assert one.manifest("train", "last") != other.manifest("train", "last")


def test_segmentation_may_be_a_file_and_the_study_may_be_named(tmp_path):
    (tmp_path / "drawn.nii").write_bytes(b"")
    found = study(tmp_path, WEB, image=f"2.25.1/{UID}", segmentation="drawn.nii")
    assert found.sheets["train"][0]["image"] == f"fetched/train/2.25.1/{UID}"
    assert found.files("train", "last")[0] == str(tmp_path / "drawn.nii")


@pytest.mark.parametrize(
    "image",
    ["ct/folder", "1", ".1.2", "1.2.", f"{UID}/{UID}/{UID}", "1." + "2" * 64, "1.2 ", "1.2/3", "١.٢"],
)
def test_image_that_is_no_uid_is_refused_with_its_line(tmp_path, image):
    if image == "1.2 ":
        assert study(tmp_path, WEB, image=image).sheets["train"][0]["image"] == "fetched/train/1.2"
        return
    with pytest.raises(StudyError, match=r"train.tsv, case a: image: .* SeriesInstanceUID"):
        study(tmp_path, WEB, image=image)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"kind": "dicomweb"}, "needs url"),
        ({"kind": "dimse", "host": "pacs"}, "needs port, aet"),
        ({**WEB, "port": 104}, "port does not belong to kind dicomweb"),
        ({"kind": "dicomweb", "url": "http://pacs.example/dicom-web"}, "clear text; use https"),
        ({"kind": "dicomweb", "url": "ftp://pacs.example"}, "is not accepted"),
        ({**WEB, "password": "hidden"}, "unknown key"),
        ({**WEB, "token": "hidden"}, "unknown key"),
        ({"kind": "dicomweb", "url": "https://me:hidden@pacs.example/dicom-web"}, "without user or password"),
        ({"kind": "dicomweb", "url": "https://pacs.example/dicom-web?token=hidden"}, "without user or password"),
        ({"kind": "cloud"}, "Allowed: dicomweb, dimse, idc"),
    ],
)
def test_source_that_cannot_be_or_holds_a_secret_is_refused(tmp_path, source, said):
    with pytest.raises(StudyError, match=said) as caught:
        study(tmp_path, source)
    assert "hidden" not in str(caught.value)
    assert "source" in str(caught.value)


@pytest.mark.parametrize(("names", "clash"), [(("site-a", "site_A"), True), (("site-a", "site-b"), False)])
def test_credentials_of_two_archives_have_variables_of_their_own(tmp_path, names, clash):
    cohort = {"role": "test-retest", "sheet": "train.tsv"}
    clinical = {"file": "train.csv", "case": "id", "event": "dead", "time_days": "days"}
    base = {"role": "training", "sheet": "train.tsv", "clinical": clinical}
    cohorts = {"train": {**base, "source": WEB}, **{name: {**cohort, "source": WEB} for name in names}}
    if not clash:
        assert study(tmp_path, WEB, cohorts=cohorts)
        return
    with pytest.raises(StudyError, match=r"'site-a' and 'site_A' have one variable .* RADIOLOOM_SITE_A_PASSWORD"):
        study(tmp_path, WEB, cohorts=cohorts)


def test_http_is_for_this_machine(tmp_path):
    for host in ("localhost:8042", "127.0.0.1:8042", "[::1]:8042"):
        assert study(tmp_path, {"kind": "dicomweb", "url": f"http://{host}/dicom-web"})


def test_names_of_annotations_are_no_inputs_and_yet_no_new_one_is_missed(tmp_path):
    place = tmp_path / "aim" / "reader"
    place.mkdir(parents=True)
    file = place / "SMITH_JOHN.xml"
    file.write_text("one")
    os.utime(file, (1, 1))
    found = study(tmp_path, WEB)
    found.settings["cohorts"]["train"]["traits"] = {"files": "aim", "patients": {"file": "patients.csv"}}
    assert found.annotations("train") == [str(tmp_path / "aim"), str(tmp_path / "patients.csv")]
    seen = [found.watched_files(*found.annotation_places("train"))["data"]]
    os.utime(file, (2, 2))
    seen.append(found.watched_files(*found.annotation_places("train"))["data"])
    file.write_text("longer")
    os.utime(file, (2, 2))
    seen.append(found.watched_files(*found.annotation_places("train"))["data"])
    file.rename(place / "SMITH_JANE.xml")
    seen.append(found.watched_files(*found.annotation_places("train"))["data"])
    assert len(set(seen)) == 4
    assert seen[-1] == found.watched_files(*found.annotation_places("train"))["data"]


def test_study_that_makes_its_data_has_no_archive(tmp_path):
    with pytest.raises(StudyError, match="delete `source` or `simulate`"):
        study(tmp_path, WEB, simulate={})


def test_defaults_of_a_source(tmp_path):
    found = study(tmp_path, {"kind": "dimse", "host": "pacs", "port": 104, "aet": "PACS"})
    assert found.settings["cohorts"]["train"]["source"]["tls"] is True
    assert found.settings["cohorts"]["train"]["source"]["calling"] == "RADIOLOOM"
