"""Stage regress: linear programs of features and readers' traits that foretell gene modules, in cases left out too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.provenance import rng

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.genomics.associate import Measured


@dataclass(frozen=True, slots=True)
class Settings:
    """The study's `genomics.programs`."""

    folds: int = 10


def regress(
    measured: Measured,
    expression: pd.DataFrame,
    members: pd.DataFrame,
    settings: dict[str, Any],
    family: list[str],
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """PROGRAMS and PROGRAM_SHARES of the modules of the stage associate, by the cases with both.

    measured, expression : as `associate` takes them; members : MODULES; settings : the study's `genomics`
    family : features and labels of traits that programs may take
    Raises StudyError where there are fewer cases than folds, or than twice those of the penalty's.
    """
    import pandas as pd
    from threadpoolctl import threadpool_limits

    from radioloom.genomics.modules.record import rules_of
    from radioloom.genomics.programs import foretold
    from radioloom.stages.genomics.grouped import grouped
    from radioloom.tables import PROGRAM_SHARES, PROGRAMS
    from radioloom.tables.genomics import FEATURE, TRAIT

    wanted, rules = Settings(**settings["programs"]), rules_of(settings["modules"])
    genes = grouped(measured, expression, members, settings, (wanted.folds, "genomics.programs.folds"))
    x = measured.values.loc[genes.cases, family]
    folds = rng(seed, "regress", "folds").permutation(np.arange(len(x)) % wanted.folds)
    with threadpool_limits(1):
        learnt = foretold(genes.z.to_numpy(), x.to_numpy(float), genes.labels, rules, folds, rng(seed, "regress"))
    rows = [
        {
            "module": genes.names[module],
            "feature_id": family[trait],
            "kind": TRAIT if family[trait] in measured.traits else FEATURE,
            "slope": learnt.slopes[module, trait],
        }
        for module, trait in zip(*np.nonzero(learnt.slopes), strict=True)
    ]
    by_module = {
        "module": genes.names,
        "n_genes": np.bincount(genes.labels[genes.labels >= 0], minlength=len(genes.names)),
        "n_features": (learnt.slopes != 0).sum(axis=1),
        "explained": learnt.explained,
        "held_out": learnt.held_out,
        "n": len(x),
    }
    return PROGRAMS.frame(pd.DataFrame(rows)), PROGRAM_SHARES.frame(pd.DataFrame(by_module))
