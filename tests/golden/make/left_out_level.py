"""Level of `null_p` and coverage of intervals of cohorts that are left out, on noise: `docs/validation.md` has them.

Three centres of 36 patients differ in hazard and scanner; nothing within a centre bears on the outcome, so that the
true C of whatever is learnt is .5 in each. Run it with `tests` and `workflow` on PYTHONPATH (a minute).
"""

import sys

import numpy as np
import pandas as pd

from made.planted_tables import Made
from radioloom.stages.learning.judge import places
from radioloom.stages.learning.left_out import LeftOut
from radioloom.stages.learning.material import material
from radioloom.stages.learning.null_models import permuted_outcomes
from radioloom.stages.learning.place import Validation
from radioloom.stages.learning.split import split
from radioloom.tables import COVARIATES, METRICS, RELIABILITY, SPLITS

CENTRES, N, FEATURES = "abc", 36, 12
GROUPS = ("shape", "intensity", "texture", "filtered")
STUDY = Made(sizes={"train": 8}, repeats=0).study
STUDY |= {"cohorts": {name: {"role": "training"} for name in CENTRES}, "baselines": {"volume": ["f00"]}}
STUDY["validation"] |= {"leave_one_cohort_out": True, "bootstrap": 200, "null_models": 19}


def judged(seed: int) -> pd.DataFrame:
    """METRICS of one study of noise."""
    draw = np.random.default_rng([99, seed])
    features, outcomes = [], []
    for j, name in enumerate(CENTRES):
        values = draw.normal(size=(N, FEATURES)) + 0.8 * j
        time, end = draw.exponential(500 / np.exp(0.7 * j), N), draw.uniform(200, 2000, N)
        for i in range(N):
            case = f"{name}{i:02d}"
            outcomes.append((name, case, float(np.ceil(min(time[i], end[i]))), bool(time[i] <= end[i])))
            features += [(name, case, f"f{k:02d}", GROUPS[k % 4], values[i, k]) for k in range(FEATURES)]
    table = pd.DataFrame(features, columns=["cohort", "case", "feature_id", "group", "value"]).assign(replicate="1")
    clinical = pd.DataFrame(outcomes, columns=["cohort", "case", "time_days", "event"])
    study = {**STUDY, "seed": seed}
    made = material(table, clinical, COVARIATES.frame([]), RELIABILITY.frame([]), study, "noise")
    cases = list(zip(clinical["cohort"], clinical["case"], strict=True))
    rows = SPLITS.frame(split(clinical, cases, dict.fromkeys(CENTRES, "training"), study["validation"], seed))
    training = places(made, rows)[0]
    permuted = permuted_outcomes(made, training, np.zeros((1, len(training.rows))))
    validation = Validation()
    LeftOut(made, {}, training, permuted, validation).run(rows)
    return METRICS.frame(validation.metrics).query("kind == 'signature' and against == ''")


def main(n: int) -> None:
    """Print shares over n studies."""
    rows = pd.concat([judged(seed) for seed in range(n)])
    for cohort, mine in rows[rows["metric"] == "null_p"].groupby("cohort"):
        print(f"{cohort}: null_p <= .05 in {(mine['estimate'] <= 0.0501).mean():.3f} of {len(mine)}")
    single = rows[(rows["metric"] == "c_index") & rows["cohort"].isin(list(CENTRES))]
    held = (single["low"] <= 0.5) & (single["high"] >= 0.5)
    print(f"intervals that hold .5: {held.mean():.3f}; above it: {(single['low'] > 0.5).mean():.3f} of {len(single)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 300)
