"""Write a simulated cohort in the formats that hospitals give. The only module of `simulate` that touches `io`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from radioloom.errors import StudyError
from radioloom.io.write import objects as dicom_write
from radioloom.simulate.answers import answers
from radioloom.simulate.cohorts import Cohort, Format, find
from radioloom.simulate.expression import expression, genes
from radioloom.simulate.image import View, cord, drawing, image
from radioloom.simulate.latent import Latent, latent, outcome
from radioloom.simulate.planted import write_csv
from radioloom.simulate.scanners import Scanner
from radioloom.simulate.settings import Settings
from radioloom.simulate.shape import Shape, contours, mask

Row = Mapping[str, str]
CORD = "Spinal-Cord"  # a structure that is not the tumour, in every segmentation; label 2 of a label map


class Series(NamedTuple):
    """One image as it was written."""

    files: list[Path]
    header: dicom_write.Header
    scanner: Scanner


def cohort(name: str, rows: Sequence[Row], seed: int, settings: Mapping[str, Any], folder: Path) -> None:
    """Write all files of one cohort below `folder`, at the paths of its sheet's rows.

    Images and segmentations of the rows given; `<name>/clinical.csv`, `<name>/expression.csv` and, of readers,
    `<name>/answers.csv` where the cohort has them. Images and segmentations are a function of the seed and their own
    rows, whichever other cases there are.

    Raises
    ------
    StudyError : the cohort cannot be simulated, a setting is unknown, or a path has no format of the cohort.

    """
    known, kind, folder = Settings.of(dict(settings)), find(name), Path(folder)
    for shared in _grouped(rows, "image"):
        hidden = latent(seed, shared[0]["case"])
        series = _write_image(kind, shared[0], hidden, folder)
        for together in _grouped(shared, "segmentation"):
            _write_segmentation(kind, together, hidden, series, folder)
    everyone = [latent(seed, case) for case in dict.fromkeys(row["case"] for row in rows)]
    if kind.clinical:
        write_csv([_clinical(hidden, known) for hidden in everyone], folder / name / "clinical.csv")
    if kind.readers > 1:
        readers = sorted({row["replicate"] for row in rows})
        write_csv([row for hidden in everyone for row in answers(hidden, readers)], folder / name / "answers.csv")
    if kind.expression:
        _write_expression(everyone, known, folder / name / "expression.csv")


def _write_image(kind: Cohort, row: Row, hidden: Latent, folder: Path) -> Series:
    scanner = kind.scanner(hidden.case, hidden.seed)
    header = dicom_write.Header(
        key=f"{hidden.seed}/{row['image']}",
        patient=hidden.case,
        manufacturer=scanner.manufacturer,
        model=scanner.model,
        kernel=scanner.kernel,
        kvp=scanner.kvp,
        intercept=scanner.intercept,
    )
    visit, _ = kind.view(row["replicate"])
    files = dicom_write.ct_series(image(hidden, scanner, visit), folder / row["image"], header)
    return Series(files, header, scanner)


def _write_segmentation(kind: Cohort, rows: Sequence[Row], hidden: Latent, series: Series, folder: Path) -> None:
    """One segmentation file: the structures of all rows that name it, and the spinal cord."""
    stored, path, grid = _format(kind, rows[0]), folder / rows[0]["segmentation"], series.scanner.grid
    drawn: dict[str, Shape] = {CORD: cord(grid)}
    for row in rows:
        view = View(*kind.view(row["replicate"]), kind.drawing_mm)
        drawn[stored.name.format(replicate=row["replicate"])] = drawing(hidden, series.scanner, view)
    if stored.file == "rtstruct.dcm":
        polygons = {name: contours(shape, grid) for name, shape in drawn.items()}
        dicom_write.rtstruct(polygons, grid, series.header, path)
        return
    masks = {name: mask(shape, grid) for name, shape in drawn.items()}
    if stored.file == "seg.dcm":
        dicom_write.segmentation(masks, series.files, series.header, path)
        return
    labels = masks.pop(CORD).astype("uint8") * 2
    for name, inside in masks.items():
        labels[inside] = int(name)
    dicom_write.nifti(labels, grid, path)


def _format(kind: Cohort, row: Row) -> Format:
    for stored in kind.formats:
        if row["segmentation"].endswith(f"/{stored.file}"):
            return stored
    files = ", ".join(stored.file for stored in kind.formats)
    raise StudyError(f"sheet, {row['case']}: segmentation {row['segmentation']} is not one that is simulated ({files})")


def _grouped(rows: Sequence[Row], column: str) -> list[list[Row]]:
    """Rows that share a value, in the order of its first appearance."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return list(groups.values())


def _clinical(hidden: Latent, settings: Settings) -> dict[str, Any]:
    seen = outcome(hidden, settings)
    return {
        "patient": hidden.case,
        "survival_days": seen.days,
        "dead": int(seen.dead),
        "age": seen.age,
        "stage": seen.stage,
    }


def _write_expression(everyone: Sequence[Latent], settings: Settings, path: Path) -> None:
    """Genes x cases, log2, to four decimals."""
    columns = {hidden.case: expression(hidden, settings) for hidden in everyone}
    names = genes(everyone[0].seed).names
    write_csv(
        [
            {"gene": gene, **{case: f"{values[i]:.4f}" for case, values in columns.items()}}
            for i, gene in enumerate(names)
        ],
        path,
    )
