"""Section: patients by features without their outcome: clusters, heat map, and what goes with the clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.figures import clusters, heatmap, style
from radioloom.figures.words import count, probability
from radioloom.stages.learning.divide import levels_of
from radioloom.stages.report.record import Section
from radioloom.stages.unsupervised.annotate import in_levels
from radioloom.tables.unsupervised import OF_OUTCOME

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.report.record import ReportInputs

DEFINED = "all features that are defined and vary in training"
FEATURES = {"all": DEFINED, "reliable": "the features that are reliable"}
NOTHING_REPEATED = f"{DEFINED} (nothing was repeated, so that none was left out by its reliability)"
DISTINCT = "; of features that repeat each other one stays: the more reliable, then the first by name"


def compared_by(features: str, repeated: bool) -> str:
    """What patients are compared by, in words; `repeated` : whether any feature's reliability is known."""
    if features == "candidates":
        return compared_by("reliable", repeated) + DISTINCT
    return FEATURES[features] if repeated or features == "all" else NOTHING_REPEATED


def build(study: ReportInputs) -> dict[str, Any]:
    """How stable the clusters are, heat maps of each place, tests, and survival by cluster."""
    from radioloom.unsupervised.clusterings import CLUSTERINGS
    from radioloom.unsupervised.consensus import RULES

    settings, places = study.settings["unsupervised"], _places(study)
    first, n_features = next(iter(places)), len(study.clustered_features)
    summary = _ordered(study.cluster_summary, places)
    sizes = summary.loc[summary["cohort"] == first, "n"].tolist()
    tests, rule = _ordered(study.cluster_tests, places), settings["number"]
    told = clusters.stability_in_words(study.cluster_numbers, sizes, n_features, settings["references"])
    lines = [told, clusters.tests_in_words(tests)]
    survival = study.settings["outcome"]["kind"] == "survival"
    return {
        "clustering": CLUSTERINGS[settings["clustering"]].definition,
        "rule": RULES[rule].definition if rule in RULES else "the study declares it",
        "features": compared_by(settings["features"], repeated=len(study.reliability) > 0),
        "resamples": settings["resamples"],
        "references": settings["references"],
        "several": len(places) > 1,
        "statements": lines,
        "maps": [_heat_map(study, place, rows, k) for k, (place, rows) in enumerate(places.items())],
        "stability": [
            style.svg(clusters.numbers(study.cluster_numbers), "cluster-numbers", "Stability of numbers of clusters"),
            style.svg(clusters.consensus_map(*_consensus(study, places[first])), "consensus", "Consensus matrix"),
        ],
        "survival": [
            style.svg(_survival(study, place, rows), f"cluster-survival-{k}", f"Survival by cluster in {place}")
            for k, (place, rows) in enumerate(places.items())
            if survival
        ],
        "numbers": clusters.table_of_numbers(study.cluster_numbers),
        "summary": clusters.table_of_clusters(summary),
        "tests": clusters.table_of_tests(tests),
        "brief": [("Clusters of patients", " ".join(lines))],
    }


def _places(study: ReportInputs) -> dict[str, pd.DataFrame]:
    """Rows of CLUSTERS by place, in the order of their heat map: training, then validation as the study names it."""
    rows = study.clusters.sort_values("place", kind="stable")
    train = rows[rows["part"] == "train"]
    places = {"+".join(sorted(set(train["cohort"]))): train}
    for cohort in study.settings["cohorts"]:
        part = rows[(rows["part"] == "test") & (rows["cohort"] == cohort)]
        if len(part):
            places[cohort] = part
    return places


def _ordered(frame: pd.DataFrame, places: dict[str, Any]) -> pd.DataFrame:
    order = {place: number for number, place in enumerate(places)}
    frame = frame.assign(number=frame["cohort"].map(order))
    by = ["number", *(["kind"] if "kind" in frame else [])]
    return frame.sort_values(by, kind="stable", ascending=[True, False][: len(by)], ignore_index=True)


def _heat_map(study: ReportInputs, place: str, rows: pd.DataFrame, number: int) -> str:
    features = study.clustered_features.sort_values("place")
    wide = study.standardised.pivot(index=["cohort", "case"], columns="feature_id", values="value")
    cases = list(zip(rows["cohort"], rows["case"], strict=True))
    given = heatmap.Map(
        z=wide.loc[cases, features["feature_id"]].to_numpy(float),
        clusters=rows["cluster"].to_numpy(),
        names=features["feature_id"].tolist(),
        groups=features["group"].tolist(),
        bars=_bars(study, cases),
    )
    title = f"{place}: {count(len(cases), 'patient')} (across) by {count(len(features), 'feature')} (down)"
    return style.svg(heatmap.heat_map(given, title), f"heat-map-{number}", f"Heat map of {title}")


def _bars(study: ReportInputs, cases: list[tuple[str, str]]) -> list[heatmap.Bar]:
    """The outcome, then each annotation, of these cases."""
    outcomes = study.clinical.set_index(["cohort", "case"])["event"].astype(float)
    bars = [
        heatmap.Bar(study.settings["outcome"]["name"], outcomes.loc[cases].to_numpy(), ("no event", "event"), yes=True)
    ]
    for entry in study.settings["unsupervised"]["annotations"]:
        known = study.annotations[study.annotations["annotation"] == entry["column"]].set_index(["cohort", "case"])
        if in_levels(entry):
            levels = levels_of(entry)
            places = known["level"].map({name: float(k) for k, name in enumerate(levels)}).reindex(cases)
            bars.append(heatmap.Bar(entry["column"], places.to_numpy(float), tuple(levels)))
        else:
            bars.append(heatmap.Bar(entry["column"], known["number"].reindex(cases).to_numpy(float)))
    return bars


def _consensus(study: ReportInputs, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The consensus matrix (n, n) and the clusters (n,) of the training patients, in the order of their heat map."""
    place = {key: k for k, key in enumerate(zip(rows["cohort"], rows["case"], strict=True))}
    shares, pairs = np.ones((len(place), len(place))), study.consensus
    i, j = (
        [place[key] for key in zip(pairs[cohort], pairs[case], strict=True)]
        for cohort, case in (("cohort", "case"), ("other_cohort", "other_case"))
    )
    shares[i, j] = shares[j, i] = pairs["consensus"]
    return shares, rows["cluster"].to_numpy()


def _survival(study: ReportInputs, place: str, rows: pd.DataFrame) -> Any:
    """Curves of the clusters of one place, with the p of the log-rank test."""
    import pandas as pd

    from radioloom.prediction.metrics.kaplan_meier import kaplan_meier

    known = rows.merge(study.clinical, on=["cohort", "case"])
    frames = []
    for name, part in known.groupby("cluster"):
        curve = kaplan_meier(part["time_days"].to_numpy(float), part["event"].to_numpy(bool))
        frame = {"time_days": curve.time_days, "survival": curve.survival, "at_risk": curve.at_risk}
        frames.append(pd.DataFrame({"cluster": name, **frame}))
    tests = study.cluster_tests
    p = tests.loc[(tests["cohort"] == place) & (tests["kind"] == OF_OUTCOME), "p"].item()
    note = "" if np.isnan(p) else f"log-rank p {probability(p)}"
    return clusters.survival(pd.concat(frames, ignore_index=True), place, note)


CLUSTERS = Section(
    "clusters",
    "Clusters of patients",
    (
        "clusters",
        "cluster_numbers",
        "cluster_summary",
        "cluster_tests",
        "clustered_features",
        "standardised",
        "consensus",
        "annotations",
        "clinical",
        "reliability",
    ),
    build,
)
