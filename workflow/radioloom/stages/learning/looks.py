"""How often a cohort was looked at: the record of all that was judged on it.

A signature that was changed after it was judged, and is judged on the same patients again, was in part chosen by them.
So were a baseline, a declaration, a choice of patients, or how they were measured, that were changed then.
The record `looks.json` lies in the results folder of the study, is no output of a rule, and only grows: what Snakemake
deletes or makes again does not touch it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioloom.errors import StudyError
from radioloom.failures import in_results
from radioloom.provenance import digest
from radioloom.sealed import intact, parsed, write_json
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.risks import risks
from radioloom.stages.learning.signature import Signature
from radioloom.tables.columns import CROSS_VALIDATION, FROZEN, VALIDATION

if TYPE_CHECKING:
    import pandas as pd

# Keys of signature.json.
OF_RISK = ("model", "features", "intercept", "cut_point", "cut_points", "state", "hazard", "imputation")
DECLARED = {
    "validation": ("multiplicity", "subgroups", "thresholds", "most_missing"),
    "outcome": ("tau", "horizons"),
}  # keys of the study, besides the primary comparison
DIGITS = 6  # that count of a number: another machine's last digits are no other signature

# By column of LOOKS, the key of a look whose different values it counts. A look has no key that is younger than it.
# Risks are counted where models and cases are the same: there other values of features or covariates alone change them.
KINDS = {
    "signatures": "signature",
    "baselines": "baselines",
    "patients": "cases",
    "values": "risks",
    "primaries": "primary",
    "declarations": "declared",
    "foldings": "folds",
}

OF_MODELS = ("signature", "baselines", "cases")  # keys of looks that judge the same models on the same cases

Look = dict[str, str]  # `evaluation`, `cohort`; the `primary` comparison that was declared; digests of the other KINDS


def looks(material: Material, splits: pd.DataFrame, signature: Signature) -> list[Look]:
    """Each validation cohort of SPLITS, and the training cohorts of a cross-validation, with what it is judged by."""
    test, train = (material.rows(splits, FROZEN, part) for part in ("test", "train"))
    cohorts = material.cases["cohort"].to_numpy(object)
    judged = [(VALIDATION, name, test[cohorts[test] == name]) for name in sorted(set(cohorts[test]))]
    if (splits["repeat"] > 0).any():
        judged.append((CROSS_VALIDATION, "+".join(sorted(set(cohorts[train]))), train))
    folds = digest([material.study["seed"], material.study["validation"]["cross_validation"]])
    by = {
        "signature": signature_digest(signature),
        "baselines": digest({name: signature_digest(each) for name, each in signature.baselines.items()}),
        "primary": json.dumps(material.study["validation"].get("primary"), sort_keys=True),
        "declared": declared_digest(material.study),
    }
    return [
        {"evaluation": evaluation, "cohort": name, "cases": cases_digest(material, rows), **by}
        | {"risks": risks_digest(material, signature, rows)}
        | ({"folds": folds} if evaluation == CROSS_VALIDATION else {})
        for evaluation, name, rows in judged
    ]


def signature_digest(signature: Signature) -> str:
    """Digest of all that a risk depends on, whatever it was learnt from: features, coefficients, scaling, cut-point."""
    content = signature.to_json()
    return digest(_shortened({key: content.get(key) for key in OF_RISK}))


def declared_digest(study: dict[str, Any]) -> str:
    """Digest of what a study declares of how it judges, besides the primary comparison."""
    asked = {key: study[part].get(key) for part, keys in DECLARED.items() for key in keys}
    return digest(_shortened(asked))


def cases_digest(material: Material, rows: Any) -> str:
    """Digest of the cases in some rows (m,) and of their outcomes."""
    outcomes = material.outcomes.take(rows)
    cases = material.cases["case"].to_numpy(object)[rows].tolist()
    each = zip(cases, outcomes.event.tolist(), outcomes.time_days.tolist(), strict=True)
    return digest(_shortened(sorted(map(list, each))))


def risks_digest(material: Material, signature: Signature, rows: Any) -> str:
    """Digest of what signature and baselines say of the cases in some rows (m,)."""
    cases = material.cases["case"].to_numpy(object)[rows].tolist()
    told = risks(material, signature, rows).values()
    return digest(_shortened(sorted(map(list, zip(cases, *(each.tolist() for each in told), strict=True)))))


def look(path: Path, new: list[Look]) -> list[dict[str, Any]]:
    """Add to the record what is not in it yet; rows of LOOKS.

    path : of the record; where nothing is there, none was kept yet
    Two versions of a cohort are one: of one name, or of the same cases and outcomes under another.
    Raises StudyError where the record is damaged or was edited.
    """
    known: list[Look] = _read(path) if path.exists() else []
    kept = [*known, *(each for each in new if each not in known)]
    if kept != known:
        write_json({"looks": kept}, path)
    rows = []
    for each in new:
        same = [one for one in kept if one["cohort"] == each["cohort"] or one["cases"] == each["cases"]]
        judged = list(dict.fromkeys(one["signature"] for one in same))
        alike = [one for one in same if all(one.get(key) == each.get(key) for key in OF_MODELS)]
        counts = {
            column: len({one[key] for one in (alike if key == "risks" else same) if key in one})
            for column, key in KINDS.items()
        }
        where = {key: each[key] for key in ("evaluation", "cohort")}
        rows.append({**where, **counts, "look": judged.index(each["signature"]) + 1})
    return rows


def _read(path: Path) -> list[Look]:
    try:
        content = parsed(path)
        sound = intact(content)
    except StudyError:
        sound = False
    if not sound:
        raise StudyError(
            f"{in_results(path)}, the record of how often validation cohorts were judged, is damaged or was edited; "
            "put back a copy of it, or delete it: the count then begins anew, which a paper has to say"
        )
    return content["looks"]


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return list(map(_shortened, value))
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else value
