"""Stage cluster: patients in clusters by their features, learnt in training, and what goes with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.metrics.kaplan_meier import logrank
from radioloom.prediction.metrics.risk_groups import few_in_a_group
from radioloom.provenance import rng
from radioloom.stages.unsupervised.annotate import in_levels
from radioloom.stages.unsupervised.view import View
from radioloom.stats.contingency import Tested, independence, kruskal_wallis
from radioloom.stats.multiplicity import benjamini_hochberg
from radioloom.tables.columns import FEWEST_EVENTS
from radioloom.tables.unsupervised import OF_ANNOTATION, OF_OUTCOME
from radioloom.unsupervised.clusterings import CLUSTERINGS
from radioloom.unsupervised.clusterings.record import squared_distances
from radioloom.unsupervised.consensus import RULES, Stability, most_tried, stabilities, too_few

if TYPE_CHECKING:
    import pandas as pd

Rows = list[dict[str, Any]]
LOG_RANK = "log-rank"
ONE_LEVEL = "all are of one level or one cluster"
FEW_IN_ONE = "fewer than two events are to be expected in one cluster"
FEW = {
    "survival": f"fewer than {FEWEST_EVENTS} events",
    "binary": f"fewer than {FEWEST_EVENTS} patients of the rarer outcome",
}


@dataclass(frozen=True, slots=True)
class Clustered:
    """Rows of the tables of the same names; those of many rows as frames."""

    cluster_numbers: Rows
    consensus: pd.DataFrame
    clusters: Rows
    cluster_centres: Rows
    cluster_summary: Rows
    cluster_tests: Rows
    clustered_features: Rows
    standardised: pd.DataFrame


def cluster(patients: View, annotations: pd.DataFrame, study: dict[str, Any]) -> Clustered:
    """Clusters of the training patients, carried to the others by the nearest centre, and tests of what goes with them.

    annotations : ANNOTATIONS of these patients
    study : read are seed, outcome and unsupervised
    Neither outcome nor annotations take part in the clusters. Raises StudyError where the training patients are too few
    for the clusters that are tried, or do not part into as many as are asked for.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # sums in one order: the same bytes on any number of cores
        tried = _tried(patients, study)
        chosen = _chosen(tried, study["unsupervised"]["number"])
        labels, centres = carried(patients, chosen.labels)
        place = _places(patients, labels, centres, chosen)
        return Clustered(
            cluster_numbers=list(_numbers(tried, chosen)),
            consensus=_consensus(patients, chosen),
            clusters=list(_clusters(patients, labels, centres, (chosen, place))),
            cluster_centres=[
                {"cluster": number, "feature_id": name, "centre": float(value)}
                for number, centre in enumerate(centres, start=1)
                for name, value in zip(patients.names, centre, strict=True)
            ],
            cluster_summary=list(_summary(patients, labels, chosen)),
            cluster_tests=tests(patients, labels, annotations, study),
            clustered_features=list(_features(patients)),
            standardised=_standardised(patients),
        )


def _tried(patients: View, study: dict[str, Any]) -> list[Stability]:
    """Every number of clusters that is tried."""
    settings, z = study["unsupervised"], patients.z[patients.train]
    most = most_tried(settings)
    if fault := too_few(len(z), most):
        raise StudyError(f"unsupervised.most_clusters: {fault}")
    times = settings["resamples"], settings["references"]
    return stabilities(z, CLUSTERINGS[settings["clustering"]], most, times, rng(study["seed"], "cluster"))


def _chosen(tried: list[Stability], number: str | int) -> Stability:
    """The number of clusters that is declared, or that a rule takes; only one of which as many clusters come."""
    asked = [tried[number - 2]] if isinstance(number, int) else tried
    candidates = [each for each in asked if each.found == each.clusters]
    if not candidates:
        raise StudyError(
            f"unsupervised.number: the consensus of the training patients does not part into {asked[0].clusters} "
            f"clusters, {asked[0].found} came; take another number, more resamples or other features, or take out "
            "`unsupervised`"
        )
    return candidates[0] if isinstance(number, int) else max(candidates, key=RULES[number].score)


def carried(patients: View, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Clusters of all patients (n,), and the centres (k, f): mean of those learnt on, whose clusters are given (t,)."""
    z = patients.z[patients.train]
    centres = np.array([z[labels == number].mean(axis=0) for number in range(1, labels.max() + 1)])
    nearest = squared_distances(patients.z, centres).argmin(axis=1) + 1
    nearest[patients.train] = labels
    return nearest, centres


def _away(patients: View, labels: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Root mean square difference from the own centre over features, (n,)."""
    return np.sqrt(((patients.z - centres[labels - 1]) ** 2).mean(axis=1))


def _places(patients: View, labels: np.ndarray, centres: np.ndarray, chosen: Stability) -> np.ndarray:
    """Place of each patient in its heat map, (n,): as the tree of the consensus, or by cluster and distance."""
    away, place = _away(patients, labels, centres), np.zeros(len(labels), dtype=np.int64)
    for _, rows in list(patients.places())[1:]:
        place[rows[np.lexsort((away[rows], labels[rows]))]] = np.arange(1, len(rows) + 1)
    place[patients.train[chosen.order]] = np.arange(1, len(chosen.order) + 1)
    return place


def _numbers(tried: list[Stability], chosen: Stability) -> Iterator[dict[str, Any]]:
    area = 0.0
    for each in tried:
        yield {
            "clusters": each.clusters,
            "found": each.found,
            "area": each.area,
            "area_gain": (each.area - area) / area if area else each.area,
            "ambiguous": each.ambiguous,
            "by_chance": float(each.by_chance.mean()) if len(each.by_chance) else None,
            "p": each.p if len(each.by_chance) else None,
            "silhouette": each.silhouette,
            "smallest": int(np.bincount(each.labels)[1:].min()),
            "chosen": each is chosen,
        }
        area = each.area


def _consensus(patients: View, chosen: Stability) -> pd.DataFrame:
    """CONSENSUS of all pairs of training patients, the one that is earlier in the order of CLUSTERS first."""
    import pandas as pd

    ordered = patients.train[chosen.order]
    cohort, case = (np.array([patients.cases[row][k] for row in ordered], dtype=object) for k in (0, 1))
    i, j = np.triu_indices(len(ordered), 1)
    shares = chosen.consensus[np.ix_(chosen.order, chosen.order)][i, j]
    keys = {"cohort": cohort[i], "case": case[i], "other_cohort": cohort[j], "other_case": case[j]}
    return pd.DataFrame({**keys, "consensus": shares})


def _of_cluster(chosen: Stability, number: int) -> np.ndarray:
    """Consensus of a cluster's patients with each other, (m, m), NaN with themselves."""
    rows = np.flatnonzero(chosen.labels == number)
    shares = chosen.consensus[np.ix_(rows, rows)].copy()
    np.fill_diagonal(shares, np.nan)
    return shares


def _clusters(
    patients: View, labels: np.ndarray, centres: np.ndarray, learnt: tuple[Stability, np.ndarray]
) -> Iterator[dict[str, Any]]:
    chosen, place = learnt
    away, shared = _away(patients, labels, centres), np.full(len(labels), np.nan)
    for number in np.unique(chosen.labels):
        shares = _of_cluster(chosen, number)
        if len(shares) > 1:
            shared[patients.train[chosen.labels == number]] = np.nanmean(shares, axis=1)
    for row, (cohort, case) in enumerate(patients.cases):
        keys = {"cohort": cohort, "case": case, "part": patients.part[row], "cluster": int(labels[row])}
        yield {**keys, "place": int(place[row]), "consensus": float(shared[row]), "distance": float(away[row])}


def _summary(patients: View, labels: np.ndarray, chosen: Stability) -> Iterator[dict[str, Any]]:
    for place, rows in patients.places():
        learnt = np.array_equal(rows, patients.train)
        squared = squared_distances(patients.z[rows])
        np.fill_diagonal(squared, np.inf)
        nearest = labels[rows][squared.argmin(axis=1)]
        for number in range(1, int(chosen.labels.max()) + 1):
            mine = labels[rows] == number
            shares = _of_cluster(chosen, number)
            yield {
                "cohort": place,
                "cluster": number,
                "n": int(mine.sum()),
                "n_events": int(patients.outcomes.event[rows][mine].sum()),
                "consensus": float(np.nanmean(shares)) if learnt and len(shares) > 1 else None,
                "in_group": float((nearest[mine] == number).mean()) if mine.any() and len(rows) > 1 else None,
            }


def tests(patients: View, labels: np.ndarray, annotations: pd.DataFrame, study: dict[str, Any]) -> Rows:
    """CLUSTER_TESTS rows of each place: the outcome, then each annotation; q over all of them.

    labels : (n,) cluster of each patient
    """
    outcome, declared = study["outcome"], study["unsupervised"]["annotations"]
    entries = [(in_levels(entry), entry["column"]) for entry in declared]
    columns = {name: told_of(patients.cases, annotations, name, levels) for levels, name in entries}
    rows = []
    for place, members in patients.places():
        key = {"cohort": place, "kind": OF_OUTCOME, "annotation": outcome["name"]}
        rows.append({**key, **_of_outcome(patients, labels, members, study)})
        for levels, name in entries:
            known = [row for row in members if columns[name][row] is not None]
            values, groups = [columns[name][row] for row in known], labels[known]
            draws = rng(study["seed"], "cluster", "tests", place, name)
            tested = _of_levels(values, groups, draws) if levels else kruskal_wallis(np.array(values, float), groups)
            key = {"cohort": place, "kind": OF_ANNOTATION, "annotation": name}
            rows.append({**key, **_told(tested, len(known))})
    family = np.array([np.nan if row["p"] is None else row["p"] for row in rows])
    return [{**row, "q": float(q)} for row, q in zip(rows, benjamini_hochberg(family), strict=True)]


def told_of(cases: list[tuple[str, str]], annotations: pd.DataFrame, name: str, levels: bool) -> list[Any]:
    """Level or number of each case; None where it is not known. annotations : ANNOTATIONS."""
    rows = annotations[annotations["annotation"] == name].set_index(["cohort", "case"])
    known = rows["level" if levels else "number"].dropna().to_dict()
    return [known.get(case) for case in cases]


def _of_outcome(patients: View, labels: np.ndarray, members: np.ndarray, study: dict[str, Any]) -> dict[str, Any]:
    """The outcome of the members of a place against their clusters: log-rank, or as two levels."""
    outcomes, groups = patients.outcomes.take(members), labels[members]
    if outcomes.rarer < FEWEST_EVENTS:
        return _told(None, len(members), FEW[outcomes.kind])
    if outcomes.kind == "binary":
        draws = rng(study["seed"], "cluster", "tests", OF_OUTCOME)
        return _told(_of_levels(outcomes.event.tolist(), groups, draws), len(members))
    if few_in_a_group(outcomes.time_days, outcomes.event, groups):
        return _told(None, len(members), FEW_IN_ONE)
    chi2, p = logrank(outcomes.time_days, outcomes.event, groups)
    tested = None if np.isnan(p) else Tested(LOG_RANK, chi2, len(np.unique(groups)) - 1, p, float("nan"))
    return _told(tested, len(members))


def _of_levels(values: list[Any], groups: np.ndarray, draws: np.random.Generator) -> Tested | None:
    if not len(values):
        return None
    level, group = (np.unique(np.array(each), return_inverse=True)[1] for each in (values, groups))
    table = np.zeros((group.max() + 1, level.max() + 1), dtype=np.int64)
    np.add.at(table, (group, level), 1)
    return independence(table, draws)


def _told(tested: Tested | None, n: int, why: str = ONE_LEVEL) -> dict[str, Any]:
    """Columns of CLUSTER_TESTS of one test; `why` there is none."""
    if tested is None:
        return {"test": "", "statistic": None, "df": None, "p": None, "effect": None, "n": n, "note": why}
    values = {"statistic": tested.statistic, "df": tested.df, "p": tested.p, "effect": tested.effect}
    return {"test": tested.name, **values, "n": n, "note": ""}


def _features(patients: View) -> Iterator[dict[str, Any]]:
    """CLUSTERED_FEATURES rows, in the order of the features' own tree."""
    order = _tree_of_features(patients.z[patients.train])
    for place, k in enumerate(order, start=1):
        keys = {"feature_id": patients.names[k], "group": patients.groups[k], "place": place}
        yield {**keys, "mean": float(patients.mean[k]), "sd": float(patients.sd[k])}


def _tree_of_features(z: np.ndarray) -> np.ndarray:
    """Leaves of the tree of features of patients (t, f): average linkage on 1 - Pearson's r."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    if z.shape[1] < 2:
        return np.arange(z.shape[1])
    apart = np.clip(1 - np.corrcoef(z.T), 0, 2)
    return leaves_list(linkage(squareform(apart, checks=False), method="average"))


def _standardised(patients: View) -> pd.DataFrame:
    """STANDARDISED, all features of each patient."""
    import pandas as pd

    n, f = patients.z.shape
    cohort, case = (np.repeat(np.array([key[k] for key in patients.cases], dtype=object), f) for k in (0, 1))
    values = np.where(patients.gaps, np.nan, patients.z).ravel()
    return pd.DataFrame({"cohort": cohort, "case": case, "feature_id": np.tile(patients.names, n), "value": values})
