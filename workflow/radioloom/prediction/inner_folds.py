"""Folds inside the patients that are learnt from: what is tuned or told apart there sees no other patient."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.outcome import Outcome

FEWEST = 3  # patients with an event (of a binary outcome: and without) of whom two are left beside each fold


def inner_folds(outcomes: Outcome, most: int, generator: np.random.Generator) -> np.ndarray | None:
    """Fold (n,) of each case: patients are dealt out by event, then centre, as evenly as can be; None for too few.

    most : folds; fewer where fewer patients have an event (of a binary outcome: or none)
    """
    patients, of_row = outcomes.of_patients()
    event = patients.event
    counts = [event.sum(), (~event).sum()] if outcomes.kind == "binary" else [event.sum()]
    if min(counts) < FEWEST:
        return None
    order = np.lexsort((generator.permutation(len(patients)), patients.centres, event))
    fold = np.empty(len(patients), dtype=np.int64)
    fold[order] = np.arange(len(patients)) % min(most, *counts)
    return fold[of_row]
