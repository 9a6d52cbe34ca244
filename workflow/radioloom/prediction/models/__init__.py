"""Models of an outcome, one file each; `MODELS` lists them, and a new model is one file and one row."""

from collections.abc import Mapping
from typing import Any

from radioloom.errors import StudyError
from radioloom.prediction.models.cox import COX
from radioloom.prediction.models.elastic_net_cox import ELASTIC_NET_COX
from radioloom.prediction.models.elastic_net_logistic import ELASTIC_NET_LOGISTIC
from radioloom.prediction.models.entropy_tree import ENTROPY_TREE
from radioloom.prediction.models.gradient_boosting import GRADIENT_BOOSTING
from radioloom.prediction.models.logistic import LOGISTIC
from radioloom.prediction.models.naive_bayes import NAIVE_BAYES
from radioloom.prediction.models.nearest_neighbours import NEAREST_NEIGHBOURS
from radioloom.prediction.models.perceptron import PERCEPTRON
from radioloom.prediction.models.random_forest import RANDOM_FOREST
from radioloom.prediction.models.record import Model
from radioloom.prediction.models.stepwise_cox import STEPWISE_COX
from radioloom.prediction.models.stepwise_logistic import STEPWISE_LOGISTIC
from radioloom.prediction.models.support_vectors import SUPPORT_VECTORS
from radioloom.prediction.models.survival_boosting import SURVIVAL_BOOSTING
from radioloom.prediction.models.survival_forest import SURVIVAL_FOREST

_EVERY = (
    COX,
    LOGISTIC,
    ELASTIC_NET_COX,
    ELASTIC_NET_LOGISTIC,
    STEPWISE_COX,
    STEPWISE_LOGISTIC,
    SURVIVAL_FOREST,
    SURVIVAL_BOOSTING,
    ENTROPY_TREE,
    RANDOM_FOREST,
    GRADIENT_BOOSTING,
    NAIVE_BAYES,
    NEAREST_NEIGHBOURS,
    SUPPORT_VECTORS,
    PERCEPTRON,
)
MODELS: dict[str, Model] = {model.name: model for model in _EVERY}
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


def of_baselines(kind: Model) -> Model:
    """What the baselines of a study are fitted by: its kind of model, or a plain one.

    Of the few columns of a baseline nothing is to be chosen or shrunk, and a learner of many columns does worse on one
    than a line: a signature would look better beside it than it is.
    """
    return PLAIN[kind.outcome] if kind.chooses or not kind.ratio else kind


def misfit(name: str, outcome: str) -> str:
    """What is wrong where a model of MODELS is for another kind of outcome, and which to take; "" where it fits."""
    if MODELS[name].outcome == outcome:
        return ""
    fitting = ", ".join(each.name for each in MODELS.values() if each.outcome == outcome)
    return f"{name} is for a {MODELS[name].outcome} outcome, the study's is {outcome}; take {fitting}"
