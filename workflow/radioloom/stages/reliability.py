"""Agreement of each feature over replicates: visits of a test-retest pair, or readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.stats.agreement import Agreement, icc
from radioloom.stats.ranks import friedman

if TYPE_CHECKING:
    import pandas as pd

ROLES = ("test-retest", "observers")
ONCE = "one replicate only"
CONSTANT = "the same value everywhere"
FEW = "fewer than two subjects with all replicates"
UNDEFINED = "agreement is undefined"


def reliability(features: pd.DataFrame, roles: dict[str, str], settings: dict[str, Any]) -> list[dict[str, Any]]:
    """RELIABILITY rows, one a feature for each cohort of replicates; none where the study has no such cohort.

    `features` is FEATURES of all cohorts, `roles` maps cohort to role, `settings` are the study's `reliability`. A
    subject counts where it has every replicate that its cohort has, and the feature is defined in all of them; `n` is
    the number of these subjects (forms of one way count every subject, see `icc`). Cohorts with one replicate give rows
    without a value, and `note` says why a feature has none.
    """
    rows: list[dict[str, Any]] = []
    for source in sorted(cohort for cohort, role in roles.items() if role in ROLES):
        rows += _of_source(features[features["cohort"] == source], source, roles[source], settings["form"])
    return rows


def robustness(perturbed: pd.DataFrame, settings: dict[str, Any] | None) -> list[dict[str, Any]]:
    """RELIABILITY rows of the perturbed images of each cohort, by the study's `robustness`; none without it.

    Every perturbed image is one replicate of its case; the unperturbed one is not among them, as in Zwanenburg 2019. An
    image that was skipped is a replicate that is missing.
    """
    if settings is None or perturbed.empty:
        return []
    rows: list[dict[str, Any]] = []
    for cohort, found in perturbed.drop(columns="replicate").groupby("cohort", sort=True):
        source = f"{cohort}, perturbed {settings['chain']}"
        rows += _of_source(found.rename(columns={"variant": "replicate"}), source, "perturbations", settings["form"])
    return rows


def _of_source(features: pd.DataFrame, source: str, role: str, form: str) -> list[dict[str, Any]]:
    if features.empty:
        return []
    table = features.pivot(index=["feature_id", "case", "roi"], columns="replicate", values="value")
    names = table.index.get_level_values("feature_id").unique()
    subjects = table.index.droplevel("feature_id").unique()
    wanted = [(name, *subject) for name in names for subject in subjects]
    cube = table.reindex(wanted).to_numpy(np.float64).reshape(len(names), len(subjects), table.shape[1])
    return rows_of(cube, list(names), {"source": source, "role": role, "form": form})


def rows_of(cube: np.ndarray, names: list[str], keys: dict[str, str]) -> list[dict[str, Any]]:
    """RELIABILITY rows of a table float64 (features, subjects, replicates); `keys`: source, role and form."""
    n_replicates = cube.shape[2]
    keys = {**keys, "k": n_replicates}
    if n_replicates < 2:
        nothing = dict.fromkeys(("estimate", "low", "high", "friedman", "friedman_p"))
        n = np.isfinite(cube).any(axis=2).sum(axis=1).tolist()
        return [{**keys, **nothing, "feature_id": name, "n": m, "note": ONCE} for name, m in zip(names, n, strict=True)]
    found, ranked = icc(cube, keys["form"]), friedman(cube)
    columns = {
        "feature_id": names,
        "estimate": found.estimate.tolist(),
        "low": found.low.tolist(),
        "high": found.high.tolist(),
        "n": found.n.tolist(),
        "friedman": ranked.statistic.tolist(),
        "friedman_p": ranked.p.tolist(),
        "note": _notes(cube, found),
    }
    return [{**keys, **dict(zip(columns, row, strict=True))} for row in zip(*columns.values(), strict=True)]


def _notes(cube: np.ndarray, found: Agreement) -> list[str]:
    """Why a feature has no estimate."""
    low, high = np.fmin.reduce(cube, axis=(1, 2)), np.fmax.reduce(cube, axis=(1, 2))
    few = np.where(found.n < 2, FEW, UNDEFINED)
    return np.where(np.isfinite(found.low), "", np.where(low == high, CONSTANT, few)).tolist()
