"""Nested tuning on noise: its cross-validated C, the score of what was chosen, and the level of `null_p`.

`docs/selection.md` has what it prints. 60 patients, 40 features, permuted outcomes: the true C is .5.
Run it with `tests` and `workflow` on PYTHONPATH, how many studies, and how many null models of each (60 0: a minute and
a half; with 19 null models twenty times as long).
"""

import sys

import numpy as np

from made.planted_tables import Made
from radioloom.prediction.metrics.concordance import concordance_of
from radioloom.stages.learning.cross_validate import folds_of
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.material import Material, without_baselines
from radioloom.stages.learning.risks import risk_of

WAYS = {
    "elastic net, mixing": {"kind": "elastic_net_cox", "grid": {"settings": {"mixing": [1.0, 0.3]}}},
    "mRMR, n_features": {"kind": "cox", "selector": "mrmr", "grid": {"n_features": [1, 2, 4, 8]}},
}


def judged(material: Material, splits, order: np.ndarray) -> tuple[float, float]:
    """C of the nested cross-validation with permuted outcomes, and the mean score of what its folds chose."""
    rows = np.arange(len(order))
    outcomes, folds = material.outcomes.permuted(order), folds_of(material, splits, rows)
    risk, scores = np.zeros(len(rows)), []
    for name in folds.names[0]:
        train, test = folds.train[name], folds.test[name]
        learnt = learn(material.within(name), train, [outcomes.take(train)])[0]
        risk[test] = risk_of(material, learnt.signature, test)
        scores.append(learnt.tuning.scores[learnt.tuning.place])
    return concordance_of(outcomes, risk, folds.label[0]), float(np.mean(scores))


def main(n: int, nulls: int) -> None:
    """Print what the two ways gave."""
    for way, model in WAYS.items():
        found = []
        for seed in range(n):
            made = Made(sizes={"train": 60}, seed=seed, selector="none", repeats=1)
            made.study["model"] |= model
            material, draw = without_baselines(made.material), np.random.default_rng([7, seed])
            values = [judged(material, made.splits, draw.permutation(60)) for _ in range(1 + nulls)]
            own, of_nulls = values[0][0], np.array([value for value, _ in values[1:]])
            found.append((own, values[0][1], (1 + (of_nulls >= own).sum()) / (1 + nulls)))
        c, score, p = np.array(found).T
        level = f", null_p at most 0.05 in {np.mean(p <= 0.05):.3f}, 0.2 in {np.mean(p <= 0.2):.3f}" if nulls else ""
        error = c.std() / np.sqrt(n)
        print(
            f"{way}: nested C {c.mean():.3f} ({error:.3f}), score of the choice {score.mean():.3f}{level}", flush=True
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
