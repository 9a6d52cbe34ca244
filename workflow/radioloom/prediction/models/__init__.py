"""Models of an outcome, one file each; `MODELS` lists them, and a new model is one file and one row."""

from collections.abc import Mapping
from typing import Any

from radioloom.errors import StudyError
from radioloom.prediction.models.cox import COX
from radioloom.prediction.models.elastic_net_cox import ELASTIC_NET_COX
from radioloom.prediction.models.elastic_net_logistic import ELASTIC_NET_LOGISTIC
from radioloom.prediction.models.logistic import LOGISTIC
from radioloom.prediction.models.record import Model

MODELS: dict[str, Model] = {model.name: model for model in (COX, LOGISTIC, ELASTIC_NET_COX, ELASTIC_NET_LOGISTIC)}
PLAIN = {model.outcome: model for model in (COX, LOGISTIC)}  # maximum likelihood, which baselines are fitted by


def model(name: str, outcome: str) -> Model:
    """The model of that name; raises StudyError if there is none or it is for another kind of outcome."""
    if name not in MODELS:
        raise StudyError(f"model.kind is {name!r}; it must be one of {', '.join(MODELS)}")
    if fault := misfit(name, outcome):
        raise StudyError(f"model.kind {fault}")
    return MODELS[name]


def of_study(study: Mapping[str, Any]) -> Model | None:
    """The kind of model that a study declares; None of a signature that was learnt elsewhere."""
    return MODELS.get(study.get("model", {}).get("kind", ""))


def misfit(name: str, outcome: str) -> str:
    """What is wrong where a model of MODELS is for another kind of outcome, and which to take; "" where it fits."""
    if MODELS[name].outcome == outcome:
        return ""
    fitting = ", ".join(each.name for each in MODELS.values() if each.outcome == outcome)
    return f"{name} is for a {MODELS[name].outcome} outcome, the study's is {outcome}; take {fitting}"
