"""Selectors of the signature's features, one file each; `SELECTORS` lists them."""

from radioloom.errors import StudyError
from radioloom.prediction.selectors.best_per_group import BEST_PER_GROUP
from radioloom.prediction.selectors.forward import FORWARD
from radioloom.prediction.selectors.none import NONE
from radioloom.prediction.selectors.record import Candidates, Selector
from radioloom.prediction.selectors.top import TOP

SELECTORS: dict[str, Selector] = {selector.name: selector for selector in (BEST_PER_GROUP, TOP, FORWARD, NONE)}


def select(candidates: Candidates, name: str, n_features: int) -> dict[int, str]:
    """Chosen places and reasons, at most `n_features`; raises StudyError if there is no selector `name`."""
    if name not in SELECTORS:
        raise StudyError(f"model.selector is {name!r}; it must be one of {', '.join(SELECTORS)}")
    return SELECTORS[name].choose(candidates, n_features) if len(candidates.names) else {}
