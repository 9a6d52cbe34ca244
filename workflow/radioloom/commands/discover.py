"""`radioloom discover`: from a folder tree of DICOM to a cohort sheet, and to the list of what was left out."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from radioloom.commands.record import MODALITIES, Command, modality
from radioloom.errors import StudyError

if TYPE_CHECKING:
    from radioloom.commands.pairing import Discovered, Pair

PATHS_NUMBERED = "paths are replaced by numbers because this file is inside a repository; write it outside to see them"
PATHS_NAMED = "it holds their paths, in which patients' names may stand: keep it to yourself"
LEFT_OUT = ("case", "path", "reason")
FIRST, LONG = 3, 400  # reasons that the terminal shows, and letters of each
COLUMNS = ("case", "replicate", "image", "segmentation", "pattern", "modality")


def write_sheet(
    place: Path, sheet: Path, modality: str, roi: str, mapping: Path | None, readers: bool = False
) -> list[str]:
    """Write `sheet`, `<sheet>.left_out.tsv`, `<sheet>.visits.tsv`, and `mapping` where asked for.

    readers : several segmentations of one image are several readers', each a replicate
    mapping : pseudonym -> patient's number, for its writer's eyes alone, and never in a repository
    Returns lines for the terminal. Files left out have their paths only where their list is outside of any repository,
    and numbers otherwise. Raises StudyError where one of the files exists, where there is no key, where nothing can
    be paired, or where images of several modalities can.
    """
    from radioloom.commands.pairing import Wanted, discover
    from radioloom.pseudonym import read_key, repository

    outs = [sheet, sheet.with_suffix(".left_out.tsv"), sheet.with_suffix(".visits.tsv")]
    _check_outputs(outs, mapping)
    pairing = discover(place, Wanted(read_key(), modality, roi, readers))
    _one_modality(pairing.pairs)
    numbered = repository(outs[1]) is not None
    with ExitStack() as stack:
        _write(stack, outs[1], LEFT_OUT, _by_number(pairing.left_out, place) if numbered else pairing.left_out)
    if not pairing.pairs:
        raise StudyError(
            "\n  ".join(
                [
                    f"no image could be paired with a segmentation; all reasons are in {outs[1]}",
                    *_reasons(pairing.left_out),
                ]
            )
        )
    days = ((pair.case, pair.replicate, "" if pair.days is None else pair.days) for pair in pairing.pairs)
    with ExitStack() as stack:
        _write(stack, sheet, COLUMNS, ([getattr(pair, name) for name in COLUMNS] for pair in pairing.pairs))
        _write(stack, outs[2], ("case", "replicate", "days"), days)
        if mapping:
            _write(stack, mapping, ("case", "patient"), sorted(pairing.patients.items()), mode=0o600)
    return _summary(pairing, outs, PATHS_NUMBERED if numbered else PATHS_NAMED, readers)


def _reasons(left_out: Iterable[tuple[str, str, str]]) -> list[str]:
    """The most frequent reasons with their numbers, those of segmentations first: images follow from them."""
    from radioloom.commands.links import NOT_DICOM, NOT_DRAWN

    counts = Counter(why for _, _, why in left_out)
    order = sorted(counts.items(), key=lambda item: (NOT_DRAWN in item[0] or NOT_DICOM in item[0], -item[1], item[0]))
    more = [f"... and {len(order) - FIRST} more"] if len(order) > FIRST else []
    return [
        f"{n} {'time' if n == 1 else 'times'}: {why[:LONG]}{' ...' * (len(why) > LONG)}" for why, n in order[:FIRST]
    ] + more


def _one_modality(pairs: Sequence[Pair]) -> None:
    """StudyError where pairs are of images of several modalities, which no replicates of a patient can be."""
    counts = Counter(pair.modality for pair in pairs)
    if len(counts) > 1:
        told = ", ".join(f"{n} {modality}" for modality, n in sorted(counts.items()))
        raise StudyError(
            f"images of {len(counts)} modalities have segmentations here ({told}), and a cohort is of one: choose by "
            f"--modality {' or '.join(sorted(counts))}"
        )


def _check_outputs(outs: Sequence[Path], mapping: Path | None) -> None:
    """StudyError where a file would be overwritten, has no folder, or may not lie where it would be written."""
    from radioloom.io.files import check_new
    from radioloom.pseudonym import refuse_repository
    from radioloom.tables.text import TABBED

    if not outs[0].exists():  # what a try without a pair has left, which would block the next one
        for path in outs[1:]:
            if path.is_file() and _first_line(path) == "\t".join(LEFT_OUT):
                path.unlink()
    check_new(*outs, *([mapping] if mapping else []), endings=TABBED)
    if mapping:
        refuse_repository(mapping, "the list of patients")


def _first_line(path: Path) -> str:
    with open(path, encoding="utf-8", errors="replace") as handle:
        return handle.readline().rstrip("\n")


def _by_number(left_out: Iterable[tuple[str, str, str]], place: Path) -> Iterator[tuple[str, str, str]]:
    """Files and folders by the number of their (first) file in the order of `files_below`: names may be patients'."""
    from radioloom.io.files import files_below

    numbers: dict[str, int] = {}
    total = 0
    for total, file in enumerate(files_below(place), start=1):
        path = file.relative_to(place)
        for each in (path, *path.parents[:-1]):
            numbers.setdefault(each.as_posix(), total)
    for case, name, why in left_out:
        what = "file" if (place / name).is_file() else "folder of file"
        yield case, f"{what} {numbers[name]} of {total}" if name in numbers else name, why


def _summary(pairing: Discovered, outs: Sequence[Path], paths: str, readers: bool) -> list[str]:
    """Lines for the terminal: what was written where, and what to keep secret."""
    lines = [
        f"{len(pairing.pairs)} pair(s) of {len(pairing.patients)} patient(s) written: {outs[0]}",
        f"{len(pairing.left_out)} left out, with reasons: {outs[1]}" + (f"; {paths}" if pairing.left_out else ""),
        f"days between a patient's images: {outs[2]}",
    ]
    by_frame = sum(pair.by_frame for pair in pairing.pairs)
    if by_frame:
        lines.append(
            f"{by_frame} pair(s) are of an image that the segmentation was not drawn on, but one of its frame of "
            "reference (contours of a CT on its PET): look whether the patient lay still"
        )
    days = Counter((pair.case, pair.days) for pair in pairing.pairs if not readers and pair.days is not None)
    if same_day := len({case for (case, _), n in days.items() if n > 1}):
        lines.append(
            f"{same_day} patient(s) have several images of one day, which became replicates: a replicate repeats an "
            "image; take other sequences or phases out of the sheet"
        )
    undated = Counter(pair.case for pair in pairing.pairs if not readers and pair.days is None)
    if several := sum(n > 1 for n in undated.values()):
        lines.append(
            f"{several} patient(s) have several images without a date, which became replicates and may be of one day: "
            "take other sequences or phases out of the sheet"
        )
    lines += pairing.doubts
    naming = sum(pair.names_patient for pair in pairing.pairs)
    if naming:
        lines.append(
            f"{naming} row(s) name folders or files that hold their patient's name or number: keep the sheet and "
            "all results of it to yourself, or work on the copy that `radioloom deidentify` makes"
        )
    return lines


def _write(
    stack: ExitStack, path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]], mode: int = 0o644
) -> None:
    """Write a table that is in its place once the stack is left, with all others of it or not at all."""
    from radioloom.sealed import complete
    from radioloom.tables.text import write_rows

    part = stack.enter_context(complete(path))
    part.unlink(missing_ok=True)  # of a process that was killed
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", newline="", encoding="utf-8") as handle:
        write_rows(handle, columns, rows, separator="\t")


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="where the images and segmentations are, in whatever order")
    parser.add_argument("--out", type=Path, required=True, help="the cohort sheet to write (.tsv)")
    parser.add_argument(
        "--modality",
        default="",
        type=modality,
        choices=["", *MODALITIES],
        metavar="CT|PT|MR",
        help="take images of this modality only (needed where several are segmented)",
    )
    parser.add_argument(
        "--readers",
        action="store_true",
        help="several segmentations of one image are of several readers: write each as a replicate",
    )
    parser.add_argument("--roi", default="", help="name of the structure to measure, or a regular expression of it")
    parser.add_argument(
        "--mapping", type=Path, help="also write which patient has which pseudonym into this file: keep it secret"
    )


def _run(chosen: Namespace) -> None:
    given = (chosen.folder, chosen.out, chosen.modality, chosen.roi, chosen.mapping, chosen.readers)
    for line in write_sheet(*given):
        print(line, file=sys.stderr)


COMMAND = Command(
    "discover",
    "write the cohort sheet of a folder tree of DICOM",
    _add_arguments,
    _run,
    "  radioloom discover /data/export --out config/studies/mystudy/cohort.tsv --roi 'GTV.*' --modality CT",
)
