"""Gene sets of a study, held against the genes of its expression matrix before any job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.errors import StudyError
from radioloom.settings import Origin
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, bare, read_or_fault

if TYPE_CHECKING:
    import pandas as pd

FEW = 0.5  # share of the genes of the sets that are among those measured, below which it is told


def enrichment_remarks(study: Study, genes: pd.Index | None, origin: Origin, remarks: Remarks) -> None:
    """Whether gene sets can be read, and enough of their genes are in the matrix.

    genes : of the checked matrix; None where it is not read before the jobs
    """
    from radioloom.genomics.enrichment.gene_sets import measured
    from radioloom.io import gene_sets
    from radioloom.stages.genomics.enrich import Settings

    place = ("genomics", "enrichment")
    try:
        wanted = Settings(**study.settings["genomics"]["enrichment"])
    except StudyError as error:
        remarks.faults.append(f"{origin.at(*place)}{str(error).removeprefix('genomics.enrichment')}")
        return
    sets = read_or_fault(gene_sets.read, (study.data, wanted.sets), origin.at(*place, "sets"), remarks)
    if sets is None or genes is None:
        return
    try:
        _, listed = measured(sets, genes, wanted.min_size, wanted.max_size)
    except StudyError as error:
        remarks.faults.append(f"{origin.at(*place, 'sets')}: {bare(error).removeprefix('genomics.enrichment.sets: ')}")
        return
    unused, share = int((listed["unused"] != "").sum()), listed["n_measured"].sum() / listed["n_genes"].sum()
    if unused or share < FEW:
        remarks.notes.append(
            f"{origin.at(*place, 'sets')}: {share:.0%} of the genes of {len(listed)} sets are in the matrix; not "
            f"tested, with fewer than {wanted.min_size} or more than {wanted.max_size} of them: {unused}"
        )
