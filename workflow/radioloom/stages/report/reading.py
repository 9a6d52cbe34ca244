"""The report's sections on results: each gives what the template shows, or None where the study has nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import acquisition as scanner
from radioloom.figures import curves as kaplan_meier
from radioloom.figures import exhibits, forest, modulemap, overlap, style, verdicts, volume
from radioloom.figures import reliability as icc
from radioloom.figures import truth as planted_figures
from radioloom.figures.words import ACQUIRED, CONTROL, joined, metric, number, probability
from radioloom.tables.columns import FROZEN, MAIN_METRIC
from radioloom.tables.genomics import TRAIT

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.report.planted import Comparison
    from radioloom.stages.report.record import ReportInputs

RANK = {"validation": 0, "cross-validation": 1, "apparent": 2}
PLACE = {"signature": 0, "volume": 1, "truth": 8, "null": 9}  # order of models; others between
WHERE = {"validation": "{}", "cross-validation": "{}, cross-validation", "apparent": "{}, apparent"}


def segmentations(study: ReportInputs) -> dict[str, Any] | None:
    """What was mended in the segmentations, how far voxels and contours are apart, and how readers agree."""
    if study.masks is None or study.masks.empty:
        return None
    drawn = study.masks.dropna(subset=["contour_difference"])
    pairs = study.overlaps if study.overlaps is not None and len(study.overlaps) else None
    found = {"notes": overlap.notes(study.masks), "pairs": None, "contours": None}
    if len(drawn):
        found["contours"] = overlap.contours(drawn)
    if pairs is not None:
        figures = [
            style.svg(overlap.readers(part, measure), f"readers-{place}-{measure}", f"{title[0]} of readers, {cohort}")
            for place, ((cohort, _), part) in enumerate(pairs.groupby(["cohort", "roi"]))
            for measure, title in overlap.MEASURES.items()
            if measure != "surface_dice"
        ]
        found["pairs"] = {
            "table": overlap.agreement(pairs),
            "figures": figures,
            "worst": overlap.worst(pairs),
            "tolerance": f"{pairs['tolerance_mm'].iloc[0]:g}",
        }
    return found


def reliability(study: ReportInputs) -> dict[str, Any] | None:
    """Agreement over replicates."""
    if study.reliability.empty:
        return None
    frozen = study.reliability[study.reliability["split"] == FROZEN]
    threshold = study.settings["reliability"]["threshold"]
    marked = _names(study)
    figures = [
        style.svg(
            icc.reliability(part, threshold, marked), f"icc-{place}", f"Sorted ICC of {len(part)} features, {source}"
        )
        for place, (source, part) in enumerate(frozen.groupby("source"))
    ]
    table = exhibits.reliability(frozen, threshold)
    return {"settings": study.settings["reliability"], "table": table, "figures": figures}


def acquisition(study: ReportInputs) -> dict[str, Any] | None:
    """What goes with scanner and protocol, and what harmonisation does about it."""
    frame = study.acquisition
    if frame is None or not frame["explained"].notna().any():
        return None
    title = "Variance of each feature that goes with {}"
    figures = [
        style.svg(scanner.shares(frame, names), f"acquisition-{place}", title.format(", ".join(names)))
        for place, names in enumerate(scanner.factors(frame))
    ]
    return {
        "figures": figures,
        "table": scanner.table(frame),
        "features": scanner.of_signature(frame, _names(study)),
        "words": scanner.words(frame),
        "much": scanner.MUCH,
        "method": study.settings["harmonise"]["method"],
        "batch": joined([ACQUIRED[name] for name in study.settings["harmonise"]["batch"]]),
        "learned": study.signature.get("harmonisation"),
        "reachable": (frame["harmonised"] == "all cases").any(),
    }


def signature(study: ReportInputs) -> dict[str, Any]:
    """Features, coefficients, how they were selected, and how much of them is volume."""
    import numpy as np
    import pandas as pd

    model, names = study.signature, _names(study)
    frozen = study.selection[study.selection["split"] == FROZEN]
    rho = frozen.set_index("feature_id")["volume_rho"]
    figures, said = [], ""
    if names:
        terms = pd.DataFrame(model["features"])
        bars = terms.assign(low=np.log(terms["low"]), high=np.log(terms["high"]))
        figures.append(
            style.svg(forest.coefficients(bars, model["ratio"]), "coefficients", "Coefficients of the signature")
        )
    if names and rho.notna().any():
        title = "Correlation of the signature's features with volume"
        figures.append(style.svg(volume.volume_dependence(frozen, names), "volume", title))
        over = [name for name in names if abs(rho.get(name, 0.0)) > volume.PROXY]
        said = verdicts.proxies(over, len(names), volume.PROXY)
    folds = study.selection[study.selection["split"] != FROZEN]
    return {
        "model": model,
        "figures": figures,
        "table": exhibits.signature(model, frozen),
        "proxies": said,
        "funnel": exhibits.funnel(frozen),
        "n_features": len(frozen),
        "stability": exhibits.stability(folds, names) if len(folds) else None,
        "n_folds": folds["split"].nunique(),
    }


def performance(study: ReportInputs, found: Comparison | None) -> dict[str, Any]:
    """The signature beside volume, clinical and null models, and the planted truth where there is one."""
    main = main_metric(study)
    groups = _groups(study, main, found)
    figures = []
    if groups:
        limits = forest.limits(_joined(list(groups.values())))
        for place, (title, rows) in enumerate(groups.items()):
            drawn = forest.performance(rows, title, metric(main), limits)
            figures.append(style.svg(drawn, f"performance-{place}", f"{metric(main)} of every model, {title}"))
    return {
        "metric": metric(main),
        "figures": figures,
        "table": exhibits.performance(_ordered(study, study.metrics), main),
        "groups": exhibits.groups(_ordered(study, study.metrics), main),
        "curves": _curves(study),
        "shifts": _shifts(study),
        "controls": study.metrics["model"].str.startswith(CONTROL).any(),
        "skipped": exhibits.skipped(study.skipped) if study.skipped is not None and len(study.skipped) else None,
        "verdicts": verdicts.performance(_ordered(study, study.metrics), main),
    }


def traits(study: ReportInputs) -> dict[str, Any] | None:
    """What readers said of the cases, and how well they agree."""
    if study.traits is None:
        return None
    from radioloom.figures import traits as tables

    cases = {cohort: len({row["case"] for row in sheet}) for cohort, sheet in study.sheets.items()}
    return {
        "said": tables.said(study.traits, cases),
        "answers": tables.answered(study.traits),
        "agreement": tables.agreement(study.trait_agreement) if len(study.trait_agreement) else None,
        "unread": tables.unread(study.unread) if len(study.unread) else None,
    }


def genomics(study: ReportInputs) -> dict[str, Any] | None:
    """Gene modules and what they go with."""
    if study.modules is None or study.associations is None:
        return None
    sizes = study.modules["module"].value_counts().to_dict()
    first = _names(study)
    figures, of_trait = {}, study.associations["kind"] == TRAIT
    features, traits = study.associations[~of_trait], study.associations[of_trait]
    for value, title in (("rho", "module scores with features"), ("rho_given_volume", "the same given volume")):
        drawn = modulemap.module_map(features, sizes, first, value)
        figures[value] = style.svg(drawn, value.replace("_", "-"), f"Spearman correlation of {title}")
    if len(traits):
        drawn = modulemap.module_map(traits, sizes, [], "rho")
        figures["traits"] = style.svg(drawn, "rho-traits", "Spearman correlation of module scores with readers' traits")
    return {
        "figures": figures,
        "summary": study.genomics,
        "said": verdicts.modules(study.genomics) if study.genomics else "",
        "verdict": verdicts.associations(study.associations),
        "modules": exhibits.modules(study.modules, study.genomics.get("explained", {})),
        "top": exhibits.associations(study.associations),
        "n_features": features["feature_id"].nunique(),
        "n_traits": traits["feature_id"].nunique(),
        "most": modulemap.MOST,
    }


def truth(study: ReportInputs, found: Comparison) -> dict[str, Any]:
    """What was found of what was planted, and what was found that was not."""
    from radioloom.stages.report.planted import FOLLOWS, follows

    figures = {}
    if len(found.features):
        drawn = planted_figures.hidden_factors(found.features, _names(study))
        figures["features"] = style.svg(
            drawn, "hidden", "Correlation of the signature's features with the hidden factors"
        )
    if found.modules is not None:
        genes = study.truth["genes"].fillna({"module": ""})
        drawn = planted_figures.module_overlap(genes, study.modules)
        figures["modules"] = style.svg(drawn, "overlap", "Genes of planted modules in the modules found")
    metrics, main, followed = _ordered(study, study.metrics), main_metric(study), follows(found.features)
    said = [verdicts.planted_performance(metrics, found.metrics, main)]
    said += [verdicts.planted_features(followed, _names(study))] if followed else []
    said += [verdicts.planted_modules(found.modules, found.hits)] if found.modules is not None else []
    return {
        "settings": study.settings.get("simulate", {}),
        "verdicts": [line for line in said if line],
        "figures": figures,
        "metrics": exhibits.planted_metrics(metrics, found.metrics, main),
        "features": exhibits.planted_features(followed, _names(study)) if followed else None,
        "follows": FOLLOWS,
        "modules": None if found.modules is None else exhibits.planted_modules(found.modules),
        "adjusted_rand": None if found.adjusted_rand is None else number(found.adjusted_rand),
        "hits": None if found.hits is None else exhibits.planted_hits(found.hits),
    }


def main_metric(study: ReportInputs) -> str:
    """The metric that the study is judged by."""
    return MAIN_METRIC[study.settings["outcome"]["kind"]]


def _names(study: ReportInputs) -> list[str]:
    return [term["feature_id"] for term in study.signature["features"]]


def _ordered(study: ReportInputs, metrics: pd.DataFrame) -> pd.DataFrame:
    """METRICS in reading order: validation cohorts as the study names them, then cross-validation, then apparent."""
    cohorts = {name: place for place, name in enumerate(study.settings["cohorts"])}
    keys = {
        "rank": metrics["evaluation"].map(RANK).fillna(len(RANK)),
        "of": metrics["cohort"].map(cohorts).fillna(len(cohorts)),
        "place": metrics["model"].map(PLACE).fillna(metrics["model"].str.startswith(CONTROL) * 2 + 5),
    }
    return (
        metrics.assign(**keys).sort_values([*keys, "model"], kind="stable", ignore_index=True).drop(columns=list(keys))
    )


def _groups(study: ReportInputs, main: str, found: Comparison | None) -> dict[str, pd.DataFrame]:
    """Rows of the main metric by where they were judged: title -> rows; the truth stands with each cohort it is of."""
    rows = study.metrics[study.metrics["metric"] == main].dropna(subset=["estimate"])
    groups = {}
    for (evaluation, cohort), part in _ordered(study, rows).groupby(["evaluation", "cohort"], sort=False):
        extra = found.metrics[found.metrics["cohort"] == cohort] if found is not None else part.iloc[:0]
        title = (
            WHERE.get(evaluation, "{}").format(cohort) + f" (n {part['n'].iloc[0]}, {part['n_events'].iloc[0]} events)"
        )
        groups[title] = _ordered(study, _joined([part, extra.assign(evaluation=evaluation)]))
    return groups


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled or frames[:1], ignore_index=True)


def _shifts(study: ReportInputs) -> list[str]:
    if study.curves is None or study.curves.empty:
        return []
    judged = set(study.metrics.loc[study.metrics["evaluation"] == "validation", "cohort"])
    own = study.curves[study.curves["model"] == "signature"]
    return verdicts.shifts(own, [name for name in study.settings["cohorts"] if name in judged])


def _curves(study: ReportInputs) -> list[str]:
    """Kaplan-Meier curves of the signature, validation cohorts first."""
    if study.curves is None or study.curves.empty:
        return []
    own = study.metrics[(study.metrics["model"] == "signature") & (study.metrics["evaluation"] != "cross-validation")]
    rows = study.curves[study.curves["model"] == "signature"]
    figures = []
    for (evaluation, cohort), part in _ordered(study, own).groupby(["evaluation", "cohort"], sort=False):
        values = part.set_index("metric")["estimate"]
        curve = rows[rows["cohort"] == cohort]
        if len(curve):
            note = f"log-rank p {probability(values['logrank_p'])}" if "logrank_p" in values else ""
            drawn = kaplan_meier.kaplan_meier(curve, WHERE.get(evaluation, "{}").format(cohort), note)
            figures.append(
                style.svg(drawn, f"km-{len(figures)}", f"Kaplan-Meier curves of {cohort} at the frozen cut-point")
            )
    return figures
