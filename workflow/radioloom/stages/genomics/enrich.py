"""Stage enrich: gene sets in modules, in the genes that follow features or traits, and in single patients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.provenance import rng

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.genomics.enrichment.isa import Cluster
    from radioloom.stages.genomics.associate import Measured

SHUFFLES = 99  # matrices whose clusters chance alone gives


@dataclass(frozen=True, slots=True)
class Settings:
    """The study's `genomics.enrichment`."""

    sets: str  # GMT file
    permute: str = "patients"  # genomics/enrichment/ranked.py NULLS
    permutations: int = 1000
    min_size: int = 15  # genes of a set that were measured
    max_size: int = 500
    clusters: dict[str, Any] | None = None  # genomics/enrichment/isa.py Rules

    def __post_init__(self) -> None:
        if self.min_size > self.max_size:
            raise StudyError(f"genomics.enrichment: min_size {self.min_size} is above max_size {self.max_size}")


def enrich(
    measured: Measured,
    expression: pd.DataFrame,
    members: pd.DataFrame,
    sets: Mapping[str, tuple[str, ...]],
    settings: dict[str, Any],
    seed: int,
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Tables of gene sets by their names in small letters, and a summary for JSON.

    measured : features and traits of the one family that genes are ranked by
    expression : as `associate` takes it
    members : MODULES, as the same study has them
    sets : genes of each, as `io.gene_sets.read` gives them
    settings : the study's `genomics`
    Raises StudyError where no set has enough genes of the matrix, or there is nothing to rank genes by.
    """
    from threadpoolctl import threadpool_limits

    from radioloom.genomics import association
    from radioloom.genomics.enrichment import gene_sets, overlap, ranked
    from radioloom.genomics.expression import Rules, check
    from radioloom.tables import ENRICHMENT_SETS, FEATURE_ENRICHMENT, LEADING_GENES, MODULE_ENRICHMENT, SET_SCORES

    wanted = Settings(**settings["enrichment"])
    if measured.values.empty:
        raise StudyError(
            "genomics.enrichment: no feature or trait is left that genes could be ranked by; set `genomics.features: "
            "all`, let more pass `genomics.traits`, or take `enrichment` out"
        )
    values = check(expression, Rules(**settings["expression"])).values
    known, listed = gene_sets.measured(sets, values.index, wanted.min_size, wanted.max_size)
    cases = sorted(set(measured.values.index) & set(values.columns))
    orders = association.orders(len(cases), wanted.permutations, rng(seed, "enrich", "patients"))
    stream = rng(seed, "enrich", "genes")
    gene_orders = (stream.permutation(len(values)) for _ in range(wanted.permutations))
    features = measured.values.loc[cases].to_numpy(float)
    with threadpool_limits(1):
        results = ranked.enriched(values[cases].to_numpy(float), features, known, wanted.permute, orders, gene_orders)
        clusters, of_clusters = _clusters(results.nes, known.names, measured, wanted.clusters, seed)
    summary = {
        "sets": {"file": len(listed), "used": len(known.names), "least": wanted.min_size, "most": wanted.max_size},
        "genes": len(values),
        "in_sets": len(np.unique(np.concatenate(known.genes))),
        "cases": len(cases),
        "features": features.shape[1],
        "permute": wanted.permute,
        "permutations": wanted.permutations,
        "discovery": ranked.DISCOVERY,
        "chance": results.chance._asdict(),
        "clusters": of_clusters,
    }
    frames = {
        "enrichment_sets": ENRICHMENT_SETS.frame(listed),
        "module_enrichment": MODULE_ENRICHMENT.frame(overlap.table(members, values.index, known)),
        "feature_enrichment": FEATURE_ENRICHMENT.frame(_rows(results, known, measured)),
        "leading_genes": LEADING_GENES.frame(_leading(results, known, measured.values.columns, values.index)),
        "set_scores": SET_SCORES.frame(_scores(values, known, settings["cohort"])),
        "enrichment_clusters": clusters,
    }
    return frames, summary


def _rows(results: Any, sets: Any, measured: Measured) -> pd.DataFrame:
    """FEATURE_ENRICHMENT. results : ranked.Enriched of the features; sets : GeneSets."""
    import pandas as pd

    kinds = _kinds(measured.values, measured)
    ids, names = np.meshgrid(measured.values.columns, sets.names, indexing="ij")
    shape = ids.shape
    columns = {
        "feature_id": ids,
        "kind": np.broadcast_to(np.array(kinds)[:, None], shape),
        "set": names,
        "n": np.broadcast_to(results.n[:, None], shape),
        "n_set": np.broadcast_to(sets.sizes[None, :], shape),
        **{name: getattr(results, name) for name in ("es", "nes", "p", "fdr", "p_max")},
    }
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()})


def _leading(results: Any, sets: Any, family: pd.Index, genes: pd.Index) -> list[dict[str, Any]]:
    """Rows of LEADING_GENES. results : ranked.Enriched of the features; sets : GeneSets."""
    from radioloom.genomics.enrichment import ranked

    rows = []
    for k, one in np.argwhere(results.fdr <= ranked.DISCOVERY):
        edge, places = ranked.leading(results.rho[k], sets.genes[one])
        pair = {"feature_id": family[k], "set": sets.names[one]}
        listed = zip(genes[edge], places.tolist(), results.rho[k, edge].tolist(), strict=True)
        rows += [pair | {"gene": gene, "place": place + 1, "rho": rho} for gene, place, rho in listed]
    return rows


def _scores(values: pd.DataFrame, sets: Any, cohort: str) -> pd.DataFrame:
    """SET_SCORES of a matrix without gaps (genes, cases)."""
    import pandas as pd

    from radioloom.genomics.enrichment import single
    from radioloom.genomics.modules.score import standardise

    cases, names = np.meshgrid(values.columns, sets.names, indexing="ij")
    scores = {
        "mean_z": single.mean_z(standardise(values).to_numpy(), sets),
        "ssgsea": single.ssgsea(values.to_numpy(float), sets),
    }
    columns = {"cohort": np.full(cases.shape, cohort), "case": cases, "set": names, **scores}
    return pd.DataFrame({name: each.ravel() for name, each in columns.items()})


def _clusters(
    nes: np.ndarray,
    names: tuple[str, ...],
    measured: Measured,
    settings: dict[str, Any] | None,
    seed: int,
) -> tuple[pd.DataFrame, dict[str, Any] | None]:
    """ENRICHMENT_CLUSTERS of scores (features, sets), and what chance gives; nothing where none are asked for."""
    from radioloom.genomics.enrichment import isa
    from radioloom.tables import ENRICHMENT_CLUSTERS

    if settings is None:
        return ENRICHMENT_CLUSTERS.frame([]), None
    rules = isa.Rules(**settings)
    defined = np.isfinite(nes).all(axis=1)
    kept = [name for name, good in zip(measured.values, defined, strict=True) if good]
    if len(kept) < 2 * isa.FEWEST:
        raise StudyError(
            f"genomics.enrichment.clusters: {len(kept)} features have scores, and clusters are of {2 * isa.FEWEST} at "
            "least; set `genomics.features: all`, or take `clusters` out"
        )
    all_found = isa.clusters(nes[defined], rules, rng(seed, "enrich", "clusters"))
    found = [each for each in all_found if each.share >= rules.min_share]
    chance = isa.by_chance(nes[defined], rules, rng(seed, "enrich", "shuffled"), SHUFFLES)
    chances = [float((1 + (chance >= each.share).sum()) / (1 + SHUFFLES)) for each in found]
    rows = [
        {"cluster": number, "kind": kind, "name": name, "score": score, "share": one.share, "p": p}
        for number, (one, p) in enumerate(zip(found, chances, strict=True), start=1)
        for kind, name, score in _members(one, kept, names, measured)
        if score != 0
    ]
    summary = {"n": len(found), "ends": len(all_found), "p": chances, "shuffles": SHUFFLES, **asdict(rules)}
    return ENRICHMENT_CLUSTERS.frame(rows), summary


def _members(
    one: Cluster, family: list[str], names: tuple[str, ...], measured: Measured
) -> list[tuple[str, str, float]]:
    from radioloom.tables.enrichment import OF_SET

    features = zip(_kinds(family, measured), family, one.features.tolist(), strict=True)
    return [*features, *((OF_SET, name, score) for name, score in zip(names, one.sets.tolist(), strict=True))]


def _kinds(family: Iterable[str], measured: Measured) -> list[str]:
    from radioloom.tables.genomics import FEATURE, TRAIT

    return [TRAIT if name in measured.traits else FEATURE for name in family]
