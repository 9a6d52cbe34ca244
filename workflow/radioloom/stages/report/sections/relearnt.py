"""Section: the map of gene modules beside maps that were learnt anew of permuted cases."""

from __future__ import annotations

from typing import Any

from radioloom.figures import claims
from radioloom.stages.report.record import ReportInputs, Section


def build(study: ReportInputs) -> dict[str, Any]:
    """How many entries the map has, and how many chance gives; its strongest pairs by that."""
    statement = claims.chance_in_words(study.maps_by_chance)
    return {
        "statement": statement,
        "maps": claims.maps_by_chance(study.maps_by_chance),
        "pairs": claims.relearnt(study.relearnt),
        "brief": [("Gene modules by chance", statement)],
    }


RELEARNT = Section("relearnt", "What chance gives the map", ("relearnt", "maps_by_chance"), build)
