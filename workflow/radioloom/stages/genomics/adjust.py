"""Stage adjust: the map of gene modules and features given declared confounders, beside the map without."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.provenance import rng
from radioloom.stages.genomics.associate import FEWEST_CASES, Settings, described
from radioloom.stages.genomics.scores import scores

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.genomics.assembled import Mapped
    from radioloom.stages.genomics.confounders import Confounder


def adjust(
    study: Mapped, declared: list[Confounder], settings: dict[str, Any], seed: int
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """ADJUSTED, and CONFOUNDERS: each module against each feature given nothing, each confounder, and all of them.

    study : the map; settings : the study's `genomics`; seed : the study's
    All maps are of the cases that have expression, features and every confounder, so that they differ by what is held
    fixed alone. Modules that were learnt by the features have no p. Raises StudyError where fewer than 8 cases are
    left after one for each column of the confounders.
    """
    import pandas as pd
    from threadpoolctl import threadpool_limits

    from radioloom.genomics import adjusted, association
    from radioloom.genomics.expression import Rules, check
    from radioloom.genomics.modules import METHODS
    from radioloom.genomics.modules.record import rules_of
    from radioloom.stats.multiplicity import benjamini_hochberg
    from radioloom.tables import ADJUSTED
    from radioloom.tables.claims import EVERYTHING, NOTHING

    wanted = Settings(**settings)
    measured, expression, members, family, *_ = study
    score = scores(members, check(expression, Rules(**wanted.expression)).values)
    cases = complete(declared, set(measured.values.index) & set(score.index))
    x, y = score.loc[cases], measured.values.loc[cases, family]
    orders = association.orders(len(cases), wanted.permutations, rng(seed, "adjust", "permutations"))
    untested = METHODS[rules_of(wanted.modules).method].by_traits
    given = {
        NOTHING: [],
        **({each.name: [each] for each in declared} if len(declared) > 1 else {}),
        EVERYTHING: declared,
    }
    modules, names = np.meshgrid(x.columns, y.columns, indexing="ij")
    frames = []
    for name, held in given.items():
        with threadpool_limits(1):  # sums in one order: the same bytes on any number of cores
            tests = adjusted.table(x.to_numpy(float), y.to_numpy(float), design(held, cases), orders)
        p, p_max = (np.full_like(tests.p, np.nan) if untested else each for each in (tests.p, tests.p_max))
        columns = {"rho": tests.rho, "p": p, "q": benjamini_hochberg(p), "p_max": p_max}
        columns |= {"module": modules, "feature_id": names, "n": np.broadcast_to(tests.n, tests.rho.shape)}
        pairs = pd.DataFrame({key: values.ravel() for key, values in columns.items()})
        frames.append(pairs.assign(given=name, **described(pairs["feature_id"], measured.traits)))
    return ADJUSTED.frame(pd.concat(frames, ignore_index=True)), _counted(declared, cases)


def complete(declared: list[Confounder], cases: Iterable[str]) -> list[str]:
    """The cases of whom every confounder is known; StudyError where they are too few."""
    import pandas as pd

    known = pd.concat([each.values.notna().all(axis=1).rename(each.name) for each in declared], axis=1, join="inner")
    complete_cases = sorted(set(cases) & set(known.index[known.all(axis=1)]))
    taken = sum(each.values.shape[1] for each in declared)
    if len(complete_cases) - taken < FEWEST_CASES:
        raise StudyError(
            f"genomics.confounders: {len(complete_cases)} cases have expression, features and every confounder, which "
            f"take {taken} of them; declare fewer, or with fewer levels, so that {FEWEST_CASES} are left"
        )
    return complete_cases


def design(held: list[Confounder], cases: list[str]) -> Any:
    """The genomics/adjusted.py Confounders of these cases, of whom all are known."""
    from radioloom.genomics.adjusted import Confounders

    columns = [each.values.loc[cases].to_numpy(float) for each in held]
    ranked = [np.full(part.shape[1], each.ranked) for each, part in zip(held, columns, strict=True)]
    none = np.empty((len(cases), 0))
    return Confounders(np.hstack([none, *columns]), np.concatenate([np.empty(0, bool), *ranked]))


def _counted(declared: list[Confounder], cases: list[str]) -> list[dict[str, Any]]:
    """CONFOUNDERS rows: how many of the cases have each level; of a number one row."""
    rows = []
    for each in declared:
        values = each.values.loc[cases]
        counts = {"": len(cases)}
        if not each.ranked:
            others = {level: int(values[level].sum()) for level in each.levels[1:]}
            counts = {each.levels[0]: len(cases) - sum(others.values()), **others}
        rows += [{"confounder": each.name, "level": level, "n": n} for level, n in counts.items()]
    return rows
