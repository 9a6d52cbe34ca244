"""Stage relearn: what the whole map of modules and features is where features and traits of the cases are permuted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.provenance import rng
from radioloom.stages.genomics.associate import Settings as OfGenomics
from radioloom.stages.genomics.associate import described
from radioloom.stages.genomics.scores import scores
from radioloom.tables.columns import SIGNIFICANT

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.genomics.assembled import Mapped


@dataclass(frozen=True, slots=True)
class Settings:
    """The study's `genomics.relearnt`."""

    permutations: int = 100


def relearn(study: Mapped, settings: dict[str, Any], seed: int) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """RELEARNT, and MAPS_BY_CHANCE: the map of the stage associate among maps learnt anew of permuted cases.

    study : the map; settings : the study's `genomics`; seed : the study's
    Modules that are learnt by features are learnt anew with as many starts; others do not know the features, and are
    the same in every map.
    """
    import pandas as pd
    from threadpoolctl import threadpool_limits

    from radioloom.genomics import association, chance
    from radioloom.genomics.expression import Rules, check
    from radioloom.genomics.modules import METHODS
    from radioloom.genomics.modules.find import find
    from radioloom.genomics.modules.record import rules_of
    from radioloom.tables import RELEARNT

    (measured, expression, members, family, *_), wanted = study, OfGenomics(**settings)
    values, rules = check(expression, Rules(**wanted.expression)).values, rules_of(wanted.modules)
    score = scores(members, values)
    cases = sorted(set(measured.values.index) & set(score.index))
    x = measured.values.loc[cases, family]
    n_permutations = Settings(**settings["relearnt"]).permutations
    orders = association.orders(len(cases), n_permutations, rng(seed, "relearn", "permutations"))
    anew = METHODS[rules.method].by_traits
    maps = []
    with threadpool_limits(1):  # sums in one order: the same bytes on any number of cores
        observed, n = association.observed(score.loc[cases].to_numpy(float), x.to_numpy(float))
        for number, order in enumerate(orders):
            permuted = x.iloc[order].set_axis(x.index)
            of_map = find(values, rules, rng(seed, "relearn", number), permuted).scores if anew else score
            maps.append(association.observed(of_map.loc[cases].to_numpy(float), permuted.to_numpy(float))[0])
    kinds = association.alike(np.arange(len(cases), dtype=float)[:, None], x.to_numpy(float))[0]
    by_chance = chance.beside([observed, *maps], n, kinds, SIGNIFICANT)
    modules, names = np.meshgrid(score.columns, x.columns, indexing="ij")
    columns = {"module": modules, "feature_id": names, "rho": observed, "n": np.broadcast_to(n, observed.shape)}
    columns |= {"p": by_chance.p, "q": by_chance.q, "p_max": by_chance.p_max}
    pairs = pd.DataFrame({name: each.ravel() for name, each in columns.items()})
    counts = [
        {"permutation": k, "n_modules": len(each), "entries": entries, "largest": np.nanmax(np.abs(each), initial=0.0)}
        for k, (each, entries) in enumerate(zip([observed, *maps], by_chance.entries, strict=True))
    ]
    return RELEARNT.frame(pairs.assign(**described(pairs["feature_id"], measured.traits))), counts
