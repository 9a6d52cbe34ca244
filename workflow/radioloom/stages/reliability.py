"""Agreement of each feature over replicates: visits of a test-retest pair, or readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.stats.agreement import icc

if TYPE_CHECKING:
    import pandas as pd

ROLES = ("test-retest", "observers")


def reliability(features: pd.DataFrame, roles: dict[str, str], settings: dict[str, Any]) -> list[dict[str, Any]]:
    """RELIABILITY rows, one a feature for each cohort of replicates; none where the study has no such cohort.

    `features` is FEATURES of all cohorts, `roles` maps cohort to role, `settings` are the study's `reliability`. A
    subject counts where it has every replicate that its cohort has, and the feature is defined in all of them; `n` is
    the number of these subjects. Cohorts with one replicate give rows without a value.
    """
    rows: list[dict[str, Any]] = []
    for source in sorted(cohort for cohort, role in roles.items() if role in ROLES):
        rows += _of_source(features[features["cohort"] == source], source, settings["form"])
    return rows


def _of_source(features: pd.DataFrame, source: str, form: str) -> list[dict[str, Any]]:
    if features.empty:
        return []
    table = features.pivot(index=["feature_id", "case", "roi"], columns="replicate", values="value")
    n_replicates = table.shape[1]
    names = table.index.get_level_values("feature_id").unique()
    subjects = table.index.droplevel("feature_id").unique()
    wanted = [(name, *subject) for name in names for subject in subjects]
    cube = table.reindex(wanted).to_numpy(np.float64).reshape(len(names), len(subjects), n_replicates)
    rows = {"source": source, "form": form, "k": n_replicates}
    if n_replicates < 2:
        n = np.isfinite(cube).all(axis=2).sum(axis=1)
        empty = {"estimate": None, "low": None, "high": None}
        return [{**rows, **empty, "feature_id": name, "n": int(m)} for name, m in zip(names, n, strict=True)]
    found = icc(cube, form)
    columns = zip(names, found.estimate, found.low, found.high, found.n, strict=True)
    return [
        {**rows, "feature_id": name, "estimate": float(e), "low": float(low), "high": float(high), "n": int(n)}
        for name, e, low, high, n in columns
    ]
