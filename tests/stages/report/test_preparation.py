"""The section on preparation in the page: warned of in brief, absent where no case was prepared."""

from dataclasses import replace

import pandas as pd

from made.synthetic_study import binary_study
from radioloom import tables
from radioloom.profile import Profiles, load
from radioloom.stages.report.report import report
from radioloom.stages.report.sections.preparation import build


def study(ways, profile="demo", n_levels=20):
    given = binary_study()
    series = given.series.assign(orientation=[ways[k % len(ways)] for k in range(len(given.series))], oblique_deg=0.0)
    regions = [{key: row[key] for key in ("cohort", "case", "replicate", "roi")} for row in given.sheets["sts"]]
    kinds = {"role": "training", "modality": "CT", "unit": "HU", "source": "SEG", "series": "s", "contour_mm3": None}
    volumes = {
        "n_voxels": 103,
        "volume_mm3": 1030.0,
        "native_mm3": 1000.0,
        "volume_difference": 0.03,
        "image_digest": None,
        "region_digest": None,
        "study_digest": None,
        "frame_digest": None,
    }
    notes = {"volume_note": "30 of its 103 voxels lie half-way between old ones, and count", "notes": None}
    cases = tables.CASES.frame([row | kinds | volumes | notes for row in regions])
    empty = {"note": None, "reason": None}
    images = [row | {"image": "original", "n_voxels": 103, "n_levels": n_levels} | empty for row in regions]
    measured = tables.MEASURED.frame(images)
    return replace(given, series=series, cases=cases, measured=measured, profile=load(profile))


def test_a_mixed_cohort_is_warned_of_in_brief_and_in_the_section():
    page = report(study(["LPS", "RAS"]))
    warned = "The images lie in 2 orientations (13 in LPS and 12 in RAS), and the profile demo leaves them"
    assert page.count(warned) == 2
    assert "Set orientation: lps in the profile" in page
    assert "30 of its 103 voxels lie half-way between old ones, and count" in page


def test_nothing_is_warned_of_where_the_profile_turns_or_all_lie_alike():
    for ways, profile, said in (
        (["LPS", "RAS"], "ibsi", "The profile brings all images to LPS before anything else."),
        (["LPS", "RAS"], "sts_pet", "The profile leaves the images as they are stored."),
        (["RAS"], "demo", "The profile leaves the images as they are stored."),
    ):
        page = report(study(ways, profile))
        assert said in page
        assert "orientations (" not in page


def test_one_grey_level_is_said_in_brief():
    page = report(study(["LPS"], n_levels=1))
    assert page.count("25 of 25 regions are of one grey level") == 2
    assert "Regions of one grey level, and filters that were not applied" in page


def test_notes_of_prepare_are_in_brief_and_in_the_section():
    given = study(["LPS"])
    assert "bear notes on the image" not in report(given)
    page = report(replace(given, cases=given.cases.assign(notes="no voxel around the region lies below 0 HU")))
    assert page.count("25 of 25 regions bear notes on the image.") == 2
    assert page.count("no voxel around the region lies below 0 HU") == 1


def test_without_prepared_cases_there_is_no_section():
    given = study(["LPS"])
    assert build(replace(given, cases=given.cases[:0])) is None
    assert build(replace(given, profile=None)) is None
    assert isinstance(build(given)["brief"], list)
    assert isinstance(given.measured, pd.DataFrame)


def test_of_several_profiles_each_is_held_against_the_images_of_its_modality():
    given = study(["LPS", "RAS"])
    modalities = ["CT", "CT", "MR", "MR"] * len(given.series)
    given = replace(given, series=given.series.assign(modality=modalities[: len(given.series)]))
    shown = build(replace(given, profile=Profiles({"CT": load("demo"), "MR": load("ibsi")})))
    assert shown["warning"].count("the profile demo leaves them as they are") == 1
    assert "ibsi" not in shown["warning"]
    assert shown["turned"] == "Before anything else images are brought by ibsi to LPS; others stay as they are stored."
    n = int((given.series["modality"] == "CT").sum())
    assert f"({n // 2} in LPS" in shown["warning"] or f"({n - n // 2} in LPS" in shown["warning"]
