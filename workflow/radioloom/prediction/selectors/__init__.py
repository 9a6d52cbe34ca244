"""Selectors of the signature's features, one file each; `SELECTORS` lists them."""

from dataclasses import replace

from radioloom.errors import StudyError
from radioloom.prediction.selectors.best_per_group import BEST_PER_GROUP
from radioloom.prediction.selectors.forward import FORWARD
from radioloom.prediction.selectors.medoids import MEDOIDS
from radioloom.prediction.selectors.mrmr import MRMR
from radioloom.prediction.selectors.named import NAMED
from radioloom.prediction.selectors.none import NONE
from radioloom.prediction.selectors.record import Candidates, Selector
from radioloom.prediction.selectors.stability import STABILITY
from radioloom.prediction.selectors.top import TOP
from radioloom.prediction.selectors.univariate import UNIVARIATE

ROWS = (BEST_PER_GROUP, TOP, FORWARD, NONE, NAMED, UNIVARIATE, MRMR, STABILITY, MEDOIDS)
SELECTORS: dict[str, Selector] = {selector.name: selector for selector in ROWS}


def select(candidates: Candidates, name: str, n_features: int) -> dict[int, str]:
    """Chosen places and reasons, at most `n_features`; raises StudyError if there is no selector `name`.

    Settings that `candidates` does not have are the selector's defaults.
    """
    if name not in SELECTORS:
        raise StudyError(f"model.selector is {name!r}; it must be one of {', '.join(SELECTORS)}")
    selector = SELECTORS[name]
    candidates = replace(candidates, asked=selector.checked(candidates.asked))
    return selector.choose(candidates, n_features) if len(candidates.names) else {}
