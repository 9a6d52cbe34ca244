"""Stepwise logistic regression."""

from __future__ import annotations

from radioloom.prediction.models.logistic import LOGISTIC
from radioloom.prediction.models.stepwise import stepwise

STEPWISE_LOGISTIC = stepwise(LOGISTIC, "stepwise_logistic")
