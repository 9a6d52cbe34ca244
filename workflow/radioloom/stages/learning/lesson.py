"""What a signature was learnt from, as one digest: it changes with the training cases, and with nothing else."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.stages.learning.material import Material
from radioloom.tables.columns import FROZEN

if TYPE_CHECKING:
    import pandas as pd


def lesson_digest(material: Material, splits: pd.DataFrame, selection: pd.DataFrame) -> str:
    """Twelve hex digits of the training cases, their values, outcomes and covariates, and of what was selected.

    Files of FEATURES and CLINICAL hold validation cases too; a digest of these files would change with an outcome that
    the signature has never seen, and nobody could tell by it that the signature is still the same.
    """
    train = material.rows(splits, FROZEN, "train")
    outcomes = material.outcomes.take(train)
    frozen = selection[selection["split"] == FROZEN]
    parts: list[Any] = [
        material.cases.iloc[train].to_numpy(object).tolist(),
        material.names.tolist(),
        material.values[train],
        outcomes.event,
        outcomes.time_days,
        np.unique(material.units[train], return_inverse=True)[1],
        list(material.covariate_names),
        material.covariates[train],
        material.reliability.low,
        material.reliability.fault.tolist(),
        None if material.batches is None else material.batches[train].tolist(),
        frozen[["feature_id", "step", "kept"]].to_numpy(object).tolist(),
    ]
    found = hashlib.sha256()
    for part in parts:
        found.update(np.ascontiguousarray(part).tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
        found.update(b"\0")
    return found.hexdigest()[:12]
