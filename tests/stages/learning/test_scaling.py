"""The study's `model.scaling`: one far training value, and a signature that maps by itself."""

import json
from dataclasses import replace

import numpy as np
import pytest

from made.planted_tables import TEXTURE, Made
from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.prediction.scalings import SCALINGS
from radioloom.stages.learning.fitting import fit_signature
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.risks import risk_of
from radioloom.stages.learning.signature import Signature

MADE = Made()
TRAIN, TEST = (MADE.material.rows(MADE.splits, "frozen", part) for part in ("train", "test"))


def validated(scaling: str, far: float = 0.0) -> tuple[float, Signature]:
    """C in validation of the planted feature alone, where one training value of it lies `far` SDs off."""
    values, place = MADE.material.values.copy(), MADE.material.place(TEXTURE)
    column = values[TRAIN, place]
    least = TRAIN[np.argmin(MADE.material.outcomes.take(TRAIN).time_days)]  # an early event, or a loss
    longest = TRAIN[np.argmax(MADE.material.outcomes.take(TRAIN).time_days)]
    assert least != longest
    values[longest, place] += far * column.std() * np.sign(np.median(column) or 1)
    study = {**MADE.study, "model": {**MADE.study["model"], "scaling": scaling}}
    material = replace(MADE.material, values=values, study=study)
    outcomes = material.outcomes
    signature = fit_signature(material, TRAIN, outcomes.take(TRAIN), (place, material.place("intensity_f00")))
    return concordance(comparable(outcomes.take(TEST)), risk_of(material, signature, TEST)), signature


def test_one_far_value_bends_what_is_standardised_and_not_what_is_robust_or_ranked():
    plain, bent = validated("standard")[0], validated("standard", 40)[0]
    assert bent < 0.55
    for scaling, loss in {"robust": 0.03, "rank": 0.03, "log": 0.03, "yeo_johnson": 0.06}.items():
        assert validated(scaling, 40)[0] > plain - loss
        assert validated(scaling)[0] == pytest.approx(plain, abs=0.03)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_the_file_alone_gives_the_same_risks(scaling):
    study = {**MADE.study, "model": {**MADE.study["model"], "scaling": scaling}}
    material = replace(MADE.material, study=study)
    signature = learn(material, TRAIN, [material.outcomes.take(TRAIN)])[0].signature
    again = Signature.from_json(json.loads(json.dumps(signature.to_json(), allow_nan=False)))
    assert again == signature
    np.testing.assert_array_equal(risk_of(material, again, TEST), risk_of(material, signature, TEST))
    assert all((term.scaling is None) == (scaling == "standard") for term in signature.terms)
    assert np.median(risk_of(material, signature, TRAIN)) == pytest.approx(signature.cut_point)


def test_the_default_writes_no_scaling():
    signature = learn(MADE.material, TRAIN, [MADE.material.outcomes.take(TRAIN)])[0].signature
    assert "scaling" not in json.dumps(signature.to_json())
