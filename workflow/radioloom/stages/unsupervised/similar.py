"""Stage similar: the training patients that each patient is most similar to, in standardised features."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from radioloom.stages.unsupervised.view import View
from radioloom.stats.constancy import SAME
from radioloom.unsupervised.clusterings.record import squared_distances


def similar(patients: View, study: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """SIMILAR rows: the nearest training patients of each patient of training and validation, nobody of themselves.

    study : read is unsupervised.neighbours
    Distances are root mean square differences over features. Ties are in the order of cohort and case.
    """
    train = patients.train
    distance = np.sqrt(squared_distances(patients.z, patients.z[train]) / patients.z.shape[1])
    among = np.sort(distance[train][np.triu_indices(len(train), 1)])
    distance[train, np.arange(len(train))] = np.inf
    for row, (cohort, case) in enumerate(patients.cases):
        order = np.argsort(distance[row], kind="stable")[: study["unsupervised"]["neighbours"]]
        for rank, place in enumerate((each for each in order if np.isfinite(distance[row, each])), start=1):
            other_cohort, other_case = patients.cases[train[place]]
            away = float(distance[row, place])
            closer = float(np.searchsorted(among, away * (1 - SAME), "left") / len(among))
            keys = {"cohort": cohort, "case": case, "part": patients.part[row], "rank": rank}
            yield {**keys, "other_cohort": other_cohort, "other_case": other_case, "distance": away, "closer": closer}
