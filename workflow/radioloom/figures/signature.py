"""The signature: its features and coefficients, how they were selected, and how stable the selection is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.multivariable import ends
from radioloom.figures.words import STEPS, apart, joined, number, percent, plain
from radioloom.prediction.cut_points import MEDIAN, WORDS, group_names

if TYPE_CHECKING:
    import pandas as pd


SEEN = 0.005  # of a concordance from one half: what two digits show
SHOWN = 10  # rows of a table that would otherwise fill pages; the whole is in the tables of the study
GROUPS = {  # what does not explain itself
    "filtered": "of filtered images: wavelet, Laplacian of Gaussian and others",
    "other": "neither the study nor the feature's name tells its group",
}


def weighted(model: Any) -> bool:
    """Whether the risk is a sum of the features, each times its coefficient; other models may have none."""
    return bool(model.terms) and all(term.coefficient is not None for term in model.terms)


def intervals(model: Any) -> bool:
    """Whether a coefficient of the signature has an interval; those of a model that knows no error have none."""
    return not all(math.isnan(ends(model, term)[0]) for term in model.terms)


def bars(model: Any) -> pd.DataFrame:
    """Coefficients with their intervals on the log scale, for figures.forest.coefficients."""
    import numpy as np
    import pandas as pd

    rows = [(t.feature_id, t.coefficient, t.ratio, *np.log(ends(model, t))) for t in model.terms]
    return pd.DataFrame(rows, columns=["feature_id", "coefficient", "ratio", "low", "high"])


def table(model: Any, selection: pd.DataFrame) -> Exhibit:
    """The features of the signature with what their coefficients mean.

    model : the frozen signature; selection : rows of SELECTION of the split `frozen`
    """
    measured = selection.set_index("feature_id")
    rho, score = measured["volume_rho"], measured["score"]
    rows = []
    for term in model.terms:
        effect = (number(term.coefficient, 3), apart(term.ratio, *ends(model, term), 1.0)) if weighted(model) else ()
        alone = (number(score.get(term.feature_id)), number(rho.get(term.feature_id)))
        rows.append((term.feature_id, term.group, *effect, *alone, plain(term.mean), plain(term.sd)))
    ratio = f"{model.ratio} per SD" + (" (95 % interval)" if intervals(model) else "")
    effects = ("coefficient per SD", ratio) if weighted(model) else ()
    heads = ("feature", "group", *effects, "concordance alone", "rho with volume", "mean", "SD")
    return Exhibit(heads, tuple(rows), tuple(range(2, len(heads))))


def opposed(model: Any, selection: pd.DataFrame) -> str:
    """Features whose coefficient is against their own concordance in training; "" where there are none.

    model : the frozen signature; selection : rows of SELECTION of the split `frozen`
    """
    alone = selection.set_index("feature_id")["score"]
    against = [
        f"{term.feature_id} (concordance alone {number(score)}, coefficient {number(term.coefficient, 3)})"
        for term in model.terms
        if term.coefficient and abs((score := alone.get(term.feature_id, math.nan)) - 0.5) >= SEEN
        if (score > 0.5) != (term.coefficient > 0)
    ]
    if not against:
        return ""
    return (
        f"Against what training shows of the feature alone, within each cohort, is the sign of {joined(against)}: "
        "correlated features of one model do that, and so do training cohorts that differ and are fitted as one."
    )


def notes(model: Any) -> list[tuple[str, str]]:
    """Name and note of each model whose fit was not plain (a ridge, separated groups, nothing left), baselines too."""
    return [(each.name, each.note) for each in (model, *model.baselines.values()) if each.note]


def cut_points(model: Any, declared: str | Sequence[float]) -> str:
    """The frozen cut-points and where they are from. declared : `model.cut_points` of the study."""
    if not model.cuts:
        return "no cut-point between groups of risk"
    source = f"the {declared} risk" if declared == MEDIAN else f"the {declared} of the risks"
    source = f"{source} in training" if isinstance(declared, str) else "as the study declares"
    values, unit = joined([number(cut, 3) for cut in model.cuts]), unit_of(model.model)
    names = group_names(model.cuts)
    of_groups = f"between {joined(names)} risk" if len(names) in WORDS else f"of {len(names)} groups of risk"
    lead = f"the cut-point{'s' * (len(model.cuts) > 1)} {of_groups}"
    return f"{lead} ({values}{f', a {unit}' if unit else ''}: {source})"


def unit_of(kind: str) -> str:
    """What the risk of a kind of model is; "" where it only orders."""
    from radioloom.prediction.models import MODELS

    if MODELS[kind].link is not None:
        return "log odds"
    return "log relative hazard" if MODELS[kind].hazard is not None else ""


def scaling(model: Any) -> str:
    """How values are mapped before they are standardised, in words; "" where they are not."""
    from radioloom.prediction.scalings import SCALINGS

    kinds = dict.fromkeys(term.scaling["kind"] for term in model.terms if term.scaling)
    return "; ".join(SCALINGS[kind].definition for kind in kinds)


def outliers(frame: pd.DataFrame) -> Exhibit:
    """The `SHOWN` cases with values farthest from those of training, the farthest first. frame : OUTLIERS."""
    ordered = frame.assign(far=-frame["robust_z"].abs()).sort_values(["far", "cohort", "case"]).head(SHOWN)
    rows = [
        (r.cohort, r.case, str(r.n), r.feature_id, plain(r.value), number(r.robust_z, 0)) for r in ordered.itertuples()
    ]
    heads = ("cohort", "case", "features that far", "the farthest", "its value", "robust SDs from the training median")
    return Exhibit(heads, tuple(rows), (2, 4, 5))


def groups(selection: pd.DataFrame) -> str:
    """Features of each group in words, the largest group first. selection : rows of SELECTION of one split."""
    counts = sorted(selection["group"].value_counts().items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {n}" + (f" ({GROUPS[name]})" if name in GROUPS else "") for name, n in counts)


def funnel(selection: pd.DataFrame, not_assessed: Sequence[str] = ()) -> Exhibit:
    """How many features were left after each step, from all to the signature.

    selection : rows of SELECTION of one split; not_assessed : steps that the study has nothing for
    """
    left = len(selection)
    rows = [("measured", "", str(left))]
    known = [*STEPS, *sorted(set(selection["step"]) - set(STEPS) - {""})]
    for step in known:
        gone = int(((selection["step"] == step) & ~selection["kept"]).sum())
        left -= gone
        none = "not assessed" if step in not_assessed else "0"
        rows.append((STEPS.get(step, step), str(gone) if gone else none, str(left)))
    return Exhibit(("step", "dropped", "left"), tuple(rows), (1, 2))


def stability(selection: pd.DataFrame, names: list[str], most: int = 10) -> Exhibit:
    """In how many folds a feature was chosen: the signature's, then the others chosen most often.

    selection : rows of SELECTION of the folds; names : the signature
    """
    n_folds = selection["split"].nunique()
    times = selection[selection["kept"]].groupby("feature_id").size()
    others = times.drop([name for name in names if name in times]).sort_values(ascending=False, kind="stable").index
    rows = [
        (name, "yes" if name in names else "", f"{times.get(name, 0)} ({percent(times.get(name, 0) / n_folds)})")
        for name in [*names, *others[: max(0, most - len(names))]]
    ]
    return Exhibit(("feature", "in the signature", f"chosen in folds (of {n_folds})"), tuple(rows), (2,))
