"""Logistic regression under an elastic net."""

from __future__ import annotations

from scipy import special

from radioloom.prediction.models.elastic_net import SETTINGS, TUNED, fit_elastic_net
from radioloom.prediction.models.record import Model, linear_predictor

ELASTIC_NET_LOGISTIC = Model(
    "elastic_net_logistic",
    "binary",
    "logistic regression under an elastic net, of a strength chosen in inner folds",
    fit_elastic_net,
    linear_predictor,
    "odds ratio",
    chooses=True,
    random=True,
    tuned=TUNED,
    settings=SETTINGS,
    link=special.expit,
)
