"""Section: features and coefficients of the signature, their selection, and their relation to volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import baseline, combined, forest, multivariable, signature, style, tuning, volume
from radioloom.figures.words import count
from radioloom.prediction.cut_points import MEDIAN
from radioloom.stages.learning.baselines import VOLUME
from radioloom.stages.learning.outliers import WHOLE, by_cohort
from radioloom.stages.report.reading import names
from radioloom.stages.report.record import Section
from radioloom.tables.columns import FROZEN

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.learning.signature import Signature
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any]:
    """The frozen signature: table, figures, how its features were selected and how stable that is."""
    from radioloom.prediction.models import MODELS
    from radioloom.prediction.models.centres import across
    from radioloom.stages.learning.lineage import in_words

    model, chosen = study.signature, names(study)
    frozen = study.selection[study.selection["split"] == FROZEN]
    folds = study.selection[study.selection["split"] != FROZEN]
    proxies = _proxies(frozen, chosen, study.settings["baselines"].get(VOLUME, [""])[0])
    size = f"{len(chosen)} of {count(len(frozen), 'feature')}"
    warning, opposed = across(study.settings), signature.opposed(model, frozen)
    line = f"{size}, learnt on {count(model.n, 'training case')} ({count(model.n_events, 'event')})."
    return {
        "model": model,
        "lineage": in_words(model),
        "weighted": signature.weighted(model),
        "unit": signature.unit_of(model.model),
        "definition": MODELS[model.model].definition,
        "intervals": signature.intervals(model),
        "by_outcome": _by_outcome(study, frozen),
        "figures": _figures(model, frozen),
        "table": signature.table(model, frozen),
        "origins": None if study.combinations is None else combined.origins(study.features, chosen),
        "multivariable": multivariable.table(model) if model.baselines else None,
        "imputed": any(t.degrees is not None for each in (model, *model.baselines.values()) for t in each.terms),
        "baseline": baseline.table(model, study.settings["outcome"].get("horizons", ())),
        "formula": baseline.formula(model),
        "proxies": proxies,
        "cut_points": signature.cut_points(model, study.settings["model"].get("cut_points", MEDIAN)),
        "proxy": volume.PROXY,
        "funnel": signature.funnel(frozen, _not_assessed(study)),
        "groups": signature.groups(frozen),
        "n_features": len(frozen),
        "stability": signature.stability(folds, chosen) if len(folds) else None,
        "n_folds": folds["split"].nunique(),
        "tuning": None if study.tuning is None or study.tuning.empty else tuning.table(study.tuning),
        "folds_alone": not study.settings["validation"].get("leave_one_cohort_out"),
        "notes": signature.notes(model),
        "across": warning,
        "opposed": opposed,
        **_outliers(study),
        "scaling": signature.scaling(model),
        "brief": [
            ("Signature", f"{line} {proxies}".strip()),
            *([("Training cohorts", f"{warning}. {opposed}".strip())] if warning else []),
        ],
    }


def _by_outcome(study: ReportInputs, frozen: pd.DataFrame) -> bool:
    """Whether the outcome chose features: by the selector, the model, or between two that say the same."""
    from radioloom.prediction.models import MODELS
    from radioloom.prediction.selectors import SELECTORS

    selector = SELECTORS.get(study.settings["model"].get("selector", ""))
    asked = selector is None or selector.asks or MODELS[study.signature.model].chooses
    return asked or bool((frozen["step"] == "redundancy").any())


def _outliers(study: ReportInputs) -> dict[str, Any]:
    """Cases far from all others by cohort, and those of cohorts that do not differ as a whole."""
    if study.outliers is None or study.outliers.empty:
        return {"outliers": None, "far": [], "more": False}
    sizes = study.counted.set_index("cohort")["cases_in"].to_dict()
    counts = study.outliers["cohort"].value_counts()
    single = study.outliers[study.outliers["cohort"].map(lambda name: counts[name] < WHOLE * sizes[name])]
    return {
        "outliers": signature.outliers(single) if len(single) else None,
        "far": list(by_cohort(study.outliers["cohort"], sizes)),
        "more": len(single) > signature.SHOWN,
    }


def _figures(model: Signature, frozen: pd.DataFrame) -> list[dict[str, str]]:
    """Coefficients, where the model has any, and correlation with volume, where it was measured."""
    figures, chosen = [], model.feature_ids
    if signature.weighted(model):
        drawn = forest.coefficients(signature.bars(model), model.ratio)
        figures.append({"svg": style.svg(drawn, "coefficients", "Coefficients of the signature"), "of": "coefficients"})
    if chosen and frozen["volume_rho"].notna().any():
        title = "Correlation of the signature's features with volume"
        drawn = volume.volume_dependence(frozen, chosen)
        figures.append({"svg": style.svg(drawn, "volume", title), "of": "volume"})
    return figures


def _not_assessed(study: ReportInputs) -> list[str]:
    """Steps of the selection for which the study has nothing to go by."""
    repeated = study.reliability is not None and (study.reliability["split"] == FROZEN).any()
    return [] if repeated else ["reliability"]


def _proxies(frozen: pd.DataFrame, chosen: list[str], of_volume: str) -> str:
    """How far the signature stands in for volume. of_volume : the study's feature of volume, "" for none."""
    rho = frozen.set_index("feature_id")["volume_rho"]
    if not chosen:
        return ""
    if not rho.notna().any():
        return volume.not_examined(frozen, of_volume)
    return volume.proxies([name for name in chosen if abs(rho.get(name, 0.0)) > volume.PROXY], len(chosen))


USED = ("reliability", "tuning", "outliers", "exclusions", "combinations", "features")
SIGNATURE = Section("signature", "Signature", ("signature", "selection"), build, USED)
