"""Optimism of the apparent performance, by repeating the whole learning in bootstrap resamples of the patients."""

from __future__ import annotations

from typing import Any

import numpy as np

from radioloom.prediction.metrics import main_metric
from radioloom.prediction.metrics.concordance import concordance_of
from radioloom.prediction.outcome import learnable
from radioloom.provenance import rng
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.material import Material, without_baselines
from radioloom.stages.learning.risks import risk_of
from radioloom.stats.bootstrap import resample_weights


def optimism(material: Material, rows: np.ndarray) -> list[dict[str, Any]]:
    """OPTIMISM rows: apparent performance of the signature, its optimism, and what is left without it.

    rows : (m,) training cases of the material
    Patients are drawn, with all their cases, with and without event and of each centre apart.
    Harrell 1996 (Stat Med 15:361): harmonisation, reduction, selection and fit are repeated in each of
    `validation.optimism` resamples; the optimism is the mean of its performance there minus that among all patients.
    None where no resamples are asked for. Known to be too mild where much is selected: resamples share patients with
    those that judge them.
    """
    asked = material.study["validation"]["optimism"]
    if not asked:
        return []
    everyone, bare = material.outcomes.take(rows), without_baselines(material)
    draws = rng(material.study["seed"], "optimism")
    gaps = []
    strata = 2 * everyone.centres + everyone.event
    for counts in resample_weights(strata, asked, draws, everyone.patients):
        drawn = np.repeat(rows, counts.astype(np.int64))
        outcomes = material.outcomes.take(drawn)
        if learnable(outcomes):
            signature = learn(bare, drawn, [outcomes])[0].signature
            inside = concordance_of(outcomes, risk_of(bare, signature, drawn))
            gaps.append(inside - concordance_of(everyone, risk_of(bare, signature, rows)))
    signature = learn(bare, rows, [everyone])[0].signature
    apparent = concordance_of(everyone, risk_of(bare, signature, rows))
    excess = float(np.mean(gaps)) if gaps else float("nan")
    return [
        {
            "metric": main_metric(everyone.kind).name,
            "apparent": apparent,
            "optimism": excess,
            "corrected": apparent - excess,
            "resamples": asked,
            "learnt": len(gaps),
        }
    ]
