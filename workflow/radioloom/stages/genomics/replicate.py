"""Stage replicate: a map of gene modules that is learnt from some cases, tested in others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.provenance import rng
from radioloom.stages.genomics.associate import FEWEST_CASES, Settings, described
from radioloom.stages.genomics.scores import scores
from radioloom.tables.columns import SIGNIFICANT

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.genomics.modules.record import Modules
    from radioloom.genomics.modules.record import Rules as ModuleRules
    from radioloom.stages.genomics.assembled import Mapped
    from radioloom.stages.genomics.associate import Measured


def replicate(study: Mapped, parts: list[list[str]], settings: dict[str, Any], seed: int) -> pd.DataFrame:
    """REPLICATED: the entries of a map that is learnt from the first of two parts, tested in the second.

    study : features, expression and family of the cases of both parts; its modules are not used
    parts : cases that the map is learnt from, and those that it is tested in
    settings : the study's `genomics`; seed : the study's

    Genes are chosen, gaps filled, modules found and entries chosen by the first part alone; genes of the second are
    standardised by the first, and scored by its weights. Entries are pairs with q < 0.05; of modules that were learnt
    by the features, what their trees ask for. p is of the same sign, one-sided: half of the two-sided one of
    `associate`, or 1 minus that half, as scores without ties have a symmetric null. Raises StudyError where a part has
    fewer than 8 cases with expression and features.
    """
    import pandas as pd
    from threadpoolctl import threadpool_limits

    from radioloom.genomics import association
    from radioloom.genomics.expression import Rules, check
    from radioloom.genomics.modules.find import find
    from radioloom.genomics.modules.record import rules_of
    from radioloom.stats.multiplicity import benjamini_hochberg, holm
    from radioloom.tables import REPLICATED

    (measured, expression, _, family, *_), wanted = study, Settings(**settings)
    learnt, tested = (_both(measured, expression, part) for part in parts)
    first, rules = check(expression[learnt], Rules(**wanted.expression)).values, rules_of(wanted.modules)
    x, y = measured.values.loc[learnt, family], measured.values.loc[tested, family]
    with threadpool_limits(1):  # sums in one order: the same bytes on any number of cores
        modules = find(first, rules, rng(seed, "replicate", "modules"), x)
        entries = _entries(modules, first, x, rules, _orders(len(learnt), wanted, seed, "learnt"))
        score = scores(modules.members, first, expression[tested])
        of_test = score.to_numpy(float), y.to_numpy(float)
        hits, many, _ = association.exceedances(*of_test, _orders(len(tested), wanted, seed, "tested"))
        rho, n = association.observed(*of_test)
    half = (1 + hits) / (1 + many) / 2
    places = score.columns.get_indexer(entries["module"]), y.columns.get_indexer(entries["feature_id"])
    again = rho[places]
    p = np.where(np.isnan(again), np.nan, np.where(again * entries["rho_learnt"] > 0, half[places], 1 - half[places]))
    columns = {"rho": again, "p": p, "p_adjusted": holm(p), "q": benjamini_hochberg(p), "n": n[places[1]]}
    columns["replicated"] = columns["p_adjusted"] < SIGNIFICANT
    columns["n_genes"] = entries["module"].map(modules.members["module"].value_counts()).to_numpy(int)
    labels = described(entries["feature_id"], measured.traits)
    return REPLICATED.frame(pd.concat([entries, pd.DataFrame(columns | labels, index=entries.index)], axis=1))


def _orders(n: int, wanted: Settings, seed: int, part: str) -> np.ndarray:
    from radioloom.genomics import association

    return association.orders(n, wanted.permutations, rng(seed, "replicate", part))


def _both(measured: Measured, expression: pd.DataFrame, part: list[str]) -> list[str]:
    """Cases of a part that have expression and features."""
    cases = sorted(set(part) & set(measured.values.index) & set(expression.columns))
    if len(cases) < FEWEST_CASES:
        raise StudyError(
            f"genomics.split: {len(cases)} cases of a part have expression and features, and {FEWEST_CASES} are the "
            "fewest; give it more"
        )
    return cases


def _entries(
    modules: Modules, values: pd.DataFrame, x: pd.DataFrame, rules: ModuleRules, orders: np.ndarray
) -> pd.DataFrame:
    """What the map of the first part says: module, feature_id, rho_learnt, q_learnt, n_learnt; see `replicate`."""
    import pandas as pd

    from radioloom.genomics import association
    from radioloom.genomics.modules import METHODS

    score = modules.scores.loc[x.index]
    pairs = association.table(score, x, pd.Series(np.nan, x.index, name=""), orders)
    pairs = pairs.rename(columns={"rho": "rho_learnt", "q": "q_learnt", "n": "n_learnt"})
    pairs = pairs[["module", "feature_id", "rho_learnt", "q_learnt", "n_learnt"]]
    if not METHODS[rules.method].by_traits:
        return pairs[pairs["q_learnt"] < SIGNIFICANT].reset_index(drop=True)
    asked = pd.MultiIndex.from_frame(pairs[["module", "feature_id"]]).isin(_asked(modules, values, x, rules))
    return pairs[asked & pairs["rho_learnt"].notna()].assign(q_learnt=np.nan).reset_index(drop=True)


def _asked(modules: Modules, values: pd.DataFrame, x: pd.DataFrame, rules: ModuleRules) -> list[tuple[str, str]]:
    """Module and feature of each split of the modules' trees."""
    from radioloom.genomics import networks
    from radioloom.genomics.modules.score import standardise

    z, numbers = standardise(values[x.index]), x.to_numpy(float)
    members, names = modules.members, modules.scores.columns
    place = dict(zip(members["gene"], names.get_indexer(members["module"]), strict=True))
    labels = np.array([place.get(gene, -1) for gene in z.index], np.int64)
    network = networks.explained(z.to_numpy(), numbers, labels, len(names), rules.trees)
    return [
        (name, x.columns[split.trait])
        for name, tree in zip(names, network.trees, strict=True)
        for split in networks.splits(tree, numbers)
    ]
