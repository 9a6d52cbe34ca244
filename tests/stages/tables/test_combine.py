"""Several images of a patient as one case: against loops, whatever the order of rows, and of that patient alone."""

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import Made
from made.several_images import NAMES, several_images
from naive.combined import combined as by_loops
from radioloom.errors import StudyError
from radioloom.figures.combined import sentence
from radioloom.stages.learning.clinical import clinical as clinical_of
from radioloom.stages.learning.fit import fit
from radioloom.stages.learning.material import material
from radioloom.stages.learning.reduce import reduce
from radioloom.stages.learning.reliability import reliability
from radioloom.stages.learning.split import split
from radioloom.stages.tables.combine import EXTENSIVE, UNDECIDED, brought_together, combine, extensive
from radioloom.stages.tables.combined_names import combined, ids_of_models, of_parts
from radioloom.stages.tables.combined_scans import scans_of
from radioloom.stages.tables.lesions import REGION
from radioloom.stages.tables.scans import CATEGORIES, NUMBERS, acquisitions, batches
from radioloom.stages.tables.tabulate import tabulate
from radioloom.study import load
from radioloom.tables import (
    CLINICAL,
    COMBINATIONS,
    COMBINED,
    CONTROLS,
    COVARIATES,
    EXCLUSIONS,
    FEATURES,
    PATIENTS,
    RELIABILITY,
    SELECTION,
    SPLITS,
)
from radioloom.tables.cohorts import roles

KINDS = (
    ("volume", "RNU0", "morphology", "original"),
    ("mean", "Q4LE", "intensity", "original"),
    ("energy", "N8CA", "intensity", "original"),
    ("energy", "N8CA", "intensity", "wavelet-LLH"),
    ("contrast", "ACUI", "glcm", "original"),
)
VISITS = {"first": "1", "second": "2", "as": ["first", "second", "difference", "ratio"]}
BLOCK = {"lesions": "each", "volume": "", "regions": [], "modalities": [], "required": {}}
EVERYTHING = {**BLOCK, "regions": ["tumour", "node"], "modalities": ["CT", "PT"], "visits": VISITS}
ROLES = {"train": "training", "retest": "test-retest"}


def measured(cohort, case, draws, **parts):
    """Rows of FEATURES of one region."""
    keys = {"cohort": cohort, "case": case, "replicate": "1", "roi": "tumour", "modality": "CT", "visit": "", **parts}
    rest = {"aggregation": "", "discretisation": "", "group": "shape"}
    return [
        {**keys, **rest, "image": image, "family": family, "feature": f"{image}-{name}", "ibsi": ibsi}
        | {"feature_id": f"{image}_{family}_{name}", "value": value(draws, ibsi)}
        for name, ibsi, family, image in KINDS
    ]


def value(draws, ibsi):
    """A number, now and then 0 or not defined; a volume is above 0, and two may be equal."""
    some = [3.0, draws.uniform(1, 9)] if ibsi == "RNU0" else [0.0, draws.normal(5)]
    return draws.choice([np.nan, *some], p=(0.05, 0.2, 0.75))


@lru_cache
def patients_at_random(seed, n=8, replicates=("1",)):
    """FEATURES and PATIENTS of patients of up to three lesions of each region, modality and visit, with gaps."""
    draws, rows, whose = np.random.default_rng(seed), [], {}
    for cohort in ROLES:
        for k in range(n):
            for modality in ("CT", "PT", "MR"):
                for visit in "123":
                    for lesion in range(draws.integers(0, 4)):
                        case = f"P{k}-{modality}{visit}{lesion}"
                        whose[cohort, case] = f"P{k}"
                        for roi in ("tumour", "node", "cyst"):
                            for replicate in replicates:
                                parts = {"modality": modality, "visit": visit, "roi": roi, "replicate": replicate}
                                rows += measured(cohort, case, draws, **parts) if draws.random() < 0.8 else []
    people = [{"cohort": c, "case": case, "patient": who, "named": True} for (c, case), who in whose.items()]
    return FEATURES.frame(rows), PATIENTS.frame(people), whose


def numbers(rows):
    """Value by the key of the naive twin."""
    keys = ["cohort", "case", "replicate", "roi", "modality", "visit", "feature"]
    return rows.set_index(keys)["value"].sort_index()


@pytest.mark.parametrize("rule", ["largest", "sum", "mean"])
def test_a_replicate_is_of_the_lesions_that_were_chosen_once(rule):
    """Of one patient the largest is another at retest; of one a lesion was not repeated; one has one, called anew."""
    volumes = {
        ("A-1", "1"): 10.0, ("A-2", "1"): 9.8, ("A-1", "2"): 9.8, ("A-2", "2"): 10.0,
        ("B-1", "1"): 10.0, ("B-2", "1"): 6.0, ("B-1", "2"): 10.0,
        ("C-1", "1"): 5.0, ("C-9", "2"): 5.0,
    }  # fmt: skip
    texture = {"A-1": 1.0, "A-2": 7.0}
    shared = {"cohort": "retest", "roi": "tumour", "modality": "", "visit": "", "group": "shape"}
    features = FEATURES.frame(
        [
            {**shared, **dict.fromkeys(("aggregation", "discretisation", "image", "family"), "")}
            | {"feature": name, "case": case, "replicate": replicate, "feature_id": name, "ibsi": ibsi, "value": value}
            for (case, replicate), volume in volumes.items()
            for name, ibsi, value in (("volume", "RNU0", volume), ("mean", "Q4LE", texture.get(case, 3.0)))
        ]
    )
    patients = pd.DataFrame(
        [{"cohort": "retest", "case": case, "patient": case[0], "named": True} for case, _ in volumes]
    ).drop_duplicates()
    made = combine(features, patients, {**BLOCK, "lesions": rule}, ROLES)
    wide = made.features.set_index(["feature_id", "case", "replicate"])["value"]
    assert [(case, k) for name, case, k in wide.index if name == "mean"] == [
        ("A", "1"), ("A", "2"), ("B", "1"), ("C", "1"), ("C", "2"),
    ]  # fmt: skip
    if rule != "mean":
        assert (wide["mean", "A", "1"], wide["mean", "A", "2"]) == (1.0, 1.0)
    assert [(row["not_repeated"], row["undecided"]) for row in made.summary] == [(1, 0)]
    block = {**BLOCK, "lesions": rule}
    assert "In 1 case a later replicate has other lesions" in sentence(COMBINATIONS.frame(made.summary), block)


@pytest.mark.parametrize("rule", ["largest", "sum", "mean"])
@pytest.mark.parametrize("as_", [["difference"], VISITS["as"]])
def test_equals_loops(rule, as_):
    features, patients, whose = patients_at_random(3, replicates=("1", "2"))
    block = {**EVERYTHING, "lesions": rule, "visits": {**VISITS, "as": as_}}
    made = COMBINED.frame(combine(features, patients, block, ROLES).features)
    expected = pd.Series(by_loops(features.to_dict("records"), whose, block)).sort_index()
    assert len(expected) > 100
    got = numbers(made)
    assert list(got.index) == list(expected.index)
    np.testing.assert_allclose(got, expected, rtol=1e-12)
    assert expected.isna().any()


@pytest.mark.parametrize("rule", ["largest", "sum", "mean"])
def test_in_any_order_of_rows_and_of_that_patient_alone(rule):
    features, patients, _ = patients_at_random(4)
    block = {**EVERYTHING, "lesions": rule}
    whole = COMBINED.frame(combine(features, patients, block, ROLES).features)
    mixed = combine(features.sample(frac=1, random_state=1), patients.sample(frac=1, random_state=2), block, ROLES)
    pd.testing.assert_frame_equal(COMBINED.frame(mixed.features), whole, check_exact=True)
    others = features["case"].str.startswith("P2")
    changed = features.assign(value=features["value"].mask(~others, features["value"] * 3 + 1))
    again = COMBINED.frame(combine(changed, patients, block, ROLES).features)
    own = [table[table["case"] == "P2"] for table in (whole, again)]
    assert len(own[0]) > 40
    assert own[0].to_csv() == own[1].to_csv()
    assert whole[whole["case"] != "P2"].to_csv() != again[again["case"] != "P2"].to_csv()


def two_lesions(**block):
    """One patient of two lesions, the first of volume 10 and the second of 30, whose means are 5 and 7."""
    rows = []
    for case, volume, mean in (("a", 10.0, 5.0), ("b", 30.0, 7.0)):
        values = {"volume": volume, "mean": mean, "energy": volume * 2, "contrast": mean}
        of_case = measured("train", case, np.random.default_rng(1))
        rows += [{**row, "value": values[row["feature"].rpartition("-")[2]]} for row in of_case]
    people = [{"cohort": "train", "case": case, "patient": "P", "named": True} for case in "ab"]
    features, settings = FEATURES.frame(rows), {**BLOCK, "lesions": "largest", **block}
    return features, PATIENTS.frame(people), settings


@pytest.mark.parametrize(
    ("rule", "volume", "mean", "energy"), [("largest", 30, 7, 60), ("sum", 40, 7, 80), ("mean", 25, 6.5, 50)]
)
def test_two_lesions_by_hand(rule, volume, mean, energy):
    """A sum of mean intensities is none of anything: `sum` has that of the largest lesion."""
    made = combine(*two_lesions(lesions=rule), ROLES)
    values = made.features.set_index("feature_id")["value"]
    assert values["original_morphology_volume"] == volume
    assert values["original_intensity_mean"] == mean
    assert values["original_intensity_energy"] == values["wavelet-LLH_intensity_energy"] == energy
    assert COMBINATIONS.frame(made.summary)[["patients", "lacking", "images", "several"]].to_numpy().tolist() == [
        [1, 0, 2, 1]
    ]
    assert list(made.features["case"].unique()) == ["P"]
    assert made.patients == [{"cohort": "train", "patient": "P", "named": True, "case": "P"}]


def test_changed_images_are_of_the_lesions_that_were_chosen_in_the_original():
    """Volumes of the control images say the contrary, and do not count."""
    features, patients, block = two_lesions()
    columns = ["cohort", "case", "replicate", "roi", "feature_id", "value"]
    value = np.where(features["case"] == "a", 1000.0, 1.0)
    controls = CONTROLS.frame(features[columns].assign(variant="shuffled_roi", value=value))
    made = combine(features, patients, block, ROLES)
    got = CONTROLS.frame(brought_together(controls, made.lesions, block, extensive(features, block)))
    assert set(got["case"]) == {"P"}
    assert (got["value"] == 1.0).all()
    mean = brought_together(controls, made.lesions, {**block, "lesions": "mean"}, extensive(features, block))
    np.testing.assert_allclose(mean["value"], (10 * 1000 + 30 * 1) / 40)
    assert set(got["feature_id"]) == set(made.features["feature_id"])


def test_extensive_features_are_sums_of_their_parts_by_their_definition():
    """Of two boxes far apart, measured alone and as one region: what `sum` adds up is additive, to the last digit."""
    from radioloom.features import intensity, morphology

    known = {feature.ibsi: feature.name for feature in (*morphology.FAMILY.features, *intensity.FAMILY.features)}
    assert {"RNU0", "YEKZ", "C0JK", "99N0", "N8CA"} == EXTENSIVE <= set(known)
    draws = np.random.default_rng(5)
    one, two = draws.uniform(1, 9, 40), draws.uniform(1, 9, 70)
    both = np.r_[one, two]
    assert (both**2).sum() == pytest.approx((one**2).sum() + (two**2).sum())
    voxel = 8.0
    assert both.mean() * len(both) * voxel == pytest.approx(voxel * (one.mean() * len(one) + two.mean() * len(two)))
    assert both.mean() != pytest.approx(one.mean() + two.mean())


def test_one_image_each_is_left_as_it_was_to_the_byte():
    features = Made(sizes={"train": 6, "retest": 6}).features
    people = features[["cohort", "case"]].drop_duplicates()
    patients = PATIENTS.frame(people.assign(patient=people["case"], named=False))
    made = combine(features, patients, {**BLOCK, "regions": ["tumour"]}, ROLES)
    pd.testing.assert_frame_equal(COMBINED.frame(made.features), features, check_exact=True)
    assert made.exclusions == []


def test_reliability_of_a_feature_is_that_of_its_region_alone():
    features, patients, _ = patients_at_random(6, n=14, replicates=("1", "2"))
    settings = {"form": "ICC(A,1)", "rule": "lower_bound", "scale": "measured"}
    block = {**EVERYTHING, "lesions": "largest", "modalities": ["CT"], "visits": {**VISITS, "as": ["first", "ratio"]}}
    together = combine(features, patients, block, ROLES).features
    got = pd.DataFrame(reliability(together, ROLES, settings)).set_index("feature_id")
    alone = combine(features, patients, {**block, "regions": ["node"]}, ROLES).features
    expected = pd.DataFrame(reliability(alone, ROLES, settings)).set_index("feature_id")
    assert expected["low"].notna().any()
    of_node = got.loc[[f"node_{name}" for name in expected.index]]
    pd.testing.assert_frame_equal(of_node.set_index(expected.index), expected)


def test_who_lacks_what_is_required_is_excluded_and_others_have_gaps():
    rows = [
        row
        for cohort in ROLES
        for who in ("P1", "P3", "P4")
        for modality in ("CT", "PT")
        for roi in ("tumour", "node")
        for row in measured(
            cohort, f"{who}-{modality}1", np.random.default_rng(1), modality=modality, visit="1", roi=roi
        )
    ]
    features = FEATURES.frame(rows)
    people = features[["cohort", "case"]].drop_duplicates()
    patients = PATIENTS.frame(people.assign(patient=people["case"].str[:2], named=True))
    block = {**EVERYTHING, "visits": {**VISITS, "as": ["first"]}}
    no_node = features["case"].str.startswith("P3") & (features["roi"] == "node")
    features = features.assign(visit=features["visit"].where(~features["case"].str.startswith("P4"), "2"))[~no_node]
    made = combine(features, patients, block, ROLES)
    assert {(row["case"], row["reason"]) for row in EXCLUSIONS.frame(made.exclusions).to_dict("records")} == {
        ("P4", "no features of what `combine` takes of a patient")
    }
    assert set(made.features.loc[made.features["case"] == "P3", "roi"]) == {"tumour"}
    strict = combine(features, patients, {**block, "required": {"regions": ["node"]}}, ROLES)
    assert {row["case"]: row["reason"] for row in strict.exclusions if row["cohort"] == "train"} == {
        "P3": "no features of the region node, which combine.required asks for",
        "P4": "no features of what `combine` takes of a patient",
    }
    assert not {row["cohort"] for row in strict.exclusions} - {"train"}  # nobody is excluded from replicates
    again = features["replicate"].mask(features["case"].str.startswith("P1") & (features["roi"] == "node"), "2")
    only = combine(features.assign(replicate=again), patients, {**block, "required": {"regions": ["node"]}}, ROLES)
    assert [row["case"] for row in only.exclusions] == ["P1", "P3", "P4"]  # models take the first replicate


@pytest.mark.parametrize(
    ("block", "change", "message"),
    [
        ({"lesions": "each"}, {}, r"combine.lesions: 1 patient \(P\) with several cases of one region"),
        ({}, {"modality": ["CT", "PT"]}, r"1 patient \(P\) with several modalities \(CT, PT\); .* combine.modalities"),
        ({}, {"visit": ["1", "2"]}, r"1 patient \(P\) with several visits \(1, 2\)"),
        ({}, {"roi": ["a", "b"]}, r"1 patient \(P\) with several regions \(a, b\)"),
        ({}, {"ibsi": ""}, r"no feature is a volume \(IBSI RNU0 or YEKZ\).*combine.volume"),
        ({"volume": "size"}, {}, r"combine.volume: no image has the feature 'size'"),
    ],
)
def test_what_cannot_be_combined(block, change, message):
    features, patients, settings = two_lesions(**block)
    for column, words in change.items():
        first = features["case"] == "a"
        features[column] = np.where(first, *words) if isinstance(words, list) else words
    with pytest.raises(StudyError, match=message):
        combine(features, patients, settings, ROLES)


def test_a_volume_of_another_name_and_one_that_is_not_known():
    features, patients, block = two_lesions(volume="original_glcm_contrast")
    features["ibsi"] = ""
    assert combine(features, patients, block, ROLES).features["value"].max() == 60
    features, patients, block = two_lesions()
    features.loc[(features["case"] == "a") & (features["ibsi"] == "RNU0"), "value"] = np.nan
    made = combine(features, patients, block, ROLES)
    assert made.features.empty
    assert made.summary[0]["undecided"] == 1
    why = "several lesions of a kind, one of them excluded or without a volume that they could be compared by"
    assert [(row["case"], row["reason"]) for row in made.exclusions] == [("P", why)]
    roi = features["roi"].iloc[0]
    strict = combine(features, patients, {**block, "regions": [roi], "required": {"regions": [roi]}}, ROLES)
    assert strict.exclusions == made.exclusions


@pytest.mark.parametrize("rule", ["largest", "sum", "mean"])
@pytest.mark.parametrize("modality", ["CT", ""])
def test_a_lesion_that_was_excluded_is_a_lesion(rule, modality):
    """Of another modality, region, visit or replicate it is none."""
    features, patients, block = two_lesions(lesions=rule, modalities=["CT", "PT"])
    listed = features[REGION].drop_duplicates().assign(modality=modality)
    measured = features[features["case"] == "a"]
    made = combine(measured, patients, block, ROLES, listed.to_dict("records"))
    assert made.features.empty
    assert [row["reason"] for row in made.exclusions] == [UNDECIDED]
    assert COMBINATIONS.frame(made.summary)[["images", "several", "undecided"]].to_numpy().tolist() == [[1, 1, 1]]
    assert "In 1 case one of several lesions was excluded" in sentence(COMBINATIONS.frame(made.summary), block)
    for other in ({"modality": "PT"}, {"roi": "node"}, {"visit": "2"}, {"replicate": "2"}):
        elsewhere = listed.assign(**{name: np.where(listed["case"] == "b", new, "") for name, new in other.items()})
        whole = combine(measured, patients, block, ROLES, elsewhere.to_dict("records"))
        assert whole.features["value"].tolist() == measured["value"].tolist()
        assert whole.summary[0]["undecided"] == 0
        assert "excluded" not in sentence(COMBINATIONS.frame(whole.summary), block)


def test_sum_adds_the_declared_volume_of_features_that_nobody_knows():
    features, patients, block = two_lesions(lesions="sum", volume="original_morphology_volume")
    made = combine(features.assign(ibsi=""), patients, block, ROLES)
    assert made.features["value"].tolist() == [40.0 if name == block["volume"] else value for name, value in zip(
        made.features["feature_id"], features.loc[features["case"] == "b", "value"], strict=True)]  # fmt: skip


def test_volumes_that_are_no_weights():
    features, patients, block = two_lesions(lesions="mean")
    volume = features["ibsi"] == "RNU0"
    nothing = combine(features.assign(value=features["value"].mask(volume, 0.0)), patients, block, ROLES)
    assert [row["reason"] for row in nothing.exclusions] == [UNDECIDED]
    below = features.assign(value=features["value"].mask(volume & (features["case"] == "a"), -0.5))
    for rule in ("mean", "sum"):
        with pytest.raises(StudyError, match=rf"1 patient \(P\) with lesions of a volume below 0.* `{rule}`"):
            combine(below, patients, {**block, "lesions": rule}, ROLES)
    assert len(combine(below, patients, {**block, "lesions": "largest"}, ROLES).features) == len(KINDS)


def test_a_case_called_as_a_patient_of_others():
    features, patients, block = two_lesions()
    patients.loc[1, ["patient", "named"]] = ["P", False]
    with pytest.raises(StudyError, match=r"1 patient \(P\) named by some cases, and another case called so"):
        combine(features, patients, block, ROLES)


def test_two_features_of_one_name():
    features, patients, _ = patients_at_random(8, n=3)
    features = features.assign(
        roi=features["roi"].where(features["roi"] != "cyst", "tumour_node"),
        feature_id=features["feature_id"].where(features["roi"] != "tumour", "node_" + features["feature_id"]),
    )
    block = {**EVERYTHING, "lesions": "largest", "regions": ["tumour", "tumour_node"]}
    block.pop("visits")
    features = features[features["visit"] == "1"].assign(visit="")
    with pytest.raises(StudyError, match=r"features would have the name of another; rename a region"):
        combine(features, patients, block, ROLES)


def test_names():
    labels = ["morphology_volume", "glcm_contrast"]
    settings = {"combine": EVERYTHING}
    names = ids_of_models(labels, settings)
    assert len(names) == len(set(names)) == 2 * 2 * 4 * 2
    assert "PT_node_ratio_glcm_contrast" in names
    assert ids_of_models(labels, {"combine": {**BLOCK, "regions": ["tumour"], "lesions": "sum"}}) == labels
    assert ids_of_models(labels, {}) == labels
    of_each = {"CT": labels, "PT": labels[1:]}
    assert {name[:2] for name in ids_of_models(of_each, settings) if "volume" in name} == {"CT"}
    assert set(ids_of_models(of_each, settings)) < set(names)
    assert ids_of_models(of_each, {}) == labels
    assert not combined({"combine": BLOCK})
    assert not combined({})
    assert "CT_tumour_first_morphology_volume" in of_parts("morphology_volume", names)
    assert of_parts("morphology_sphericity", names) == ""


def scanned(**vendors):
    """CASES and SERIES of the images of `two_lesions`, by the vendor of each."""
    rows, series = [], []
    for case, vendor in vendors.items():
        key = {"cohort": "train", "case": case, "replicate": "1", "series": f"s{case}"}
        rows += [{**key, "roi": roi} for roi in ("tumour", "node")]
        known = {**dict.fromkeys((*CATEGORIES, *NUMBERS)), "manufacturer": vendor, "kernel": "B30"}
        series.append({**key, **known})
    return pd.DataFrame(rows), pd.DataFrame(series)


def test_a_patient_whose_images_are_of_one_scanner_has_one():
    features, patients, block = two_lesions()
    lesions = combine(features, patients, block, ROLES).lesions
    scans = scans_of(*scanned(a="GE", b="GE"), lesions, ["manufacturer", "kernel"])
    known = acquisitions(scans.cases, scans.series)
    assert known.index.tolist() == [("train", "P")]
    assert batches(known, ["manufacturer", "kernel"]).tolist() == ["GE / B30"]
    with pytest.raises(StudyError, match=r"1 patient \(P\) with images of several batches .*\(manufacturer, kernel\)"):
        scans_of(*scanned(a="GE", b="Siemens"), lesions, ["manufacturer", "kernel"])


def test_rules_of_models_read_what_is_combined(root):
    """A rule that reads FEATURES of cases where patients are one would learn from one image of each, or stop."""
    known = {"common", "collect", "identify", "combine"}
    rules = {path.stem: path.read_text() for path in (root / "workflow" / "rules").glob("*.smk")}
    assert len(rules) > 20
    direct = [f"/tables/{name}.parquet" for name in ("features", "patients", "exclusions")]
    assert not [name for name, text in rules.items() if name not in known and any(each in text for each in direct)]


def test_a_small_study_of_tables_learns_from_patients(tmp_path):
    """From tables with two regions, modalities and visits to a signature; one patient of each cohort has no node."""
    study = load(several_images(tmp_path, n=30), tmp_path)
    tabulated = [tabulate_cohort(study, name) for name in study.has.tables]
    features = FEATURES.frame(pd.concat([each.features for each in tabulated]))
    rows = [row for each in tabulated for row in each.rows]
    people = PATIENTS.frame(pd.DataFrame(rows)[["cohort", "case", "patient", "named"]].drop_duplicates())
    made = combine(features, people, study.settings["combine"], roles(study.settings))
    together = COMBINED.frame(made.features)
    tables = [outcomes_of(study, name, {row["patient"] for row in rows}) for name in study.has.tables]
    clinical = CLINICAL.frame([row for table in tables for row in table.clinical])
    assert clinical.groupby("cohort").size().to_dict() == {"train": 30, "valid": 30}
    cases = together[["cohort", "case"]].drop_duplicates().itertuples(index=False, name=None)
    asked = study.settings["validation"]
    splits = SPLITS.frame(split(clinical, cases, roles(study.settings), asked, 1, PATIENTS.frame(made.patients)))
    nothing = COVARIATES.frame([]), RELIABILITY.frame([])
    patients = material(together, clinical, *nothing, study.settings, study.profile_hash)
    assert patients.values.shape == (60, 2 * 2 * 2 * 4)
    assert np.isnan(patients.values).any(axis=1).sum() == 2
    signature = fit(patients, splits, SELECTION.frame(reduce(patients, splits)))
    assert set(signature.feature_ids) <= set(ids_of_models(NAMES, study.settings))
    assert len(signature.terms) == 2
    assert [term.feature_id for term in signature.baselines["volume"].terms] == study.settings["baselines"]["volume"]
    assert signature.profile == study.profile_hash


def tabulate_cohort(study, name):
    frame = pd.read_csv(study.data / f"{name}.csv", dtype=str)
    return tabulate(frame, name, study.settings["cohorts"][name]["features"])


def outcomes_of(study, name, patients):
    frame = pd.read_csv(study.data / f"{name}_c.csv", dtype=str)
    patients = {each for each in patients if each.startswith(name[0].upper())}
    return clinical_of(
        frame, name, patients, study.settings["cohorts"][name]["clinical"], study.settings["outcome"], []
    )
