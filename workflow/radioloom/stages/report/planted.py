"""Compare the results of a simulated study with its planted truth; only the report does, when all is frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from radioloom.provenance import rng
from radioloom.stages.report.reading import names
from radioloom.stages.report.record import Comparison
from radioloom.tables.columns import APPARENT, FROZEN, SIGNATURE, SIGNIFICANT, TRUTH
from radioloom.tables.features import wide

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.report.record import ReportInputs

RESAMPLES = 1000
BACKGROUND = ""  # module of a gene that was planted in none
FOLLOWS = 0.3  # |rho| with a hidden factor from which a feature follows it
FEWEST = 5  # cases of a cohort for a rank correlation
FACTORS = ("heterogeneity", "volume")


def compare(study: ReportInputs) -> Comparison:
    """Compare a study with its truth.

    study.truth : `cases` (cohort, case, heterogeneity, volume, log_hazard); where there is expression `genes` (gene,
    module or "", driver: the hidden factor behind the module or "")
    """
    from radioloom.genomics.recovery import adjusted_rand, overlap

    followed = _features(study.truth["cases"], study.features, names(study))
    modules = rand = hits = None
    if "genes" in study.truth and study.modules is not None and study.associations is not None:
        genes = study.truth["genes"].fillna({"module": BACKGROUND, "driver": ""})
        planted = genes[genes["module"] != BACKGROUND]
        modules = overlap(planted, study.modules)
        modules["driver"] = modules["planted"].map(planted.groupby("module")["driver"].first())
        rand = adjusted_rand(planted, study.modules)
        hits = _hits(study, modules, followed)
    return Comparison(_metrics(study), followed, modules, rand, hits)


def follows(frame: pd.DataFrame) -> dict[str, dict[str, float]]:
    """The hidden factors that each feature follows, with the median |rho| over the cohorts."""
    medians = (
        frame.assign(**{f: frame[f"rho_{f}"].abs() for f in FACTORS}).groupby("feature_id")[list(FACTORS)].median()
    )
    return {
        str(name): {factor: float(row[factor]) for factor in FACTORS if row[factor] >= FOLLOWS}
        for name, row in medians.iterrows()
    }


def _metrics(study: ReportInputs) -> pd.DataFrame:
    """METRICS of the planted log hazard as a risk, on the very cases that the signature was judged on."""
    import pandas as pd

    from radioloom.prediction.metrics import main_metric
    from radioloom.prediction.metrics.record import Judged
    from radioloom.prediction.outcome import outcome
    from radioloom.stages.learning.place import Place
    from radioloom.stages.learning.risks import ModelKey
    from radioloom.stats.bootstrap import resample_weights

    kind, cases = study.settings["outcome"]["kind"], study.truth["cases"]
    main, asked = main_metric(kind), study.settings["validation"]["intervals"]
    rows = []
    for cohort, part in _judged(study).items():
        known = part.merge(study.clinical, on=["cohort", "case"]).merge(cases, on=["cohort", "case"])
        outcomes = outcome(kind, known["event"].to_numpy(bool), known["time_days"].to_numpy(float))
        weights = resample_weights(outcomes.centres, RESAMPLES, rng(study.settings["seed"], "truth", cohort))
        place = Place(TRUTH, cohort, np.arange(len(known)), outcomes, weights, intervals=asked)
        estimate = main.of(Judged(known["log_hazard"].to_numpy(float)[None], outcomes, weights))
        rows.append(place.row(ModelKey(TRUTH, TRUTH), main.name, estimate))
    return pd.DataFrame(rows)


def _judged(study: ReportInputs) -> dict[str, pd.DataFrame]:
    """Cases behind each cohort of METRICS: the training cohorts together, under the name they have there."""
    frame = study.predictions
    frozen = frame[(frame["split"] == FROZEN) & (frame["kind"] == SIGNATURE)]
    apparent = study.metrics.loc[study.metrics["evaluation"] == APPARENT, "cohort"]
    judged = {str(apparent.iloc[0]): frozen[frozen["part"] == "train"]} if len(apparent) else {}
    judged |= {str(cohort): part for cohort, part in frozen[frozen["part"] == "test"].groupby("cohort")}
    return {cohort: part[["cohort", "case"]] for cohort, part in judged.items()}


def _features(cases: pd.DataFrame, features: pd.DataFrame | None, chosen: list[str]) -> pd.DataFrame:
    """Spearman's rho of each chosen feature with the hidden factors, in each cohort."""
    import pandas as pd

    from radioloom.stats.ranks import spearman

    columns = ["cohort", "feature_id", "rho_heterogeneity", "rho_volume", "n"]
    if features is None:
        return pd.DataFrame(columns=columns)
    hidden = cases[["cohort", "case", *FACTORS]].rename(columns={factor: f"hidden {factor}" for factor in FACTORS})
    measured = wide(features[features["feature_id"].isin(chosen)])
    rows = []
    for cohort, part in measured.reset_index().merge(hidden, on=["cohort", "case"]).groupby("cohort"):
        for name in measured.columns:
            sound = part[np.isfinite(part[name].to_numpy(float))]
            if len(sound) >= FEWEST and np.ptp(sound[name].to_numpy()) > 0:
                pairs = sound[[name, *(f"hidden {factor}" for factor in FACTORS)]]
                rho = spearman(pairs.to_numpy(float))[0, 1:].tolist()
                rows.append((cohort, name, *rho, len(sound)))
    return pd.DataFrame(rows, columns=columns)


def _hits(study: ReportInputs, modules: pd.DataFrame, followed: pd.DataFrame) -> pd.DataFrame:
    """Significant associations, and whether module and feature go back to one hidden factor."""
    driver = modules[modules["driver"] != ""].set_index("recovered")["driver"].to_dict()
    factors = follows(followed) if len(followed) else {}
    hits = study.associations[study.associations["q"] < SIGNIFICANT].copy()
    pairs = zip(hits["module"], hits["feature_id"], strict=True)
    hits["planted"] = [
        module in driver and driver[module] in factors.get(name, driver.values()) for module, name in pairs
    ]
    return hits
