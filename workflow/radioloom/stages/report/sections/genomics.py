"""Section: gene modules and their associations with features and with annotations by readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import modulemap, style
from radioloom.stages.report.reading import names
from radioloom.stages.report.record import Section
from radioloom.tables.genomics import TRAIT

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any]:
    """Maps of all correlations, the strongest associations, and the modules."""
    of_trait = study.associations["kind"] == TRAIT
    features, traits = study.associations[~of_trait], study.associations[of_trait]
    summary = study.summary or {}
    statement = modulemap.associations_in_words(study.associations, _family(study, features), summary.get("smallest_q"))
    return {
        "figures": _figures(study, features, traits),
        "summary": summary,
        "read": modulemap.modules_in_words(summary) if summary else "",
        "statement": statement,
        "modules": modulemap.modules(study.modules, summary.get("explained", {})),
        "top": modulemap.associations(study.associations),
        "n_features": features["feature_id"].nunique(),
        "n_traits": traits["feature_id"].nunique(),
        "most": modulemap.MOST,
        "wide": study.modules["module"].nunique() > modulemap.WIDEST,
        "tested": bool(study.associations["p"].notna().any()),
        "brief": [("Gene modules", statement)],
    }


def _family(study: ReportInputs, features: pd.DataFrame) -> str:
    """Which features were tested, where that is not all and not the signature's alone."""
    added = sorted(set(features["feature_id"]) - set(names(study)))
    of_signature = study.settings["genomics"]["features"] == "signature"
    return f"the signature's features and volume, {added[0]}" if of_signature and len(added) == 1 else ""


def _figures(study: ReportInputs, features: pd.DataFrame, traits: pd.DataFrame) -> dict[str, str]:
    sizes = study.modules["module"].value_counts().to_dict()
    figures = {}
    for value, title in (("rho", "module scores with features"), ("rho_given_volume", "the same given volume")):
        if len(features):
            drawn = modulemap.module_map(features, sizes, names(study), value)
            figures[value] = style.svg(drawn, value.replace("_", "-"), f"Spearman correlation of {title}")
    if len(traits):
        drawn = modulemap.module_map(traits, sizes, [])
        figures["traits"] = style.svg(drawn, "rho-traits", "Spearman correlation of module scores with annotations")
    return figures


GENOMICS = Section("genomics", "Gene modules", ("modules", "associations"), build, ("summary", "signature"))
