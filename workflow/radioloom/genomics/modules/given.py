"""Modules that are given: the genes of each set of a GMT file that the matrix has."""

from __future__ import annotations

from collections.abc import Collection

from radioloom.errors import StudyError
from radioloom.genomics.modules.record import Method, Sets


def measured(sets: Sets, genes: Collection[str]) -> dict[str, list[str]]:
    """Genes of each set that are measured, sorted.

    Raises StudyError where no set has one.
    """
    there = set(genes)
    kept = {name: sorted(there.intersection(each)) for name, each in sets.items()}
    if not any(kept.values()):
        raise StudyError(
            f"genomics.modules.file: none of the {len(there)} genes of the matrix is in one of {len(sets)} gene sets; "
            "name genes alike in both (symbols, Entrez or Ensembl)"
        )
    return kept


METHOD = Method("given", None, "gene sets of a file, in several of which a gene may be")
