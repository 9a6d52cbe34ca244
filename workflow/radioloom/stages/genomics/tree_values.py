"""What the drawn trees stand on: genes and asked values of the modules that are best reconstructed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.tables.genomics import FEATURE, TRAIT
from radioloom.tables.tree_values import GENE, TREE_VALUES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from radioloom.genomics.networks import Network

MOST_MODULES, MOST_GENES = 6, 60


def tree_values(
    network: Network, z: pd.DataFrame, x: pd.DataFrame, held_out: np.ndarray, names: list[str], traits: set[str]
) -> pd.DataFrame:
    """TREE_VALUES of at most MOST_MODULES modules whose tree has a split, with MOST_GENES genes each.

    z : gene x case, in the direction of the module's score; x : case x feature or label of a trait; held_out : share of
    each module; names : of the modules; traits : labels that are traits
    Of more genes those count that follow the module's mean most closely.
    """
    split = [module for module in (-held_out).argsort(kind="stable") if network.trees[module, 0, 0] >= 0]
    rows: list[dict[str, Any]] = []
    for module in split[:MOST_MODULES]:
        tree, genes = network.trees[module], z[network.labels == module]
        closest = genes.T.corrwith(genes.mean()).sort_values(ascending=False, kind="stable").index[:MOST_GENES]
        asked = sorted({x.columns[int(trait)] for leaf, trait in tree[:2].T if leaf >= 0})
        kinds = [(GENE, genes.loc[gene]) for gene in closest]
        kinds += [(TRAIT if name in traits else FEATURE, x[name]) for name in asked]
        for kind, values in kinds:
            shared = {"module": names[module], "kind": kind, "name": str(values.name)}
            each = zip(z.columns, network.leaves[module].tolist(), values.tolist(), strict=True)
            rows += [shared | {"case": case, "leaf": leaf, "value": value} for case, leaf, value in each]
    return TREE_VALUES.frame(rows)
