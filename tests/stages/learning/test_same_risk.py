"""A model that gives every patient the same risk, or of whom nobody has the values, is compared with nothing."""

from dataclasses import replace

import numpy as np
import pytest

from made.planted_tables import Made
from made.validated_study import study
from radioloom.stages.report.record import ReportInputs
from radioloom.stages.report.report import report
from radioloom.stages.report.sections.missing import MISSING as MISSING_DATA
from radioloom.stages.report.sections.performance import PERFORMANCE
from radioloom.tables import COMPARISONS, METRICS, MISSING

SIZES = {"train": 60, "valid1": 50}


def learnt(change, **asked) -> Made:
    made = Made(sizes=SIZES, covariates=["age"], repeats=1, change=change)
    made.study["validation"] |= {"null_models": 1, "bootstrap": 60} | asked
    return made


def inputs(made: Made) -> ReportInputs:
    """What the report has of a study."""
    tables = {
        "metrics": METRICS.frame(made.validated.metrics),
        "comparisons": COMPARISONS.frame(made.validated.comparisons),
        "missing": MISSING.frame(made.validated.missing),
    }
    whole = replace(study(), **tables)
    settings = {**whole.settings, "imputation": made.study["imputation"], "model": made.study["model"]}
    settings["validation"] = settings["validation"] | {"most_missing": 0.2}
    return replace(whole, settings=settings)


def brief(made: Made) -> str:
    """What the report says of it in brief."""
    told = inputs(made)
    return "\n".join(text for each in (MISSING_DATA, PERFORMANCE) for _, text in each.build(told)["brief"])


def test_a_covariate_that_nobody_in_training_has_makes_no_model_to_beat():
    """The signature beside a constant: no interval, no p, no verdict; the report says so beside the number."""

    def empty(_, outcomes):
        outcomes["train"]["age"] = ""

    made = learnt(empty)
    rows = METRICS.frame(made.validated.metrics)
    clinical = rows[
        (rows["model"] == "clinical") & (rows["evaluation"] == "validation") & (rows["metric"] == "c_index")
    ]
    assert clinical["estimate"].item() == 0.5
    of_two = rows[(rows["against"] == "clinical") & (rows["evaluation"] != "apparent")]
    assert len(of_two) == 3  # nobody could be judged by it in cross-validation
    assert of_two[["low", "high"]].isna().all(axis=None)
    assert set(of_two["withheld"]) == {"same risk"}
    assert of_two.loc[of_two["metric"] != "c_index", "estimate"].isna().all()
    compared = COMPARISONS.frame(made.validated.comparisons)
    assert set(compared.loc[compared["against"] == "clinical", "verdict"]) == {""}
    told = brief(made)
    assert "significantly above 0.5 (chance)" in told  # what the signature does by itself is said all the same
    assert "The baseline clinical cannot be compared: it gives every patient the same risk." in told
    assert "minus clinical: " not in told
    assert "Age is known of nobody in train." in told
    assert "<td>not compared: one risk for all</td>" in report(inputs(made))


def test_a_cohort_without_any_value_of_a_feature_has_no_number_of_the_signature():
    name = learnt(None).signature.feature_ids[0]

    def gone(features, _):
        features.loc[(features["cohort"] == "valid1") & (features["feature_id"] == name), "value"] = np.nan

    made = learnt(gone)
    told = brief(made)
    assert "The signature cannot be judged: every value of it is known of 0 of 50 cases." in told
    assert f"{name[0].upper()}{name[1:]} is known of nobody in valid1." in told
    rows = METRICS.frame(made.validated.metrics).query("evaluation == 'validation' and kind == 'signature'")
    assert rows["estimate"].isna().all()
    compared = COMPARISONS.frame(made.validated.comparisons).query("evaluation == 'validation'")
    assert compared["verdict"].eq("").all()


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_a_signature_of_which_nothing_is_left_has_no_verdict(kind):
    made = Made(kind=kind, sizes=SIZES, repeats=1)
    made.study["validation"] |= {"null_models": 40, "bootstrap": 60}
    made.selection["kept"] = False
    made.selection["step"] = "selector"
    assert made.signature.terms == ()
    rows = METRICS.frame(made.validated.metrics).query("evaluation == 'validation' and kind == 'signature'")
    main = rows[rows["metric"] == ("c_index" if kind == "survival" else "auc")]
    assert main["estimate"].notna().all()
    assert main["low"].isna().all()
    assert set(main["withheld"]) == {"same risk"}
    assert np.isnan(rows.loc[rows["metric"] == "null_p", "estimate"].item())
    compared = COMPARISONS.frame(made.validated.comparisons).query("evaluation == 'validation'")
    assert len(compared) == 2
    assert compared["verdict"].eq("").all()
