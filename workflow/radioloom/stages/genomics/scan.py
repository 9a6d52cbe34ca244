"""Stage scan: every gene by itself against every feature and trait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.provenance import rng
from radioloom.stages.genomics.associate import Settings as OfGenomics
from radioloom.stages.genomics.associate import described
from radioloom.tables.columns import SIGNIFICANT

if TYPE_CHECKING:
    from radioloom.stages.genomics.assembled import Mapped

STRONGEST = 10  # genes of each feature that are kept whatever their q


@dataclass(frozen=True, slots=True)
class Settings:
    """The study's `genomics.genes`."""

    permutations: int = 1000


def scan(study: Mapped, settings: dict[str, Any], seed: int, threads: int = 1) -> tuple[Any, list[dict[str, Any]]]:
    """GENE_PAIRS, and GENE_COUNTS of each feature and trait of the family.

    study : expression, features and family; settings : the study's `genomics`; seed : the study's
    threads : how many; results are the same with any
    """
    import pandas as pd
    from threadpoolctl import threadpool_limits

    from radioloom.genomics import association, pairs
    from radioloom.genomics.expression import Rules, check
    from radioloom.tables import GENE_PAIRS

    values = check(study.expression, Rules(**OfGenomics(**settings).expression)).values
    cases = sorted(set(study.measured.values.index) & set(values.columns))
    y = study.measured.values.loc[cases, study.family]
    orders = association.orders(
        len(cases), Settings(**settings["genes"]).permutations, rng(seed, "scan", "permutations")
    )
    with threadpool_limits(1):
        every = pairs.every(values[cases].to_numpy(float), y.to_numpy(float), orders, threads)
    place = np.argsort(
        np.argsort(np.where(np.isnan(every.rho), 0.0, -np.abs(every.rho)), axis=0, kind="stable"), axis=0
    )
    genes, features = np.nonzero(((place < STRONGEST) | (every.q < SIGNIFICANT)) & ~np.isnan(every.rho))
    columns = {name: getattr(every, name)[genes, features] for name in ("rho", "p", "q", "p_max")}
    columns |= {"gene": values.index[genes], "feature_id": y.columns[features], "n": every.n[features]}
    kept = pd.DataFrame(columns)
    labels = described(pd.Series(y.columns), study.measured.traits)
    counts = [
        {
            "feature_id": name, **{key: each[k] for key, each in labels.items()},
            "n_genes": int(np.isfinite(every.rho[:, k]).sum()),
            "passing": int((every.q[:, k] < SIGNIFICANT).sum()),
            "family_wise": int((every.p_max[:, k] < SIGNIFICANT).sum()),
            "n": int(every.n[k]),
        }
        for k, name in enumerate(y.columns)
    ]  # fmt: skip
    return GENE_PAIRS.frame(kept.assign(**described(kept["feature_id"], study.measured.traits))), counts
