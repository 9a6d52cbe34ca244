"""What was found of what was planted in a simulated study: only the report asks, and only after everything is frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.provenance import rng

if TYPE_CHECKING:
    import pandas as pd

RESAMPLES = 1000
BACKGROUND = ""  # module of a gene that was planted in none


@dataclass(frozen=True, slots=True)
class Comparison:
    """The planted truth beside what the study says."""

    metrics: (
        pd.DataFrame
    )  # METRICS of the model `truth`: the planted log hazard as a risk, in each cohort with outcomes
    features: pd.DataFrame  # cohort, feature_id, rho_heterogeneity, rho_volume, n: the signature's features
    modules: pd.DataFrame | None  # genomics.recovery.overlap, one row a planted module
    adjusted_rand: float | None
    associations: pd.DataFrame | None  # ASSOCIATIONS with q < 0.05 and `planted`: whether the pair was meant


def compare(truth: dict[str, pd.DataFrame], inputs: Any, seed: int) -> Comparison:
    """Compare a study with its truth.

    truth : `cases` (cohort, case, heterogeneity, volume, log_hazard) and, where there is expression, `genes` (gene,
        module; "" in none; `driver`: the hidden factor behind the module or "")
        and optionally `features` (cohort, case, one column a feature of the signature)
    inputs : the report's (clinical, metrics, modules, associations, signature, settings are read)
    """
    from radioloom.genomics.recovery import adjusted_rand, overlap

    modules = rand = hits = None
    if "genes" in truth and inputs.modules is not None:
        planted = truth["genes"][truth["genes"]["module"] != BACKGROUND]
        drivers = planted.groupby("module")["driver"].first() if "driver" in planted else None
        modules = overlap(planted, inputs.modules)
        modules["driver"] = "" if drivers is None else modules["planted"].map(drivers).fillna("")
        rand = adjusted_rand(planted, inputs.modules)
        hits = _hits(inputs.associations, modules)
    features = _features(truth["cases"], truth.get("features"))
    return Comparison(_metrics(truth["cases"], inputs, seed), features, modules, rand, hits)


def _metrics(cases: pd.DataFrame, inputs: Any, seed: int) -> pd.DataFrame:
    """Concordance of the planted log hazard with the outcomes of the cases that were analysed."""
    import pandas as pd

    from radioloom.stats.bootstrap import percentile_interval, resample_weights
    from radioloom.survival.concordance import comparable, concordance, concordant, resampled
    from radioloom.survival.outcome import outcome

    kind = inputs.settings["outcome"]["kind"]
    name = "auc" if kind == "binary" else "c_index"
    used = inputs.predictions[["cohort", "case"]].drop_duplicates()
    known = used.merge(inputs.clinical, on=["cohort", "case"]).merge(cases, on=["cohort", "case"])
    rows = []
    for cohort, part in known.groupby("cohort"):
        outcomes = outcome(kind, part["event"].to_numpy(bool), part["time_days"].to_numpy(float))
        pairs, risk = comparable(outcomes), part["log_hazard"].to_numpy(float)
        weights = resample_weights(outcomes.event.astype(int), RESAMPLES, rng(seed, "truth", str(cohort)))
        low, high = percentile_interval(resampled(pairs, concordant(pairs, risk), weights))
        rows.append(
            {
                "evaluation": "truth", "cohort": cohort, "model": "truth", "metric": name,
                "estimate": concordance(pairs, risk), "low": low, "high": high, "n": len(part),
                "n_events": outcomes.n_events,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _features(cases: pd.DataFrame, features: pd.DataFrame | None) -> pd.DataFrame:
    """Spearman's rho of each feature with the hidden factors, in each cohort."""
    import pandas as pd
    from scipy.stats import spearmanr

    columns = ["cohort", "feature_id", "rho_heterogeneity", "rho_volume", "n"]
    if features is None:
        return pd.DataFrame(columns=columns)
    rows = []
    names = [name for name in features.columns if name not in ("cohort", "case")]
    for cohort, part in features.merge(cases, on=["cohort", "case"], suffixes=("", " (hidden)")).groupby("cohort"):
        for name in names:
            sound = part[np.isfinite(part[name].to_numpy(float))]
            if len(sound) < 5 or sound[name].nunique() < 2:
                continue
            rho = [float(spearmanr(sound[name], sound[f]).statistic) for f in ("heterogeneity", "volume")]
            rows.append((cohort, name, *rho, len(sound)))
    return pd.DataFrame(rows, columns=columns)


def _hits(associations: pd.DataFrame, modules: pd.DataFrame) -> pd.DataFrame:
    """Associations with q < 0.05, and whether the module is the best match of one that a hidden factor drives."""
    driven = set(modules.loc[modules["driver"] != "", "found"])
    found = associations[associations["q"] < 0.05].copy()
    found["planted"] = found["module"].isin(driven)
    return found
