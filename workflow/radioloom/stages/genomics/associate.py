"""Gene modules of the genomics cohort, against features of the same cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from radioloom.errors import StudyError
from radioloom.provenance import rng
from radioloom.tables import TRAIT

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
    min_trait_share: float = 0.1  # see trait_scales.by_case
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
    """Modules of the expression matrix and their Spearman correlations with features and readers' traits.

    Parameters
    ----------
    features_wide : DataFrame
        Cases of the genomics cohort (index) x feature_id and traits, as `measured` gives them; gaps allowed.
    expression : DataFrame
        Gene (index) x case, as `genomics.expression.read` gives it.
    settings : dict
        The study's `genomics`.
    feature_ids : list
        Features of the signature; with `volume_id` and the traits they are the one family of tests, unless
        `features: all`.
    volume_id : str
        The feature that is volume; where there are traits and no features, nothing is given volume.
    seed : int
        The study's.

    Modules are made of all cases with expression; associations use the cases that have features too.
    Raises StudyError where fewer than 8 cases have both, or a feature asked for is not there.
    """
    from threadpoolctl import threadpool_limits

    from radioloom.genomics import association
    from radioloom.genomics.expression import Rules, check
    from radioloom.genomics.modules import find as modules
    from radioloom.tables import ASSOCIATIONS, MODULES

    wanted = Settings(**settings)
    family = _family(features_wide, wanted.features, feature_ids, volume_id)
    matrix = check(expression, Rules(**wanted.expression))
    with threadpool_limits(1):  # sums in one order: the same bytes on any number of cores
        found = modules.find(matrix.values, modules.Rules(**wanted.modules), rng(seed, "associate", "modules"))
        cases = _shared(features_wide, found.scores)
        orders = association.orders(len(cases), wanted.permutations, rng(seed, "associate", "permutations"))
        features = features_wide.loc[cases, family]
        volume = features_wide.reindex(index=cases, columns=[volume_id])[volume_id]
        pairs = association.table(found.scores.loc[cases], features, volume, orders)
    summary = {
        "genes": {**matrix.counts, "unassigned": found.n_unassigned, "in_modules": len(found.members)},
        "cases": {
            "expression": len(found.scores), **_counted(features_wide), "both": len(cases),
        },
        "explained": found.explained,
        "method": {**wanted.modules, "definition": modules.METHODS[modules.Rules(**wanted.modules).method].definition},
        "family": wanted.features,
        "permutations": wanted.permutations,
    }  # fmt: skip
    return Associated(MODULES.frame(found.members), ASSOCIATIONS.frame(pairs), found.scores, summary)


def measured(
    features_wide: pd.DataFrame, traits: pd.DataFrame | None, expression: pd.DataFrame, settings: dict[str, Any]
) -> pd.DataFrame:
    """Features and, beside them, what TRAITS say of the cases with expression: cases x feature_id and `trait: ...`."""
    from radioloom.stages.genomics.trait_scales import by_case

    if traits is None:
        return features_wide
    ours = traits[(traits["cohort"] == settings["cohort"]) & traits["case"].isin(expression.columns)]
    return features_wide.join(by_case(ours, Settings(**settings).min_trait_share, FEWEST_CASES), how="outer")


def _counted(features: pd.DataFrame) -> dict[str, int]:
    """Cases with features, and with traits where there are any."""
    traits = [name for name in features if name.startswith(TRAIT)]
    if not traits:
        return {"features": len(features)}
    kinds = {"features": features.drop(columns=traits), "traits": features[traits]}
    return {kind: int(part.notna().any(axis=1).sum()) for kind, part in kinds.items()}


def _family(features: pd.DataFrame, family: str, feature_ids: list[str], volume_id: str) -> list[str]:
    traits = [name for name in features if name.startswith(TRAIT)]
    alone = bool(traits) and not feature_ids and volume_id not in features  # nobody has an image
    wanted = list(dict.fromkeys([*feature_ids, *([] if alone else [volume_id]), *traits]))
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
