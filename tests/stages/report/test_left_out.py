"""What a report leaves out it says in a sentence: empty sections, rows without ids, volume that was not examined."""

import re
from dataclasses import replace
from html import unescape

import numpy as np
import pandas as pd
import pytest

from made.synthetic_study import binary_study, survival_study
from radioloom.figures.volume import not_examined
from radioloom.stages.report.report import report
from radioloom.stages.report.sections.segmentations import build


def words(page: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.replace("<wbr>", ""))))


def plain_masks(study):
    """The masks of a study whose segmentations are all label maps, about which nothing is to be noted."""
    return study.masks.assign(contour_mm3=np.nan, contour_difference=np.nan, notes=None, source="NIfTI")


def test_segmentations_with_nothing_to_say_are_left_out_in_a_sentence():
    study = survival_study()
    page = report(replace(study, masks=plain_masks(study), overlaps=None))
    assert 'id="segmentations"' not in page
    assert 'href="#segmentations"' not in page
    sentence = "Segmentations is left out: no region was drawn as contours, corrected, or drawn twice."
    assert sentence in words(page)
    assert sentence not in words(report(study))
    noted = plain_masks(study).assign(notes="the largest of 2 parts taken")
    for some in ({"masks": noted, "overlaps": None}, {"masks": plain_masks(study)}):
        assert 'id="segmentations"' in report(replace(study, **some))


def test_regions_of_other_images_are_said_with_what_it_did_to_their_volume():
    study = survival_study()
    masks = study.masks.assign(drawn_mm3=[9e3 / 0.97, *[np.nan] * (len(study.masks) - 1)])
    shown = build(replace(study, masks=masks))
    assert shown["carried"].startswith("1 region was drawn on another image")
    assert shown["carried"].endswith("changed the volume by -3.0 % (median; -3.0 % to -3.0 %).")
    assert shown["n"] == len(masks) - 1
    assert shown["carried"] in report(replace(study, masks=masks))
    assert build(study)["carried"] == ""


def test_no_section_is_a_heading_alone():
    study = survival_study()
    for masks in (study.masks, plain_masks(study), study.masks.iloc[:0]):
        page = report(replace(study, masks=masks, overlaps=None))
        for section in re.findall(r"<section .*?</section>", page, re.DOTALL):
            assert re.search(r"</h2>\s*<(?!/section)", section), section[:80]


def frozen(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["feature_id", "step", "reason"])


@pytest.mark.parametrize(
    ("volume", "selection", "words"),
    [
        ("", frozen(("a", "selector", "")), "the study names no feature of volume as the baseline `volume`."),
        (
            "v",
            frozen(("a", "selector", ""), ("v", "undefined", "undefined in 1 of 206 training cases")),
            "v, the study's feature of volume, is undefined in 1 of 206 training cases.",
        ),
        (
            "v",
            frozen(("v", "constant", "3 in all training cases")),
            "v, the study's feature of volume, is the same (3 in all training cases).",
        ),
        ("v", frozen(("a", "selector", "")), "v, the study's feature of volume, is without a value to compare with."),
    ],
)
def test_why_no_feature_was_correlated_with_volume(volume, selection, words):
    assert not_examined(selection, volume) == f"Correlation with volume not examined: {words}"


def test_a_study_with_the_baseline_volume_is_not_said_to_have_none():
    study = binary_study()
    of_volume = study.selection["feature_id"] == "morphology_volume"
    assert of_volume.any()
    selection = study.selection.assign(volume_rho=np.nan)
    selection.loc[of_volume, ["step", "reason"]] = "undefined", "undefined in 2 of 90 training cases"
    said = words(report(replace(study, selection=selection)))
    assert "morphology_volume, the study's feature of volume, is undefined in 2 of 90 training cases." in said
    settings = study.settings | {"baselines": {}}
    assert "names no feature of volume" in words(report(replace(study, selection=selection, settings=settings)))


def test_rows_without_an_id_are_said_to_be_nobody():
    study = survival_study()
    assert "without a usable id" not in words(report(study))
    (name, sheet), *_ = study.sheets.items()
    for n, told in (
        (1, "Of the cases, 1 row of a table without a usable id is called by its number, and excluded."),
        (2, "Of the cases, 2 rows of a table without a usable id are called by their number, and excluded."),
    ):
        rows = [{**row, "known": k >= n} for k, row in enumerate(sheet)]
        assert told in words(report(replace(study, sheets={**study.sheets, name: rows})))


def test_a_standardised_table_is_told_in_brief():
    study = binary_study()
    values = np.random.default_rng(1).normal(3, 2, (50, 9))
    rows = [(f"P{k}", f"f{j}") for k in range(50) for j in range(9)]
    features = pd.DataFrame(rows, columns=["case", "feature_id"]).assign(
        cohort="sts", feature="", ibsi="", image="", replicate="1"
    )
    settings = {
        **study.settings,
        "cohorts": {
            **study.settings["cohorts"],
            "sts": {**study.settings["cohorts"]["sts"], "features": {"file": "t.csv", "tool": ""}},
        },
    }
    z = (values - values.mean(0)) / values.std(0)
    for given, told in ((z, True), (values, False)):
        table = features.assign(value=given.ravel())
        said = words(report(replace(study, settings=settings, features=table, n_in_tables={"sts": 11})))
        assert "Cohort sts: 2 of the 11 features of its table are left out, for not all cohorts have them." in said
        assert ("all 9 features of its table have mean 0 and standard deviation 1 over its 50 rows" in said) == told


@pytest.mark.parametrize("dated", [True, False])
def test_the_form_of_dates_is_shown_where_dates_are_read(dated):
    study = survival_study()
    clinical = {"file": "c.csv", "case": "id", "event": "dead", "date_format": "%Y-%m-%d"}
    clinical |= {"date_from": "a", "date_to": "b"} if dated else {"time_days": "days"}
    cohorts = {name: {**each, "clinical": clinical} for name, each in study.settings["cohorts"].items()}
    assert ("date_format" in report(replace(study, settings=study.settings | {"cohorts": cohorts}))) == dated


def test_all_counts_are_of_the_images_analysed():
    study = survival_study()
    said = words(report(study))
    assert "All columns are of the cases and images that could be analysed." in said
