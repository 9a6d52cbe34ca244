"""Section: the planted truth of a simulated study beside its results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import style, truth
from radioloom.figures.words import number
from radioloom.stages.report import reading
from radioloom.stages.report.planted import FOLLOWS, follows
from radioloom.stages.report.record import Section

if TYPE_CHECKING:
    from radioloom.stages.report.record import Comparison, ReportInputs


def build(study: ReportInputs) -> dict[str, Any]:
    """What the signature and the modules recovered of what was planted, and which associations are true ones."""
    comparison, chosen, main = study.comparison, reading.names(study), reading.main_metric(study)
    metrics, followed = reading.performance(study, study.metrics), follows(comparison.features)
    recovered = comparison.modules is not None
    statements = [truth.performance_in_words(metrics, comparison.metrics, main)]
    statements += [truth.features_in_words(followed, chosen)] if followed else []
    statements += [truth.modules_in_words(comparison.modules, comparison.hits)] if recovered else []
    statements = [line for line in statements if line]
    return {
        "settings": study.settings.get("simulate", {}),
        "statements": statements,
        "figures": _figures(study, comparison),
        "metrics": truth.metrics(metrics, comparison.metrics, main),
        "features": truth.features(followed, chosen) if followed else None,
        "follows": FOLLOWS,
        "modules": truth.modules(comparison.modules) if recovered else None,
        "adjusted_rand": number(comparison.adjusted_rand),
        "hits": truth.hits(comparison.hits) if recovered else None,
        "brief": [("Planted truth", " ".join(statements))],
    }


def _figures(study: ReportInputs, comparison: Comparison) -> dict[str, str]:
    figures = {}
    if len(comparison.features):
        drawn = truth.hidden_factors(comparison.features, reading.names(study))
        title = "Correlation of the signature's features with the hidden factors"
        figures["features"] = style.svg(drawn, "hidden", title)
    if comparison.modules is not None:
        drawn = truth.module_overlap(study.truth["genes"].fillna({"module": ""}), study.modules)
        figures["modules"] = style.svg(drawn, "overlap", "Genes of planted modules in the recovered modules")
    return figures


TRUTH = Section(
    "truth", "Planted truth", ("truth", "metrics", "predictions", "clinical"), build,
    ("features", "signature", "modules", "associations"),
)  # fmt: skip
