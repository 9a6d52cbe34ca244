"""Gene modules of the genomics cohort, against features of the same cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from radioloom.errors import StudyError
from radioloom.provenance import rng

if TYPE_CHECKING:
    import pandas as pd

FEWEST_CASES = 8  # below this a permutation null of Spearman's rho says nothing
FAMILIES = ("signature", "all")


@dataclass(frozen=True, slots=True)
class Settings:
    """The study's `genomics`."""

    cohort: str
    expression: dict[str, Any]  # genomics/expression.py Rules
    modules: dict[str, Any]  # genomics/modules.py Rules
    permutations: int = 2000
    features: str = "signature"  # the declared family of tests: the signature's features and volume, or all features

    def __post_init__(self) -> None:
        if self.features not in FAMILIES:
            raise StudyError(f"genomics.features: {self.features!r} is none of {', '.join(FAMILIES)}")


class Associated(NamedTuple):
    """What the stage hands on."""

    modules: pd.DataFrame  # MODULES
    associations: pd.DataFrame  # ASSOCIATIONS
    scores: pd.DataFrame  # case x module, cases with expression
    summary: dict[str, Any]  # JSON-able: counts of genes and cases, variance explained, family of tests


def associate(
    features_wide: pd.DataFrame,
    expression: pd.DataFrame,
    settings: dict[str, Any],
    feature_ids: list[str],
    volume_id: str,
    seed: int,
) -> Associated:
    """Modules of the expression matrix and their Spearman correlations with features.

    Parameters
    ----------
    features_wide : DataFrame
        Cases of the genomics cohort (index) x feature_id, gaps allowed.
    expression : DataFrame
        Gene (index) x case, as `genomics.expression.read` gives it.
    settings : dict
        The study's `genomics`.
    feature_ids : list
        Features of the signature; with `volume_id` they are the family of tests, unless `features: all`.
    volume_id : str
        The feature that is volume.
    seed : int
        The study's.

    Modules are made of all cases with expression; associations use the cases that have features too.
    Raises StudyError where fewer than 8 cases have both, or a feature asked for is not there.
    """
    from threadpoolctl import threadpool_limits

    from radioloom.genomics import association, modules
    from radioloom.genomics.expression import Rules, check
    from radioloom.tables import ASSOCIATIONS, MODULES

    wanted = Settings(**settings)
    family = _family(features_wide, wanted.features, feature_ids, volume_id)
    matrix = check(expression, Rules(**wanted.expression))
    with threadpool_limits(1):  # sums in one order: the same bytes on any number of cores
        found = modules.find(matrix.values, modules.Rules(**wanted.modules), rng(seed, "associate", "modules"))
        cases = _shared(features_wide, found.scores)
        orders = association.orders(len(cases), wanted.permutations, rng(seed, "associate", "permutations"))
        features = features_wide.loc[cases, family]
        pairs = association.table(found.scores.loc[cases], features, features_wide.loc[cases, volume_id], orders)
    summary = {
        "genes": {**matrix.counts, "unassigned": found.n_unassigned, "in_modules": len(found.members)},
        "cases": {
            "expression": len(found.scores), "features": len(features_wide), "both": len(cases),
        },
        "explained": found.explained,
        "method": {**wanted.modules, "definition": modules.METHODS[modules.Rules(**wanted.modules).method].definition},
        "family": wanted.features,
        "permutations": wanted.permutations,
    }  # fmt: skip
    return Associated(MODULES.frame(found.members), ASSOCIATIONS.frame(pairs), found.scores, summary)


def _family(features: pd.DataFrame, family: str, feature_ids: list[str], volume_id: str) -> list[str]:
    wanted = list(dict.fromkeys([*feature_ids, volume_id]))
    lacking = [name for name in wanted if name not in features]
    if lacking:
        raise StudyError(f"associate: features {', '.join(lacking)} are not among those of the genomics cohort")
    return sorted(features.columns) if family == "all" else wanted


def _shared(features: pd.DataFrame, scores: pd.DataFrame) -> list[str]:
    cases = sorted(set(features.index) & set(scores.index))
    if len(cases) < FEWEST_CASES:
        raise StudyError(
            f"associate: {len(cases)} cases have both features and expression (at least {FEWEST_CASES} are needed); "
            f"cases are named {_first(features)} in the cohort sheet and {_first(scores)} in the expression matrix"
        )
    return cases


def _first(frame: pd.DataFrame) -> str:
    return ", ".join(map(str, sorted(frame.index)[:2])) + " ..."
