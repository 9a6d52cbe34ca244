"""Section: gene sets in features and modules, beside what random features give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import enrichment, style
from radioloom.stages.report.record import ReportInputs, Section
from radioloom.tables.claims import EVERYTHING, NOTHING

if TYPE_CHECKING:
    import pandas as pd


def build(study: ReportInputs) -> dict[str, Any]:
    """The dot plot, the strongest pairs of features and modules with sets, and clusters of features and sets."""
    table, summary = study.feature_enrichment, study.enrichment
    plain, held = (table[table["given"] == given] for given in (NOTHING, EVERYTHING))
    statement = enrichment.in_words(plain, summary)
    given = enrichment.given_in_words(held, summary) if summary["given"] else ""
    of_clusters = summary["clusters"]
    return {
        "figures": [_figure(part, summary, name) for part, name in ((plain, "enrichment"), (held, "enrichment-given"))],
        "statement": statement,
        "given": given,
        "discovery": summary["discovery"],
        "features": enrichment.features(plain),
        "modules": enrichment.modules(study.module_enrichment),
        "of_modules": enrichment.modules_in_words(study.module_enrichment),
        "of_clusters": enrichment.clusters_in_words(of_clusters) if of_clusters else "",
        "clusters": enrichment.clusters(study.enrichment_clusters),
        "n_sets": table["set"].nunique(),
        "n_features": table["feature_id"].nunique(),
        "most": (enrichment.MOST_SETS, enrichment.MOST_FEATURES),
        "brief": [("Gene sets", " ".join(filter(None, (statement, given))))],
    }


def _figure(part: pd.DataFrame, summary: dict[str, Any], name: str) -> str:
    """The dot plot of a part of FEATURE_ENRICHMENT; "" where nothing has a score."""
    if not part["nes"].notna().any():
        return ""
    return style.svg(enrichment.dots(part, summary["discovery"]), name, "Gene sets in the genes that follow features")


ENRICHMENT = Section(
    "enrichment",
    "Enrichment",
    ("enrichment_sets", "feature_enrichment", "module_enrichment", "enrichment_clusters", "enrichment"),
    build,
)
