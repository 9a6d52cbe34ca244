"""The signature of a file, as a report shows it: its terms, the horizons of its baseline, what its own study wrote."""

from __future__ import annotations

from typing import Any

from radioloom.figures.exhibit import Exhibit, pairs
from radioloom.figures.words import in_days, number, plain


def table(model: Any) -> Exhibit:
    """Terms with coefficients, and the training values that they are scaled by where these are known.

    model : the signature
    """
    weighted = all(term.coefficient is not None for term in model.terms)
    per = "unit" if model.complete else "SD"
    rows = []
    for term in model.terms:
        effect = (number(term.coefficient, 3), number(term.ratio)) if weighted else ()
        scale = () if model.complete else (plain(term.mean), plain(term.sd))
        rows.append((term.feature_id, term.group, *effect, *scale))
    effects = (f"coefficient per {per}", f"{model.ratio} per {per}") if weighted else ()
    heads = ("term", "group", *effects, *(() if model.complete else ("mean", "SD")))
    return Exhibit(heads, tuple(rows), tuple(range(2, len(heads))))


def horizons(model: Any) -> str:
    """Where the signature gives absolute risks, in words."""
    if model.hazard is None:
        return ""
    if model.hazard.alone:
        return f"at {', '.join(f'{days:g}' for days in model.hazard.time_days)} days alone"
    return f"up to {in_days(model.hazard.last_days)}"


def origin(learnt: dict[str, Any]) -> Exhibit | None:
    """Digests that the study wrote which learnt the signature; None where there are none."""
    return pairs({key: str(value) for key, value in learnt.items()}, ("what", "digest")) if learnt else None
