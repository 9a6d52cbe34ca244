from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import PROFILE, TEXTURE, VOLUME, Made
from radioloom.errors import StudyError
from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.stages.learning.material import feature_matrix, material
from radioloom.stages.learning.reduce import reduce
from radioloom.stages.learning.reduction import reductions
from radioloom.stages.learning.reliability_rules import agreements
from radioloom.stats.ranks import spearman
from radioloom.tables import COVARIATES, RELIABILITY, SELECTION

MADE = Made()
SELECTED = MADE.selection.set_index("feature_id")


def step_of(feature: str) -> tuple[str, str]:
    return tuple(SELECTED.loc[feature, ["step", "reason"]])


def test_every_feature_has_its_step_and_reason():
    assert len(SELECTED) == 40
    assert set(SELECTED["step"]) == {"undefined", "constant", "reliability", "redundancy", "selector"}
    assert (SELECTED["reason"] != "").all()
    assert set(SELECTED.loc[SELECTED["kept"], "step"]) == {"selector"}


def test_each_step_does_what_it_says():
    assert step_of("glcm_f03") == ("constant", "3.5 in all training cases")
    assert step_of("glcm_f04") == ("undefined", "undefined in 1 of 80 training cases")
    step, reason = step_of("glcm_f02")
    assert step == "reliability"
    assert reason.count("ICC(A,1) ") == 2  # the numbers of both sources
    assert "readers: ICC(A,1)" in reason
    assert "< 0.75, n 16" in reason
    twins = [step_of("glcm_f00"), step_of("glcm_f01")]  # the more reliable of them stays
    dropped = next(text for what, text in twins if what == "redundancy")
    assert dropped.startswith("Spearman rho -1.000 with ")
    assert dropped.endswith((f"with {TEXTURE}, which is kept", "with glcm_f01, which is kept"))


def test_the_planted_features_are_found_one_of_each_group():
    kept = SELECTED[SELECTED["kept"]]
    assert sorted(kept["group"]) == ["filtered", "intensity", "shape", "texture"]
    by_group = kept.reset_index().set_index("group")["feature_id"]
    assert by_group["texture"] in (TEXTURE, "glcm_f01")
    assert by_group["filtered"] in ("wavelet-HLH_glrlm_f00", "wavelet-HLH_glrlm_f01")


def test_score_and_volume_rho_equal_one_by_one():
    from scipy.stats import spearmanr

    made, train = MADE.material, MADE.material.rows(MADE.splits, "frozen", "train")
    values, outcomes = made.values[train], made.outcomes.take(train)
    pairs, volume = comparable(outcomes), values[:, made.place(VOLUME)]
    for name in (VOLUME, TEXTURE, "intensity_f05", "glcm_f02"):
        column = values[:, made.place(name)]
        assert SELECTED.loc[name, "score"] == pytest.approx(concordance(pairs, column), abs=1e-12)
        assert SELECTED.loc[name, "volume_rho"] == pytest.approx(spearmanr(column, volume).statistic, abs=1e-12)
    assert SELECTED.loc[["glcm_f03", "glcm_f04"], ["score", "volume_rho"]].isna().all().all()


def test_groups_come_from_columns():
    wide, groups = feature_matrix(MADE.features, MADE.roles)
    assert wide.shape == (170, 40)  # training and validation cohorts only
    assert groups[VOLUME] == "shape"
    assert groups["intensity_f00"] == "intensity"
    assert groups[TEXTURE] == "texture"
    assert groups["wavelet-HLH_glrlm_f00"] == "filtered"
    assert wide.index.is_monotonic_increasing
    assert wide.columns.is_monotonic_increasing


def test_the_threshold_holds_in_every_source():
    """The lower bound decides, not the estimate, and the worst source."""
    low = MADE.reliability.pivot_table(index="feature_id", columns="source", values="low")
    failed = SELECTED.index[SELECTED["step"] == "reliability"]
    passed = SELECTED.index[SELECTED["step"].isin(["redundancy", "selector"])]
    assert (low.loc[failed].min(axis=1) < 0.75).all()
    assert (low.loc[passed].min(axis=1) >= 0.75).all()


def judged(**bounds: tuple[float, float]) -> pd.DataFrame:
    """SELECTION where the estimate and lower bound of some features in the source `retest` are as given."""
    table = MADE.reliability.copy()
    for name, (estimate, low) in bounds.items():
        table.loc[table["feature_id"] == name, ["estimate", "low", "high"]] = 0.99, 0.98, 0.995
        here = (table["feature_id"] == name) & (table["source"] == "retest")
        table.loc[here, ["estimate", "low"]] = estimate, low
    made = material(MADE.features, MADE.outcomes, COVARIATES.frame([]), table, MADE.study, PROFILE)
    return SELECTION.frame(reduce(made, MADE.splits)).set_index("feature_id")


def test_the_lower_bound_decides_not_the_estimate():
    rows = judged(glcm_f05=(0.9, 0.7499), glcm_f06=(0.8, 0.75))
    assert rows.loc["glcm_f05", "reason"] == "retest: ICC(A,1) 0.900, lower bound 0.750 < 0.75, n 16"
    assert rows.loc["glcm_f06", "step"] == "selector"


def test_of_twins_the_more_reliable_stays_by_its_worst_source_then_the_more_prognostic():
    rows = judged(glcm_f00=(0.9, 0.8), glcm_f01=(0.9, 0.85))
    assert rows.loc["glcm_f00", ["step", "reason"]].tolist() == [
        "redundancy",
        "Spearman rho -1.000 with glcm_f01, which is kept",
    ]
    rows = judged(glcm_f00=(0.9, 0.85), glcm_f01=(0.9, 0.8))
    assert rows.loc["glcm_f01", "step"] == "redundancy"
    equal = judged(glcm_f00=(0.9, 0.85), glcm_f01=(0.9, 0.85))
    strength = (equal.loc[["glcm_f00", "glcm_f01"], "score"] - 0.5).abs().round(12)
    stays = "glcm_f01" if strength["glcm_f01"] > strength["glcm_f00"] else "glcm_f00"  # the first by name if equal
    assert equal.loc[stays, "step"] == "selector"
    assert equal.loc[["glcm_f00", "glcm_f01"], "step"].tolist().count("redundancy") == 1


def test_a_pair_at_the_threshold_of_redundancy_stays_and_one_above_it_does_not():
    made, train = MADE.material, MADE.material.rows(MADE.splits, "frozen", "train")
    pair = [made.place(name) for name in (TEXTURE, "wavelet-HLH_glrlm_f00")]
    rho = abs(spearman(made.values[train][:, pair])[0, 1])
    assert 0.5 < rho < 0.9
    steps = {}
    for threshold in (rho, np.nextafter(rho, 0)):
        study = {**MADE.study, "reduce": {"redundancy": threshold, "most_missing": 0.0}}
        rows = SELECTION.frame(reduce(replace(made, study=study), MADE.splits)).set_index("feature_id")
        reasons = rows.loc[rows["step"] == "redundancy", "reason"]
        steps[threshold] = [reasons.get(name, "") for name in made.names[pair]]
    shown = f"Spearman rho {rho:.3f} with"
    assert not any(reason.startswith(shown) for reason in steps[rho])
    assert any(reason.startswith(shown) for reason in steps[np.nextafter(rho, 0)])


def test_a_source_that_did_not_measure_a_feature_fails_it():
    fewer = MADE.reliability[~((MADE.reliability["feature_id"] == TEXTURE) & (MADE.reliability["source"] == "retest"))]
    made = material(MADE.features, MADE.outcomes, COVARIATES.frame([]), fewer, MADE.study, PROFILE)
    rows = SELECTION.frame(reduce(made, MADE.splits)).set_index("feature_id")
    assert rows.loc[TEXTURE, "reason"] == "retest: it was not measured on the replicates"


def test_without_replicates_the_step_is_skipped():
    made = material(MADE.features, MADE.outcomes, COVARIATES.frame([]), RELIABILITY.frame([]), MADE.study, PROFILE)
    rows = SELECTION.frame(reduce(made, MADE.splits))
    assert "reliability" not in set(rows["step"])


def test_only_the_training_part_is_read():
    """Test cases' features and outcomes turned upside down: not one row of SELECTION changes, in any split."""
    made = MADE.material
    for split in ("frozen", "r01f2"):
        test = made.rows(MADE.splits, split, "test")
        values, event = made.values.copy(), made.outcomes.event.copy()
        values[test] = -100 * values[test][::-1]
        event[test] = ~event[test]
        other = replace(made, values=values, outcomes=replace(made.outcomes, event=event))
        pd.testing.assert_frame_equal(
            SELECTION.frame(reduce(other, MADE.splits, split)), SELECTION.frame(reduce(made, MADE.splits, split))
        )


def test_order_of_rows_does_not_matter():
    shuffled = [frame.sample(frac=1, random_state=5) for frame in (MADE.features, MADE.outcomes, MADE.reliability)]
    made = material(shuffled[0], shuffled[1], COVARIATES.frame([]), shuffled[2], MADE.study, PROFILE)
    rows = SELECTION.frame(reduce(made, MADE.splits.sample(frac=1, random_state=6)))
    pd.testing.assert_frame_equal(rows, MADE.selection)


def test_several_outcomes_at_once_equal_one_by_one():
    made, train = MADE.material, MADE.material.rows(MADE.splits, "frozen", "train")
    real = made.outcomes.take(train)
    many = [real, real.take(np.random.default_rng(1).permutation(80)), real.take(np.arange(80)[::-1])]
    for together, outcomes in zip(reductions(made, train, many, [()] * 3), many, strict=True):
        alone = reductions(made, train, [outcomes], [()])[0]
        assert together.chosen == alone.chosen
        np.testing.assert_array_equal(together.score, alone.score)
        np.testing.assert_array_equal(together.reason, alone.reason)


def test_faults():
    made = MADE.material
    with pytest.raises(StudyError, match="the study names the feature 'suvmax', which its profile does not measure"):
        made.place("suvmax")
    twice = MADE.features.assign(roi="node")
    with pytest.raises(StudyError, match=r"train/train-000 has .* more than once; models take one region per patient"):
        feature_matrix(pd.concat([MADE.features, twice]), MADE.roles)
    gone = MADE.outcomes[MADE.outcomes["case"] != "train-007"]
    less = material(MADE.features, gone, COVARIATES.frame([]), MADE.reliability, MADE.study, PROFILE)
    with pytest.raises(StudyError, match="train/train-007 is in SPLITS but lacks an outcome or features"):
        reduce(less, MADE.splits)


def test_too_few_events_to_learn_from():
    made, train = MADE.material, MADE.material.rows(MADE.splits, "frozen", "train")
    none = replace(made.outcomes, event=np.zeros(len(made.outcomes), bool))
    with pytest.raises(StudyError, match="the training cases: 80 patients with 0 events"):
        reductions(made, train, [none.take(train)], [()])


def test_the_stability_rank_of_aerts_keeps_its_best_and_says_the_place():
    """Average of the ranks by retest ICC and by the readers' Friedman statistic, by hand with scipy's ranks."""
    from scipy.stats import rankdata

    table = MADE.reliability.set_index(["source", "feature_id"])
    names = np.array(sorted(set(MADE.features["feature_id"])), dtype=object)
    icc = table.loc["retest"]["estimate"].reindex(names).fillna(-9)
    known = table.loc["readers"]["low"].notna().reindex(names)
    chi = table.loc["readers"]["friedman"].reindex(names).where(known, 1e9)
    mean = (rankdata(-icc) + rankdata(chi)) / 2
    expected = set(names[np.lexsort((names.astype(str), mean))][:12])
    found = agreements(MADE.reliability, names, {"rule": "stability_rank", "keep": 12, "threshold": 0.75})["frozen"]
    assert set(names[found.fault == ""]) == expected
    np.testing.assert_allclose(found.low, -mean)
    worst = int(np.argmax(np.lexsort((names.astype(str), mean)).argsort()))
    assert found.fault[worst] == f"stability rank {mean[worst]:.1f}, place {len(names)} of {len(names)} > 12"
    constant = [k for k, name in enumerate(names) if name.endswith("f03")]
    assert all(found.fault[k] for k in constant)


def test_a_feature_without_agreement_says_why():
    made = MADE.reliability[MADE.reliability["feature_id"].str.endswith("f03")]
    names = np.array(sorted(set(made["feature_id"])), dtype=object)
    found = agreements(made, names, {"rule": "lower_bound", "keep": 1, "threshold": 0.0})["frozen"]
    assert set(found.fault) == {"readers: the same value everywhere; retest: the same value everywhere"}
