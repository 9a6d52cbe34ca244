"""The signature as a record and as a file: what it keeps, what it refuses, files of earlier versions."""

import json
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import PROFILE, Made
from radioloom.errors import StudyError
from radioloom.sealed import intact
from radioloom.stages.learning.material import feature_matrix
from radioloom.stages.learning.signature import VERSION, Signature, Term

MADE = Made(covariates=["age"])
# As Radioloom wrote it before files had a version: a harmonised Cox model of two features with its baselines.
EARLIER = {
    "baselines": {
        "clinical": {
            "cut_point": 0.25,
            "features": [
                {
                    "coefficient": 0.5, "feature_id": "age", "group": "covariate", "high": 2.0, "low": 1.5,
                    "mean": 60.0, "missing": 1, "ratio": 1.6487212707001282, "sd": 8.0,
                }
            ],
            "intercept": 0.0, "model": "cox", "n": 72, "n_events": 48, "name": "clinical", "note": "",
            "ratio": "hazard ratio", "ridge": 0.0,
        }
    },
    "cut_point": 0.1,
    "features": [
        {
            "batches": {"A": [2.0, 1.0]}, "coefficient": -1.0, "feature_id": "glcm_contrast", "group": "texture",
            "high": 0.7, "low": 0.2, "mean": 5.0, "missing": 0, "ratio": 0.36787944117144233, "sd": 2.0,
        },
        {
            "batches": {}, "coefficient": 0.5, "feature_id": "intensity_mean", "group": "intensity", "high": 3.0,
            "low": 0.9, "mean": 100.0, "missing": 2, "ratio": 1.6487212707001282, "sd": 10.0,
        },
    ],
    "harmonisation": {"batch": ["manufacturer"], "cohorts": {"train": [72, 72]}, "learned": {"A": 40, "B": 32}},
    "intercept": 0.0, "model": "cox", "n": 72, "n_events": 48, "name": "signature", "note": "",
    "profile": "7a7d585edbce", "provenance": {"code": "65f05a53fcf0"}, "ratio": "hazard ratio", "ridge": 0.0,
}  # fmt: skip


def written(signature: Signature) -> dict:
    return json.loads(json.dumps(signature.to_json(), allow_nan=False))


def test_a_file_without_a_version_is_read_and_written_again_with_one():
    found = Signature.from_json(EARLIER)
    assert found.feature_ids == ["glcm_contrast", "intensity_mean"]
    assert found.terms[1] == Term("intensity_mean", "intensity", 100.0, 10.0, 2, 0.5, 1.6487212707001282, 0.9, 3.0, {})
    assert found.baselines["clinical"].terms[0].feature_id == "age"
    assert found.provenance == {"code": "65f05a53fcf0"}
    again = written(found)
    assert intact(again)
    del again["digest"]
    assert again == EARLIER | {"version": VERSION}  # the keys that it had, with what they held


def test_risk_of_an_earlier_file_by_hand():
    found = Signature.from_json(EARLIER)
    frame = pd.DataFrame({"intensity_mean": [110.0, np.nan, 90.0], "glcm_contrast": [3.0, 1.0, 7.0], "more": 0.0})
    risk = found.risk(frame, pd.Series(["A", "B", "A"]), "7a7d585edbce")
    mapped = np.array([2 * 3.0 + 1, 1.0, 2 * 7.0 + 1])  # batch B is not among the lines: left as it is
    np.testing.assert_allclose(risk, -(mapped - 5) / 2 + 0.5 * np.array([1, 0, -1]))
    array = found.risk(frame[found.feature_ids].to_numpy(), np.array(["A", "B", "A"], dtype=object))
    np.testing.assert_array_equal(array, risk)


@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_counts_as_missing(missing):
    """By the training mean, where it adds nothing, whatever the batch; all other rows and features stay."""
    signature = Signature.from_json(EARLIER)
    columns = np.array([[missing, 110.0], [3.0, missing], [missing, missing], [7.0, 90.0]])
    np.testing.assert_array_equal(signature.risk(columns), [0.5, 1.0, 0.0, -1.5])
    batches = np.array(["A", "A", "A", "B"], dtype=object)
    np.testing.assert_array_equal(signature.risk(columns, batches), [0.5, -1.0, 0.0, -1.5])
    frame = pd.DataFrame(columns, columns=signature.feature_ids)
    np.testing.assert_array_equal(signature.risk(frame, batches), [0.5, -1.0, 0.0, -1.5])


def test_a_written_signature_predicts_the_same_to_the_last_bit(tmp_path):
    (tmp_path / "signature.json").write_text(json.dumps(MADE.signature.to_json()), encoding="utf-8")
    assert Signature.read(tmp_path / "signature.json") == MADE.signature
    wide, _ = feature_matrix(MADE.features, MADE.roles)
    again = Signature.from_json(written(MADE.signature))
    assert again == MADE.signature
    pd.testing.assert_series_equal(again.risk(wide), MADE.signature.risk(wide), check_exact=True)
    ages = pd.DataFrame({"age": [50.0, 70.0]})
    clinical = again.baselines["clinical"]
    np.testing.assert_array_equal(clinical.risk(ages), MADE.signature.baselines["clinical"].risk(ages))


def test_a_signature_is_frozen():
    with pytest.raises(FrozenInstanceError):
        MADE.signature.cut_point = 0.0


@pytest.mark.parametrize("version", [VERSION + 1, 0, "2", 1.5])
def test_a_file_of_another_version_is_refused_by_its_version(version):
    with pytest.raises(StudyError, match=f"the signature is of version {version}, .* up to {VERSION}; update it"):
        Signature.from_json(EARLIER | {"version": version})


def test_what_is_not_known_is_refused_since_it_could_change_every_risk():
    with pytest.raises(StudyError, match="has a key 'spline' that this Radioloom does not know"):
        Signature.from_json(EARLIER | {"spline": 3})
    odd = [EARLIER["features"][0] | {"log": True}]
    with pytest.raises(StudyError, match="has a key 'log' that"):
        Signature.from_json(EARLIER | {"features": odd})
    with pytest.raises(StudyError, match="a model of kind 'forest', and this Radioloom knows cox, logistic"):
        Signature.from_json(EARLIER | {"model": "forest"})
    with pytest.raises(StudyError, match="has no key 'cut_point'; the file is damaged"):
        Signature.from_json({key: value for key, value in EARLIER.items() if key != "cut_point"})


def test_a_signature_of_nothing_survives_its_file():
    nothing = replace(MADE.signature, terms=(), baselines={})
    again = Signature.from_json(written(nothing))
    assert again == nothing
    np.testing.assert_array_equal(again.risk(np.zeros((3, 0))), np.zeros(3))
    assert written(nothing)["features"] == []
    assert written(nothing)["baselines"] == {}
    assert again.profile == PROFILE


def test_a_risk_at_a_horizon_is_of_the_baseline_hazard_and_the_same_from_a_file():
    wide, _ = feature_matrix(MADE.features, MADE.roles)
    signature = MADE.signature
    assert signature.hazard is not None
    again = Signature.from_json(written(signature))
    chance = again.risk_at(wide, 300.0)
    pd.testing.assert_series_equal(chance, signature.risk_at(wide, 300.0), check_exact=True)
    steps = np.array(signature.hazard.cumulative)[np.array(signature.hazard.time_days) <= 300]
    expected = 1 - np.exp(-steps[-1] * np.exp(signature.risk(wide) - signature.hazard.centre))
    np.testing.assert_allclose(chance, expected, rtol=1e-12)
    with pytest.raises(StudyError, match="cannot be said: the signature model was learnt on patients"):
        signature.risk_at(wide, signature.hazard.last_days + 1)


def test_an_earlier_file_orders_patients_and_gives_no_absolute_risk():
    with pytest.raises(StudyError, match="has no baseline hazard, so it orders patients"):
        Signature.from_json(EARLIER).risk_at(np.zeros((1, 2)), 300.0)
