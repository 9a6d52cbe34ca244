import numpy as np
import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.stages.genomics.associate import Measured, associate, measurements
from radioloom.tables import ASSOCIATIONS, MODULES, TRAITS

VOLUME = "morphology_volume"


def study(seed=1, n=36):
    """One module of four follows feature `texture`; volume and `noise` follow none."""
    draw = np.random.default_rng(seed)
    programs = draw.normal(size=(4, n))
    member = np.repeat(np.arange(4), 20)
    cases = [f"case{k:02d}" for k in range(n)]
    values = programs[member] + 0.5 * draw.normal(size=(80, n))
    expression = pd.DataFrame(values, index=[f"G{k:02d}" for k in range(80)], columns=cases)
    features = pd.DataFrame(
        {"texture": programs[2] + 0.3 * draw.normal(size=n), "noise": draw.normal(size=n), VOLUME: draw.normal(size=n),
         "other": draw.normal(size=n)},
        index=cases,
    )  # fmt: skip
    return features, expression


def block(**changes):
    modules = {"method": "eigengenes", "n_modules": 4, "min_genes": 5, "min_membership": 0.5}
    found = {
        "cohort": "genomics",
        "expression": {"file": "e.csv", "gene": "gene"},
        "modules": modules,
        "permutations": 499,
    }
    return {**found, **changes}


def associated(features, *others):
    return associate(Measured(features, {}), *others)


def test_the_planted_pair_is_found_and_no_other():
    features, expression = study()
    found = associated(features, expression, block(), ["texture", "noise"], VOLUME, 1)
    hits = found.associations[found.associations["q"] < 0.05]
    assert list(hits["feature_id"]) == ["texture"]
    genes = found.modules.loc[found.modules["module"] == hits["module"].iloc[0], "gene"]
    assert set(genes) == {f"G{k:02d}" for k in range(40, 60)}
    assert set(found.associations["feature_id"]) == {"texture", "noise", VOLUME}  # the declared family
    MODULES.frame(found.modules)
    ASSOCIATIONS.frame(found.associations)
    assert found.summary["genes"]["in_modules"] == 80
    assert found.summary["cases"] == {"expression": 36, "features": 36, "both": 36}


def test_all_features_on_request():
    features, expression = study()
    found = associated(features, expression, block(features="all"), ["texture"], VOLUME, 1)
    assert set(found.associations["feature_id"]) == set(features)


def test_cases_without_features_still_make_modules():
    features, expression = study()
    found = associated(features.iloc[:20], expression, block(), ["texture"], VOLUME, 1)
    assert set(found.associations["n"]) == {20}
    assert len(found.scores) == 36


def test_two_runs_give_the_same_tables_whatever_the_order_of_cases():
    features, expression = study()
    first = associated(features, expression, block(), ["texture"], VOLUME, 1)
    second = associated(features[::-1], expression.iloc[::-1, ::-1], block(), ["texture"], VOLUME, 1)
    pd.testing.assert_frame_equal(first.associations, second.associations, check_exact=True)
    pd.testing.assert_frame_equal(first.modules, second.modules, check_exact=True)


def test_another_seed_gives_other_permutations():
    features, expression = study()
    p = [associated(features, expression, block(), ["noise"], VOLUME, seed).associations["p"] for seed in (1, 2)]
    assert not p[0].equals(p[1])


def test_names_that_do_not_meet():
    features, expression = study()
    with pytest.raises(StudyError, match="0 cases have both features and expression"):
        associated(features.rename(index=str.upper), expression, block(), ["texture"], VOLUME, 1)


def test_a_feature_that_is_not_there():
    features, expression = study()
    with pytest.raises(StudyError, match="features gone are not among"):
        associated(features, expression, block(), ["gone"], VOLUME, 1)


def test_family_is_checked():
    features, expression = study()
    with pytest.raises(StudyError, match=r"genomics\.features: 'some'"):
        associated(features, expression, block(features="some"), ["texture"], VOLUME, 1)


def test_traits_are_rows_of_their_own_kind_with_trait_and_answer_in_columns():
    """A trait whose name looks like an answer, and a feature whose id looks like a trait: only the columns tell."""
    features, expression = study()
    features = features.rename(columns={"other": "trait: other = looks like one"})
    odd = "shape = round: or"
    answer = {"cohort": "genomics", "reader": "reader-1", "number": None, "level": None, "unit": None, "code": None,
              "code_system": None}  # fmt: skip
    rows = [
        {**answer, "case": case, "trait": odd, "value": "yes" if features.loc[case, "texture"] > 0 else "no"}
        for case in features.index
    ] + [
        {**answer, "case": case, "trait": "size", "value": str(k), "number": float(k)}
        for k, case in enumerate(features.index)
    ]  # fmt: skip
    measured = measurements(features, TRAITS.frame(rows), expression, block())
    ids = ["texture", "trait: other = looks like one"]
    found = associate(measured, expression, block(), ids, VOLUME, 1)
    kinds = found.associations.groupby("kind")["feature_id"].unique().map(set)
    assert kinds["feature"] == {*ids, VOLUME}
    of_trait = found.associations[found.associations["kind"] == "trait"]
    answers = of_trait[["trait", "value"]].drop_duplicates().itertuples(index=False, name=None)
    rarer = "yes" if (features["texture"] > 0).mean() <= 0.5 else "no"
    assert set(answers) == {(odd, rarer), ("size", "")}
    assert (found.associations.loc[found.associations["kind"] == "feature", ["trait", "value"]] == "").all(axis=None)
    assert found.summary["cases"] == {"expression": 36, "features": 36, "traits": 36, "both": 36}
