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
    from radioloom.stages.genomics.assembled import Mapped
    from radioloom.stages.genomics.confounders import Confounder

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
    study: Mapped, sets: Mapping[str, tuple[str, ...]], declared: list[Confounder], seed: int
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Tables of gene sets by their names in small letters, and a summary for JSON.

    study : the map, with its modules
    sets : genes of each, as `io.gene_sets.read` gives them
    declared : confounders, given which features are ranked once more, in the cases of whom all are known
    seed : the study's
    Raises StudyError where no set has enough genes of the matrix, or there is nothing to rank genes by.
    """
    import pandas as pd
    from threadpoolctl import threadpool_limits

    from radioloom.genomics.enrichment import gene_sets, overlap, ranked
    from radioloom.genomics.expression import Rules, check
    from radioloom.stages.genomics.adjust import complete, design
    from radioloom.tables import ENRICHMENT_SETS, FEATURE_ENRICHMENT, LEADING_GENES, MODULE_ENRICHMENT, SET_SCORES
    from radioloom.tables.claims import EVERYTHING, NOTHING

    wanted, family = Settings(**study.settings["enrichment"]), study.family
    if not family:
        raise StudyError(
            "genomics.enrichment: no feature or trait is left that genes could be ranked by; set `genomics.features: "
            "all`, let more pass `genomics.traits`, or take `enrichment` out"
        )
    values = check(study.expression, Rules(**study.settings["expression"])).values
    known, listed = gene_sets.measured(sets, values.index, wanted.min_size, wanted.max_size)
    features = study.measured.values[family]
    cases = sorted(set(features.index) & set(values.columns))
    with threadpool_limits(1):
        results = _ranked(ranked.Correlations(values[cases].to_numpy(float)), features.loc[cases], known, wanted, seed)
        clusters, of_clusters = _clusters(results.nes, known.names, study, wanted.clusters, seed)
        tests, held = {NOTHING: results}, None
        if declared:
            known_of = complete(declared, cases)
            given = ranked.Partial(values[known_of].to_numpy(float), design(declared, known_of))
            tests[EVERYTHING] = _ranked(given, features.loc[known_of], known, wanted, seed)
            chance = tests[EVERYTHING].chance._asdict()
            held = {"names": [each.name for each in declared], "cases": len(known_of), "chance": chance}
    summary = {
        "sets": {"file": len(listed), "used": len(known.names), "least": wanted.min_size, "most": wanted.max_size},
        "genes": len(values),
        "in_sets": len(np.unique(np.concatenate(known.genes))),
        "cases": len(cases),
        "features": len(family),
        "permute": wanted.permute,
        "permutations": wanted.permutations,
        "discovery": ranked.DISCOVERY,
        "chance": results.chance._asdict(),
        "given": held,
        "clusters": of_clusters,
    }
    rows = [_rows(each, known, study).assign(given=name) for name, each in tests.items()]
    frames = {
        "enrichment_sets": ENRICHMENT_SETS.frame(listed),
        "module_enrichment": MODULE_ENRICHMENT.frame(overlap.table(study.members, values.index, known)),
        "feature_enrichment": FEATURE_ENRICHMENT.frame(pd.concat(rows, ignore_index=True)),
        "leading_genes": LEADING_GENES.frame(_leading(results, known, family, values.index)),
        "set_scores": SET_SCORES.frame(_scores(values, known, study.settings["cohort"])),
        "enrichment_clusters": clusters,
    }
    return frames, summary


def _ranked(correlations: Any, features: pd.DataFrame, sets: Any, wanted: Settings, seed: int) -> Any:
    """ranked.Enriched of features (case x feature), the cases of `correlations`. sets : GeneSets."""
    from radioloom.genomics import association
    from radioloom.genomics.enrichment import ranked

    orders = association.orders(len(features), wanted.permutations, rng(seed, "enrich", "patients"))
    stream = rng(seed, "enrich", "genes")
    shuffles = (stream.permutation(sets.n_genes) for _ in range(wanted.permutations))
    return ranked.enriched(correlations, features.to_numpy(float), sets, wanted.permute, orders, shuffles)


def _rows(results: Any, sets: Any, study: Mapped) -> pd.DataFrame:
    """FEATURE_ENRICHMENT. results : ranked.Enriched of the features; sets : GeneSets."""
    import pandas as pd

    kinds = _kinds(study.family, study)
    ids, names = np.meshgrid(study.family, sets.names, indexing="ij")
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


def _leading(results: Any, sets: Any, family: list[str], genes: pd.Index) -> list[dict[str, Any]]:
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
    study: Mapped,
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
    kept = [name for name, good in zip(study.family, defined, strict=True) if good]
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
        for kind, name, score in _members(one, kept, names, study)
        if score != 0
    ]
    summary = {"n": len(found), "ends": len(all_found), "p": chances, "shuffles": SHUFFLES, **asdict(rules)}
    return ENRICHMENT_CLUSTERS.frame(rows), summary


def _members(one: Cluster, family: list[str], names: tuple[str, ...], study: Mapped) -> list[tuple[str, str, float]]:
    from radioloom.tables.enrichment import OF_SET

    features = zip(_kinds(family, study), family, one.features.tolist(), strict=True)
    return [*features, *((OF_SET, name, score) for name, score in zip(names, one.sets.tolist(), strict=True))]


def _kinds(family: Iterable[str], study: Mapped) -> list[str]:
    from radioloom.tables.genomics import FEATURE, TRAIT

    return [TRAIT if name in study.measured.traits else FEATURE for name in family]
