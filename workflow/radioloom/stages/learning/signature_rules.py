"""What every signature that a hand has touched must obey and no schema can say: published ones, and edited files.

Each rule yields the place of a fault, as keys of the file, and what is wrong there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.imputation import ITERATIVE
from radioloom.prediction.models import MODELS
from radioloom.prediction.scalings import KIND, SCALINGS
from radioloom.sealed import DIGEST, intact
from radioloom.settings import Origin, check

VERSION = 5  # of files that are written
VERSIONS = range(1, VERSION + 1)
SEALED = 3  # the first version whose files bear a digest
LARGEST = sys.float_info.max
Place = tuple[str | int, ...]
Fault = tuple[Place, str]
COUNTS = ("n", "n_events")  # that a later version has as many of, or more
OF_INTERVALS = ("ratio", "low", "high")  # exp of what may be very large; no risk is made of them
UNLIKE = "its lists do not belong together: {}; copy them from the file as it was"


def changed(content: Mapping[str, Any]) -> bool:
    """Whether a signature.json is not what was written; versions without a digest are not known to be."""
    return (DIGEST in content or content.get("version", 1) in VERSIONS[SEALED - 1 :]) and not intact(content)


def check_edited(content: Mapping[str, Any], name: str) -> None:
    """StudyError with every fault of the content of a signature.json that bears no digest of itself."""
    origin = Origin(name)
    try:
        filled = check(dict(content), "signature", name)
        if faults := [f"{origin.at(*place)}: {said}" for place, said in _faults(filled, ())]:
            raise StudyError("\n".join(faults))
    except StudyError as error:
        raise StudyError(f"{error}\n{name}: correct it, or delete it and fit it again") from None


def not_finite(content: Any, place: Place = ()) -> Iterator[Fault]:
    """Numbers that are not finite, or too large to be computed with; those of intervals may be infinite."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from not_finite(value, (*place, key))
    elif isinstance(content, list):
        for key, value in enumerate(content):
            yield from not_finite(value, (*place, key))
    elif isinstance(content, int | float) and not abs(content) <= (np.inf if place[-1] in OF_INTERVALS else LARGEST):
        yield place, "a number that is not finite; write the one that the model has"


def twice(names: Sequence[str], place: Place) -> Iterator[Fault]:
    """Terms that a list has a second time: each would count twice."""
    for number, name in enumerate(names):
        if names.index(name) < number:
            yield (*place, number), f"{name!r} appears twice; take one out"


def of_kind(model: str, intercept: float | None, survival: str, place: Place = ()) -> Iterator[Fault]:
    """An intercept or a survival that the kind of model does not have, or an intercept that it lacks.

    intercept : None where there is none; survival : the key that has the baseline survival, "" where none has
    """
    kind = MODELS[model]
    if kind.link is not None and kind.ratio and intercept is None:
        yield (*place, "model"), f"a {model} model has an intercept, and a risk without it is no log odds; add it"
    if kind.hazard is not None and intercept:
        yield (*place, "intercept"), "a Cox model has none; take it out (`baseline.centre` is of a survival)"
    if survival and kind.hazard is None:
        yield (*place, survival), "a model without times has no survival; take it out"


def _faults(content: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    terms, hazard = content["features"], content.get("hazard")
    if not place:
        yield from not_finite(content)
        yield from _of_lineage([*content.get("lineage", ()), content])
    yield from twice([term["feature_id"] for term in terms], (*place, "features"))
    yield from of_kind(content["model"], content["intercept"], "hazard" if hazard else "", place)
    for number, term in enumerate(terms):
        if term.get("coefficient") is None and content.get("state") is None:
            yield (*place, "features", number), f"{term['feature_id']!r} has no coefficient; write it"
        yield from _of_scaling(term.get("scaling") or {}, (*place, "features", number, "scaling"))
    if content.get("state") is not None and not _predicts(content["model"], content["state"], len(terms)):
        yield (*place, "state"), f"it is none of a {content['model']} of {len(terms)} features; copy it as it was"
    yield from rising(content.get("cut_points", ()), (*place, "cut_points"))
    if hazard:
        yield from _of_hazard(hazard, (*place, "hazard"))
    yield from _of_imputation(content.get("imputation") or {}, len(terms), (*place, "imputation"))
    for name, baseline in content.get("baselines", {}).items():
        yield from _faults(baseline, (*place, "baselines", name))


def _predicts(model: str, state: Any, n: int) -> bool:
    """Whether a model has a risk of a patient by this state, and a number for it."""
    try:
        with np.errstate(all="ignore"):
            risk = MODELS[model].predict(state, np.zeros((1, n)))
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError):
        return False
    return risk.shape == (1,) and bool(np.isfinite(risk).all())


def rising(values: Sequence[float], place: Place, level: bool = False) -> Iterator[Fault]:
    """Numbers that do not ascend; level : whether two neighbours may be one."""
    if any(after < before or (after == before and not level) for before, after in pairwise(values)):
        yield place, "the numbers do not ascend; write them as the model has them"


def _of_hazard(hazard: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    times, cumulative = hazard["time_days"], hazard["cumulative"]
    yield from rising(times, (*place, "time_days"))
    yield from rising(cumulative, (*place, "cumulative"), level=True)
    if len(times) != len(cumulative):
        yield place, UNLIKE.format(f"{len(times)} `time_days` and {len(cumulative)} `cumulative`")
    if times and max(times) > hazard["last_days"]:
        yield (*place, "last_days"), "a time of the hazard is later; write the longest follow-up"


def _of_lineage(versions: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """Faults of the versions that a signature supersedes. versions : in order, itself the last one."""
    marks = [each["digest"] for each in versions[:-1]]
    for number, (one, later) in enumerate(pairwise(versions)):
        if marks.index(one["digest"]) < number:
            yield ("lineage", number), "its digest appears twice; copy the lineage as it was"
        if any(one[key] > later[key] for key in COUNTS):
            yield ("lineage", number), "it has more cases or events than a later version; copy the lineage as it was"


def _of_scaling(scaling: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    if not scaling:
        return
    learnt = SCALINGS[scaling[KIND]].learn(np.arange(3.0)).keys()
    if learnt != scaling.keys() - {KIND}:
        yield place, f"a scaling of kind {scaling[KIND]!r} has the keys {', '.join(learnt) or 'of none'}; write these"
    knots, scores = scaling.get("knots", []), scaling.get("scores", [])
    yield from rising(knots, (*place, "knots"))
    if len(knots) != len(scores):
        yield place, UNLIKE.format(f"{len(knots)} `knots` and {len(scores)} `scores`")


def _of_imputation(imputation: Mapping[str, Any], n: int, place: Place) -> Iterator[Fault]:
    constants, weights = imputation.get("constants", []), imputation.get("weights", [])
    wanted = n if imputation.get("method") == ITERATIVE else 0
    if {len(constants), len(weights), *map(len, weights)} - {wanted}:
        yield place, UNLIKE.format(f"{wanted} `constants` and {wanted} times {wanted} `weights` are expected")
