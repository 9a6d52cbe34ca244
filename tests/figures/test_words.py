import math

import pytest

from radioloom.figures import words


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((0.712, 0.634, 0.788), "0.71 (0.63–0.79)"),
        ((0.1, -0.02, 0.22), "0.10 (−0.02 to 0.22)"),
        ((0.5, math.nan, math.nan), "0.50"),
        ((math.nan, 0.1, 0.2), "– (0.10–0.20)"),
        ((2.0, 0.5, math.inf), "2.00 (0.50–∞)"),
    ],
)
def test_interval(given, said):
    assert words.interval(*given) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((0.1, -0.02, 0.22), "0.10 (−0.02 to 0.22)"),
        ((0.1, 0.0, 0.2), "0.10 (0.00–0.20)"),
        ((0.05, 0.002, 0.1), "0.050 (0.002–0.100)"),
        ((0.05, -0.0037, 0.1), "0.050 (−0.004 to 0.100)"),
        ((-0.05, -0.1, -0.0002), "−0.0500 (−0.1000 to −0.0002)"),
        ((0.1, math.nan, math.nan), "0.10"),
    ],
)
def test_the_sign_of_a_bound_is_never_rounded_away(given, said):
    assert words.difference(*given) == said


def test_a_bound_beside_one_is_never_rounded_to_it():
    assert words.apart(0.72, 0.45, 0.9981, 1.0) == "0.720 (0.450–0.998)"
    assert words.apart(0.72, 0.45, 1.0, 1.0) == "0.72 (0.45–1.00)"
    assert words.apart(0.72, 0.45, 0.9981, None) == "0.72 (0.45–1.00)"


@pytest.mark.parametrize(("share", "said"), [(0.724, "72 %"), (0, "0 %"), (-0.11, "−11 %"), (-0.001, "0 %")])
def test_percent(share, said):
    assert words.percent(share) == said


@pytest.mark.parametrize(("value", "said"), [(-0.004, "0.00"), (-0.006, "−0.01"), (None, "–"), (-math.inf, "−∞")])
def test_number(value, said):
    assert words.number(value) == said


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.0004, "< 0.001"), (0.0012, "0.001"), (0.043, "0.043"), (0.4321, "0.43"), (1.0, "1.00"), (None, "–")],
)
def test_probability(p, said):
    assert words.probability(p) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0.000"), (0.07477, "0.07477"), (133.4, "133.4"), (12345.6, "12\N{THIN SPACE}346"), (-2.5e-7, "−2.50 × 10⁻⁷"),
     (1.234e9, "1.23 × 10⁹"), (math.nan, "–")],
)  # fmt: skip
def test_plain(value, said):
    assert words.plain(value) == said


def test_names():
    assert words.count(1, "case") == "1 case"
    assert words.count(2, "series", "series") == "2 series"
    assert words.metric("c_index") == "C-index"
    assert words.where("validation", "valid1") == "valid1"
    assert words.where("apparent", "train") == "train, apparent"
    assert words.metric("a_new_one") == "a new one"
    assert words.feature("glcm_contrast") == "glcm contrast"


def test_a_cell_reads_as_its_metric_does():
    row = {"estimate": 0.0004, "low": math.nan, "high": math.nan}
    assert words.cell({**row, "metric": "logrank_p"}) == "< 0.001"
    assert words.cell({"metric": "hazard_ratio", "estimate": 2.0, "low": 1.5, "high": 3.0}) == "2.00 (1.50–3.00)"
    assert words.cell({"metric": "a_new_one", "estimate": 0.2, "low": 0.1, "high": 0.3}) == "0.20 (0.10–0.30)"
    row = {"metric": "c_index", "estimate": 0.05, "low": 0.002, "high": 0.1}
    assert words.cell({**row, "against": "volume"}) == "0.050 (0.002–0.100)"
    assert words.cell({**row, "against": ""}) == "0.05 (0.00–0.10)"


def test_tests_outside_the_comparisons_are_counted():
    assert words.single_tests(0) == ""
    assert "of one test by itself, not adjusted" in words.single_tests(1)
    assert words.single_tests(6).startswith("Each of the 6 p here is of one test by itself: none is counted among")


def test_a_long_name_is_shortened_in_its_middle():
    assert words.short("original_glcm_Contrast", 30) == "original glcm Contrast"
    one, other = (f"wavelet_glszm_{end}" for end in ("SizeZoneNonUniformity", "SizeZoneNonUniformityNormalized"))
    assert words.short(one, 30) != words.short(other, 30)
    assert max(len(words.short(each, 30)) for each in (one, other)) == 30
