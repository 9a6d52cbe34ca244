"""What the report says of published numbers: verdicts in words, digits as published, reasons that are told once."""

from made.texts import texts_of
from made.validated_study import section, study
from radioloom.figures import targets
from radioloom.tables import TARGETS

ROW = {
    "target": "a", "what": "C-index of volume", "evaluation": "validation", "cohort": "v", "kind": "baseline",
    "model": "volume", "against": "", "group": "", "metric": "c_index", "days": 0.0, "published": 0.68,
    "written": "0.680", "bound": "", "published_low": 0.61, "published_high": 0.75, "published_n": 136,
    "tolerance": 0.005, "band_low": 0.6, "band_high": 0.7, "source": "one", "verified": "digest", "estimate": 0.6271,
    "low": 0.55, "high": 0.7, "n": 137, "n_events": 74, "holds": True, "verdict": "within band", "reason": "",
}  # fmt: skip
NOTHING = {
    "estimate": None, "low": None, "high": None, "holds": None, "n": 0, "verdict": "not comparable",
    "reason": "not public",
}  # fmt: skip
MEDIAN = {"metric": "median_survival", "group": "low", "written": "668", "published": 668.0, "published_low": None}
MEDIAN |= {"published_high": None, "estimate": 700.5, "low": 400.0, "high": None, "verdict": "differs", "holds": None}
P = {"metric": "logrank_p", "bound": "below", "written": "1e-20", "published": 1e-20, "published_low": None}
P |= {"published_high": None, "estimate": 0.2, "low": None, "high": None, "holds": None, "verdict": "differs"}


def rows(*changes):
    return TARGETS.frame([{**ROW, "target": f"t{k}", **change} for k, change in enumerate(changes)])


def test_the_statement_counts():
    assert targets.statement({"reproduced": 1, "differs": 2, "not comparable": 3}) == (
        "Of 6 published numbers 1 is reproduced, 2 differ and 3 cannot be compared."
    )


def test_of_many_that_differ_the_first_are_named():
    frame = rows(*({"what": f"w{k}", "verdict": "differs"} for k in range(8)), {})
    assert list(targets.differing(frame)) == ["Differing: w0; w1; w2; w3; w4; w5; and 2 more."]
    assert list(targets.differing(frame[:1])) == ["Differing: w0."]
    assert list(targets.differing(rows({}))) == []


def test_digits_are_those_of_the_publication():
    table = targets.compared(rows({}, MEDIAN, P, {"verdict": "differs", "holds": False}), ["zero", "one"])
    first = "0.680 (0.610–0.750) [136]"
    assert [row[1] for row in table.rows] == [first, "668 [136]", "< 1e−20 [136]", first]
    assert table.rows[0][2] == "0.627 (0.550–0.700) [137]"
    assert table.rows[1][2] == "700 [137]"
    assert table.rows[0][5] == "2"
    assert table.rows[3][3] == "differs; the interval here does not hold the published number"
    assert table.rows[1][3] == "differs"


def test_reasons_stand_together():
    other = {**NOTHING, "reason": "no images"}
    table = targets.apart(rows(NOTHING, other, NOTHING), ["one"])
    assert [row[0] for row in table.rows] == ["not public", "not public", "no images"]


def test_axes_are_of_one_metric_each():
    parts = dict(targets.panels(rows({}, MEDIAN, P, {"against": "clinical"}, {"metric": "gene_modules"})))
    assert list(parts) == ["C-index", "C-index, difference", "median survival (days)"]
    texts = texts_of(targets.forest_plot(parts["C-index"], "C-index"))
    assert {"C-index of volume", "0.680 (0.610–0.750)", "0.627 (0.550–0.700)", "C-index"} <= set(texts)


def test_the_section():
    published = {
        "sources": {"one": "A <2014>"},
        "targets": {"t0": {}, "t1": {}},
        "differences": [{"what": "grid", "published": "as scanned", "here": "1 mm"}],
    }
    part = section("targets", study(targets=rows({}, NOTHING), published=published))
    assert "Of 2 published numbers 1 is within the declared band and 1 cannot be compared." in part
    assert "A &lt;2014&gt;" in part
    assert "as scanned" in part
    assert "<em>memory</em>" not in part
    assert section("targets", study()) == ""
    one = published | {"targets": {"t0": {}}}
    for each, absent in ((NOTHING, "Squares"), ({}, "cannot judge")):
        assert absent not in section("targets", study(targets=rows(each), published=one))
