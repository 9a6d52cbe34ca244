"""Stage reconstruct: trees of features and readers' traits that explain gene modules, and what they reconstruct."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from radioloom.provenance import rng

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.genomics.networks import Network
    from radioloom.stages.genomics.associate import Measured


@dataclass(frozen=True, slots=True)
class Settings:
    """The study's `genomics.reconstruction`."""

    folds: int = 10
    permutations: int = 100


class Reconstructed(NamedTuple):
    """Results of the stage."""

    trees: pd.DataFrame  # TREES
    modules: pd.DataFrame  # RECONSTRUCTED
    summary: dict[str, Any]  # JSON-able: counts, shares of all genes, and what permuted traits reach
    values: pd.DataFrame  # TREE_VALUES


def reconstruct(
    measured: Measured,
    expression: pd.DataFrame,
    members: pd.DataFrame,
    settings: dict[str, Any],
    family: list[str],
    seed: int,
) -> Reconstructed:
    """Trees of the modules of the stage associate, grown from the cases that have expression and features.

    measured, expression : as `associate` takes them
    members : MODULES, as the same study has them
    settings : the study's `genomics`
    family : features and labels of traits that trees may ask for
    Raises StudyError where fewer cases than two leaves need have both.
    """
    import pandas as pd
    from threadpoolctl import threadpool_limits

    from radioloom.genomics import association
    from radioloom.genomics.modules.record import rules_of
    from radioloom.genomics.reconstruction import Draws, signs
    from radioloom.genomics.reconstruction import reconstruct as reconstructed
    from radioloom.stages.genomics.grouped import grouped
    from radioloom.stages.genomics.tree_values import tree_values
    from radioloom.stats.multiplicity import benjamini_hochberg
    from radioloom.tables import RECONSTRUCTED, TREES

    wanted, rules = Settings(**settings["reconstruction"]), rules_of(settings["modules"])
    z, labels, names, cases = grouped(
        measured, expression, members, settings, (wanted.folds, "genomics.reconstruction.folds")
    )
    x = measured.values.loc[cases, family]
    folds = rng(seed, "reconstruct", "folds").permutation(np.arange(len(cases)) % wanted.folds)
    orders = association.orders(len(cases), wanted.permutations, rng(seed, "reconstruct", "permutations"))
    draws = Draws(folds, orders, rng(seed, "reconstruct", "left out"), rng(seed, "reconstruct", "chance"))
    with threadpool_limits(1):
        outcome = reconstructed(z.to_numpy(), x.to_numpy(float), labels, rules, draws)
    directed = z.mul(signs(z.to_numpy(), labels, rules), axis=0)
    trees = TREES.frame(_splits(outcome.network, directed.to_numpy(), x, names, set(measured.traits)))
    p = _p(outcome.shares, outcome.shares_by_chance)
    by_module = {
        "module": names,
        "n_genes": np.bincount(labels[labels >= 0], minlength=len(names)),
        "n_splits": (outcome.network.trees[:, 0] >= 0).sum(axis=1),
        "explained": outcome.shares,
        "held_out": outcome.held_out,
        "p": p,
        "q": benjamini_hochberg(p),
    }
    summary = {
        "cases": len(cases),
        "folds": wanted.folds,
        "offered": len(family),
        "used": int(trees["feature_id"].nunique()),
        "explained": outcome.whole,
        "held_out": outcome.whole_held_out,
        "n_held_out": int((outcome.held_out > 0).sum()),
        "permutations": len(orders),
        "by_chance": [float(each) for each in np.quantile(outcome.chance, [0.5, 0.95])],
        "p": float((1 + (outcome.chance >= outcome.whole).sum()) / (1 + len(orders))),
        "max_splits": rules.trees.max_splits,
        "min_cases": rules.trees.min_cases,
    }
    values = tree_values(outcome.network, directed, x, outcome.held_out, names, set(measured.traits))
    return Reconstructed(trees, RECONSTRUCTED.frame(pd.DataFrame(by_module)), summary, values)


def _p(shares: np.ndarray, by_chance: np.ndarray | None) -> np.ndarray:
    if by_chance is None:
        return np.full(len(shares), np.nan)
    return (1 + (by_chance >= shares).sum(axis=0)) / (1 + len(by_chance))


def _splits(
    network: Network, z: np.ndarray, x: pd.DataFrame, names: list[str], traits: set[str]
) -> list[dict[str, Any]]:
    """Rows of TREES.

    z : (genes, cases), each gene in the direction of its module's score; x : case x feature or label of a trait
    """
    from radioloom.genomics.networks import splits
    from radioloom.tables.genomics import FEATURE, TRAIT

    values, rows = x.to_numpy(float), []
    for module, (name, tree) in enumerate(zip(names, network.trees, strict=True)):
        part = z[network.labels == module]
        profile = part.mean(axis=0)
        for number, split in enumerate(splits(tree, values), start=1):
            lower, upper = split.after == split.leaf, split.after == number
            feature = x.columns[split.trait]
            gaps = np.isnan(values[lower | upper, split.trait]).any()
            rows.append(
                {
                    "module": name, "split": number, "leaf": split.leaf, "feature_id": feature,
                    "kind": TRAIT if feature in traits else FEATURE, "threshold": split.threshold,
                    "gaps": ("upper" if split.gaps_above else "lower") if gaps else "",
                    "n_lower": int(lower.sum()), "n_upper": int(upper.sum()),
                    "mean_lower": profile[lower].mean(), "mean_upper": profile[upper].mean(),
                    "explained": _within(profile, split.before, part) - _within(profile, split.after, part),
                }
            )  # fmt: skip
    return rows


def _within(profile: np.ndarray, leaves: np.ndarray, part: np.ndarray) -> float:
    """Share of a module's squares that the means of leaves leave."""
    means = np.array([profile[leaves == leaf].mean() for leaf in range(leaves.max() + 1)])
    return float(((part - means[leaves]) ** 2).sum() / (part**2).sum())
