"""Cut-points that a study declares: frozen in training, applied as they are elsewhere, told in CURVES and METRICS."""

import json
from functools import cache

import numpy as np
import pytest

from made.planted_tables import Made, metric_of
from radioloom import tables
from radioloom.prediction.metrics.kaplan_meier import logrank
from radioloom.stages.learning.judge import judge, places
from radioloom.stages.learning.place import Validation
from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey, risks
from radioloom.stages.learning.signature import VERSION, Signature

VOLUME = ModelKey("baseline", "volume")


@cache
def divided(declared) -> Made:
    made = Made(sizes={"train": 60, "valid1": 45})
    made.study["model"]["cut_points"] = declared if isinstance(declared, str) else list(declared)
    return made


@cache
def judged(declared) -> dict:
    made, result = divided(declared), Validation()
    for place in places(made.material, made.splits):
        judge(made.material, {}, made.signature, place, result)
    return {name: tables.by_name(name).frame(getattr(result, name)) for name in ("curves", "metrics")}


def of_training(made: Made, model: ModelKey) -> np.ndarray:
    return risks(made.material, made.signature, made.material.rows(made.splits, "frozen", "train"))[model]


def test_tertiles_are_of_training_and_frozen_of_every_model():
    made = divided("tertiles")
    for model, of in ((THE_SIGNATURE, made.signature), (VOLUME, made.signature.baselines["volume"])):
        risk = of_training(made, model)
        assert of.cut_points == pytest.approx(np.quantile(risk, [1 / 3, 2 / 3]), abs=1e-12)
        assert of.cut_point == pytest.approx(np.median(risk), abs=1e-12)
    again = Signature.from_json(json.loads(json.dumps(made.signature.to_json())))
    assert again.cuts == made.signature.cuts
    assert again == made.signature


def test_declared_risks_are_of_the_signature_alone():
    made = divided((-0.5, 0.0, 0.75))
    assert made.signature.cuts == (-0.5, 0.0, 0.75)
    assert made.signature.baselines["volume"].cuts == divided("median").signature.baselines["volume"].cuts
    one = divided((0.25,)).signature
    assert (one.cut_point, one.cut_points) == (0.25, ())


def test_the_median_is_written_as_it_was():
    content = divided("median").signature.to_json()
    assert content["version"] == VERSION
    assert "cut_points" not in content
    earlier = {key: value for key, value in content.items() if key != "digest"} | {"version": 4}
    assert Signature.from_json(earlier) == divided("median").signature


@pytest.mark.parametrize(
    ("declared", "names"),
    [
        ("median", ["low", "high"]),
        ("tertiles", ["low", "middle", "high"]),
        ((-0.5, 0.0, 0.75), ["up to -0.5", "-0.5 to 0", "0 to 0.75", "above 0.75"]),
    ],
)
def test_curves_and_log_rank_are_of_the_groups_between_the_frozen_cut_points(declared, names):
    made, rows = divided(declared), judged(declared)
    place = places(made.material, made.splits)[1]
    risk = risks(made.material, made.signature, place.rows)[THE_SIGNATURE]
    level = 1 + sum((risk > cut).astype(int) for cut in made.signature.cuts)
    curves = rows["curves"].query("cohort == 'valid1' and kind == 'signature'")
    sizes = curves.groupby(["level", "group"])["at_risk"].max()
    assert sizes.to_dict() == {(k, names[k - 1]): int((level == k).sum()) for k in np.unique(level)}
    p = logrank(place.outcomes.time_days, place.outcomes.event, level)[1]
    metrics = rows["metrics"].set_index(list(tables.METRICS.key))
    assert metric_of(metrics, "validation", "valid1", "signature", "logrank_p") == p
