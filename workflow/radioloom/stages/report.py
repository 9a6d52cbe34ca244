"""One HTML file that says what a study is, what it found, and what it rests on."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from radioloom.figures import contact, curves, exhibits, flow, forest, modulemap, reliability, style, volume
from radioloom.figures.words import STAGES, count, interval, metric, number, plain, probability
from radioloom.settings import shipped

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from radioloom.stages.planted import Comparison

FROZEN = "frozen"
Picture = tuple[str, "np.ndarray", "np.ndarray"]  # label, uint8 (n, n), bool (n, n)


@dataclass(frozen=True)
class ReportInputs:
    """All that a report is made of; tables as `radioloom.tables` declares them."""

    settings: dict[str, Any]  # the checked study
    sheets: dict[str, list[dict[str, Any]]]  # cohort -> rows of its sheet
    cases: pd.DataFrame  # CASES
    series: pd.DataFrame  # SERIES
    exclusions: pd.DataFrame  # EXCLUSIONS
    clinical: pd.DataFrame  # CLINICAL of all cohorts with outcomes
    reliability: pd.DataFrame  # RELIABILITY, empty where nothing was repeated
    selection: pd.DataFrame  # SELECTION; the split `frozen` is shown
    signature: dict[str, Any]  # as stages.fit writes it
    metrics: pd.DataFrame  # METRICS
    predictions: pd.DataFrame  # PREDICTIONS
    curves: pd.DataFrame | None = None  # CURVES; None or empty for a binary outcome
    modules: pd.DataFrame | None = None  # MODULES; None where the study has no expression
    associations: pd.DataFrame | None = None  # ASSOCIATIONS
    genomics: dict[str, Any] = field(default_factory=dict)  # `summary` of stages.associate; may be empty
    pictures: dict[str, list[Picture]] = field(default_factory=dict)  # cohort -> (label, image, mask) of each case
    truth: dict[str, pd.DataFrame] | None = None  # see stages.planted.compare; None for real patients
    provenance: dict[str, Any] = field(default_factory=dict)  # software, hashes, command: dict, dict, str


def report(study: ReportInputs) -> str:
    """The report of a study as one HTML text that needs no network; the same inputs give the same bytes."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    place = shipped("report")
    environment = Environment(
        loader=FileSystemLoader(place), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "plain": plain, "probability": probability, "count": count}
    template = environment.get_template("template.html.j2")
    return template.render(css=(place / "style.css").read_text(encoding="utf-8"), **context(study))


def context(study: ReportInputs) -> dict[str, Any]:
    """What the template shows, section by section; a section that a study has not is None."""
    from radioloom.stages.planted import compare

    found = compare(study.truth, study, study.settings["seed"]) if study.truth else None
    frozen = study.selection[study.selection["split"] == FROZEN]
    return {
        "settings": study.settings,
        "cohorts": _cohorts(study),
        "contact": _contact(study),
        "reliability": _reliability(study),
        "signature": _signature(study, frozen),
        "performance": _performance(study, found),
        "genomics": _genomics(study),
        "truth": _truth(study, found) if found else None,
        "provenance": _provenance(study),
    }


def main_metric(study: ReportInputs) -> str:
    """The metric that the study is judged by."""
    return "auc" if study.settings["outcome"]["kind"] == "binary" else "c_index"


def _cohorts(study: ReportInputs) -> dict[str, Any]:
    counted = flow.counts(study.sheets, study.exclusions)
    roles = {name: cohort["role"] for name, cohort in study.settings["cohorts"].items()}
    said = f"Cases of each cohort on its sheet, excluded and analysed: {count(int(counted['cases_in'].sum()), 'case')} in all."
    return {
        "table": exhibits.cohorts(counted, roles, study.series, study.clinical, study.exclusions),
        "flow": style.svg(flow.flow(counted), "flow", said),
        "exclusions": exhibits.exclusions(study.exclusions),
        "n_cases": int(counted["cases"].sum()),
        "n_images": int(counted["images"].sum()),
        "n_cases_in": int(counted["cases_in"].sum()),
        "n_images_out": int(counted["images_out"].sum()),
    }


def _contact(study: ReportInputs) -> list[dict[str, Any]]:
    """A sheet of tiles a cohort, excluded cases as tiles with their reason."""
    shown = []
    for cohort in study.sheets:
        pictures = study.pictures.get(cohort, [])
        out = study.exclusions[study.exclusions["cohort"] == cohort]
        gone = [(_label(row), STAGES.get(row.stage, row.stage), row.reason) for row in out.itertuples()]
        if not pictures and not gone:
            continue
        sheet = contact.sheet(pictures) if pictures else None
        tiles = [(label, *sheet.place(index)) for index, label in enumerate(sheet.labels)] if sheet else []
        shown.append(
            {
                "cohort": cohort,
                "role": study.settings["cohorts"][cohort]["role"],
                "png": base64.b64encode(sheet.png).decode() if sheet else "",
                "size": (sheet.columns * contact.TILE, sheet.rows * contact.TILE) if sheet else (0, 0),
                "tiles": tiles,
                "excluded": gone,
            }
        )
    return shown


def _label(row: Any) -> str:
    return row.case if row.replicate in ("", "1") else f"{row.case} · {row.replicate}"


def _reliability(study: ReportInputs) -> dict[str, Any] | None:
    if study.reliability.empty:
        return None
    settings = study.settings["reliability"]
    marked = [term["feature_id"] for term in study.signature["features"]]
    figures = [
        style.svg(
            reliability.reliability(part, settings["threshold"], marked),
            f"icc-{number_}",
            f"Sorted ICC of features, {source}",
        )
        for number_, (source, part) in enumerate(study.reliability.groupby("source"))
    ]
    table = exhibits.reliability(study.reliability, settings["threshold"])
    return {"settings": settings, "table": table, "figures": figures}


def _signature(study: ReportInputs, frozen: pd.DataFrame) -> dict[str, Any]:
    import numpy as np
    import pandas as pd

    model = study.signature
    names = [term["feature_id"] for term in model["features"]]
    figures = []
    if names:
        terms = pd.DataFrame(model["features"])
        bars = terms.assign(low=np.log(terms["low"]), high=np.log(terms["high"]))
        label = f"log {model['ratio']} per standard deviation (95 % interval)"
        figures.append(style.svg(forest.coefficients(bars, label), "signature", "Coefficients of the signature"))
        if frozen["volume_rho"].notna().any():
            drawn = volume.volume_dependence(frozen, names)
            figures.append(style.svg(drawn, "volume", "Correlation of the signature's features with volume"))
    proxies = [n for n in names if abs(frozen.set_index("feature_id")["volume_rho"].get(n, 0.0)) > volume.PROXY]
    return {
        "model": model, "table": exhibits.signature(model, frozen), "funnel": exhibits.funnel(frozen), "figures": figures,
        "n_features": len(frozen), "proxies": proxies, "proxy": volume.PROXY,
    }  # fmt: skip


def _performance(study: ReportInputs, found: Comparison | None) -> dict[str, Any]:
    import pandas as pd

    main = main_metric(study)
    metrics = study.metrics
    if found is not None and len(found.metrics):
        metrics = pd.concat([metrics, found.metrics], ignore_index=True)
    shown = metrics[metrics["metric"] == main].dropna(subset=["estimate"])
    figures = []
    if len(shown):
        drawn = forest.performance(_grouped(shown), metric(main))
        figures.append(style.svg(drawn, "performance", f"{metric(main)} of every model in every cohort"))
    return {
        "metric": metric(main),
        "figure": figures,
        "table": exhibits.performance(study.metrics, main),
        "curves": _curves(study),
        "verdicts": _verdicts(study, main),
    }


def _grouped(shown: pd.DataFrame) -> pd.DataFrame:
    """Rows in drawing order with the heading of their group; the truth stands with the cohort it belongs to."""
    order = {"validation": 0, "cross-validation": 1, "apparent": 2, "truth": 3}
    models = {"signature": 0, "volume": 1, "clinical": 2, "truth": 9, "null": 8}
    shown = shown.assign(rank=shown["evaluation"].map(order).fillna(4), place=shown["model"].map(models).fillna(5))
    own = shown[shown["model"] == "signature"].sort_values("rank")
    heading = {}
    for row in own.itertuples():
        heading[(row.evaluation, row.cohort)] = f"{row.cohort}, {row.evaluation} (n {row.n}, {row.n_events} events)"
    groups = []
    for (evaluation, cohort), title in heading.items():
        part = shown[(shown["cohort"] == cohort) & shown["evaluation"].isin([evaluation, "truth"])]
        groups.append(part.assign(group=title).sort_values(["place", "model"]))
    import pandas as pd

    return pd.concat(groups, ignore_index=True) if groups else shown.assign(group="")


def _curves(study: ReportInputs) -> list[str]:
    if study.curves is None or study.curves.empty:
        return []
    figures = []
    rows = study.curves[study.curves["model"] == "signature"]
    for place, (cohort, part) in enumerate(rows.groupby("cohort")):
        own = study.metrics[(study.metrics["cohort"] == cohort) & (study.metrics["metric"] == "logrank_p")]
        own = own[own["model"] == "signature"]
        note = f"log-rank p {probability(own['estimate'].iloc[0])}" if len(own) else ""
        drawn = curves.kaplan_meier(part, f"{cohort}", note)
        figures.append(style.svg(drawn, f"km-{place}", f"Kaplan-Meier curves of {cohort} at the frozen cut-point"))
    return figures


def _verdicts(study: ReportInputs, main: str) -> list[str]:
    """One sentence an evaluation: the signature beside volume alone and chance, in words that claim no more than the interval."""
    lines = []
    rows = study.metrics[study.metrics["evaluation"] != "apparent"]
    for (evaluation, cohort), part in rows.groupby(["evaluation", "cohort"], sort=False):
        values = part[part["metric"] == main].set_index("model")
        if "signature" not in values.index:
            continue
        own = values.loc["signature"]
        lead = f"{cohort} ({evaluation}, n {own['n']}, {own['n_events']} events)"
        said = f"{lead}: {metric(main)} {interval(own['estimate'], own['low'], own['high'])}"
        said += _against(values, part, main)
        lines.append(said + ".")
    return lines


def _against(values: pd.DataFrame, part: pd.DataFrame, main: str) -> str:
    own = values.loc["signature"]
    chance = (
        "above chance"
        if own["low"] > 0.5
        else "below chance"
        if own["high"] < 0.5
        else "its interval includes chance (0.5)"
    )
    said = f", {chance}"
    if "volume" in values.index:
        other = values.loc["volume"]
        said += f"; volume alone {interval(other['estimate'], other['low'], other['high'])}"
    change = part[(part["metric"] == f"delta_{main}") & part["model"].isin(["signature", "volume"])]
    if len(change):
        row = change.iloc[0]
        better = row["low"] > 0 or row["high"] < 0
        verdict = "the interval excludes no difference" if better else "the interval includes no difference"
        said += f", difference {interval(row['estimate'], row['low'], row['high'])}: {verdict}"
    return said


def _genomics(study: ReportInputs) -> dict[str, Any] | None:
    if study.modules is None or study.associations is None:
        return None
    sizes = study.modules["module"].value_counts().to_dict()
    figures = [
        style.svg(modulemap.module_map(study.associations, sizes, value), f"modules-{value}".replace("_", "-"), title)
        for value, title in (
            ("rho", "Spearman correlation of module scores with features"),
            ("rho_given_volume", "The same given volume"),
        )
    ]
    tested = study.associations["p"].notna()
    return {
        "figures": figures,
        "summary": study.genomics,
        "modules": exhibits.modules(study.modules, study.genomics.get("explained", {})),
        "top": exhibits.associations(study.associations),
        "n_pairs": int(tested.sum()),
        "n_found": int((study.associations["q"] < 0.05).sum()),
        "n_family": int((study.associations["p_max"] < 0.05).sum()),
        "settings": study.settings.get("genomics", {}),
    }


def _truth(study: ReportInputs, found: Comparison) -> dict[str, Any]:
    return {
        "settings": study.settings.get("simulate", {}),
        "metrics": exhibits.performance(_beside(study, found), main_metric(study)),
        "features": exhibits.planted_features(found.features),
        "modules": None if found.modules is None else exhibits.planted_modules(found.modules),
        "adjusted_rand": found.adjusted_rand,
        "hits": None
        if found.associations is None
        else exhibits.associations(found.associations[found.associations["planted"]]),
        "others": None
        if found.associations is None
        else exhibits.associations(found.associations[~found.associations["planted"]]),
    }


def _beside(study: ReportInputs, found: Comparison) -> pd.DataFrame:
    """The signature's main metric and the truth's, cohort by cohort."""
    import pandas as pd

    own = study.metrics[
        (study.metrics["metric"] == main_metric(study)) & study.metrics["model"].isin(["signature", "volume", "null"])
    ]
    both = pd.concat([own, found.metrics], ignore_index=True)
    return both.sort_values(["cohort", "evaluation", "model"], ignore_index=True)


def _provenance(study: ReportInputs) -> dict[str, Any]:
    said = study.provenance
    return {
        "software": exhibits.pairs(said.get("software", {}), ("package", "version")),
        "hashes": exhibits.pairs(said.get("hashes", {}), ("what", "digest")),
        "command": said.get("command", ""),
    }
