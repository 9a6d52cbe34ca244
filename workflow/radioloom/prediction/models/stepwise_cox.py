"""Stepwise Cox proportional hazards, with Efron's ties."""

from __future__ import annotations

from radioloom.prediction.models.cox import COX
from radioloom.prediction.models.stepwise import stepwise

STEPWISE_COX = stepwise(COX, "stepwise_cox")
