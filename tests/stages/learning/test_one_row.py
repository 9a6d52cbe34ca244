"""What one file and one row add: a model without coefficients, a metric, a baseline, carried through all stages."""

import json
from dataclasses import replace

import numpy as np
import pytest

from made.planted_tables import VOLUME, Made, metric_of
from radioloom.prediction.metrics import METRICS
from radioloom.prediction.metrics.concordance import comparable, feature_concordance
from radioloom.prediction.metrics.record import NONE, VALUE, Estimate, Judged, Metric
from radioloom.prediction.models import MODELS
from radioloom.prediction.models.record import Fitted, Model
from radioloom.stages.learning import baselines as rows_of_baselines
from radioloom.stages.learning.baselines import Baseline
from radioloom.stages.learning.fit import fit
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.reduce import reduce
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.validate import validate
from radioloom.tables import METRICS as TABLE
from radioloom.tables import SELECTION

SIZES = {"train": 60, "valid1": 40}


def fit_stump(columns, outcomes, settings, draws):
    """The column that orders a random half of the patients best, cut at a quantile."""
    if not columns.shape[1]:
        return Fitted({"cut": 0.0, "sign": 0}, ())
    half = draws.permutation(len(outcomes))[: len(outcomes) // 2]
    scores = feature_concordance([comparable(outcomes.take(half))], columns[half])[0]
    best = int(np.argmax(np.abs(scores - 0.5)))
    cut = float(np.quantile(columns[:, best], settings["quantile"]))
    return Fitted({"cut": cut, "sign": 1 if scores[best] > 0.5 else -1}, (best,), note="a stump")


def predict_stump(state, columns):
    return state["sign"] * (columns[:, :1].sum(axis=1) > state["cut"]).astype(float)


QUANTILE = {"description": "where it cuts", "type": "number", "minimum": 0, "maximum": 1, "default": 0.5}
STUMP = Model(
    "stump", "survival", "one cut", fit_stump, predict_stump, chooses=True, random=True, settings={"quantile": QUANTILE}
)


@pytest.fixture
def stumped(monkeypatch) -> Made:
    monkeypatch.setitem(MODELS, "stump", STUMP)
    made = Made(sizes=SIZES, selector="none", covariates=["age"])
    made.study["model"] |= {"kind": "stump", "settings": {"quantile": 0.4}}
    return made


def test_a_model_without_coefficients_that_chooses_for_itself_goes_the_whole_way(stumped):
    selection, signature = stumped.selection, stumped.signature
    offered = selection[selection["step"] == "model"]
    assert len(offered) > 10
    assert not (selection["step"] == "selector").any()
    kept = offered[offered["kept"]]
    assert kept["feature_id"].tolist() == signature.feature_ids
    assert kept["reason"].str.endswith("chosen by the model").all()
    assert offered.loc[~offered["kept"], "reason"].str.endswith("the model took others").all()
    assert (signature.model, signature.ratio, signature.note) == ("stump", "", "a stump")
    (term,) = signature.terms
    assert (term.coefficient, term.ratio, term.low, term.high) == (None, None, None, None)
    assert set(signature.baselines) == {"volume", "clinical", "clinical+signature"}

    content = json.loads(json.dumps(signature.to_json(), allow_nan=False))
    assert set(content["features"][0]) == {"feature_id", "group", "mean", "sd", "missing"}
    assert content["state"] == signature.state
    again = Signature.from_json(content)
    assert again == signature

    found = validate(stumped.material, stumped.splits, again)
    metrics = TABLE.frame(found.metrics).set_index(list(TABLE.key))
    for place in (("validation", "valid1"), ("apparent", "train"), ("cross-validation", "train")):
        assert metric_of(metrics, *place, "signature", "c_index") > 0.6
        assert metric_of(metrics, *place, "null", "c_index") == pytest.approx(0.5, abs=0.2)
        assert np.isfinite(metric_of(metrics, *place, "signature", "c_index", against="volume"))
    value = stumped.material.values[:, stumped.material.place(term.feature_id)]
    expected = signature.state["sign"] * ((value - term.mean) / term.sd > signature.state["cut"])
    cases = zip(stumped.material.cases["cohort"], stumped.material.cases["case"], strict=True)
    by_case = dict(zip(cases, expected, strict=True))
    frozen = [row for row in found.predictions if row["split"] == "frozen" and row["kind"] == "signature"]
    assert [row["risk"] for row in frozen] == [by_case[row["cohort"], row["case"]] for row in frozen]


def test_what_such_a_model_draws_is_keyed_by_split_and_purpose(stumped):
    material, splits = stumped.material, stumped.splits
    for split in ("frozen", "r01f1"):
        train = material.rows(splits, split, "train")
        outcomes = material.outcomes.take(train)
        one, other = (learn(material.within(split), train, [outcomes])[0].signature for _ in range(2))
        assert one == other
        assert fit(material, splits, SELECTION.frame(reduce(material, splits, split)), split) == one
    keys = [(), ("null", "1")]
    draws = {material.within(split).generator(*key).random() for split in ("frozen", "r01f1") for key in keys}
    assert len(draws) == 4


def test_a_selector_may_narrow_what_such_a_model_chooses_from(stumped):
    few = replace(stumped.material, study={**stumped.study, "model": {**stumped.study["model"], "selector": "top"}})
    rows = SELECTION.frame(reduce(few, stumped.splits))
    assert (rows["step"] == "model").sum() == 4
    assert rows["kept"].sum() == 1
    signature = fit(few, stumped.splits, rows)
    assert signature.feature_ids == rows.loc[rows["kept"], "feature_id"].tolist()


def test_settings_of_a_model_are_checked_before_it_is_fitted(stumped):
    wrong = {**stumped.study["model"], "settings": {"quantile": 2}}
    with pytest.raises(Exception, match=r"model.settings.quantile: 2 is not accepted"):
        reduce(replace(stumped.material, study={**stumped.study, "model": wrong}), stumped.splits)


def test_a_metric_is_one_row(monkeypatch):
    def share_high(judged: Judged) -> Estimate:
        return Estimate(float(judged.high_risk.mean()))

    row = Metric("share_high", "share of high risk", ("survival",), VALUE, None, NONE, share_high)
    monkeypatch.setitem(METRICS, "share_high", row)
    made = Made(sizes=SIZES)
    rows = made.metrics.reset_index()
    mine = rows[rows["metric"] == "share_high"].set_index(["evaluation", "model"])["estimate"]
    places, names = ("apparent", "validation"), ("signature", "volume")
    assert set(mine.index) == {(place, name) for place in places for name in names}
    assert mine["apparent", "signature"] == pytest.approx(0.5, abs=0.01)  # the cut-point is the median of training
    rest = rows[rows["metric"] != "share_high"].reset_index(drop=True)
    monkeypatch.delitem(METRICS, "share_high")
    assert rest.equals(Made(sizes=SIZES).metrics.reset_index())


def test_a_baseline_is_one_row(monkeypatch):
    """Volume and the clinic with the signature, to see what the signature adds to both."""
    both = Baseline("volume+clinical+signature", (VOLUME,), covariates=True, signature=True, subtracts="clinical")
    monkeypatch.setattr(rows_of_baselines, "OF_EVERY_STUDY", (*rows_of_baselines.OF_EVERY_STUDY, both))
    made = Made(sizes=SIZES, covariates=["age"])
    assert made.signature.baselines[both.name].feature_ids == ["signature", VOLUME, "age"]
    place = ("validation", "valid1")
    values = {name: metric_of(made.metrics, *place, name, "c_index") for name in (both.name, "clinical")}
    added = metric_of(made.metrics, *place, both.name, "c_index", against="clinical")
    assert added == pytest.approx(values[both.name] - values["clinical"])
    rows = made.metrics.reset_index()
    assert both.name not in set(rows["against"])
    assert set(rows.loc[rows["model"] == both.name, "evaluation"]) == {"apparent", "cross-validation", "validation"}


def test_every_metric_of_the_table_is_a_row():
    told = set(Made(sizes=SIZES, covariates=["age"]).metrics.index.get_level_values("metric"))
    ordering = {name for name, metric in METRICS.items() if "survival" in metric.outcomes and not metric.absolute}
    # Those of absolute risk need a horizon (test_absolute_risk), the others subgroups and a cohort that goes on.
    assert told == ordering - {"interaction_p", "events_expected"}


def test_a_model_whose_intervals_were_not_measured_has_none_in_cross_validation_and_its_baselines_are_plain(
    monkeypatch,
):
    """Folds in which an elastic net takes nothing have no spread: of its mean performance .81 were covered for .95."""
    made = Made(sizes={"train": 60, "valid1": 40}, selector="none")
    made.study["model"] |= {"kind": "elastic_net_cox"}
    made.study["validation"] |= {"bootstrap": 50}
    metrics = made.metrics.reset_index()
    main = metrics[(metrics["metric"] == "c_index") & (metrics["kind"] != "null")].set_index("evaluation")
    assert set(main.loc["cross-validation", "withheld"]) <= {"model", "events"}
    assert (main.loc["validation", "withheld"] == "").any()
    assert {each.model for each in made.signature.baselines.values()} == {"cox"}
