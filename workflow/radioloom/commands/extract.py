"""`radioloom extract`: the features of one image and its segmentation, without a study."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from radioloom.commands.record import MODALITIES, Command


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("image", type=Path, help="NIfTI, NRRD or MHA file, or a folder with one DICOM series")
    parser.add_argument("mask", type=Path, help="its segmentation: label map, RTSTRUCT or DICOM SEG")
    parser.add_argument(
        "--profile", default="ibsi", help="extraction profile: its name, or a YAML file (default: ibsi)"
    )
    parser.add_argument(
        "--roi", default="", help="structure to measure: its name (regular expression), or the number of its label"
    )
    parser.add_argument(
        "--modality",
        default="",
        choices=["", *MODALITIES],
        metavar="CT|PT|MR",
        help="modality of a file, which does not say it, or of the series to take if a folder has several",
    )
    parser.add_argument("--out", type=Path, help="write a .csv or .parquet file instead of printing")


def _run(chosen: Namespace) -> None:
    from radioloom.process import tune_process

    tune_process()  # before Numba is imported
    from radioloom.stages.images.single import COLUMNS, measured, write

    found = measured(chosen.image, chosen.mask, chosen.profile, chosen.roi, chosen.modality)
    for note in (*found.notes, *found.doubts):
        print(f"note: {note}", file=sys.stderr)
    rows = found.rows
    if chosen.out:
        write(rows, chosen.out)
        print(f"{len(rows)} features written: {chosen.out}", file=sys.stderr)
        return
    print("\t".join(COLUMNS))
    for row in rows:
        print("\t".join(format(row[name], ".10g") if name == "value" else str(row[name]) for name in COLUMNS))


COMMAND = Command("extract", "measure the features of one image and its segmentation", _add_arguments, _run)
