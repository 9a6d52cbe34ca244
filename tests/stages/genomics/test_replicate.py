"""A map is learnt from one part alone: what is planted holds in the other, what chance gave does not."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from made.sections import shown_alone
from radioloom.errors import StudyError
from radioloom.figures import claims
from radioloom.stages.genomics.assembled import Mapped
from radioloom.stages.genomics.associate import Measured
from radioloom.stages.genomics.parts import Settings, declared, drawn
from radioloom.stages.genomics.replicate import replicate
from radioloom.stages.report.sections.replicated import REPLICATED as SECTION
from radioloom.tables import GENE_PARTS, REPLICATED
from radioloom.tables.claims import LEARNT, TESTED

CASES = [f"c{k:02d}" for k in range(90)]
FAMILY = ["texture", "noise", "size", "other"]
BLOCK = {"cohort": "genomics", "expression": {"file": "e.csv"}, "permutations": 299}


def study(seed=1, effect=1.0):
    """Module of 20 genes and texture are tied in all cases; of 12 genes and size in the first 60 alone."""
    draw = np.random.default_rng(seed)
    programs = draw.normal(size=(2, 90))
    values = programs[np.repeat([0, 1], [20, 12])] + 0.5 * draw.normal(size=(32, 90))
    expression = pd.DataFrame(values, index=[f"G{k:02d}" for k in range(32)], columns=CASES)
    x = pd.DataFrame(draw.normal(size=(90, 4)), index=CASES, columns=FAMILY)
    x["texture"] += 2 * effect * programs[0]
    x.loc[CASES[:60], "size"] += 2 * effect * programs[1, :60]
    return Mapped(Measured(x, {}), expression, None, FAMILY, None, [], None)


def block(method="kmeans"):
    return BLOCK | {"modules": {"method": method, "n_modules": 2, "trees": {"max_splits": 1, "starts": 2}}}


@pytest.mark.parametrize("method", ["kmeans", "network"])
def test_what_is_true_of_all_cases_holds_and_what_is_true_of_some_does_not(method):
    mapped = study()
    table = REPLICATED.frame(replicate(mapped, [CASES[:60], CASES[60:]], block(method), 1))
    entries = table.set_index("feature_id")
    assert {"texture", "size"} <= set(entries.index)
    assert entries["replicated"].to_dict() == {name: name == "texture" for name in entries.index}
    assert entries["q_learnt"].isna().all() == (method == "network")
    row = entries.loc["texture"]
    assert (row["n_learnt"], row["n"], row["module"], row["n_genes"]) == (60, 30, "M1", 20)
    parts = GENE_PARTS.frame([{"cohort": "g", "case": c, "part": LEARNT if c in CASES[:60] else TESTED} for c in CASES])
    words = claims.replicated_in_words(table, parts)
    assert words.startswith("A map learnt from 60 cases has ")
    assert words.endswith("and p < 0.05 after Holm in 1.")
    assert words.replace("<", "&lt;") in shown_alone(SECTION, gene_parts=parts, replicated=table)


def test_numbers_of_the_other_part_are_those_by_hand():
    mapped = study(2)
    table = replicate(mapped, [CASES[:60], CASES[60:]], block(), 1).set_index("feature_id")
    genes = mapped.expression.index[:20]
    first, second = (mapped.expression.loc[genes, part] for part in (CASES[:60], CASES[60:]))
    z = first.sub(first.mean(axis=1), axis=0).div(first.std(axis=1), axis=0)
    weight = np.linalg.svd(z.to_numpy())[0][:, 0]
    score = weight @ second.sub(first.mean(axis=1), axis=0).div(first.std(axis=1), axis=0).to_numpy()
    test = spearmanr(score, mapped.measured.values.loc[CASES[60:], "texture"])
    assert abs(table.loc["texture", "rho"]) == pytest.approx(abs(test.statistic), abs=1e-12)
    size = table.loc["size"]
    two_sided = spearmanr(
        mapped.expression.loc[mapped.expression.index[20:], CASES[60:]].mean(), mapped.measured.values["size"][60:]
    ).pvalue
    assert min(size["p"], 1 - size["p"]) == pytest.approx(two_sided / 2, abs=0.08)


def test_the_other_part_tells_nothing_of_what_is_tested():
    mapped = study(3)
    changed = mapped.expression.copy()
    changed.loc[:, CASES[60:]] = np.random.default_rng(1).normal(5, 3, (32, 30))
    one, other = (
        replicate(mapped._replace(expression=each), [CASES[:60], CASES[60:]], block(), 1)
        for each in (mapped.expression, changed)
    )
    learnt = ["module", "feature_id", "rho_learnt", "q_learnt", "n_genes"]
    pd.testing.assert_frame_equal(one[learnt], other[learnt])
    assert not one["rho"].equals(other["rho"])


def test_chance_holds_at_the_declared_rate():
    """Entries of the network's trees are chosen by the first part whatever it holds: one-sided p of noise."""
    p, any_holds = [], []
    for seed in range(40):
        table = replicate(study(seed, effect=0.0), [CASES[:45], CASES[45:]], block("network"), seed)
        p.extend(table["p"])
        any_holds.append(table["replicated"].any())
    assert 0.4 < np.mean(p) < 0.6
    assert np.mean(any_holds) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 40)


def test_parts_are_drawn_by_patients_and_the_same_again():
    patients = {case: f"p{k // 2}" for k, case in enumerate(CASES)}
    rows = drawn(patients, 0.6, 5)
    assert rows == drawn(dict(reversed(patients.items())), 0.6, 5)
    parts = pd.DataFrame(rows).set_index("case")["part"]
    assert all(len(set(each)) == 1 for _, each in parts.groupby(patients))
    assert (parts == LEARNT).sum() == 54
    assert rows != drawn(patients, 0.6, 6)


def test_parts_by_a_column():
    wanted = Settings(column="set", learn=("a", "b"), test=("c",), file="parts.csv", case="id")
    patients = {"c1": "p1", "c2": "p2", "c3": "p3", "c4": "p4"}
    frame = pd.DataFrame({"id": ["c1", "c2", "c3", "c4", "c9"], "set": ["a", "c", "b", "", "CANARY"]}, dtype=object)
    assert declared(wanted, frame, patients) == [
        {"case": "c1", "part": LEARNT}, {"case": "c2", "part": TESTED}, {"case": "c3", "part": LEARNT},
    ]  # fmt: skip
    with pytest.raises(StudyError, match="cases of this patient are in both parts"):
        declared(wanted, frame, patients | {"c2": "p1"})
    frame.loc[3, "set"] = "CANARY"
    with pytest.raises(StudyError, match="is in neither `learn` nor `test`") as refused:
        declared(wanted, frame, patients)
    assert "CANARY" not in str(refused.value)
    with pytest.raises(StudyError, match="no column 'set'"):
        declared(wanted, frame.drop(columns="set"), patients)


def test_parts_that_are_too_small_are_refused():
    with pytest.raises(StudyError, match=r"7 cases of a part .* 8 are the fewest"):
        replicate(study(), [CASES[:60], CASES[60:67]], block(), 1)
