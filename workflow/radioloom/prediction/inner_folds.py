"""Folds inside the patients that are learnt from: what is tuned or told apart there sees no other patient."""

from __future__ import annotations

import math

import numpy as np

from radioloom.prediction.outcome import Outcome

FEWEST = 3  # patients with an event (of a binary outcome: and without) of whom two are left beside each fold
LEFT = 3  # patients beside the largest fold: of fewer no model is learnt (`outcome.learnable`)


def inner_folds(outcomes: Outcome, most: int, generator: np.random.Generator) -> np.ndarray | None:
    """Fold (n,) of each case: patients are dealt out by event, then centre, as evenly as can be; None for too few.

    most : folds; fewer where fewer patients have an event (of a binary outcome: or none)
    """
    patients, of_row = outcomes.of_patients()
    event = patients.event
    counts = [event.sum(), (~event).sum()] if outcomes.kind == "binary" else [event.sum()]
    folds = max(1, min(most, *counts))
    if min(counts) < FEWEST or len(patients) - math.ceil(len(patients) / folds) < LEFT:
        return None
    order = np.lexsort((generator.permutation(len(patients)), patients.centres, event))
    fold = np.empty(len(patients), dtype=np.int64)
    fold[order] = np.arange(len(patients)) % folds
    return fold[of_row]
