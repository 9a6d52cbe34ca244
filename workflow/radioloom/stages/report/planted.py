"""What was found of what was planted in a simulated study: only the report asks, when everything is frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from radioloom.provenance import rng
from radioloom.stats.ranks import spearman
from radioloom.tables.columns import FROZEN, MAIN_METRIC, SIGNATURE, TRUTH

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.report.record import ReportInputs

RESAMPLES = 1000
BACKGROUND = ""  # module of a gene that was planted in none
FOLLOWS = 0.3  # |rho| with a hidden factor from which a feature is said to follow it
FEWEST = 5  # cases of a cohort from which a rank correlation is told
FACTORS = ("heterogeneity", "volume")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The planted truth beside what the study says."""

    metrics: (
        pd.DataFrame
    )  # METRICS of the kind `truth`: the planted log hazard as a risk, wherever the signature is judged
    features: pd.DataFrame  # cohort, feature_id, rho_heterogeneity, rho_volume, n: the signature's features
    modules: pd.DataFrame | None  # genomics.recovery.overlap, one row a planted module, and its driver
    adjusted_rand: float | None  # over the genes that were planted in a module and found in one
    hits: pd.DataFrame | None  # ASSOCIATIONS with q < 0.05 and `planted`: whether the pair was meant


def compare(truth: dict[str, pd.DataFrame], inputs: ReportInputs) -> Comparison:
    """Compare a study with its truth.

    truth : `cases` (cohort, case, heterogeneity, volume, log_hazard); where there is expression `genes` (gene, module
        or "", driver: the hidden factor behind the module or ""); where they are at hand `features` (cohort, case and
        one column for each feature of the signature)
    """
    from radioloom.genomics.recovery import adjusted_rand, overlap

    followed = _features(truth["cases"], truth.get("features"))
    modules = rand = hits = None
    if "genes" in truth and inputs.modules is not None:
        genes = truth["genes"].fillna({"module": BACKGROUND, "driver": ""})
        planted = genes[genes["module"] != BACKGROUND]
        modules = overlap(planted, inputs.modules)
        modules["driver"] = modules["planted"].map(planted.groupby("module")["driver"].first())
        rand = adjusted_rand(planted, inputs.modules)
        hits = _hits(inputs, modules, followed)
    return Comparison(_metrics(truth["cases"], inputs), followed, modules, rand, hits)


def follows(frame: pd.DataFrame) -> dict[str, dict[str, float]]:
    """The hidden factors that each feature follows, with the median |rho| over the cohorts."""
    medians = (
        frame.assign(**{f: frame[f"rho_{f}"].abs() for f in FACTORS}).groupby("feature_id")[list(FACTORS)].median()
    )
    return {
        str(name): {factor: float(row[factor]) for factor in FACTORS if row[factor] >= FOLLOWS}
        for name, row in medians.iterrows()
    }


def _metrics(cases: pd.DataFrame, inputs: ReportInputs) -> pd.DataFrame:
    """Concordance of the planted log hazard with the outcomes of the very cases that the signature was judged on."""
    import pandas as pd

    from radioloom.prediction.metrics.concordance import comparable, concordance, concordant, resampled
    from radioloom.prediction.outcome import outcome
    from radioloom.stats.bootstrap import percentile_interval, resample_weights

    kind = inputs.settings["outcome"]["kind"]
    rows = []
    for cohort, part in _judged(inputs).items():
        known = part.merge(inputs.clinical, on=["cohort", "case"]).merge(cases, on=["cohort", "case"])
        outcomes = outcome(kind, known["event"].to_numpy(bool), known["time_days"].to_numpy(float))
        pairs, risk = comparable(outcomes), known["log_hazard"].to_numpy(float)
        weights = resample_weights(outcomes.event, RESAMPLES, rng(inputs.settings["seed"], "truth", cohort))
        low, high = percentile_interval(resampled(pairs, concordant(pairs, risk), weights))
        rows.append(
            {
                "evaluation": TRUTH, "cohort": cohort, "kind": TRUTH, "model": TRUTH, "variant": "", "against": "",
                "metric": MAIN_METRIC[kind],
                "estimate": concordance(pairs, risk), "low": low, "high": high, "n": len(known),
                "n_events": outcomes.n_events,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _judged(inputs: ReportInputs) -> dict[str, pd.DataFrame]:
    """Cases behind each cohort of METRICS: the training cohorts together, under the name they have there."""
    frozen = inputs.predictions[(inputs.predictions["split"] == FROZEN) & (inputs.predictions["kind"] == SIGNATURE)]
    apparent = inputs.metrics.loc[inputs.metrics["evaluation"] == "apparent", "cohort"]
    found = {str(apparent.iloc[0]): frozen[frozen["part"] == "train"]} if len(apparent) else {}
    found |= {str(cohort): part for cohort, part in frozen[frozen["part"] == "test"].groupby("cohort")}
    return {cohort: part[["cohort", "case"]] for cohort, part in found.items()}


def _features(cases: pd.DataFrame, features: pd.DataFrame | None) -> pd.DataFrame:
    """Spearman's rho of each feature with the hidden factors, in each cohort."""
    import pandas as pd

    columns = ["cohort", "feature_id", "rho_heterogeneity", "rho_volume", "n"]
    if features is None:
        return pd.DataFrame(columns=columns)
    hidden = cases[["cohort", "case", *FACTORS]].rename(columns={factor: f"hidden {factor}" for factor in FACTORS})
    rows = []
    for cohort, part in features.merge(hidden, on=["cohort", "case"]).groupby("cohort"):
        for name in (name for name in features.columns if name not in ("cohort", "case")):
            sound = part[np.isfinite(part[name].to_numpy(float))]
            if len(sound) >= FEWEST and np.ptp(sound[name].to_numpy()) > 0:
                rho = spearman(sound[[name, *(f"hidden {factor}" for factor in FACTORS)]].to_numpy(float))[
                    0, 1:
                ].tolist()
                rows.append((cohort, name, *rho, len(sound)))
    return pd.DataFrame(rows, columns=columns)


def _hits(inputs: ReportInputs, modules: pd.DataFrame, followed: pd.DataFrame) -> pd.DataFrame:
    """Associations with q < 0.05, and whether module and feature go back to one hidden factor."""
    driver = modules[modules["driver"] != ""].set_index("found")["driver"].to_dict()
    factors = follows(followed) if len(followed) else {}
    found = inputs.associations[inputs.associations["q"] < 0.05].copy()
    pairs = zip(found["module"], found["feature_id"], strict=True)
    found["planted"] = [
        module in driver and driver[module] in factors.get(name, driver.values()) for module, name in pairs
    ]
    return found
