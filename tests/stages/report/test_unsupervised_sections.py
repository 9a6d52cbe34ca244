"""Clusters and similar patients in the report: what is said, in what order, and whose images are shown."""

import re
from dataclasses import asdict, replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import MAPPING, Made
from radioloom import tables
from radioloom.figures import style
from radioloom.figures.contact import pages
from radioloom.stages.report import report as stage
from radioloom.stages.report.record import ReportInputs
from radioloom.stages.report.sections.clusters import CLUSTERS
from radioloom.stages.report.sections.contact import CONTACT, spots
from radioloom.stages.report.sections.similar import SIMILAR, build
from radioloom.stages.unsupervised.annotate import annotate
from radioloom.stages.unsupervised.cluster import cluster
from radioloom.stages.unsupervised.similar import similar
from radioloom.stages.unsupervised.view import view
from radioloom.tables import ANNOTATIONS, EXCLUSIONS

ENTRIES = [{"column": "stage", "levels": ["I", "II", "III"]}, {"column": "age"}]
SETTINGS = {"features": "reliable", "scaling": "rank", "clustering": "hierarchical", "number": "silhouette"}
SETTINGS |= {"most_clusters": 3, "resamples": 20, "references": 2, "annotations": ENTRIES, "neighbours": 2}


@cache
def made(kind: str) -> ReportInputs:
    made = Made(kind=kind, sizes={"train": 40, "valid1": 24})
    made.study["unsupervised"] = SETTINGS
    patients = view(made.material, made.splits, made.selection, SETTINGS)
    frames = made._raw[1].items()
    rows = [
        row
        for name, frame in frames
        for row in annotate(frame, name, frame["patient"], MAPPING, made.study["outcome"], ENTRIES)
    ]
    annotations = ANNOTATIONS.frame(rows)
    found = asdict(cluster(patients, annotations, made.study)) | {"similar": similar(patients, made.study)}
    told = {name: tables.by_name(name).frame(rows) for name, rows in found.items() if name != "cluster_centres"}
    sheets = {name: [{"case": case} for case in frame["patient"]] for name, frame in frames}
    settings = {**made.study, "title": "t", "description": "d"}
    return ReportInputs(
        settings, sheets, clinical=made.outcomes, annotations=annotations, reliability=made.reliability, **told
    )


@pytest.fixture
def page(monkeypatch):
    monkeypatch.setattr(stage, "_left_out", lambda *_: "")

    def of(study: ReportInputs, *sections) -> str:
        monkeypatch.setattr(stage, "SECTIONS", sections)
        return stage.report(study)

    return of


def words(text: str) -> str:
    text = text[text.index("<main>") :]
    return re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<[^>]+>", "", text, flags=re.S))


@pytest.fixture
def titles(monkeypatch):
    """Titles of the figures, which are not drawn."""
    told = []
    monkeypatch.setattr(style, "svg", lambda figure, name, title: told.append(title) or "")
    return told


def test_clusters_of_survival(page, titles):
    said = words(page(made("survival"), CLUSTERS))
    assert "40 training patients by" in said
    assert "Number of clusters: the number of the largest mean silhouette" in said
    assert "A patient of a validation cohort is of the cluster whose centre is nearest." in said
    assert "by all features that are defined and vary in training (nothing was repeated, so that none" in said
    assert "log-rank" in said
    assert titles[0].startswith("Heat map of train: 40 patients (across)")
    assert titles[1].startswith("Heat map of valid1: 24 patients (across)")
    assert titles[2:4] == ["Stability of numbers of clusters", "Consensus matrix"]
    assert titles[4:] == ["Survival by cluster in train", "Survival by cluster in valid1"]


def test_reliable_features_are_said_where_any_was_measured_again(titles):
    study = made("survival")
    assert not len(study.reliability)
    rows = pd.DataFrame({name: [None] for name in study.reliability})
    assert CLUSTERS.build(replace(study, reliability=rows))["features"] == "the features that are reliable"
    distinct = {**study.settings, "unsupervised": {**SETTINGS, "features": "candidates"}}
    told = CLUSTERS.build(replace(study, settings=distinct))["features"]
    assert told.endswith("of features that repeat each other one stays: the more reliable, then the first by name")
    assert "are reliable" not in told


def test_a_binary_outcome_has_no_curves(titles):
    told = CLUSTERS.build(made("binary"))
    assert told["tests"].rows[0][1:3] == ("made up", "fewer than 10 patients of the rarer outcome")
    assert not [title for title in titles if "Survival" in title]


def test_similar_patients_of_validation_first_with_images_where_there_are_any(page):
    study = made("survival")
    plain = build(study)
    assert not plain["pictures"]
    assert [row[0] for row in plain["table"].rows] == ["valid1"] * 24 + ["train"] * 40
    own = study.similar[study.similar["case"] == study.similar["case"].min()].assign(cohort="train2")
    both = replace(
        study,
        similar=pd.concat([study.similar, own]),  # a training patient of a cohort that is nobody's neighbour
        settings={**study.settings, "cohorts": {"train2": {}, **study.settings["cohorts"]}},
        clinical=pd.concat([study.clinical, study.clinical.assign(cohort="train2")]),
    )
    assert [row[0] for row in build(both)["table"].rows] == ["valid1"] * 24 + ["train2"] + ["train"] * 40
    first = plain["table"].rows[0]
    assert re.fullmatch(r"(no event|event), \d+ days", first[2])
    assert re.fullmatch(r"train-\d+ \((no event|event), \d+ days\)", first[3])
    tile = np.zeros((220, 332, 3), np.uint8)
    pictures = {name: [((row["case"], "1", "tumour"), tile) for row in rows] for name, rows in study.sheets.items()}
    imaged = replace(study, pictures=pictures, exclusions=EXCLUSIONS.frame([]))
    shown = build(imaged)["pictures"]
    assert (len(shown), {len(row) for row in shown}) == (12, {3})
    own, *others = shown[0]
    assert own["spot"] == spots(imaged)["valid1", own["label"]]
    assert [each["spot"] for each in others] == [spots(imaged)["train", each["label"]] for each in others]
    text = page(imaged, CONTACT, SIMILAR)
    near = text[text.index('<section id="similar"') :]
    styles = set(re.findall(r"\.(s\d-\d) \{", text))
    assert set(re.findall(r'class="(s\d-\d)"', near)) <= styles
    gallery = re.findall(r'class="(s\d-\d)" aria-label="([^"]+)" style="([^"]+)"', text)
    assert len({name: look for *look, name in [(c, s, n) for c, n, s in gallery]}) == 64
    assert len(set(gallery)) == 64  # one place for each image, in the gallery and beside others
    assert len(pages(pictures["train"])) == 1


def test_distances_are_said_as_they_are():
    frame = made("survival").similar
    first = frame[frame["rank"] == 1]
    far = int((first["closer"] > 0.5).sum())
    said = build(made("survival"))["statement"]
    assert f"{first['distance'].median():.2f} standard deviations away" in said
    assert (f"{far} of them" in said) or (far == 0 and "None of them are" in said)
