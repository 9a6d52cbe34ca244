"""`radioloom discover`: from a folder tree of DICOM to a cohort sheet, and to the list of what was left out."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from radioloom.commands.pairing import Discovered, Wanted, discover
from radioloom.errors import StudyError
from radioloom.io.files import files_below
from radioloom.pseudonym import read_key, refuse_repository, repository

NUMBERED = "it lies in a repository and has numbers for paths, which may bear names: write it elsewhere to see them"
NAMED = "it has their paths, which may bear patients' names: keep it to yourself"
COLUMNS = ("case", "replicate", "image", "segmentation", "pattern", "modality")


def write_sheet(place: Path, sheet: Path, modality: str, roi: str, mapping: Path | None) -> list[str]:
    """Write `sheet`, `<sheet>.left_out.tsv`, `<sheet>.visits.tsv`, and `mapping` where asked for; lines to tell.

    mapping : pseudonym -> patient's number, for its writer's eyes alone, and never in a repository
    Files left out have their paths only where their list lies in no repository, and numbers otherwise.
    Raises StudyError where one of the files is there, where there is no key, or where nothing can be paired.
    """
    outs = [sheet, sheet.with_suffix(".left_out.tsv"), sheet.with_suffix(".visits.tsv")]
    for path in [*outs, *([mapping] if mapping else [])]:
        if path.exists():
            raise StudyError(f"{path} is there already; take it away first, or choose another name")
        if not path.parent.is_dir():
            raise StudyError(f"{path.parent}: no such folder; make it first")
    if mapping:
        refuse_repository(mapping, "the list of patients")
    found = discover(place, Wanted(read_key(), modality, roi))
    numbered = repository(outs[1]) is not None
    _write(outs[1], ("case", "path", "reason"), _by_number(found.left_out, place) if numbered else found.left_out)
    if not found.pairs:
        raise StudyError(f"no pair of image and segmentation found; why is said in {outs[1]}")
    _write(sheet, COLUMNS, ([getattr(pair, name) for name in COLUMNS] for pair in found.pairs))
    days = ((pair.case, pair.replicate, "" if pair.days is None else pair.days) for pair in found.pairs)
    _write(outs[2], ("case", "replicate", "days"), days)
    if mapping:
        _write(mapping, ("case", "patient"), sorted(found.patients.items()), mode=0o600)
    return _told(found, outs, NUMBERED if numbered else NAMED)


def _by_number(left_out: Iterable[tuple[str, str, str]], place: Path) -> Iterator[tuple[str, str, str]]:
    """Files and folders by the number of their (first) file in the order of `files_below`: names may be patients'."""
    numbers: dict[str, int] = {}
    total = 0
    for total, file in enumerate(files_below(place), start=1):
        path = file.relative_to(place)
        for each in (path, *path.parents[:-1]):
            numbers.setdefault(each.as_posix(), total)
    for case, path, why in left_out:
        what = "file" if (place / path).is_file() else "folder of file"
        yield case, f"{what} {numbers[path]} of {total}" if path in numbers else path, why


def _told(found: Discovered, outs: Sequence[Path], names: str) -> list[str]:
    lines = [
        f"{len(found.pairs)} pair(s) of {len(found.patients)} patient(s) written: {outs[0]}",
        f"{len(found.left_out)} left out, and why: {outs[1]}" + (f"; {names}" if found.left_out else ""),
        f"days between a patient's images: {outs[2]}",
    ]
    telling = sum(pair.telling for pair in found.pairs)
    if telling:
        lines.append(
            f"{telling} row(s) name folders or files that bear their patient's own name or number: keep the sheet and "
            "what is run from it to yourself, or work on the copy that `radioloom deidentify` makes"
        )
    return lines


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]], mode: int = 0o644) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
        writer.writerow(columns)
        writer.writerows([_printable(str(value)) for value in row] for row in rows)


def _printable(value: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in value)
