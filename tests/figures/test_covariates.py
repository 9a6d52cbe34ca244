"""Covariates by cohort: cases, gaps, mean and SD, shares of levels."""

from radioloom.figures import covariates
from radioloom.tables import COVARIATES


def rows(cohort, **columns):
    return [
        {"cohort": cohort, "case": f"P{k}", "covariate": name, "value": value}
        for name, values in columns.items()
        for k, value in enumerate(values)
    ]


FRAME = COVARIATES.frame(
    rows("train", age=[60.0, 70.0, 80.0, None], **{"sex=m": [1.0, 0.0, 0.0, 0.0]})
    + rows("valid", age=[None], **{"sex=m": [None]})
)


def test_development_stands_beside_validation():
    table = covariates.table(FRAME, ["age", {"sex": ["f", "m"]}])
    assert table.rows == (
        ("age", "train", "4", "1", "70.00 (10.00)"),
        ("age", "valid", "1", "1", "–"),
        ("sex", "train", "4", "0", "f 75 %, m 25 %"),
        ("sex", "valid", "1", "1", "–"),
    )


def test_one_known_value_has_no_spread_and_no_covariate_no_table():
    assert covariates.table(FRAME.iloc[:1], ["age"]).rows[0][-1] == "60.00 (–)"
    assert covariates.table(FRAME, []) is None
