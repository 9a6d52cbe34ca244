"""A study of two validation cohorts as the report's sections on validation need it, and nothing else."""

import re
from dataclasses import replace
from typing import Any

from radioloom.stages.learning.comparisons import comparisons
from radioloom.stages.report.record import ReportInputs
from radioloom.stages.report.report import report
from radioloom.tables import COMPARISONS, LOOKS, METRICS

OUTCOME = {"kind": "survival", "name": "death"}


def study(outcome: dict[str, Any] | None = None, subgroups: list | None = None, **tables: Any) -> ReportInputs:
    """Inputs with METRICS of the signature in valid1 and valid2, and what else is given."""
    roles = {"train": "training", "valid1": "validation", "valid2": "validation"}
    settings = {
        "title": "Validated",
        "description": "",
        "cohorts": {name: {"role": role} for name, role in roles.items()},
        "outcome": OUTCOME | (outcome or {}),
        "baselines": {"volume": ["morphology_volume"]},
        "validation": {"null_models": 0, "intervals": "main", "multiplicity": "holm", "subgroups": subgroups or []},
    }
    shared = {"evaluation": "validation", "kind": "signature", "model": "signature", "variant": "", "against": ""}
    value = {
        "metric": "c_index",
        "horizon_days": 0.0,
        "estimate": 0.7,
        "low": 0.6,
        "high": 0.8,
        "interval": "patients",
        "withheld": "",
        "draws": 1000,
        "n": 30,
        "n_measured": 30,
        "n_events": 22,
        "n_with_event": 22,
    }
    metrics = METRICS.frame([{**shared, **value, "cohort": cohort} for cohort in ("valid1", "valid2")])
    compared = comparisons(metrics.to_dict("records"), settings["outcome"]["kind"], settings["validation"])
    told = {"metrics": metrics, "comparisons": COMPARISONS.frame(compared), "looks": LOOKS.frame([])}
    return replace(ReportInputs(settings=settings, sheets={}), **told, **tables)


def section(name: str, inputs: ReportInputs) -> str:
    """One section of the report's page; "" where there is none."""
    found = re.search(rf'<section id="{name}">.*?</section>', report(inputs), flags=re.S)
    return found[0] if found else ""
