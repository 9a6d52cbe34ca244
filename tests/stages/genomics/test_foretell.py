"""Modules and the outcome: tests are those of statsmodels, and cases left out tell nothing of themselves."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import chi2

from made.sections import shown_alone
from radioloom.errors import StudyError
from radioloom.figures import foretold
from radioloom.stages.genomics import foretell as stage
from radioloom.stages.genomics.assembled import Mapped
from radioloom.stages.genomics.associate import Measured, associate
from radioloom.stages.genomics.foretell import Judged, beside, foretell, one_case_each
from radioloom.stages.genomics.scores import scores
from radioloom.stages.report.sections.foretold import FORETOLD as SECTION
from radioloom.tables import MODULE_OUTCOMES, SURROGATES

CASES = [f"c{k:02d}" for k in range(60)]
FAMILY = ["texture", "noise", "size", "volume"]


def study(seed=1, effect=1.0, kind="survival", method="kmeans"):
    """Module 1 follows texture and drives the outcome; module 2 does neither."""
    draw = np.random.default_rng(seed)
    programs = draw.normal(size=(2, 60))
    values = programs[np.repeat([0, 1], [12, 8])] + 0.5 * draw.normal(size=(20, 60))
    expression = pd.DataFrame(values, index=[f"G{k:02d}" for k in range(20)], columns=CASES)
    x = pd.DataFrame(draw.normal(size=(60, 4)), index=CASES, columns=FAMILY)
    x["texture"] += 2 * effect * programs[0]
    modules = {"method": method, "n_modules": 2, "trees": {"max_splits": 1, "starts": 1}}
    block = {"cohort": "g", "expression": {"file": "e.csv"}, "modules": modules, "permutations": 99}
    block["outcomes"] = {"folds": 4, "repeats": 2, "permutations": 39}
    members = associate(Measured(x, {}), expression, block, FAMILY[:3], FAMILY[3], 1).modules
    hazard = np.exp(1.2 * effect * programs[0])
    times, ends = draw.exponential(1000 / hazard), draw.exponential(2000, 60)
    event = times <= ends if kind == "survival" else draw.random(60) < hazard / (1 + hazard)
    clinical = pd.DataFrame({"event": event, "time_days": np.minimum(times, ends) + 1}, index=CASES)
    return (
        Mapped(Measured(x, {}), expression, members, FAMILY, None, [], None),
        Judged(clinical, kind, {"volume": x[["volume"]]}),
        block,
    )


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_the_planted_module_bears_on_the_outcome_and_images_foretell_it(kind):
    mapped, judged, block = study(kind=kind)
    rows, guessed = foretell(mapped, judged, block, 1)
    table, surrogates = MODULE_OUTCOMES.frame(rows), SURROGATES.frame(guessed)
    outcomes = table.set_index(["beside", "module"])
    assert (outcomes.xs("M1", level="module")["q"] < 0.01).all()
    assert outcomes.loc[("", "M1"), "c"] > 0.65
    assert np.isnan(outcomes.loc[("", "M1"), "c_without"])
    assert outcomes.loc[("volume", "M1"), "c"] > outcomes.loc[("volume", "M1"), "c_without"] + 0.1
    by_module = surrogates.set_index("module")
    assert by_module.loc["M1", "r2"] > 0.4
    assert by_module.loc["M1", ["p_max", "n"]].tolist() == [1 / 40, 60]
    assert by_module.loc["M1", "q_outcome"] < 0.05
    assert by_module.loc["M2", "r2"] < 0.1
    words = foretold.in_words(table, surrogates)
    assert words.startswith("Of 2 modules ")
    shown = shown_alone(SECTION, {"outcome": {"kind": kind}}, module_outcomes=table, surrogates=surrogates)
    assert words.replace("<", "&lt;") in shown
    assert ("AUC" in shown) == (kind == "binary")


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_coefficients_and_p_are_those_of_statsmodels(kind):
    mapped, judged, block = study(2, kind=kind)
    table = foretell(mapped, judged, block, 1)[0].set_index(["beside", "module"])
    score = scores(mapped.members, mapped.expression)["M2"].to_numpy()
    volume = mapped.measured.values["volume"].to_numpy()
    columns = np.column_stack([score, volume])
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    event, times = judged.clinical["event"].to_numpy(float), judged.clinical["time_days"].to_numpy()

    def fit(x):
        if kind == "survival":
            return sm.PHReg(times, x, status=event, ties="efron").fit()
        return sm.Logit(event, sm.add_constant(x)).fit(disp=0)

    both, without = fit(columns), fit(columns[:, 1:])
    row, place = table.loc[("volume", "M2")], 0 if kind == "survival" else 1
    assert row["coefficient"] == pytest.approx(both.params[place], abs=1e-6)
    np.testing.assert_allclose(row[["low", "high"]].astype(float), both.conf_int()[place], atol=1e-4)
    assert row["p"] == pytest.approx(chi2.sf(2 * (both.llf - without.llf), 1), abs=1e-6)


def test_cases_left_out_tell_nothing_of_themselves():
    """What is foretold of a fold, and by which weights its scores are, is the same whatever genes its cases have."""
    mapped, _, _ = study(3)
    labels = np.arange(60)[None] % 4
    changed = mapped.expression.copy()
    changed.loc[:, np.array(CASES)[labels[0] == 0]] = np.random.default_rng(9).normal(3, 2, size=(20, 15))
    first, other = (next(stage._folds(each, mapped.members, labels)) for each in (mapped.expression, changed))
    np.testing.assert_array_equal(first.known, other.known)
    assert not np.allclose(first.new, other.new)


def test_scores_of_a_fold_point_where_the_modules_of_the_study_do():
    mapped, _, _ = study(4)
    score = scores(mapped.members, mapped.expression).to_numpy()
    for fold in stage._folds(mapped.expression, mapped.members, np.arange(60)[None] % 4):
        for k in range(2):
            assert (
                np.corrcoef(np.concatenate([fold.known[:, k], fold.new[:, k]]), score[[*fold.train, *fold.test], k])[
                    0, 1
                ]
                > 0.9
            )


def test_of_noise_nothing_is_foretold():
    p, p_outcome = [], []
    for seed in range(10):
        mapped, judged, block = study(seed, effect=0.0)
        block["outcomes"] |= {"repeats": 1, "permutations": 19}
        table = foretell(mapped, judged, block, seed)[1]
        p.append(table["p_max"].min())
        p_outcome.extend(table["p_outcome"])
    assert np.mean(np.array(p) <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 10)
    assert 0.35 < np.mean(p_outcome) < 0.65


def test_modules_that_features_made_have_no_p_of_what_these_foretell():
    mapped, judged, block = study(5, method="network")
    rows, guessed = foretell(mapped, judged, block, 1)
    assert guessed[["p", "q", "p_max"]].isna().all(axis=None)
    assert guessed["r2"].notna().all()
    assert "this is not tested" in foretold.in_words(rows, guessed)


def test_few_events_are_told_without_a_statement():
    mapped, judged, block = study(6)
    few = judged.clinical.assign(event=judged.clinical["event"] & (np.arange(60) < 12))
    assert few["event"].sum() < 10
    rows, guessed = foretell(mapped, judged._replace(clinical=few), block, 1)
    assert rows[["low", "high", "p", "q"]].isna().all(axis=None)
    assert guessed["p_outcome"].isna().all()
    assert foretold.in_words(rows, guessed).startswith("No module is tested against the outcome (60 cases, ")
    with pytest.raises(StudyError, match="7 cases have expression"):
        foretell(mapped, judged._replace(clinical=few.iloc[:7]), block, 1)


def test_one_case_of_each_patient_and_what_modules_stand_beside():
    mapped, judged, _ = study(7)
    patients = pd.DataFrame({"cohort": "g", "case": CASES, "patient": [f"p{k // 2}" for k in range(60)]})
    kept = one_case_each(mapped, patients, "g")
    assert list(kept.measured.values.index) == CASES[::2]
    clinical = judged.clinical.rename_axis("case").reset_index()
    covariates = pd.DataFrame({"case": CASES, "covariate": "age", "value": range(60)})
    held = beside(kept, clinical, covariates, "binary", {"volume": ["volume"], "signature": [], "size": ["lost"]})
    assert list(held.beside) == ["volume", "clinical"]
    assert held.beside["clinical"].loc["c07", "age"] == 7
    assert held.beside["volume"]["volume"].isna().sum() == 30
