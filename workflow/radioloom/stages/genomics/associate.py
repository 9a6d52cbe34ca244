"""Stage associate: gene modules of the genomics cohort against features and readers' traits of the same cases."""

from __future__ import annotations

import math
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
    modules: dict[str, Any]  # genomics/modules/record.py Rules
    programs: dict[str, Any] | None = None  # stages/genomics/regress.py Settings
    number: dict[str, Any] | None = None  # stages/genomics/number.py Settings
    stability: dict[str, Any] | None = None  # stages/genomics/regroup.py Settings
    permutations: int = 2000
    min_trait_share: float = 0.1  # see trait_filters
    features: str = "signature"  # the declared family of tests: the signature's features and volume, or all features
    traits: dict[str, Any] | None = None  # stages/genomics/trait_filters.py Rules
    reconstruction: dict[str, Any] | None = None  # stages/genomics/reconstruct.py Settings
    confounders: dict[str, Any] | None = None  # stages/genomics/confounders.py Settings
    split: dict[str, Any] | None = None  # stages/genomics/parts.py Settings
    genes: dict[str, Any] | None = None  # stages/genomics/scan.py Settings
    relearnt: dict[str, Any] | None = None  # stages/genomics/relearn.py Settings
    enrichment: dict[str, Any] | None = None  # stages/genomics/enrich.py Settings
    outcomes: dict[str, Any] | None = None  # stages/genomics/regress.py Settings

    def __post_init__(self) -> None:
        if self.features not in FAMILIES:
            raise StudyError(f"genomics.features: {self.features!r} is none of {', '.join(FAMILIES)}")


class Measured(NamedTuple):
    """What modules are tested against."""

    values: pd.DataFrame  # case x feature id, and labels of traits; gaps allowed
    traits: dict[str, tuple[str, str]]  # label -> trait, and the one answer against all others or ""
    dropped: frozenset[str] = frozenset()  # features that a filter leaves out of the family of tests


class Associated(NamedTuple):
    """Results of the stage."""

    modules: pd.DataFrame  # MODULES
    associations: pd.DataFrame  # ASSOCIATIONS
    scores: pd.DataFrame  # case x module, cases with expression
    summary: dict[str, Any]  # JSON-able: counts of genes and cases, variance explained, family of tests


def associate(
    measured: Measured,
    expression: pd.DataFrame,
    settings: dict[str, Any],
    feature_ids: list[str],
    volume_id: str,
    seed: int,
) -> Associated:
    """Modules of the expression matrix and their Spearman correlations with features and readers' traits.

    measured : features and traits of the genomics cohort, as `measurements` gives them
    expression : gene (index) x case, of the cohort's cases alone, as `io.expression.read` gives it
    settings : the study's `genomics`
    feature_ids : features of the signature; with `volume_id` and the traits they are the one family of tests, unless
        `features: all`
    volume_id : the feature that is volume; where there are traits and no features, nothing is given volume
    seed : the study's

    Modules are computed from all cases with expression; associations use the cases that have features too.
    Where modules are learnt by the same features nothing is tested: p, q and p_max are empty.
    Raises StudyError where fewer than 8 cases have both, or a feature asked for is not there.
    """
    from threadpoolctl import threadpool_limits

    from radioloom.genomics import association
    from radioloom.genomics.expression import Rules, check
    from radioloom.genomics.modules import METHODS
    from radioloom.genomics.modules.find import find
    from radioloom.genomics.modules.record import rules_of
    from radioloom.tables import ASSOCIATIONS, MODULES

    wanted = Settings(**settings)
    family = tested(measured, wanted.features, feature_ids, volume_id)
    matrix, rules = check(expression, Rules(**wanted.expression)), rules_of(wanted.modules)
    cases = _shared(measured.values, matrix.values)
    features = measured.values.loc[cases, family]
    with threadpool_limits(1):  # sums in one order: the same bytes on any number of cores
        modules = find(matrix.values, rules, rng(seed, "associate", "modules"), features)
        orders = association.orders(len(cases), wanted.permutations, rng(seed, "associate", "permutations"))
        volume = measured.values.reindex(index=cases, columns=[volume_id])[volume_id]
        pairs = association.table(modules.scores.loc[cases], features, volume, orders)
        least = association.smallest_q(len(orders), modules.scores.loc[cases].to_numpy(float), features.to_numpy(float))
    if METHODS[rules.method].by_traits:  # scores that were learnt by the features follow them, whatever the genes are
        pairs, least = pairs.assign(p=math.nan, q=math.nan, p_max=math.nan), math.nan
    summary = {
        "genes": {**matrix.counts, "unassigned": modules.n_unassigned, "in_modules": len(modules.members)},
        "cases": {
            "expression": len(modules.scores), **_counted(measured), "both": len(cases),
        },
        "explained": modules.explained,
        "method": {key: each for key, each in wanted.modules.items() if key != "sets"}
        | {"definition": METHODS[rules.method].definition},
        "family": wanted.features,
        "permutations": wanted.permutations,
        "smallest_q": None if math.isnan(least) else least,
    } | ({"sets": modules.sets} if modules.sets else {})  # fmt: skip
    labelled = pairs.assign(**described(pairs["feature_id"], measured.traits))
    return Associated(MODULES.frame(modules.members), ASSOCIATIONS.frame(labelled), modules.scores, summary)


def measurements(
    features_wide: pd.DataFrame, traits: pd.DataFrame | None, expression: pd.DataFrame, settings: dict[str, Any]
) -> Measured:
    """Features (case x feature id) of the genomics cohort and, where there are TRAITS, its traits beside them."""
    return sifted(features_wide, traits, expression, settings)[0]


def sifted(
    features_wide: pd.DataFrame, traits: pd.DataFrame | None, expression: pd.DataFrame, settings: dict[str, Any]
) -> tuple[Measured, list[dict[str, Any]]]:
    """The same, and why each trait is among them or not: rows of TRAIT_FILTERS.

    With `features: all` features go through the rule beside traits; those that it drops stay as values, and are not
    tested.
    """
    from radioloom.stages.genomics.trait_filters import PREVALENCE, Rules, candidates, sift
    from radioloom.tables import TRAITS

    wanted = Settings(**settings)
    rules = Rules(**(wanted.traits or {}))
    both = wanted.features == "all" and rules.filter != PREVALENCE
    if traits is None and not both:
        return Measured(features_wide, {}), []
    ours = TRAITS.frame([]) if traits is None else traits[traits["cohort"] == wanted.cohort]
    given = candidates(ours, features_wide if both else None, expression.columns, wanted.min_trait_share, FEWEST_CASES)
    chosen = sift(given, rules, wanted.cohort)
    labels = [label for label in chosen.kept if label in given.answers]
    dropped = set(given.values.columns) - set(chosen.kept) - given.answers.keys()
    values = features_wide.join(given.values[labels], how="outer") if traits is not None else features_wide
    return Measured(values, {label: given.answers[label] for label in labels}, frozenset(dropped)), chosen.decisions


def described(feature_ids: pd.Series, traits: dict[str, tuple[str, str]]) -> dict[str, list[str]]:
    """Columns `kind`, `trait` and `value` of ASSOCIATIONS for each feature id or label of a trait."""
    from radioloom.tables.genomics import FEATURE, TRAIT

    answers = [traits.get(name, ("", "")) for name in feature_ids]
    return {
        "kind": [TRAIT if name in traits else FEATURE for name in feature_ids],
        "trait": [trait for trait, _ in answers],
        "value": [value for _, value in answers],
    }


def _counted(measured: Measured) -> dict[str, int]:
    """Cases with features, and with traits where there are any."""
    if not measured.traits:
        return {"features": len(measured.values)}
    labels = list(measured.traits)
    kinds = {"features": measured.values.drop(columns=labels), "traits": measured.values[labels]}
    return {kind: int(part.notna().any(axis=1).sum()) for kind, part in kinds.items()}


def tested(measured: Measured, family: str, feature_ids: list[str], volume_id: str) -> list[str]:
    """Feature ids and labels of traits that are tested together; family : `genomics.features`."""
    features, traits = measured.values, measured.traits
    alone = bool(traits) and not feature_ids and volume_id not in features  # nobody has an image
    wanted = list(dict.fromkeys([*feature_ids, *([] if alone else [volume_id]), *traits]))
    lacking = [name for name in wanted if name not in features]
    if lacking:
        raise StudyError(f"associate: features {', '.join(lacking)} are not among those of the genomics cohort")
    return sorted(set(features.columns) - measured.dropped) if family == "all" else wanted


def _shared(features: pd.DataFrame, expression: pd.DataFrame) -> list[str]:
    """Cases of both. features : in rows; expression : in columns."""
    cases = sorted(set(features.index) & set(expression.columns))
    if len(cases) < FEWEST_CASES:
        raise StudyError(
            f"associate: {len(cases)} cases have both features and expression (at least {FEWEST_CASES} are needed); "
            f"cases are named {_first(features.index)} in the cohort sheet and {_first(expression.columns)} in the "
            "expression matrix"
        )
    return cases


def _first(names: pd.Index) -> str:
    return ", ".join(map(str, sorted(names)[:2])) + " ..."
