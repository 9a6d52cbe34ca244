"""Stage regroup: gene modules learnt anew from resamples and halves of the patients, and looked for in others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from radioloom.errors import StudyError
from radioloom.provenance import rng

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.genomics.modules.record import Rules
    from radioloom.stages.genomics.associate import Measured

FEWEST = 8  # patients of either group whose correlations are compared
FEWEST_GENES = 3  # of a module whose correlations are


@dataclass(frozen=True, slots=True)
class Settings:
    """The study's `genomics.stability`."""

    resamples: int = 50
    permutations: int = 200
    other: dict[str, Any] | None = None  # file and gene column of expression in other patients


class Relearnt(NamedTuple):
    """Results of the stage."""

    stability: pd.DataFrame  # MODULE_STABILITY
    preservation: pd.DataFrame  # MODULE_PRESERVATION
    summary: dict[str, Any]  # JSON-able: cases, resamples, agreement of modules over them


class Material(NamedTuple):
    """What modules are learnt from."""

    z: pd.DataFrame  # gene x case, z-scored
    x: np.ndarray | None  # (cases, traits) of methods that learn by them
    members: dict[str, list[str]]  # module -> genes
    rules: Rules


def regroup(
    measured: Measured,
    expression: dict[str, pd.DataFrame],
    members: pd.DataFrame,
    settings: dict[str, Any],
    family: list[str],
    seed: int,
) -> Relearnt:
    """Stability of the study's modules, and their preservation in other patients.

    measured : as `associate` takes it; members : MODULES; settings : the study's `genomics`
    expression : gene x case of the study (`cohort`), and of other patients where there are any (`other`)
    family : features and labels of traits that modules may be learnt by
    Modules that are given are not learnt: they have no stability, and are looked for in one half as they are.
    Raises StudyError where there are fewer than 16 cases, or the other patients share no module of 3 genes.
    """
    import pandas as pd
    from threadpoolctl import threadpool_limits

    from radioloom.genomics.expression import Rules as Checks
    from radioloom.genomics.expression import check
    from radioloom.genomics.modules.find import material
    from radioloom.genomics.modules.record import rules_of
    from radioloom.tables import MODULE_PRESERVATION, MODULE_STABILITY

    wanted, rules = Settings(**settings["stability"]), rules_of(settings["modules"])
    checks = Checks(**settings["expression"])
    z, x = material(check(expression["cohort"], checks).values, rules, measured.values.reindex(columns=family))
    if z.shape[1] < 2 * FEWEST:
        raise StudyError(f"genomics.stability: {z.shape[1]} cases, and halves need {2 * FEWEST}; take it out")
    whole = Material(z, x, {name: list(part) for name, part in members.groupby("module")["gene"]}, rules)
    with threadpool_limits(1):
        stable, agreement = _stability(whole, wanted, seed)
        rows = _halves(whole, wanted, seed)
        if "other" in expression:
            rows += _other(whole, check(expression["other"], checks).values, wanted, seed)
    summary = {
        "cases": z.shape[1],
        "resamples": wanted.resamples,
        "permutations": wanted.permutations,
        "agreement": [float(each) for each in np.quantile(agreement, [0.5, 0.05, 0.95])] if len(agreement) else None,
        "other": expression["other"].shape[1] if "other" in expression else 0,
    }
    return Relearnt(MODULE_STABILITY.frame(stable), MODULE_PRESERVATION.frame(pd.DataFrame(rows)), summary)


def _stability(whole: Material, wanted: Settings, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows of MODULE_STABILITY, and agreement of all modules with those of each resample."""
    import pandas as pd

    from radioloom.genomics.modules import METHODS
    from radioloom.genomics.modules.resamples import drawn
    from radioloom.genomics.modules.stability import stability

    if METHODS[whole.rules.method].cluster is None:
        return pd.DataFrame(), np.zeros(0)
    place = {gene: number for number, genes in enumerate(whole.members.values()) for gene in genes}
    labels = np.array([place.get(gene, -1) for gene in whole.z.index], np.int64)
    cases = list(drawn(whole.z.shape[1], wanted.resamples, rng(seed, "regroup", "resamples")))
    anew = rng(seed, "regroup", "modules")
    stable = stability(whole.z.to_numpy(), labels, whole.rules, cases, anew, whole.x)
    sizes = [len(genes) for genes in whole.members.values()]
    columns = {"kept": stable.kept, "outside": stable.outside, "jaccard": stable.jaccard}
    return pd.DataFrame({"module": list(whole.members), "n_genes": sizes} | columns), stable.agreement


def _halves(whole: Material, wanted: Settings, seed: int) -> list[dict[str, Any]]:
    """Rows of MODULE_PRESERVATION: modules learnt anew from one half of the cases, and looked for in the other."""
    from radioloom.genomics.modules import METHODS
    from radioloom.genomics.modules.clustering import relabelled
    from radioloom.tables.gene_modules import HALF

    n = whole.z.shape[1]
    order = rng(seed, "regroup", "halves").permutation(n)
    one, other = np.sort(order[: (n + 1) // 2]), np.sort(order[(n + 1) // 2 :])
    groups = list(whole.members.values())
    if METHODS[whole.rules.method].cluster:
        labels = relabelled(whole.z.to_numpy(), one, whole.rules, rng(seed, "regroup", "half"), whole.x)
        groups = [list(whole.z.index[labels == label]) for label in np.unique(labels[labels >= 0])]
    sought = {name: max(groups, key=lambda each: _jaccard(each, genes)) for name, genes in whole.members.items()}
    return _rows(HALF, whole, (whole.z.iloc[:, one], whole.z.iloc[:, other]), sought, wanted, seed)


def _other(whole: Material, values: pd.DataFrame, wanted: Settings, seed: int) -> list[dict[str, Any]]:
    """Rows of MODULE_PRESERVATION: the study's modules in other patients. values : gene x patient, checked."""
    from radioloom.tables.gene_modules import OTHER

    shared = whole.z.index.intersection(values.index)
    there = set(shared)
    sought = {name: [gene for gene in genes if gene in there] for name, genes in whole.members.items()}
    if values.shape[1] < FEWEST or not any(len(genes) >= FEWEST_GENES for genes in sought.values()):
        raise StudyError(
            f"genomics.stability.other: {values.shape[1]} patients (at least {FEWEST} are needed) and {len(shared)} of "
            f"{len(whole.z)} genes, with no module of which {FEWEST_GENES} genes are there; name genes alike in both"
        )
    return _rows(OTHER, whole, (whole.z.loc[shared], values.loc[shared]), sought, wanted, seed)


def _rows(
    against: str,
    whole: Material,
    parts: tuple[pd.DataFrame, pd.DataFrame],
    sought: dict[str, list[str]],
    wanted: Settings,
    seed: int,
) -> list[dict[str, Any]]:
    """Rows of MODULE_PRESERVATION of modules with 3 genes or more that vary in both groups of patients."""
    from radioloom.genomics.modules.score import standardise
    from radioloom.genomics.preservation import Observed, preserved
    from radioloom.stats.constancy import constant

    varies = ~np.any([constant(part.to_numpy(float), axis=1) for part in parts], axis=0)
    first, second = (standardise(part[varies]) for part in parts)
    place = {gene: number for number, gene in enumerate(first.index)}
    genes = {name: np.array([place[gene] for gene in each if gene in place]) for name, each in sought.items()}
    genes = {name: each for name, each in genes.items() if len(each) >= FEWEST_GENES}
    chance = rng(seed, "regroup", against)
    result = preserved(first.to_numpy(), second.to_numpy(), list(genes.values()), wanted.permutations, chance)
    z = {"z_density": result.density, "z_connectivity": result.connectivity, "z_summary": result.summary}
    return [
        {
            "against": against,
            "module": name,
            "n_genes": len(each),
            "jaccard": _jaccard(sought[name], whole.members[name]),
        }
        | dict(zip(Observed._fields, result.observed[row], strict=True))
        | {key: values[row] for key, values in z.items()}
        for row, (name, each) in enumerate(genes.items())
    ]


def _jaccard(one: list[str], other: list[str]) -> float:
    return len(set(one) & set(other)) / len(set(one) | set(other))
