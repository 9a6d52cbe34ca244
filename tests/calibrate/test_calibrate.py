"""The calibration of the statistics, in short: a few studies of fixed seeds, and what counts them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from calibrate import store, study, table
from calibrate.cells import CELLS
from calibrate.run import tasks, truth_rows
from calibrate.truth import BLOCK, pool
from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.stages.learning.validate import validate
from radioloom.tables import COMPARISONS

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


def test_verdicts_are_those_of_the_report_and_follow_from_what_is_stored():
    cell = replace(CELLS[6], repeats=0)
    rows = study.told(cell, pool(cell, (1,)), (1, 2, 1))
    beside = study.exchanged(cell, (1, 2, 1))
    assert {row["draws"] for row in beside if row["metric"] == "null_p"} == {study.EXCHANGES}
    _, _, of, splits, signature = study._learnt(cell, (1, 2, 1))
    asked = {**of.study, "validation": {**of.study["validation"], "null_models": study.EXCHANGES}}
    whole = COMPARISONS.frame(validate(replace(of, study=asked), splits, signature).comparisons)
    whole = whole[whole["kind"] != "control"].set_index(["model", "against"])["verdict"].to_dict()
    stored = json.loads(json.dumps(rows))
    told = {(row["model"], row["against"]): row["verdict"] for row in table.judged(cell, stored, beside)}
    assert {key: told[key] for key in whole} == whole
    assert whole["signature", ""] == "above"


def test_studies_are_counted_by_what_their_reports_say():
    own = {"evaluation": "validation", "kind": "signature", "model": "signature", "variant": "", "against": ""}
    own |= {"horizon_days": 0.0, "estimate": 0.6}
    value, p = own | {"metric": "c_index", "low": 0.55, "high": 0.65}, own | {"metric": "null_p", "estimate": 0.3}
    lines = [{"what": store.STUDY, "k": k, "rows": rows} for k, rows in enumerate([[value], [value], [value, p], []])]
    lines += [{"what": store.EXCHANGED, "k": 1, "rows": [p | {"draws": 50}]}]
    (found,) = table._verdicts(NOISE, lines)
    assert (found["better"], found["worse"], found["disputed"]) == (0.5, 0.0, 0.25)  # three nulls have no say


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
    store.add(tmp_path / "other" / "05.jsonl", store.STUDY, 0, [{"estimate": 0.7}])
    monkeypatch.setattr(store, "folder", lambda: tmp_path / "mine")
    assert store.take_over(lambda *_: [{"estimate": 0.6, "truth": float("nan")}]) == ""
    asked = []
    assert store.take_over(lambda *task: asked.append(task) or rows) == "other"
    assert asked == [(3, store.STUDY, 0), (5, store.STUDY, 0)]
    assert not (tmp_path / "mine" / "05.jsonl").exists()  # a cell that this code gives another result of
    assert len(store.lines(tmp_path / "mine" / "03.jsonl")) == 2
    assert store.take_over(lambda *_: rows) == ""  # it has its own now


def test_a_cell_with_mixings_is_an_elastic_net_that_is_tuned_in_each_training_set():
    plain, tuned = (study.settings(CELLS[place])["model"] for place in (1, -1))
    assert (plain["kind"], plain["selector"]) == ("cox", "best_per_group")
    assert "grid" not in plain
    assert tuned == plain | {
        "kind": "elastic_net_cox",
        "selector": "none",
        "settings": {"folds": 5},
        "grid": {"settings": {"mixing": [1.0, 0.5]}},
    }
    assert [cell.mixings for cell in CELLS[:-1]] == [()] * (len(CELLS) - 1)  # what was stored of them keeps its place


def test_what_is_known_is_not_asked_again():
    known = [{(store.STUDY, 0), (store.EXCHANGED, 0), (store.TRUTH, 0)} for _ in CELLS]
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
