"""`radioloom idc`: write the cohort sheet of a public collection of the Imaging Data Commons."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from radioloom.commands.record import MODALITIES, Command, modality
from radioloom.errors import StudyError


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("collection", help="name of the collection, such as nsclc_radiomics")
    parser.add_argument("out", type=Path, help="the cohort sheet to write (.tsv)")
    parser.add_argument(
        "--modality", default="CT", type=modality, choices=MODALITIES, help="modality of the images (default: CT)"
    )
    parser.add_argument(
        "--segmentation",
        default="RTSTRUCT",
        choices=["RTSTRUCT", "SEG"],
        help="kind of the segmentations (default: RTSTRUCT)",
    )
    parser.add_argument(
        "--result",
        default="",
        help="take the segmentations from this analysis result (drawn later by others), not the collection's own",
    )
    parser.add_argument(
        "--look",
        type=Path,
        metavar="FOLDER",
        help="where a study has several series: download its segmentations into this folder to see which series they "
        "refer to",
    )


def _run(chosen: Namespace) -> None:
    from radioloom.commands.idc_sheet import Kind, cohort_sheet
    from radioloom.io.archives.idc import collection, index_file
    from radioloom.io.files import check_new
    from radioloom.sealed import complete
    from radioloom.tables.text import TABBED, write_rows

    check_new(chosen.out, endings=TABBED)
    index = collection(chosen.collection, index_file())
    look = partial(drawn_on, chosen.look) if chosen.look else None
    listing = cohort_sheet(index, Kind(chosen.modality, chosen.segmentation, chosen.result), look)
    for line in listing.left_out:
        print(f"left out: {line}{'' if look else '; see --look'}", file=sys.stderr)
    if not listing.rows:
        raise _nothing_fits(chosen, index)
    with complete(chosen.out) as part, open(part, "w", newline="", encoding="utf-8") as handle:
        write_rows(handle, list(listing.rows[0]), [list(row.values()) for row in listing.rows], separator="\t")
    print(f"{len(listing.rows)} images, {listing.megabytes / 1000:.1f} GB: {chosen.out}; {', '.join(listing.licences)}")
    print("next: name the sheet in a cohort of the study, with `source: {kind: idc}`")


def _nothing_fits(chosen: Namespace, index: Sequence[Mapping[str, Any]]) -> StudyError:
    """Why the sheet would be empty, and what else the collection offers."""
    results = sorted({row["analysis_result_id"] for row in index if row["analysis_result_id"]})
    return StudyError(
        f"{chosen.collection}: no study has exactly one {chosen.modality} and one such {chosen.segmentation} series; "
        f"try another --segmentation, or --result ({', '.join(results) or 'this collection has none'})"
    )


def drawn_on(folder: Path, series: str) -> frozenset[str]:
    """Digests of the series that a segmentation of the Commons refers to; it is downloaded for that."""
    import os

    from radioloom.io.archives.archive import bring
    from radioloom.io.archives.kinds import connect
    from radioloom.io.segmentations.read import references

    bring(connect({"kind": "idc", "index": ""}, "idc", os.environ), folder, series)
    return references(folder / series)


COMMAND = Command(
    "idc",
    "write the cohort sheet of an Imaging Data Commons collection",
    _add_arguments,
    _run,
    "  radioloom idc nsclc_radiomics config/studies/mystudy/lung1.tsv --segmentation RTSTRUCT",
)
