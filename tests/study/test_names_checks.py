"""Names of a study and its profile that no table knows are told with their line and a remedy, before any job."""

import pytest
import yaml

from made.many_cases import many_cases
from made.studies import PROFILE
from radioloom.errors import StudyError
from radioloom.profile import known
from radioloom.profile import load as load_profile
from radioloom.settings import Origin
from radioloom.stages.images.plan import feature_ids
from radioloom.study import load, verify
from radioloom.study.names_checks import profile_faults


@pytest.fixture
def bench(tmp_path):
    return many_cases(tmp_path, 12, data=str(tmp_path / "data"))


def verified(bench, **changes):
    bench.changes |= changes
    path = bench.write()
    return verify(load(yaml.safe_load(path.read_text()), bench.place, path), path)


def test_a_sound_study_has_nothing_to_be_told(bench):
    assert verified(bench) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": {"kind": "coxx"}}, ["study.yaml, line", "model.kind: 'coxx'", "Did you mean 'cox'? Allowed: cox"]),
        (
            {"model": {"kind": "logistic"}},
            ["model.kind: logistic is for a binary outcome, the study's is survival", "take cox"],
        ),
        ({"model": {"kind": "cox", "selector": "bets"}}, ["model.selector", "Allowed: best_per_group, top, forward"]),
        (
            {"model": {"kind": "survival_forest", "settings": {"trees": [5]}}},
            ["model.settings.trees: [5] is not accepted"],
        ),
        (
            {"model": {"kind": "survival_forest", "selector": "forward"}},
            ["model.selector: forward compares likelihoods of plain models, which survival_forest is not"],
        ),
        ({"model": {"kind": "cox", "cut_points": "thirds"}}, ["model.cut_points: 'thirds'"]),
        (
            {"model": {"kind": "cox", "cut_points": [0.5, -1]}},
            ["model.cut_points: the risks do not ascend; write [-1, 0.5]"],
        ),
        (
            {"model": {"kind": "logistic", "cut_points": "tertiles"}, "outcome": {"kind": "binary", "name": "x"}},
            ["model.cut_points: a binary outcome has one threshold", "give `median` or one risk"],
        ),
        ({"outcome": {"kind": "binery", "name": "x"}}, ["outcome.kind", "Did you mean 'binary'?"]),
        (
            {"controls": ["shuffled_rio"]},
            ["controls.0: 'shuffled_rio'", "Did you mean 'shuffled_roi'?", "uniform_outside"],
        ),
        ({"reliability": {"form": "ICC(A,2)"}}, ["reliability.form", "Did you mean 'ICC(A,k)'?", "ICC(C,k)"]),
        ({"reliability": {"rule": "lowest"}}, ["reliability.rule", "Allowed: lower_bound, stability_rank"]),
        ({"robustness": {"chain": "RXV"}}, ["robustness.chain", "'RXV'", "N noise, V volume"]),
        ({"robustness": {"chain": "RCV", "form": "ICC(A,1)"}}, ["robustness.form", "Allowed: ICC(1), ICC(k)"]),
        ({"harmonise": {"batch": ["manufactuer"]}}, ["harmonise.batch.0", "Did you mean 'manufacturer'?"]),
        (
            {
                "genomics": {
                    "cohort": "train",
                    "expression": {"file": "e.csv", "gene": "g"},
                    "modules": {"method": "wgcna"},
                }
            },
            ["genomics.modules.method: 'wgcna'", "Allowed: kmeans, eigengenes, correlation_tree"],
        ),
        (
            {
                "genomics": {"cohort": "train", "expression": {"file": "e.csv", "gene": "g"}},
                "baselines": {"size": ["morphology_volume"]},
            },
            ["baselines: `genomics` corrects for volume", "volume: [morphology_volume], or as your tables"],
        ),
        (
            {"imputation": {"method": "iterativ"}},
            ["imputation.method", "Did you mean 'iterative'?", "Allowed: none, mean"],
        ),
        (
            {"imputation": {"multiple": 20}},
            ["line", "imputation.multiple: several imputations", "the method is mean; set method: iterative, or 0"],
        ),
        (
            {"baselines": {"clinical": ["morphology_volume"]}},
            ["line", "baselines.clinical", "choose another"],
        ),
        ({"models": {"signature": {"kind": "cox"}}}, ["models.signature", "the pipeline's own"]),
        ({"models": {"volume": {"kind": "cox"}}}, ["models.volume", "a baseline has this name too"]),
        ({"baselines": {"signature": ["morphology_volume"]}}, ["baselines.signature", "the pipeline's own"]),
        (
            {"baselines": {"volume": ["morphology_volum"]}},
            ["baselines.volume: 'morphology_volum'", "profile 'quick'", "did you mean 'morphology_volume'?"],
        ),
        (
            {"baselines": {"peak": ["suv"]}},
            ["baselines.peak: 'suv' is no feature", "choose one of morphology_volume, morphology_sphericity"],
        ),
        ({"baselines": {"volume": ["morphology_volume"] * 2}}, ["baselines.volume", "Expected: each entry once."]),
        (
            {"model": {"kind": "cox", "settings": {"rigde": 1}}},
            ["line", "model.settings.rigde: the cox", "no such setting"],
        ),
        ({"model": {"kind": "cox", "covariates": ["age", "age"]}}, ["model.covariates.1: 'age' appears twice"]),
        ({"model": {"kind": "cox", "covariates": [{"s": ["a", "b", "b"]}]}}, ["model.covariates.0", "level 'b' twice"]),
        (
            {"model": {"kind": "cox", "covariates": [{"a": ["x", "y"], "b": ["x", "y"]}]}},
            ["one column with its levels"],
        ),
    ],
)
def test_a_name_that_no_table_knows(bench, changes, words):
    with pytest.raises(StudyError) as caught:
        verified(bench, **changes)
    for word in words:
        assert word in str(caught.value)


def profile(tmp_path, change):
    content = yaml.safe_load(PROFILE)
    change(content)
    path = tmp_path / "quick.yaml"
    path.write_text(yaml.safe_dump(content))
    return load_profile(path)


def family(name, **block):
    return lambda content: content["families"].update({name: {"settings": {}, "features": "all", **block}})


def image(name, **settings):
    return lambda content: content["images"].update({name: settings})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (family("glcm"), "families.glcm.settings.aggregations: the setting is missing; add it"),
        (
            family("glcm", settings={"aggregations": ["3D"]}),
            "aggregations: ['3D'] is not accepted; write one of '2D, aver",
        ),
        (
            family("glcm", settings={"aggregations": []}),
            "aggregations: [] is not accepted; name at least one, each once",
        ),
        (family("glszm", settings={"aggregations": "3D"}), "aggregations: '3D' is not accepted; write a list"),
        (
            family("ngldm", settings={"aggregations": ["3D"], "distance": 0}),
            "families.ngldm.settings.distance: 0 is not accepted; write 1 or more",
        ),
        (
            family("ngldm", settings={"aggregations": ["3D"], "distance": True}),
            "distance: True is not accepted; write a value of type int",
        ),
        (
            family("morphology", settings={"mesh": "tight"}),
            "mesh: 'tight' is not accepted; write one of 'watertight', 'pyr",
        ),
        (
            family("intensity", settings={"percentile": "x"}),
            "settings.percentile: unknown setting; take it out. Known here",
        ),
        (family("histogram", settings={"percentiles": "x"}), "write one of 'linear', 'nearest_rank'"),
        (family("intensity", features=["meen"]), "families.intensity.features: no row 'meen'; did you mean 'mean'?"),
        (family("intensity", features={"Mean": "meen"}), "families.intensity.features: no row 'meen'"),
        (image("wavelet", family="coif99", boundary="zero"), "images.wavelet: wavelet: family 'coif99' is not known"),
        (image("wavelet", family="haar", boundary="zero", bands=["LH"]), "bands: ['LH'] of a wavelet in 3 dimensions"),
        (
            image("riesz_log", orders=[[0, 0, 0]], sigma_mm=[1], support=9, boundary="zero"),
            "images.riesz_log: orders: an order of noughts",
        ),
        (
            lambda content: (
                content["labels"]["families"].update(morphology="same", intensity="same")
                or content["families"]["morphology"].update(features={"mean": "volume"})
            ),
            "labels: 1 labels name two features (same_mean ...)",
        ),
    ],
)
def test_a_fault_of_the_profile(tmp_path, change, words):
    assert words in "\n".join(profile_faults(profile(tmp_path, change)))


@pytest.mark.parametrize("name", known())
def test_shipped_profiles_are_sound(name):
    assert list(profile_faults(load_profile(name))) == []


def test_every_fault_is_told_at_once(bench):
    with pytest.raises(StudyError) as caught:
        verified(bench, baselines={"null": ["morphology_volume"], "peak": ["suv"]})
    assert len(str(caught.value).splitlines()) == 2


def test_a_baseline_of_a_filtered_image(tmp_path):
    found = feature_ids(profile(tmp_path, image("log", sigma_mm=[2], boundary="zero", truncate=4, dimensions=3)))
    assert "log-sigma-2-mm-3D_intensity_mean" in found
    assert "log-sigma-2-mm-3D_morphology_volume" not in found  # of the contour, whatever the image


def test_the_line_is_that_of_the_nearest_key(tmp_path):
    (tmp_path / "a.yaml").write_text("one: 1\ntwo:\n  three: [4, 5]\n")
    origin = Origin("a.yaml", tmp_path / "a.yaml")
    assert origin.at("two", "three", 1) == "a.yaml, line 3: two.three.1"
    assert origin.at("two", "four") == "a.yaml, line 2: two.four"
    assert origin.at("five") == "a.yaml: five"
    assert Origin("the configuration").at("two") == "the configuration: two"
