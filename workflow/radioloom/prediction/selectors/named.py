"""Selector: the features that the study names, such as those of a published signature that is fitted anew."""

from __future__ import annotations

from radioloom.prediction.selectors.record import Candidates, Selector


def named(candidates: Candidates, _: int) -> dict[int, str]:
    """Those of the named features that are left, in the order of their names in the study; the outcome has no part."""
    places = {name: place for place, name in enumerate(candidates.names)}
    taken = [places[name] for name in candidates.asked["features"] if name in places]
    return {place: f"named by the study: C {candidates.scores[place]:.3f}" for place in taken}


NAMED = Selector(
    "named",
    named,
    "the features that the study names, whatever the outcome",
    counts=False,
    asks=False,
    steady=True,  # nothing is chosen by the data, as of a baseline
    settings={
        "features": {
            "description": "their ids, such as those of a published signature",
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "minItems": 1,
            "uniqueItems": True,
        }
    },
)
