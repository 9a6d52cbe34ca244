"""Stage mine: association rules from features, annotations and traits to annotations, traits and outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.provenance import rng
from radioloom.stages.learning.divide import levels_of
from radioloom.stages.unsupervised.annotate import in_levels
from radioloom.stages.unsupervised.cluster import told_of
from radioloom.stages.unsupervised.view import View
from radioloom.tables.unsupervised import OF_ANNOTATION, OF_FEATURE, OF_OUTCOME, OF_TRAIT
from radioloom.unsupervised.items import Item, of_levels, of_number, representatives
from radioloom.unsupervised.rules import Counts, Found, Limits, again, find

if TYPE_CHECKING:
    import pandas as pd

Rows = list[dict[str, Any]]
Columns = list[tuple[Item, np.ndarray]]
AGREED = 0.5  # share of a case's readers who have to give an answer for it to count


@dataclass(frozen=True, slots=True)
class Mined:
    """Rows of the tables of the same names."""

    association_rules: Rows
    rule_items: Rows
    rules_by_chance: Rows


def mine(patients: View, annotations: pd.DataFrame, traits: pd.DataFrame, study: dict[str, Any]) -> Mined:
    """Rules learnt on the training patients, and the same rules in each validation cohort.

    annotations, traits : ANNOTATIONS, TRAITS of these patients
    study : read are seed, outcome and unsupervised
    """
    settings = study["unsupervised"]["rules"]
    columns = [*_features(patients, settings["features"]), *_annotated(patients, annotations, study)]
    columns += [*_traits(patients, traits), *_outcome(patients, study["outcome"])]
    items = [item for item, _ in columns]
    has = np.array([column for _, column in columns], dtype=bool).reshape(len(items), len(patients.cases)).T
    names = list(dict.fromkeys((item.kind, item.variable) for item in items))
    variable = np.array([names.index((item.kind, item.variable)) for item in items], dtype=int)
    kind = np.array([item.kind for item in items], dtype=object)
    sides = np.flatnonzero(kind != OF_OUTCOME), np.flatnonzero(kind != OF_FEATURE)
    limits = Limits(settings["support"], settings["confidence"], settings["longest"])
    times = settings["permutations"]
    (first, train), *others = patients.places()
    found = find(has[train], variable, sides, limits, times, rng(study["seed"], "mine"))
    rows = list(_rows(first, found.counts, found.by_chance, found.p, found.p_max))
    for place, members in others:
        given, by_chance, p = again(has[members], variable, found, times, rng(study["seed"], "mine", place))
        rows += _rows(place, given, by_chance, p, None)
    counted = {"n": len(train), "items": len(items), "rules": found.n_passing, "by_chance": found.n_by_chance}
    return Mined(rows, list(_items(found, items)), [{"cohort": first, **counted}])


def _features(patients: View, most: int) -> Columns:
    """Features that stand for all others, in tertiles."""
    chosen = representatives(patients.z[patients.train], most)
    values = np.where(patients.gaps, np.nan, patients.z)
    each = (of_number(OF_FEATURE, patients.names[k], values[:, k], patients.train) for k in chosen)
    return [item for items in each for item in items]


def _annotated(patients: View, annotations: pd.DataFrame, study: dict[str, Any]) -> Columns:
    found: Columns = []
    for entry in study["unsupervised"]["annotations"]:
        name, levels = entry["column"], in_levels(entry)
        values = told_of(patients.cases, annotations, name, levels)
        if levels:
            found += of_levels(OF_ANNOTATION, name, values, levels_of(entry))
        else:
            found += of_number(OF_ANNOTATION, name, np.array(values, dtype=np.float64), patients.train)
    return found


def _traits(patients: View, traits: pd.DataFrame) -> Columns:
    """Answers of readers: numbers by their mean in tertiles; others where at least half of a case's readers agree."""
    found: Columns = []
    for name, rows in traits.groupby("trait", sort=True):
        if rows["number"].notna().any():
            mean = rows.groupby(["cohort", "case"])["number"].mean().to_dict()
            values = np.array([mean.get(case, np.nan) for case in patients.cases])
            found += of_number(OF_TRAIT, str(name), values, patients.train)
            continue
        readers = rows.groupby(["cohort", "case"])["reader"].nunique()
        share = rows.groupby(["value", "cohort", "case"])["reader"].nunique()
        for value in sorted(set(rows["value"])):
            agreed = (share.loc[value] / readers).dropna()
            cases = set(agreed.index[agreed >= AGREED])
            column = np.array([case in cases for case in patients.cases])
            found.append((Item(OF_TRAIT, str(name), str(value)), column))
    return found


def _outcome(patients: View, outcome: dict[str, Any]) -> Columns:
    """The binary outcome, or the event by the last horizon of the study where it is known; none without a horizon."""
    truth, name = patients.outcomes, outcome["name"]
    if truth.kind == "binary":
        return of_levels(OF_OUTCOME, name, ["yes" if event else "no" for event in truth.event], ("yes", "no"))
    if not outcome.get("horizons"):
        return []
    last = max(outcome["horizons"])
    by_then = truth.event & (truth.time_days <= last)
    levels = f"by {last:g} days", f"not by {last:g} days"
    known = [
        levels[0] if had else levels[1] if time > last else None
        for had, time in zip(by_then, truth.time_days, strict=True)
    ]
    return of_levels(OF_OUTCOME, name, known, levels)


def _rows(
    place: str, counts: Counts, by_chance: np.ndarray, p: np.ndarray, p_max: np.ndarray | None
) -> Iterator[dict[str, Any]]:
    """ASSOCIATION_RULES rows of one place."""
    values = zip(counts.n, counts.n_both, counts.support, counts.confidence, counts.lift, by_chance, p, strict=True)
    for k, (n, both, support, confidence, lift, chance, each) in enumerate(values):
        yield {
            "rule": k + 1,
            "cohort": place,
            "n": int(n),
            "n_both": int(both),
            "support": float(support),
            "confidence": float(confidence) if counts.n_if[k] else None,
            "lift": float(lift) if counts.n_if[k] and counts.n_then[k] else None,
            "by_chance": float(chance),
            "p": float(each),
            "p_max": None if p_max is None else float(p_max[k]),
        }


def _items(found: Found, items: list[Item]) -> Iterator[dict[str, Any]]:
    """RULE_ITEMS rows of all rules."""
    for k, (antecedent, consequent) in enumerate(zip(found.antecedents, found.consequents, strict=True), start=1):
        for side, of_side in (("if", antecedent), ("then", (consequent,))):
            for item in (items[place] for place in of_side):
                keys = {"rule": k, "side": side, "kind": item.kind, "variable": item.variable}
                yield {**keys, "level": item.level, "above": item.above, "up_to": item.up_to}
