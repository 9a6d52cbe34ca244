"""ICC against Shrout and Fleiss's own table, pingouin, closed forms and a naive analysis of variance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.errors import StudyError
from radioloom.stats.agreement import FORMS, concordance_correlation, icc

# Shrout and Fleiss 1979, table 2: four judges, six targets.
JUDGES = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
# Estimates as printed there (table 4); bounds as R's psych::ICC prints them for the same table.
PRINTED = {
    "ICC(1)": (0.17, -0.133, 0.72),
    "ICC(A,1)": (0.29, 0.019, 0.76),
    "ICC(C,1)": (0.71, 0.342, 0.95),
    "ICC(k)": (0.44, -0.884, 0.91),
    "ICC(A,k)": (0.62, 0.071, 0.93),
    "ICC(C,k)": (0.91, 0.676, 0.99),
}


def random_table(seed: int, n: int = 12, k: int = 3) -> np.ndarray:
    draw = np.random.default_rng(seed)
    return draw.normal(size=(n, 1)) * draw.uniform(0, 3) + draw.normal(size=(n, k)) + draw.normal(size=k)


@pytest.mark.parametrize(("form", "printed"), PRINTED.items())
def test_equals_the_table_of_shrout_and_fleiss(form, printed):
    found = icc(JUDGES[None], form)
    assert round(found.estimate[0], 2) == printed[0]
    assert found.low[0] == pytest.approx(printed[1], abs=6e-4)
    assert found.high[0] == pytest.approx(printed[2], abs=6e-3)


def pingouin_icc(table: np.ndarray) -> dict[str, np.ndarray]:
    """Estimate and bounds of the six forms by pingouin, unrounded."""
    import pandas as pd
    import pingouin

    pingouin.options["round.column.CI95"] = None
    n, k = table.shape
    long = pd.DataFrame({"s": np.repeat(range(n), k), "r": np.tile(range(k), n), "v": table.ravel()})
    rows = pingouin.intraclass_corr(long, "s", "r", "v")
    names = {"ICC(1,1)": "ICC(1)", "ICC(1,k)": "ICC(k)"}
    return {
        names.get(t, t): np.array([e, *bounds])
        for t, e, bounds in zip(rows["Type"], rows["ICC"], rows["CI95"], strict=True)
    }


@pytest.mark.parametrize(("n", "k"), [(5, 2), (12, 3), (31, 2), (8, 5)])
def test_equals_pingouin(n, k):
    tables = np.stack([random_table(seed, n, k) for seed in range(6)])
    expected = [pingouin_icc(table) for table in tables]
    for form in FORMS:
        found = icc(tables, form)
        ours = np.column_stack([found.estimate, found.low, found.high])
        np.testing.assert_allclose(ours, [e[form] for e in expected], rtol=1e-6, atol=1e-9)


def test_equals_pingouin_on_the_worked_example(data_dir):
    import pandas as pd

    long = pd.read_csv(data_dir / "icc" / "icc.csv")
    table = long.pivot_table(index="Wine", columns="Judge", values="Scores").to_numpy()
    expected = pingouin_icc(table)
    assert round(expected["ICC(A,1)"][0], 6) == 0.727689  # as its documentation prints it, to 3 digits
    for form in FORMS:
        found = icc(table[None], form)
        np.testing.assert_allclose([found.estimate[0], found.low[0], found.high[0]], expected[form], rtol=1e-6)


def naive_mean_squares(table: np.ndarray) -> tuple[float, float, float]:
    """Of subjects, replicates and error, cell by cell."""
    n, k = table.shape
    grand = sum(table[i, j] for i in range(n) for j in range(k)) / (n * k)
    rows = [sum(table[i]) / k for i in range(n)]
    columns = [sum(table[:, j]) / n for j in range(k)]
    error = sum((table[i, j] - rows[i] - columns[j] + grand) ** 2 for i in range(n) for j in range(k))
    subjects = k * sum((row - grand) ** 2 for row in rows) / (n - 1)
    return subjects, n * sum((c - grand) ** 2 for c in columns) / (k - 1), error / ((n - 1) * (k - 1))


@given(st.integers(0, 10**6), st.integers(3, 9), st.integers(2, 4))
@settings(max_examples=30, deadline=None)
def test_equals_the_formula_cell_by_cell(seed, n, k):
    table = random_table(seed, n, k)
    subjects, replicates, error = naive_mean_squares(table)
    absolute = (subjects - error) / (subjects + (k - 1) * error + k / n * (replicates - error))
    assert icc(table[None]).estimate[0] == pytest.approx(absolute, rel=1e-9)
    assert icc(table[None], "ICC(C,k)").estimate[0] == pytest.approx((subjects - error) / subjects, rel=1e-9)


def test_each_feature_drops_only_its_own_incomplete_subjects():
    tables = np.stack([random_table(1), random_table(2)])
    holed = tables.copy()
    holed[1, [3, 7], [0, 2]] = np.nan
    found = icc(holed)
    assert found.n.tolist() == [12, 10]
    assert found.estimate[0] == icc(tables).estimate[0]
    complete = np.delete(tables[1], [3, 7], axis=0)
    alone = icc(complete[None])
    for name in ("estimate", "low", "high"):
        assert getattr(found, name)[1] == pytest.approx(getattr(alone, name)[0], rel=1e-12)


@given(st.integers(0, 10**6), st.floats(0.01, 1e6), st.floats(-1e3, 1e3))
@settings(max_examples=30, deadline=None)
def test_is_free_of_units_and_consistency_of_a_reader_s_shift(seed, scale, shift):
    table = random_table(seed)
    for form in FORMS:
        assert icc(scale * table[None] + shift, form).estimate[0] == pytest.approx(
            icc(table[None], form).estimate[0], abs=1e-6
        )
    biased = table + np.array([0, shift, 0])
    assert icc(biased[None], "ICC(C,1)").estimate[0] == pytest.approx(
        icc(table[None], "ICC(C,1)").estimate[0], abs=1e-6
    )


@pytest.mark.parametrize("size", [2.0**-900, 2.0**700])
def test_values_whose_squares_leave_the_numbers_agree_as_others_do(size):
    values = np.random.default_rng(5).normal(size=(4, 12, 1)) + 0.5 * np.random.default_rng(6).normal(size=(4, 12, 2))
    for form in ("ICC(1)", "ICC(A,1)", "ICC(C,1)"):
        np.testing.assert_array_equal(icc(size * values, form).low, icc(values, form).low)
    np.testing.assert_array_equal(concordance_correlation(size * values).low, concordance_correlation(values).low)


@pytest.mark.parametrize("form", ["ICC(C,1)", "ICC(C,k)"])
@pytest.mark.parametrize("shift", [0.1, 0.7])
def test_where_a_reader_s_shift_alone_varies_consistency_is_not_defined(form, shift):
    values = np.full((1, 12, 3), 3.3) + np.array([0.0, shift, 2 * shift])
    found = icc(values, form)
    assert np.isnan([found.estimate[0], found.low[0], found.high[0]]).all()
    assert icc(values).estimate[0] == pytest.approx(0, abs=1e-12)


def test_a_shift_between_readers_lowers_absolute_agreement_alone():
    truth = np.arange(10.0)
    shifted = np.column_stack([truth, truth + 4])
    assert icc(shifted[None], "ICC(C,1)").estimate[0] == pytest.approx(1)
    # Without error MSE = 0: ICC(A,1) = MSR / (MSR + k/n MSC), MSR = 2 var, MSC = n 4^2 / 2
    subjects, replicates = 2 * truth.var(ddof=1), 10 * 8.0
    assert icc(shifted[None]).estimate[0] == pytest.approx(subjects / (subjects + 2 / 10 * replicates))
    assert np.isfinite([icc(shifted[None]).low[0], icc(shifted[None]).high[0]]).all()


@pytest.mark.parametrize("form", FORMS)
def test_edges(form):
    truth = np.arange(6.0)
    perfect, constant, single = np.column_stack([truth, truth]), np.ones((6, 2)), np.full((6, 2), np.nan)
    single[0] = 1, 2
    found = icc(np.stack([perfect, constant, single]), form)
    assert [found.estimate[0], found.low[0], found.high[0]] == pytest.approx([1, 1, 1])
    assert np.isnan([found.estimate[1:], found.low[1:], found.high[1:]]).all()
    assert found.n.tolist() == [6, 6, 1]


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Truth: subjects of variance 4, readers of variance 1, error 1, so ICC(A,1) = 4 / 6; 20 subjects, 8 readers."""
    draw = np.random.default_rng(3)
    tables = 2 * draw.normal(size=(1500, 20, 1)) + draw.normal(size=(1500, 1, 8)) + draw.normal(size=(1500, 20, 8))
    found = icc(tables)
    held = np.mean((found.low <= 4 / 6) & (found.high >= 4 / 6))
    assert 0.93 <= held <= 0.975  # Satterthwaite: nearly 95 %
    one_way = 2 * draw.normal(size=(1500, 20, 1)) + draw.normal(size=(1500, 20, 3))
    found = icc(one_way, "ICC(1)")
    assert np.mean((found.low <= 0.8) & (found.high >= 0.8)) == pytest.approx(0.95, abs=0.018)  # exact; 3 sd of 1500


def test_refuses_what_it_cannot_mean():
    with pytest.raises(StudyError, match=r"reliability.form is 'ICC\(2,1\)'; it must be one of ICC\(1\), ICC\(A,1\)"):
        icc(JUDGES[None], "ICC(2,1)")
    with pytest.raises(StudyError, match="at least 2 replicates"):
        icc(JUDGES[None, :, :1])
