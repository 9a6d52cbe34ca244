"""Signatures written by hand: what they become, and what is said of each mistake."""

import json
from copy import deepcopy

import numpy as np
import pytest
import yaml

from radioloom.errors import StudyError
from radioloom.profile import load
from radioloom.provenance import file_digest
from radioloom.sealed import write_json
from radioloom.stages.learning.published import handed_in
from radioloom.stages.learning.signature import COVARIATE, Signature

TERMS = [
    {"feature": "glcm_contrast", "coefficient": 0.5, "mean": 10.0, "sd": 2.0},
    {"feature": "morphology_volume", "coefficient": -0.2, "mean": 900.0, "sd": 100.0},
]
COX = {
    "name": "Invented 2020",
    "source": "doi:10.0000/invented",
    "model": "cox",
    "profile": "demo",
    "cut_point": 0.1,
    "terms": TERMS,
    "covariates": [{"covariate": "age", "coefficient": 0.01}],
    "baseline": {"survival": [{"days": 730, "survival": 0.5}, {"days": 365, "survival": 0.8}]},
}


def ids() -> list[str]:
    from radioloom.stages.images.plan import feature_ids

    return feature_ids(load("demo"))


@pytest.fixture
def read(tmp_path):
    """The signature of a content as a YAML file, or of one as JSON."""

    def handed(content, name="invented.yaml"):
        path = tmp_path / name
        path.write_text(yaml.safe_dump(content, sort_keys=False) if name.endswith("yaml") else json.dumps(content))
        return handed_in(path)

    return handed


def content(**changes) -> dict:
    first, second = ids()[:2]
    made = deepcopy(COX)
    made["terms"][0]["feature"], made["terms"][1]["feature"] = first, second
    return {key: value for key, value in {**made, **changes}.items() if value is not None}


@pytest.mark.parametrize("name", ["invented.yaml", "invented.json"])
def test_a_published_signature_is_a_signature(read, tmp_path, name):
    handed = read(content(covariates=None), name)
    found = handed.signature
    assert (handed.title, handed.source, handed.profile.name) == ("Invented 2020", "doi:10.0000/invented", "demo")
    assert handed.file == file_digest(tmp_path / name)
    assert handed.by_hand
    assert found.profile == load("demo").hash
    values = np.array([[12.0, 800.0], [np.nan, 900.0]])
    np.testing.assert_allclose(found.risk(values), [0.5 * 1 + 0.2 * 1, 0.0])  # means are known: missing is the mean
    hazard = -np.log([0.8, 0.5])
    chance = found.probability(found.risk(values), np.array([365.0, 730.0, 500.0, 0.0]))
    np.testing.assert_allclose(chance[0, :2], 1 - np.exp(-hazard * np.exp(0.7)))
    np.testing.assert_allclose(chance[1], [0.2, 0.5, np.nan, 0.0])  # nothing is known between the horizons
    with pytest.raises(StudyError, match=r"at 500 days cannot be said: .* baseline survival at 365, 730 days alone"):
        found.risk_at(values, 500)


def test_coefficients_per_unit_give_no_risk_where_a_value_is_missing(read):
    terms = [{"feature": each, "coefficient": beta} for each, beta in zip(ids()[:2], (0.1, -0.01), strict=True)]
    found = read(content(terms=terms)).signature
    assert found.complete
    assert found.terms[2].group == COVARIATE
    risk = found.risk(np.array([[3.0, 50.0, 60.0], [3.0, np.nan, 60.0]]))
    np.testing.assert_allclose(risk, [0.3 - 0.5 + 0.6, np.nan])


def test_it_survives_its_file(read, tmp_path):
    terms = [{"feature": ids()[0], "coefficient": 1.0}]
    found = read(content(terms=terms, cut_point=None, covariates=None)).signature
    write_json(found.to_json(), tmp_path / "signature.json")
    assert Signature.read(tmp_path / "signature.json") == found
    assert found.cut_point is None
    assert handed_in(tmp_path / "signature.json").signature == found


def test_a_logistic_one_gives_probabilities(read):
    found = read(content(model="logistic", intercept=-1.0, baseline=None, covariates=None)).signature
    risk = found.risk(np.array([[12.0, 900.0]]))
    np.testing.assert_allclose(risk, [-0.5])
    np.testing.assert_allclose(found.probability(risk, np.zeros(1)), [[1 / (1 + np.exp(0.5))]])


MISTAKES = {
    "no profile": ({"profile": None}, "the key 'profile' is missing; name the profile"),
    "profile and tool": ({"tool": "pyradiomics 3"}, "`profile` and `tool` are both given"),
    "unknown profile": ({"profile": "demmo"}, "profile: profile 'demmo' is not known; did you mean 'demo'"),
    "no source": ({"source": None}, "the key 'source' is missing; add it \\(DOI or citation"),
    "a key that is none": ({"cutpoint": 1}, "cutpoint: unknown key; did you mean 'cut_point'"),
    "another model": ({"model": "forest"}, "'forest' is not accepted. Allowed: cox, logistic"),
    "no terms": ({"terms": []}, "a list of 1 or more"),
    "a cox model with intercept": ({"intercept": 1.0}, "intercept: a Cox model has none; take it out"),
    "a logistic one without": ({"model": "logistic", "baseline": None}, "a logistic model has an intercept"),
    "a logistic one with survival": ({"model": "logistic", "intercept": 1.0}, "baseline: a model without times"),
    "survival that rises": (
        {"baseline": {"survival": [{"days": 1, "survival": 0.2}, {"days": 2, "survival": 0.5}]}},
        "0.5 at 2 days is above 0.2 at 1 days; survival never rises: was the risk written in its place",
    ),
    "a day twice": (
        {"baseline": {"survival": [{"days": 1, "survival": 0.2}, {"days": 1, "survival": 0.5}]}},
        "1 days appear twice",
    ),
    "survival in per cent": ({"baseline": {"survival": [{"days": 1, "survival": 50}]}}, "1 or less"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_told(read, mistake):
    changes, said = MISTAKES[mistake]
    with pytest.raises(StudyError, match=said):
        read(content(**changes))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"feature": "glcm_contrast_"}, "'glcm_contrast_' is no feature of the profile 'demo'; did you mean"),
        ({"mean": None}, "has `sd` and no `mean`; a coefficient is per SD with both, or per unit with neither"),
        ({"sd": None}, "has `mean` and no `sd`"),
        ({"mean": None, "sd": None}, "has a coefficient per SD and .* one per unit; a published model has one or the"),
        ({"coefficient": float("inf")}, "a number that is not finite"),
        ({"sd": 0}, "more than 0"),
    ],
)
def test_mistakes_of_a_term_are_told_with_their_line(read, change, said):
    made = content()
    made["terms"][1] = {key: value for key, value in {**made["terms"][1], **change}.items() if value is not None}
    with pytest.raises(StudyError, match=said) as error:
        read(made)
    assert str(error.value).startswith("invented.yaml, line ")


def test_a_feature_twice_and_a_file_that_is_not_there(read, tmp_path):
    made = content()
    made["terms"][1]["feature"] = made["terms"][0]["feature"]
    with pytest.raises(StudyError, match="appears twice; take one out"):
        read(made)
    with pytest.raises(StudyError, match=r"gone\.yaml: there is no such file"):
        handed_in(tmp_path / "gone.yaml")


def test_the_example_of_the_docs_is_read(root, tmp_path):
    text = (root / "docs" / "apply.md").read_text(encoding="utf-8")
    example = text.rsplit("```yaml\n", 1)[1].split("```", 1)[0]
    (tmp_path / "example.yaml").write_text(example)
    handed = handed_in(tmp_path / "example.yaml")
    assert handed.profile.name == "aerts2014"
    assert "invented" in handed.title.lower()
