"""Stage sift: which samples, genes, traits and features a map of genes takes, and why not the others."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from radioloom.genomics.expression import scale
from radioloom.provenance import digest
from radioloom.tables import SAMPLES, TRAIT_FILTERS
from radioloom.tables.expression import MATCHED, NO_PATIENT, NO_SAMPLE

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.io.expression import Matrix
    from radioloom.stages.genomics.inputs import Inputs


class Sifted(NamedTuple):
    """Results of the stage."""

    samples: pd.DataFrame  # SAMPLES
    trait_filters: pd.DataFrame  # TRAIT_FILTERS
    summary: dict[str, Any]  # JSON-able: format and scale, counts of samples and genes, batches


def sift(inputs: Inputs, cohort: str) -> Sifted:
    """Tables of samples and of decisions on traits, and a summary; inputs : as `inputs` gives them."""
    rows = samples(inputs.given, inputs.cases, cohort)
    states = Counter(row["state"] for row in rows)
    summary = {
        "format": inputs.given.format,
        "scale": scale(inputs.given.values),
        "samples": {state: states[state] for state in (MATCHED, NO_PATIENT, NO_SAMPLE)},
        "genes": inputs.expression.counts | {"left": len(inputs.expression.values)},
        "damaged": len(inputs.given.damaged),
        "counters": len(inputs.given.counters),
        "probes": inputs.given.probes,
        "batches": inputs.expression.batches,
    }
    return Sifted(SAMPLES.frame(rows), TRAIT_FILTERS.frame(inputs.decisions), summary)


def samples(given: Matrix, cases: list[str], cohort: str) -> list[dict[str, Any]]:
    """SAMPLES rows: samples in the order of the file, then cases without one. No name of a sample or batch is told."""
    columns = given.columns
    order = sorted([*columns.placed, *columns.strangers])
    whose = [columns.placed.get(k) for k in order]
    lacking = sorted(set(cases) - set(columns.placed.values()))
    named = [(case, MATCHED if case else NO_PATIENT) for case in whose] + [(case, NO_SAMPLE) for case in lacking]
    numbers = {name: n for n, name in enumerate(sorted(set(given.batches.values()), key=digest), start=1)}
    batches = {case: numbers[name] for case, name in given.batches.items()}
    return [
        {
            "cohort": cohort,
            "number": n,
            "case": case,
            "state": state,
            "batch": batches.get(case or ""),
        }
        for n, (case, state) in enumerate(named, start=1)
    ]
