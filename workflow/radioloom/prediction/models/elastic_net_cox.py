"""Cox proportional hazards under an elastic net, with Efron's ties."""

from __future__ import annotations

from radioloom.prediction.models.cox import baseline_hazard
from radioloom.prediction.models.elastic_net import SETTINGS, TUNED, fit_elastic_net
from radioloom.prediction.models.record import Model, linear_predictor

ELASTIC_NET_COX = Model(
    "elastic_net_cox",
    "survival",
    "Cox proportional hazards under an elastic net, of a strength chosen in inner folds",
    fit_elastic_net,
    linear_predictor,
    "hazard ratio",
    chooses=True,
    random=True,
    tuned=TUNED,
    settings=SETTINGS,
    hazard=baseline_hazard,
)
