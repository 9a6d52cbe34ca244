"""The calibration of the statistics, in short: a few studies of fixed seeds, and what counts them."""

from dataclasses import replace

import numpy as np
import pytest

from calibrate import store, study, table
from calibrate.cells import CELLS
from calibrate.run import tasks, truth_rows
from calibrate.truth import BLOCK, pool
from radioloom.prediction.metrics.concordance import comparable, concordance

NOISE = replace(CELLS[1], repeats=5, nulls=3)


@pytest.fixture(scope="module", params=["binary", "survival"])
def whole(request):
    cell = replace(NOISE, kind=request.param, lesions=2)
    return cell, pool(cell, (3,))


def test_concordance_of_the_pool_is_that_of_its_blocks(whole):
    _, patients = whole
    risk = np.round(patients.all.values[:, 3], 1)  # with ties
    pairs = [comparable(patients.all.outcomes.take(np.arange(k, k + BLOCK))) for k in range(0, len(risk), BLOCK)]
    each = [concordance(p, risk[k : k + BLOCK]) for p, k in zip(pairs, range(0, len(risk), BLOCK), strict=True)]
    weight = [p.sum() for p in pairs]
    assert patients.concordance(risk) == pytest.approx(np.average(each, weights=weight), abs=1e-12)


def test_studies_of_noise_hold_the_truth_and_are_the_same_again():
    patients = pool(NOISE, (1,))
    told = study.told(NOISE, patients, (1, 2, 0))
    assert repr(study.told(NOISE, patients, (1, 2, 0))) == repr(told)
    rows = list(table._rows(NOISE, [{"what": store.STUDY, "k": 0, "rows": told}]))
    of = {(r["evaluation"], r["model"], r["against"], r["metric"]): r for r in rows}
    assert of["cross-validation", "signature", "", "c_index"]["truth"] == 0.5
    assert of["cross-validation", "signature", "", "c_index"]["holds"] == 1.0
    assert of["cross-validation", "signature", "volume", "c_index"]["holds"] == 1.0
    judged = of["validation", "signature", "", "c_index"]
    assert judged["truth"] == pytest.approx(0.5, abs=0.02)  # of the very signatures, among 20,000 patients
    assert {"calibration_slope", "brier", "auc_at"} <= {metric for _, _, _, metric in of}
    assert "null_p" in {metric for _, _, _, metric in of}


def test_truth_of_an_effect_is_above_chance():
    cell = CELLS[5]
    rows = {(r["model"], r["variant"], r["against"]): r["estimate"] for r in truth_rows(cell, pool(cell, (5,)), (5, 1))}
    assert rows["signature", "", ""] > 0.53
    assert rows["signature", "", "volume"] == rows["signature", "", ""] - rows["volume", "", ""]
    assert rows["shuffled_roi", "refitted", ""] < rows["signature", "", ""]


def test_a_line_that_was_cut_is_taken_off(tmp_path):
    file = tmp_path / "00.jsonl"
    for k in (0, 1):
        store.add(file, store.STUDY, k, [])
    file.write_bytes(file.read_bytes()[:-5])
    assert [line["k"] for line in store.lines(file)] == [0]
    store.add(file, store.STUDY, 1, [])
    assert [line["k"] for line in store.lines(file)] == [0, 1]


def test_what_other_code_simulated_is_taken_over_where_it_comes_out_the_same(tmp_path, monkeypatch):
    rows = [{"estimate": 0.5, "truth": float("nan")}]
    for name, many in (("other", 2), ("small", 1)):
        for k in range(many):
            store.add(tmp_path / name / "03.jsonl", store.STUDY, k, rows)
    monkeypatch.setattr(store, "folder", lambda: tmp_path / "mine")
    assert store.take_over(lambda *_: [{"estimate": 0.6, "truth": float("nan")}]) == ""
    asked = []
    assert store.take_over(lambda *task: asked.append(task) or rows) == "other"
    assert asked == [(3, store.STUDY, 0)]
    assert len(store.lines(tmp_path / "mine" / "03.jsonl")) == 2
    assert store.take_over(lambda *_: rows) == ""  # it has its own now


def test_what_is_known_is_not_asked_again():
    known = [{(store.STUDY, 0), (store.TRUTH, 0)} for _ in CELLS]
    asked = list(tasks(known, 2, sts_known=False))
    assert {k for _, _, k in asked} == {1}
    assert {CELLS[place].noise for place, what, _ in asked if what == store.TRUTH} == {False}


def test_coverage_is_the_share_that_holds_and_sides_are_counted():
    row = {"evaluation": "validation", "kind": "signature", "model": "signature", "variant": "", "against": ""}
    row |= {"metric": "c_index", "horizon_days": 0.0, "estimate": 0.6, "truth": 0.55}
    ends = [(0.5, 0.7), (0.56, 0.7), (0.4, 0.45), (np.nan, np.nan)]
    lines = [
        {"what": store.STUDY, "k": k, "rows": [row | {"low": low, "high": high}]} for k, (low, high) in enumerate(ends)
    ]
    (found,) = table._rows(NOISE, lines)
    assert (found["told"], found["studies"]) == (3, 4)
    assert found["holds"] == pytest.approx(1 / 3)
    assert (found["above"], found["below"]) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert not table.right({"holds": 0.9, "error": 0.007})
    assert table.right({"holds": 0.9, "error": 0.022})
