"""`radioloom extract`: the features of one image and its segmentation, without a study."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from radioloom.commands.record import MODALITIES, Command, modality
from radioloom.errors import StudyError, UnclearRegion
from radioloom.failures import explained, notes_of

EXAMPLE = """\
  radioloom extract ct.nii.gz mask.nii.gz --out features.csv
  radioloom extract scans/ct rtstruct.dcm --roi GTV-1 --profile aerts2014
  radioloom extract ct.nii.gz organs.nii.gz --roi '2|3'        (labels 2 and 3 together; '.*' for all)
  radioloom extract scans/pet rtstruct.dcm --drawn-on scans/ct --profile sts_pet"""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("image", type=Path, help="NIfTI, NRRD or MHA file, or a folder with one DICOM series")
    parser.add_argument("mask", type=Path, help="its segmentation: label map, RTSTRUCT or DICOM SEG")
    parser.add_argument(
        "--profile", default="ibsi", help="extraction profile: its name, or a YAML file (default: ibsi)"
    )
    parser.add_argument(
        "--roi",
        default="",
        help="what to measure: name or number of the structure, segment or label, or a regular expression of it "
        "(default: the only one)",
    )
    parser.add_argument(
        "--modality",
        default="",
        type=modality,
        choices=["", *MODALITIES],
        metavar="CT|PT|MR",
        help="modality of a file, which does not say it, or of the series to take if a folder has several",
    )
    parser.add_argument("--series", default="", metavar="UID", help="the same, by its SeriesInstanceUID")
    parser.add_argument(
        "--drawn-on",
        type=Path,
        metavar="IMAGE",
        help="image of the same frame of reference that the segmentation was drawn on, such as the CT of a PET",
    )
    parser.add_argument(
        "--out", type=Path, help="write a new .csv or .parquet file instead of printing columns separated by tabs"
    )


def _run(chosen: Namespace) -> None:
    from radioloom.process import tell_compilation, tune_process

    tune_process()  # before Numba is imported
    tell_compilation()
    from radioloom.profile import load
    from radioloom.segmentation.choose import HOW
    from radioloom.stages.images.single import COLUMNS, check_out, measure, write

    if chosen.out:
        check_out(chosen.out)
    profile = load(chosen.profile)
    try:
        known = {"series": chosen.series, "drawn_on": str(chosen.drawn_on.absolute()) if chosen.drawn_on else ""}
        measured = measure(chosen.image, chosen.mask, profile, chosen.roi, chosen.modality, **known)
    except UnclearRegion as error:
        with explained(notes_of(error)):
            raise StudyError(f"{error}; choose by --roi: {HOW}") from None
    for note in (*measured.notes, *measured.doubts):
        print(f"note: {note}", file=sys.stderr)
    if chosen.out:
        write(measured.rows, chosen.out, profile.hash)
        print(f"{len(measured.rows)} features written: {chosen.out}", file=sys.stderr)
        return
    print("\t".join(COLUMNS))
    for row in measured.rows:
        print("\t".join(format(row[name], ".10g") if name == "value" else str(row[name]) for name in COLUMNS))


COMMAND = Command("extract", "measure the features of one image and its segmentation", _add_arguments, _run, EXAMPLE)
