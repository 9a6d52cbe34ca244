"""A cohort that goes on: frozen risks with outcomes by period, and the tables of a study that follows one."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from radioloom.prediction.baseline_hazard import BaselineHazard
from radioloom.prediction.outcome import Outcome
from radioloom.stages.learning.frozen import Frozen
from radioloom.stages.learning.place import placed
from radioloom.stages.learning.risks import THE_SIGNATURE
from radioloom.stages.learning.signature import Signature
from radioloom.tables import ENTERED, PERIODS
from radioloom.tables.columns import VALIDATION

PERIODS_, EACH, YEAR = 5, 60, 365.0
NOTHING = (1.0, 1.0)


def study(kind: str, level: float = 0.99, **follow: Any) -> dict[str, Any]:
    """Settings that the stage reads."""
    asked = {"bootstrap": 60, "intervals": "main", "most_missing": 0.2}
    followed = {"later": {"reference": "first", "level": level, "detect": 1.5, **follow}}
    return {"seed": 1, "outcome": {"kind": kind}, "validation": asked, "follow": followed}


def signature(kind: str) -> Signature:
    """A frozen model whose risk is the linear predictor."""
    days = np.arange(1.0, 5 * YEAR)
    hazard = BaselineHazard(days.tolist(), (days / 700).tolist(), 0.0, float(days[-1]))
    model = "cox" if kind == "survival" else "logistic"
    return Signature(
        "signature", model, "", (), 0.0, 0.0, 100, 50, 0.0, "", hazard=hazard if kind == "survival" else None
    )


def judged(
    kind: str, change: tuple[float, float], draws: np.random.Generator, settings: dict[str, Any]
) -> tuple[Frozen, pd.DataFrame]:
    """Frozen risks and outcomes of one cohort, and PERIODS.

    change : what the hazard or the odds are multiplied with from period 3 on, and the weight of the risk then
    """
    n = PERIODS_ * EACH
    number = np.repeat(np.arange(1, PERIODS_ + 1), EACH)
    risk, since = draws.normal(0, 1, n), number > 2
    factor, weight = (np.where(since, each, 1.0) for each in change)
    if kind == "binary":
        logit = np.log(factor) + weight * risk
        outcomes = Outcome("binary", draws.random(n) < 1 / (1 + np.exp(-logit)), np.zeros(n))
    else:
        day = np.ceil(700 * draws.exponential(size=n) / (factor * np.exp(weight * risk)))
        until = np.ceil((PERIODS_ + 0.2 - (number - draws.random(n))) * YEAR / 2)
        outcomes = Outcome("survival", day <= until, np.minimum(day, until))
    cases = [("later", f"{k:04d}") for k in range(n)]
    place = placed(VALIDATION, "later", np.arange(n), outcomes, settings)
    rows = [{"cohort": "later", "case": case, "period": k} for (_, case), k in zip(cases, number.tolist(), strict=True)]
    return Frozen(place, cases, {THE_SIGNATURE: risk}), PERIODS.frame(rows)


def entered(periods: pd.DataFrame, **lacking: list[int]) -> pd.DataFrame:
    """ENTERED of PERIODS, of whom so many lack something in each period, by column; all others are judged."""
    counts = periods.groupby("period").size()
    without = {
        name: lacking.get(name, [0] * len(counts)) for name in ("no_features", "no_outcome", "lacking", "left_out")
    }
    rows = pd.DataFrame({"cohort": "later", "period": counts.index, "n": counts.to_numpy(), **without})
    return ENTERED.frame(rows.assign(judged=rows["n"] - rows[list(without)].sum(axis=1)))


def going_on(place: Path, shift: float = 0.0, factor: float = 1.0, n: int = 260) -> dict[str, Any]:
    """A study of two tables of twelve features: training, and a cohort that goes on for two years.

    Its files are written below `place`.

    shift : of six features in the third half-year, in SD, as a new scanner may; factor : of the hazard from then on
    """
    draws, cohorts = np.random.default_rng(5), dict[str, Any]()
    load = draws.normal(size=(3, 12))
    for name, role, size in (("train", "training", 150), ("later", "validation", n)):
        latent = draws.normal(size=(size, 3))
        values = latent @ load + draws.normal(0, 0.5, (size, 12))
        day = np.sort(draws.integers(0, 730, size))
        since = (day // 183 >= 2) & (name == "later")
        hazard = np.exp(latent[:, 0] + 0.5 * latent[:, 1]) / 700 * np.where(since, factor, 1.0)
        until = np.minimum(draws.uniform(200, 1500, size), 760 - day if name == "later" else np.inf)
        time = draws.exponential(size=size) / hazard
        values[since & (day // 183 == 2), :6] += shift * values.std(axis=0)[:6]
        ids = [f"{name[0].upper()}{k:03d}" for k in range(size)]
        wide = pd.DataFrame(values, columns=[f"f{k:02d}" for k in range(12)])
        wide.assign(id=ids).to_csv(place / f"{name}.csv", index=False)
        told = {"id": ids, "days": np.ceil(np.minimum(time, until)), "dead": (time <= until).astype(int)}
        seen = [(date(2021, 3, 4) + timedelta(int(each))).isoformat() for each in day]
        pd.DataFrame(told | {"seen": seen}).to_csv(place / f"{name}_c.csv", index=False)
        cohorts[name] = {
            "role": role,
            "features": {"file": f"{name}.csv", "columns": {"case": "id", "features": "f\\d\\d"}},
            "clinical": {"file": f"{name}_c.csv", "case": "id", "time_days": "days", "event": "dead"},
        }
    cohorts["later"]["follow"] = {"entered": "seen", "every": "half-year"}
    study = {
        "study": "bench",
        "title": "A cohort that goes on",
        "seed": 1,
        "data": str(place),
        "cohorts": cohorts,
        "outcome": {"kind": "survival", "name": "death", "horizons": [365]},
        "model": {"kind": "cox", "n_features": 3},
        "baselines": {"first": ["f00"]},
        "validation": {"bootstrap": 60, "cross_validation": {"folds": 3, "repeats": 1}, "null_models": 2},
    }
    (place / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    return study
