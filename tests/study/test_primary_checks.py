"""A primary comparison that could not be made, or would have no interval, is told before any job."""

import pytest

from radioloom.settings import Origin
from radioloom.study.primary_checks import primary_faults

ORIGIN = Origin("study.yaml", {})
SOUND = {"evaluation": "validation", "cohort": "v", "model": "signature", "against": "volume"}


def faults(covariates=(), roles=("training", "validation"), asked=None, learnt=(), **primary):
    model = {"kind": "cox", "selector": "top", "grid": {}, "covariates": list(covariates)} | dict(learnt)
    settings = {
        "cohorts": {name: {"role": role} for name, role in zip(("t", "v"), roles, strict=True)},
        "baselines": {"volume": ["morphology_volume"]},
        "model": model,
        "validation": {
            "bootstrap": 1000, "intervals": "main", "cross_validation": {"repeats": 10}, "primary": SOUND | primary,
        } | (asked or {}),
    }  # fmt: skip
    return list(primary_faults(settings, ORIGIN))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"against": "chance"},
        {"against": "clinical", "covariates": ["age"]},
        {"model": "clinical+signature", "against": "clinical", "covariates": ["age"]},
        {"evaluation": "cross-validation", "cohort": None},
        {"learnt": {"kind": "elastic_net_cox", "selector": "none"}},
        {"roles": ("training", "validation"), "asked": {"primary": None}},
    ],
)
def test_what_can_be_compared_is_sound(change):
    assert faults(**change) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cohort": "w"}, "validation.primary.cohort: 'w' is no validation cohort; choose one of v, or set"),
        ({"cohort": "t"}, "'t' is no validation cohort; choose one of v"),
        ({"cohort": None}, "validation.primary: `cohort` has to name a validation cohort; choose one of v, or set"),
        ({"roles": ("training", "training")}, "'v' is no validation cohort; this study has none; set"),
        ({"evaluation": "cross-validation"}, "a cross-validation is of all training cohorts; leave `cohort` out"),
        ({"against": "clinical"}, "signature is not compared with clinical; choose one of signature against chance, "
         "signature against volume"),
        ({"model": "volume", "against": "chance"}, "volume is not compared with chance"),
        ({"model": "clinical+signature", "against": "volume", "covariates": ["age"]}, "choose one of"),
        ({"asked": {"intervals": "none"}}, "it would have no interval: `intervals: none` asks for none"),
        ({"asked": {"bootstrap": 0}}, "`bootstrap: 0` draws no resamples"),
        ({"evaluation": "cross-validation", "cohort": None, "asked": {"cross_validation": {"repeats": 3}}},
         "fewer than 5 repeats"),
        *[({"evaluation": "cross-validation", "cohort": None, "learnt": learnt},
           "none is shown to hold in a cross-validation; compare in a validation cohort, or learn by cox or logistic")
          for learnt in ({"kind": "survival_forest"}, {"selector": "mrmr"}, {"grid": {"n_features": [2, 4]}})],
    ],
)  # fmt: skip
def test_what_cannot_is_told_with_a_remedy(change, words):
    (fault,) = faults(**change)
    assert words in fault
