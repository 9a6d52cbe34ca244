import re
import subprocess
import sys
from collections import Counter
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from made.synthetic_study import FEATURES, binary_study, html, survival_study
from made.texts import untidy
from radioloom import tables
from radioloom.settings import shipped
from radioloom.stages.learning.comparisons import comparisons
from radioloom.stages.report import reading, sections
from radioloom.stages.report import report as stage
from radioloom.stages.report.record import ReportInputs, Section
from radioloom.stages.report.report import report
from radioloom.stages.report.sections import contact, performance

VOID = {"meta", "link", "br", "hr", "img", "wbr", "input"}


class Page(HTMLParser):
    """Ids, links, text of cells; raises where tags do not close in the order they opened."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.tags, self.words = [], [], [], Counter(), []
        self.feed(text)
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags[tag] += 1
        self.ids += [given["id"]] if "id" in given else []
        self.links += [value for key, value in attributes if key in ("href", "src", "xlink:href") and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open, f"</{tag}> closes nothing"
            assert self.open[-1] == tag, f"</{tag}> while {self.open[-3:]} are open"
            self.open.pop()

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module", params=["survival", "binary"])
def text(request):
    return html(request.param)


def words(text):
    """The text that a reader sees, in one line."""
    shown = re.sub(r"<style>.*?</style>|<title>.*?</title>", "", text, flags=re.S)
    return re.sub(r"\s+", " ", " ".join(Page(shown).words))


@pytest.mark.drawn
def test_it_is_one_sound_page(text):
    page = Page(text)
    assert text.startswith("<!DOCTYPE html>")
    assert len(page.ids) == len(set(page.ids))
    assert page.tags["script"] == page.tags["link"] == page.tags["img"] == 0
    anchors = [link[1:] for link in page.links if link.startswith("#")]
    assert set(anchors) <= set(page.ids)


def test_nothing_is_loaded_from_anywhere(text):
    assert not [link for link in Page(text).links if not link.startswith(("#", "data:"))]
    assert "@import" not in text
    assert set(re.findall(r"url\((.{5})", text)) <= {
        "data:",
        *(f"#{name}" for name in re.findall(r"url\(#(.{4})", text)),
    }


@pytest.mark.drawn
def test_two_reports_are_the_same_bytes():
    assert report(binary_study()) == html("binary")


def test_every_exclusion_stands_with_its_reason():
    shown = words(html("survival"))
    for row in survival_study().exclusions.itertuples():
        assert row.case in shown
        assert row.reason.replace("_", "_ ") in shown.replace("_", "_ ")


def test_sections_that_a_study_has_not_are_not_there():
    full, plain = html("survival"), html("binary")
    for section in ("genomics", "truth"):
        assert f'<section id="{section}">' in full
        assert f'<section id="{section}">' not in plain
    assert "Kaplan" not in plain
    assert "imaged or delineated twice" in plain
    assert "No case was excluded." in plain


@pytest.mark.drawn
def test_what_stands_in_the_tables_stands_in_the_page():
    shown = words(html("survival"))
    for said in (
        "0.71 (0.64–0.78)",
        "72 %",
        "readers: 75 of 204 features reach the bound",
        "log-rank p 0.008",
        "2 cases",
        "log hazard ratio per SD",
    ):
        assert said in shown, said
    assert "AUC 0.74 (0.67–0.81), significantly above 0.5 (chance), adjusted p < 0.001." in words(html("binary"))


def test_readers_and_what_was_mended_stand_in_the_page():
    full, plain = words(html("survival")), words(html("binary"))
    assert "148 of 172 regions were drawn as contours; the others: 24 SEG. A voxel belongs" in full
    assert (
        "differs from that of the contours by 0.20 % (median) and by 0.40 % (case genomics-001 of genomics) at most"
        in full
    )
    assert "1 slice(s) between contours have none 10 valid1-001, valid1-004, valid1-007 ..." in full
    assert (
        "The least similar pair: case readers-001 of readers, readers B and C: Dice 0.78, Hausdorff 95 4.4 mm." in full
    )
    assert "B with others 8 16 0.83 (0.78–0.87)" in full
    assert "within 2 mm of the other one" in full
    assert "Chosen, corrected or left out" in full
    assert "Segmentations" not in plain


def test_acquisition_says_what_the_models_were_given():
    study = survival_study()
    said = words(html("survival"))
    assert (
        "Vendor and kernel explain more than 10 % of the variance of 25 % of the 20 features; within cohorts, of 5 %."
        in said
    )
    assert "Slice thickness is the same within each cohort" in said
    assert "This study does not harmonise" in said
    learned = {"batch": ["kernel"], "learned": {"B30f": 31}, "cohorts": {"train": [31, 40], "valid1": [0, 30]}}
    settings = {**study.settings, "harmonise": {"method": "combat", "batch": ["kernel"]}}
    signature = replace(study.signature, harmonisation=learned)
    said = words(report(replace(study, settings=settings, signature=signature, pictures={})))
    assert "Fitted on: B30f (31). Harmonised with this model: 31 of 40 in train, 0 of 30 in valid1;" in said
    assert "acquisition" not in Page(html("binary")).ids
    measured = study.acquisition[study.acquisition["harmonised"] == "no"]
    said = words(report(replace(study, acquisition=measured, pictures={})))
    assert "could not be fitted here" in said
    assert "ComBat fitted on all cases" not in said


def test_shares_are_written_one_way(text):
    assert not re.search(r"\d%", words(text))


def test_the_page_says_how_intervals_in_validation_are_made(text):
    assert "(1.96 standard deviations of resamples on the logit scale, models fixed)" in words(text)


def test_the_planted_truth_has_a_row_wherever_the_signature_is_evaluated():
    page = html("survival")
    table = page[page.index('aria-label="Performance of every model"') :]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row)[:2] for row in table[: table.index("</table>")].split("<tr")]
    where = {"valid1", "valid2", "train, cross-validation", "train, apparent"}
    assert {row[0] for row in rows if row[1:] == ["planted truth"]} == where
    assert "planted truth" not in words(html("binary"))


def test_text_of_the_study_is_text():
    study = binary_study()
    settings = {**study.settings, "title": "<script>alert(1)</script> & more", "description": "a < b"}
    page = Page(report(replace(study, settings=settings)))
    assert page.tags["script"] == 0
    assert "<script>alert(1)</script> & more" in "".join(page.words)


def test_no_letter_of_the_study_hides_or_turns_the_page():
    study = survival_study()
    turned = "gold\u202e dlog\x1b[31m \u2066x\u200b\x00"
    page = report(replace(study, settings={**study.settings, "description": f"two\n\tlines {turned}"}))
    assert not [letter for letter in "\u202e\u2066\u200b\x1b\x00" if letter in page]
    assert "gold\N{REPLACEMENT CHARACTER} dlog" in page
    assert "two\n\tlines" in page


def test_neither_paths_nor_dates(text):
    assert not re.search(r"/(home|work|tmp|root|usr)/", text)
    assert not re.search(r"20\d\d-\d\d-\d\d", text)


def test_a_signature_without_features():
    study = binary_study()
    said = words(report(replace(study, signature=replace(study.signature, terms=(), note="no feature is left"))))
    assert "the signature gives every patient the same risk" in said
    assert "no feature is left" in said


def spoken(shown) -> list[str]:
    """Every text of what templates show, but figures."""
    if isinstance(shown, str):
        return [] if "<svg" in shown or "\n" in shown else [shown]
    if is_dataclass(shown):
        return spoken([getattr(shown, each.name) for each in fields(shown)])
    each_of = shown.values() if isinstance(shown, dict) else shown if isinstance(shown, list | tuple) else ()
    return [text for each in each_of for text in spoken(each)]


@pytest.mark.parametrize("features", [True, False])
def test_no_blank_is_left_where_a_part_of_a_sentence_is_empty(features):
    study = binary_study()
    if not features:
        study = replace(study, signature=replace(study.signature, terms=(), note="no feature is left"))
    found = stage.context(study)
    assert [text for text in spoken([found["shown"], found["brief"], found["left_out"]]) if untidy(text)] == []


def test_a_study_that_was_judged_on_its_training_cases_only():
    study = binary_study()
    said = words(report(replace(study, metrics=study.metrics[study.metrics["evaluation"] == "apparent"])))
    assert "its performance elsewhere is not known" in said


def test_of_an_archive_the_report_shows_its_kind_and_not_the_hospitals_machine():
    study = binary_study()
    source = {"kind": "dimse", "host": "pacs.hospital.example", "port": 11112, "aet": "CANARY", "calling": "CANARY"}
    cohorts = {name: {**cohort, "source": source} for name, cohort in study.settings["cohorts"].items()}
    text = report(replace(study, settings={**study.settings, "cohorts": cohorts}))
    assert "kind: dimse" in words(text)
    assert not [name for name in ("hospital.example", "11112", "CANARY") if name in text]


def test_without_volume_without_pictures_without_provenance():
    study = binary_study()
    bare = replace(study, selection=study.selection.assign(volume_rho=np.nan), pictures={}, provenance={})
    page = Page(report(bare))
    assert "contact" not in page.ids


def test_a_case_that_dropped_out_after_its_picture_keeps_it_under_the_reason():
    study = binary_study()
    row = {
        "cohort": "sts",
        "case": "sts-003",
        "replicate": "1",
        "roi": "",
        "stage": "clinical",
        "reason": "no outcome at all",
    }
    text = report(replace(study, exclusions=tables.EXCLUSIONS.frame([row])))
    tile = next(part for part in text.split('<span class="tile') if "sts-003</i>" in part)
    assert "<b " in tile
    assert "<em>no outcome at all</em>" in tile
    assert text.count("<b role") == 25


def test_a_replicate_that_dropped_out_late_has_one_tile():
    study = survival_study()
    row = {
        "cohort": "readers",
        "case": "readers-003",
        "replicate": "B",
        "roi": "tumour",
        "stage": "extract",
        "reason": "too small",
    }
    out = pd.concat([study.exclusions, tables.EXCLUSIONS.frame([row])], ignore_index=True)
    text = report(replace(study, exclusions=out))
    tiles = [part for part in text.split('<span class="tile') if "readers-003 · B</i>" in part]
    assert len(tiles) == 1
    assert "<em>too small</em>" in tiles[0]
    assert "<b " in tiles[0]


def test_folds_tell_how_stable_the_selection_is():
    study = binary_study()
    folds = [study.selection.assign(split=f"r0{k}f1") for k in range(3)]
    assert "chosen in folds (of 3)" in words(report(replace(study, selection=pd.concat([study.selection, *folds]))))


def test_a_survival_study_without_genes_or_truth():
    study = survival_study()
    bare = replace(study, modules=None, associations=None, summary=None, truth=None, pictures={})
    page = Page(report(bare))
    assert {"cohorts", "flow", "reliability", "signature", "performance", "provenance"} <= set(page.ids)
    assert "truth" not in page.ids


def test_traits_their_agreement_and_what_was_left_out():
    study = survival_study()
    answer = {"cohort": "genomics", "number": None, "level": None, "unit": None, "code": None, "code_system": None}
    traits = [
        {**answer, "case": case, "reader": reader, "trait": "Shape <2D>", "value": shape}
        for case, shape in (("genomics-001", "round"), ("genomics-002", "oval"), ("genomics-003", "round"))
        for reader in ("reader-1", "reader-2")
    ]
    size = {**answer, "case": "genomics-001", "reader": "reader-1", "trait": "Size", "value": "12", "number": 12.0}
    pair = {"cohort": "genomics", "first": "reader-1", "second": "reader-2", "trait": "Shape <2D>", "value": "", "n": 3}
    agreed = {**pair, "statistic": "kappa", "estimate": 0.71, "low": 0.2, "high": 1.0, "same": 2 / 3}
    out = {"cohort": "genomics", "document": "0123456789ab", "case": None, "reader": None, "reason": "of no case"}
    pairs = study.associations[study.associations["feature_id"] == FEATURES[1]]
    pairs = pairs.assign(feature_id="trait: Shape <2D> = oval", kind="trait", trait="Shape <2D>", value="oval")
    more = {
        "traits": tables.TRAITS.frame([*traits, {**size, "unit": "mm"}]),
        "trait_agreement": tables.TRAIT_AGREEMENT.frame([agreed]),
        "unread": tables.UNREAD.frame([out]),
        "associations": pd.concat([study.associations, pairs], ignore_index=True),
    }
    shown = words(report(replace(study, **more)))
    for said in (
        "genomics: 2 readers annotated 3 of 30 cases",
        "round (4); oval (2)",
        "12 (12 to 12) mm",
        "kappa 0.71 (0.20–1.00) 67 % 3",
        "0123456789ab – – of no case",
        "The same with semantic annotations by readers",
    ):
        assert said in shown, said
    lonely = {**more, "trait_agreement": tables.TRAIT_AGREEMENT.frame([]), "unread": tables.UNREAD.frame([])}
    assert "No trait of a case was answered by two readers" in words(report(replace(study, **lonely)))
    assert "Semantic annotations" not in words(html("survival"))


def test_controls_volume_and_signature_stand_in_one_table_with_what_was_skipped():
    study = binary_study()
    is_auc = (study.metrics["metric"] == "auc") & (study.metrics["against"] == "")
    own = study.metrics[(study.metrics["kind"] == "signature") & is_auc]
    rows = own.assign(kind="control", model="shuffled_roi", estimate=0.512, low=0.4, high=0.62)
    minus = own.assign(against="shuffled_roi", estimate=0.2, low=0.1, high=0.3)
    whose = {"cohort": "sts", "case": "sts-001", "replicate": "1", "roi": "tumour"}
    skipped = tables.SKIPPED.frame([{**whose, "variant": "uniform_image", "reason": "the range <0> is empty"}])
    metrics = pd.concat([study.metrics, rows, minus], ignore_index=True)
    with_robustness = {**study.settings, "robustness": {"chain": "RCV", "repeats": 7, "form": "ICC(1)"}}
    asked = study.settings["validation"]
    compared = tables.COMPARISONS.frame(comparisons(metrics.to_dict("records"), "binary", asked))
    shown = replace(study, metrics=metrics, comparisons=compared, skipped=skipped, settings=with_robustness)
    page = report(shown)
    table = page[page.index("Performance of every model") :]
    table = table[: table.index("</table>")]
    assert re.findall(r"<td>(signature|volume|control: shuffled ROI|null models)</td>", table)[:3] == [
        "signature",
        "volume",
        "control: shuffled ROI",
    ]
    assert "0.51 (0.40–0.62)" in table
    assert "0.20 (0.10–0.30)" in table
    said = words(page)
    assert "signature minus this model" in said
    assert "the range <0> is empty" in said
    assert (
        "On one kind of control image (shuffled ROI) without the spatial arrangement of the region's grey values the "
        "AUC is 0.51, significantly lower (their distribution stays)." in said
    )
    assert "measured on images whose voxels were shuffled in the ROI; in cross-validation" in said
    assert "with replacement" not in said
    plain = words(report(study))
    assert "control" not in plain.replace("quality control", "")
    assert "could not be measured. Their cases" not in plain


def test_a_signature_without_coefficients():
    study = binary_study()
    terms = [replace(term, coefficient=None, ratio=None, low=None, high=None) for term in study.signature.terms]
    page = report(replace(study, signature=replace(study.signature, terms=tuple(terms))))
    said = words(page)
    assert "per SD" not in said
    assert "Risk =" not in said
    assert FEATURES[0].replace("_", "_ ") in said
    assert "Correlation with volume on training cases" in said


OF_IMAGES = ("series", "masks", "overlaps", "pictures", "acquisition", "skipped")


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_a_study_without_images_says_what_is_left_out(kind):
    study = {"survival": survival_study, "binary": binary_study}[kind]()
    settings = {**study.settings, "cohorts": {n: {**c, "features": {}} for n, c in study.settings["cohorts"].items()}}
    del settings["profile"]
    page = report(replace(study, **dict.fromkeys(OF_IMAGES), settings=settings))
    ids, said = set(Page(page).ids), words(page)
    assert not ids & {"contact", "segmentations", "acquisition"}
    assert {"cohorts", "flow", "reliability", "signature", "performance", "provenance"} <= ids
    left_out = (
        "of features that another program measured: Image gallery (quality control), Segmentations and Acquisition"
    )
    assert f"{left_out} are left out." in said
    assert ("sts starts from a table" if kind == "binary" else "genomics start from tables") in said
    assert "with the profile" not in said
    assert "slice thickness, mm" not in said
    assert "another program" not in words(html(kind))


def _from_tables(study):
    """The study as one whose cohorts all start from a table of features."""
    features = {"tool": "pyradiomics 3.1.0", "file": "tables/features.csv"}
    cohorts = {name: {**cohort, "features": features} for name, cohort in study.settings["cohorts"].items()}
    settings = {key: value for key, value in study.settings.items() if key != "profile"} | {"cohorts": cohorts}
    return replace(study, **dict.fromkeys(OF_IMAGES), settings=settings)


@pytest.mark.drawn
def test_a_study_from_tables_names_them_and_does_not_speak_of_images():
    study = _from_tables(binary_study())
    selection = study.selection.assign(volume_rho=np.nan, group="other")
    said = words(report(replace(study, selection=selection)))
    assert "sts starts from a table of features that another program measured (pyradiomics 3.1.0, tables/" in said
    assert "Controls, perturbations and ComBat need images too." in said
    assert "Cases of the rows of the tables of features and what became of them." in said
    assert "at least one of its rows went through" in said
    assert "In the table" in said
    assert "sheet" not in said.lower()
    assert "Correlation with volume not examined" in said
    assert "Groups of the features: other 204 (neither the study nor the feature's name tells its group)." in said
    assert "valid1: pyradiomics 3.1.0, tables/features.csv;" in words(report(_from_tables(survival_study())))


def test_a_step_that_nothing_was_known_for_is_not_a_step_that_dropped_nothing():
    study = binary_study()
    none = replace(study, selection=study.selection[study.selection["step"] != "reliability"])
    assert "agreement over replicates too low not assessed" in words(report(none))
    assert "not assessed" not in words(html("survival"))


def test_units_groups_and_conditions_are_said():
    survival, binary = words(html("survival")), words(html("binary"))
    for text in (
        "0.041, a log relative hazard: the median risk in training",
        "Follow-up: by the reverse Kaplan–Meier method",
        "(of filtered images: wavelet, Laplacian of Gaussian and others)",
        "Signs can reverse when correlated features enter one model. Mean and SD are those of the training cases, in "
        "the feature's own unit.",
        "large: axial slice; small: coronal (top), sagittal (bottom)",
        "Dashed: |rho| 0.9; a feature of the signature above it (vermilion) stands in for volume.",
        "what the true hazard reaches; a fitted model can exceed it by chance",
        "Associations that vanish here may be explained by volume.",
        "variance explained by its score",
        "it is read by this report only, after the analysis",
    ):
        assert text in survival, text
    assert "0.041, a log odds: the median risk in training" in binary
    assert "Follow-up:" not in binary


def test_headings_do_not_repeat(text):
    heads = [re.sub("<.*?>", "", head) for head in re.findall(r"<h[23][^>]*>(.*?)</h[23]>", text)]
    assert len(heads) == len(set(heads))


def test_a_study_of_images_and_tables_says_which_cohorts_have_no_images():
    study = survival_study()
    cohorts = {**study.settings["cohorts"], "valid2": {"role": "validation", "features": {}}}
    said = words(report(replace(study, settings={**study.settings, "cohorts": cohorts}, pictures={})))
    assert "valid2 starts from a table of features that another program measured: what this report shows" in said
    assert "is of the other cohorts." in said
    assert "144 cases with 148 images" in said  # 24 of the 172 rows of the sheets are of the table


def test_it_says_what_no_two_cases_share_and_which_do_share_something():
    shown, plain = words(html("survival")), words(html("binary"))
    free = "No two cases share an image. Nor do any two share a region, a patient or a row of features."
    assert free in plain
    assert "Identity of cases : no two cases share an image." in plain
    assert "No two cases share" not in shown.split("Contact sheet")[0]
    assert "Identity of cases : some cases share an image." in shown
    assert "readers and train the same voxels of the image readers draw on images of other cohorts by design 2" in shown
    assert "readers-001 = train-001, readers-002 = train-002" in shown
    tabled = words(report(replace(binary_study(), series=None, pictures={})))
    assert "No two cases share a patient. Nor do any two share a row of features." in tabled
    assert "middle slice" not in tabled


def test_a_study_without_outcomes_has_no_performance():
    absent = ("clinical", "metrics", "predictions", "curves", "selection", "signature", "reliability")
    ids = set(Page(report(replace(survival_study(), **dict.fromkeys(absent), pictures={}))).ids)
    assert {"cohorts", "genomics", "segmentations", "acquisition"} <= ids
    assert not ids & {"signature", "performance", "truth", "reliability"}


ALL_OF_THEM = (
    "cohorts identity contact segmentations reliability acquisition signature performance risk traits genomics "
    "associated truth checklists provenance"
).split()
# Sections that a study does not have which lacks one input; all other inputs cost no section.
GONE_WITHOUT = {
    "exclusions": {"cohorts", "contact", "checklists"},
    "pictures": {"contact"},
    "series": {"acquisition"},
    "identities": {"identity"},
    "masks": {"segmentations"},
    "acquisition": {"acquisition"},
    "reliability": {"reliability"},
    "selection": {"signature"},
    "signature": {"signature"},
    "metrics": {"performance", "risk", "truth", "checklists"},
    "predictions": {"truth"},
    "clinical": {"truth"},
    "traits": {"traits"},
    "modules": {"genomics"},
    "associations": {"genomics", "associated"},
    "truth": {"truth"},
}
INPUTS = [field.name for field in fields(ReportInputs) if field.name not in ("settings", "sheets", "comparison")]


@pytest.mark.parametrize("absent", INPUTS)
def test_which_sections_appear_without_an_input(monkeypatch, absent):
    """Without what is inside of them: whether there is a section is decided by its needs alone."""
    monkeypatch.setattr(stage, "SECTIONS", tuple(replace(each, build=lambda _: {}) for each in sections.SECTIONS))
    monkeypatch.setattr(stage, "compare", lambda _: None)
    whole = replace(survival_study(), traits=tables.TRAITS.frame([]))
    assert [section.name for section in stage.context(whole)["sections"]] == ALL_OF_THEM
    nothing = {} if absent == "provenance" else None
    shown = [section.name for section in stage.context(replace(whole, **{absent: nothing}))["sections"]]
    assert shown == [name for name in ALL_OF_THEM if name not in GONE_WITHOUT.get(absent, ())]


@pytest.mark.drawn
def test_reliability_and_performance_are_shown_without_a_signature():
    absent = {"signature": None, "selection": None, "pictures": None, "truth": None, "modules": None}
    page = Page(report(replace(survival_study(), **absent)))
    assert {"reliability", "acquisition", "performance"} <= set(page.ids)
    assert not set(page.ids) & {"signature", "contact", "truth", "genomics"}
    assert "readers: 75 of 204 features reach the bound" in re.sub(r"\s+", " ", " ".join(page.words))


def test_inputs_of_sections_are_fields_and_each_section_has_a_template():
    assert set(sections.inputs()) <= {field.name for field in fields(ReportInputs)}
    names = [section.name for section in sections.SECTIONS]
    assert len(set(names)) == len(names)
    assert sorted(path.name for path in (shipped("report") / "sections").iterdir()) == sorted(
        f"{name}.html.j2" for name in names
    )


def test_a_new_section_is_a_row_of_the_list(monkeypatch):
    """Its title is in the contents, its lines in the summary, and it is left out where its inputs are absent."""

    def build(study):
        return {"hashes": study.provenance, "brief": [("A new one", f"{len(study.masks)} masks")]} | PROVENANCE

    new = Section("provenance", "A section of its own", ("masks",), build)
    PROVENANCE = sections.PROVENANCE.build(survival_study())
    monkeypatch.setattr(stage, "SECTIONS", (*sections.SECTIONS[:-1], new))
    page = report(replace(survival_study(), pictures={}))
    said = words(page)
    assert [page.count(f"A section of its own</{tag}>") for tag in ("a></li", "h2")] == [1, 1]
    assert "A new one : 172 masks" in said
    assert "A section of its own" not in words(report(binary_study()))


def test_the_list_of_sections_is_cheap_to_import():
    """The workflow reads it on every start, before any job."""
    heavy = "{'pandas', 'matplotlib', 'pyarrow', 'scipy', 'SimpleITK', 'jinja2'}"
    code = f"import sys, radioloom.stages.report.sections; print({heavy} & set(sys.modules) or 'none')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "none"


def test_ridges_cohorts_without_events_and_doubts_of_units_reach_the_page():
    study = survival_study()
    baseline = replace(study.signature, name="clinical", note="separated; fitted with a ridge of 0.1")
    cohort = [name for name, block in study.settings["cohorts"].items() if block["role"] == "validation"][-1]
    clinical = study.clinical.copy()
    clinical["event"] &= clinical["cohort"] != cohort
    clinical.loc[clinical["cohort"] == cohort, "time_days"] = 365.0
    signature = replace(study.signature, baselines={**study.signature.baselines, "clinical": baseline})
    page = words(report(replace(study, signature=signature, clinical=clinical)))
    n = int((clinical["cohort"] == cohort).sum())
    for text in (
        "Note on the model clinical : separated; fitted with a ridge of 0.1.",
        f"Cohort {cohort}: none of its {n} cases has the event; no model can be judged there.",
        f"Cohort {cohort}: the time of follow-up is 365 in all {n} cases: is that so, or was one cell filled down?",
    ):
        assert text in page, text


def test_a_declared_comparison_leads_the_summary_and_looks_are_told():
    study = survival_study()
    primary = {"evaluation": "validation", "cohort": "valid2", "model": "signature", "against": "volume"}
    asked = study.settings["validation"] | {"primary": primary}
    settings = study.settings | {"validation": asked}
    compared = tables.COMPARISONS.frame(comparisons(study.metrics.to_dict("records"), "survival", asked))
    looks = study.looks.assign(signatures=[1, 4], look=[1, 4])
    said = words(report(replace(study, comparisons=compared, looks=looks, settings=settings)))
    declared = "C-index of signature minus volume in valid2: 0.10 (0.01–0.19), significantly better; p 0.029."
    assert said.index("Primary comparison, declared") < said.index(declared) < said.index("Validation in valid1")
    assert "The other comparisons are secondary (5 comparisons of models or with chance)." in said
    assert "valid2 has been judged 4 times by different signatures" in said
    assert "valid1 has been judged" not in said
    assert "No primary comparison is declared" in words(html("survival"))


def test_a_quick_look_claims_nothing():
    study = survival_study()
    asked = study.settings["validation"] | {"intervals": "none"}
    columns = {"low": np.nan, "high": np.nan, "interval": "", "withheld": "not asked"}
    metrics = study.metrics[~study.metrics["metric"].isin(["null_p", "logrank_p"])].assign(**columns)
    compared = tables.COMPARISONS.frame(comparisons(metrics.to_dict("records"), "survival", asked))
    quick = replace(
        study, metrics=metrics, comparisons=compared, pictures={}, settings=study.settings | {"validation": asked}
    )
    page = report(quick)
    assert page.index("Quick look, without intervals") < page.index('class="brief"')
    brief = page[page.index('class="brief"') :]
    brief = brief[: brief.index("</div>")]
    assert "estimates alone, of which nothing is claimed" in brief
    assert "C-index 0.71" in brief
    assert not re.search(r"chance|significantly (better|worse)|shuffled outcomes", brief)


def test_a_cut_point_that_does_not_reach_a_cohort_is_told_in_brief(monkeypatch):
    for drawn in ("_figures", "_curves"):
        monkeypatch.setattr(performance, drawn, lambda *_: [])
    study = survival_study()
    above = study.curves[(study.curves["cohort"] != "valid1") | (study.curves["level"] == 2)]
    told = [line for lead, line in performance.build(replace(study, curves=above))["brief"] if lead == "Risk groups"]
    assert ["the cut-point does not transfer to valid1" in line for line in told] == [True]


def test_features_that_no_control_of_the_region_changes():
    row = {"cohort": "a", "control": "shuffled_roi", "feature_id": "x", "n": 9, "changed": 0}
    outside = {**row, "control": "uniform_outside", "feature_id": "z"}
    told = tables.CHANGED.frame([row, {**row, "feature_id": "y", "changed": 1}, outside])
    assert reading.fixed(ReportInputs({}, {}, changed=told)) == (1, 2)
    for nothing in (None, told[:0]):  # a study without control images has an empty table
        assert reading.fixed(ReportInputs({}, {}, changed=nothing)) == (0, 0)


def test_a_region_that_dropped_out_leaves_the_tile_of_another_of_its_image():
    tile = np.zeros((220, 332, 3), np.uint8)
    sheet = [{"cohort": "a", "case": "P", "replicate": "1", "roi": roi} for roi in ("node", "tumour")]
    out = tables.EXCLUSIONS.frame([{**sheet[0], "stage": "segment", "reason": "empty"}])
    shown = SimpleNamespace(
        sheets={"a": sheet}, exclusions=out, settings={"cohorts": {"a": {"role": "training"}}},
        pictures={"a": [(("P", "1", "tumour"), tile)]},
    )  # fmt: skip
    (part,) = contact.build(shown)["sheets"]
    assert [(each["label"], each["reason"]) for each in part["tiles"]] == [("P · node", "empty"), ("P · tumour", "")]
    assert (part["images"], part["regions"]) == (1, 1)
