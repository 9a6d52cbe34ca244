"""Section: gene sets in features and modules, beside what random features give."""

from __future__ import annotations

from typing import Any

from radioloom.figures import enrichment, style
from radioloom.stages.report.record import ReportInputs, Section


def build(study: ReportInputs) -> dict[str, Any]:
    """The dot plot, the strongest pairs of features and modules with sets, and clusters of features and sets."""
    table, summary = study.feature_enrichment, study.enrichment
    statement = enrichment.in_words(table, summary)
    of_clusters, title = summary["clusters"], "Gene sets in the genes that follow features"
    scored = bool(table["nes"].notna().any())  # where every feature is constant, none is
    return {
        "figure": style.svg(enrichment.dots(table, summary["discovery"]), "enrichment", title) if scored else "",
        "statement": statement,
        "discovery": summary["discovery"],
        "features": enrichment.features(table),
        "modules": enrichment.modules(study.module_enrichment),
        "of_modules": enrichment.modules_in_words(study.module_enrichment),
        "of_clusters": enrichment.clusters_in_words(of_clusters) if of_clusters else "",
        "clusters": enrichment.clusters(study.enrichment_clusters),
        "n_sets": table["set"].nunique(),
        "n_features": table["feature_id"].nunique(),
        "most": (enrichment.MOST_SETS, enrichment.MOST_FEATURES),
        "brief": [("Gene sets", statement)],
    }


ENRICHMENT = Section(
    "enrichment",
    "Enrichment",
    ("enrichment_sets", "feature_enrichment", "module_enrichment", "enrichment_clusters", "enrichment"),
    build,
)
