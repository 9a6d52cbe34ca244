"""Semantic annotations of simulated readers: a case's texture in three degrees, and its diameter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from radioloom.provenance import rng
from radioloom.simulate.latent import Latent

DEGREES = ("homogeneous", "mixed", "heterogeneous")
CUTS = (-0.5, 0.5)  # of the heterogeneity seen, between the degrees
EYE = 0.35  # standard deviation of what a reader sees around the hidden heterogeneity
RULER = 0.06  # standard deviation of the log of a measured diameter


def answers(hidden: Latent, readers: Sequence[str]) -> list[dict[str, Any]]:
    """Two rows a reader: case, reader, trait, value, unit. A function of the seed, the case and the reader alone."""
    rows = []
    for reader in readers:
        draw = rng(hidden.seed, hidden.case, "answers", reader)
        seen = hidden.heterogeneity + EYE * draw.standard_normal()
        diameter = (6 * hidden.volume_mm3 / math.pi) ** (1 / 3) * math.exp(RULER * draw.standard_normal())
        by_trait = {"texture": (DEGREES[sum(seen > cut for cut in CUTS)], ""), "diameter": (f"{diameter:.0f}", "mm")}
        who = {"case": hidden.case, "reader": f"Dr {reader}"}
        rows += [{**who, "trait": trait, "value": value, "unit": unit} for trait, (value, unit) in by_trait.items()]
    return rows
