"""`radioloom apply`: risks of new patients by a frozen signature, from features or from images."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from radioloom.commands.record import Command

if TYPE_CHECKING:
    from radioloom.stages.learning.apply import NewPatients
    from radioloom.stages.learning.published import HandedIn

EXAMPLE = """\
  radioloom apply results/demo/signature.json results/other/tables/features.parquet --out risks.csv
  radioloom apply signature.json patients/ --horizon 365 730
  radioloom apply published.yaml wide.csv --profile aerts2014 --clinical clinical.csv"""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("signature", type=Path, help="signature.json, or a published signature written by hand (YAML)")
    parser.add_argument(
        "patients",
        type=Path,
        help="table of features (long or wide), cohort sheet, or folder of images with their masks",
    )
    parser.add_argument(
        "--horizon", type=float, nargs="+", default=[], metavar="DAYS", help="days at which to tell absolute risks"
    )
    parser.add_argument(
        "--clinical", type=Path, metavar="FILE", help="table with `case`, the covariates of the model, and `batch`"
    )
    parser.add_argument(
        "--model", default="signature", metavar="NAME", help="another model of the file, such as clinical+signature"
    )
    parser.add_argument(
        "--profile",
        default="",
        help="what a table that does not say it was measured with; of images, the YAML file of the signature's own "
        "profile where that is not shipped",
    )
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="where the paths of a sheet start (its own folder)")
    parser.add_argument("--trust-edited", action="store_true", help="take a signature.json that was changed by hand")
    parser.add_argument(
        "--out", type=Path, help="write a new .csv or .parquet file, with its provenance beside it, instead of printing"
    )


def _run(chosen: Namespace) -> None:
    from radioloom.stages.learning.apply import apply, needed, summary
    from radioloom.stages.learning.published import handed_in

    beside = _check_out(chosen.out) if chosen.out else None
    handed = handed_in(chosen.signature, chosen.trust_edited)
    wanted = needed(handed.signature, chosen.model)
    patients, digest = _patients(chosen, handed, wanted)
    if chosen.clinical:
        from radioloom.stages.learning.new_patients import with_covariates

        patients = with_covariates(patients, chosen.clinical, wanted)
    rows = apply(handed.signature, patients, chosen.horizon, chosen.model)
    for line in (*_of_signature(handed, chosen.signature.name), *summary(rows)):
        print(f"note: {line}", file=sys.stderr)
    _write(chosen, handed, rows, digest, beside)


def _check_out(out: Path) -> Path:
    """Where the provenance of the output lies."""
    from radioloom.io.files import check_new
    from radioloom.stages.images.single import check_out

    check_out(out)
    beside = out.with_suffix(".provenance.json")
    check_new(beside)
    return beside


def _patients(chosen: Namespace, handed: HandedIn, wanted: list[str]) -> tuple[NewPatients, str]:
    """The patients, and a digest of what they were read from."""
    from radioloom.io.files import content

    if not chosen.patients.exists():
        from radioloom.errors import StudyError

        raise StudyError(f"{chosen.patients.name}: there is no such file or folder; correct the path of the patients")
    if chosen.patients.is_dir():
        from radioloom.stages.images.new_images import rows_of

        return _of_images(chosen, handed, rows_of(chosen.patients), Path("/"))
    from radioloom.stages.learning import new_patients

    if new_patients.is_sheet(chosen.patients):
        from radioloom.study.sheet import read_sheet

        rows = read_sheet(chosen.patients, "new", "validation")
        _check_data(chosen, rows)
        return _of_images(chosen, handed, rows, chosen.data or chosen.patients.parent)
    handed.check_measured(new_patients.measured_with(chosen.patients), chosen.profile, chosen.patients.name)
    return new_patients.from_table(chosen.patients, wanted), content(chosen.patients)[1]


def _check_data(chosen: Namespace, rows: list) -> None:
    """StudyError where no image of a sheet is in the folder that its paths start from, and none is named."""
    from radioloom.errors import StudyError
    from radioloom.io.files import is_there

    if not chosen.data and not any(is_there(chosen.patients.parent / row["image"]) for row in rows):
        raise StudyError(
            f"{chosen.patients.name}: none of its images is in the sheet's own folder; name the folder that its paths "
            "start from with --data"
        )


def _of_images(chosen: Namespace, handed: HandedIn, rows: list, data: Path) -> tuple[NewPatients, str]:
    from radioloom.process import tell_compilation, tune_process

    profile = handed.profile_for_images(chosen.profile)
    tune_process()
    tell_compilation()
    from radioloom.stages.images.new_images import files_digest, measured_cases, one_each
    from radioloom.stages.learning.new_patients import from_images

    rows = one_each(rows)
    cases = []
    for number, case in enumerate(measured_cases(rows, data, profile), 1):
        print(f"{case.case}: {case.fault or 'measured'} ({number} of {len(rows)})", file=sys.stderr)
        for note in case.notes:
            print(f"note: {case.case}: {note}", file=sys.stderr)
        cases.append(case)
    return from_images(cases, handed.signature), files_digest(rows, data)


def _of_signature(handed: HandedIn, name: str) -> list[str]:
    if handed.by_hand:
        return [f"the signature {handed.title!r} was written by hand after {handed.source}"]
    from radioloom.stages.learning.lineage import in_words

    edited = [f"{name} was changed after it was written, and used as it is"] if handed.signature.edited else []
    return [*edited, *filter(None, [in_words(handed.signature)])]


def _write(chosen: Namespace, handed: HandedIn, rows: list, digest: str, beside: Path | None) -> None:
    from radioloom.tables.applied import APPLIED

    if beside is None:
        from radioloom.tables.text import write_rows

        names = [column.name for column in APPLIED.columns]
        table = APPLIED.arrow(rows).to_pylist()
        write_rows(sys.stdout, names, ([row[name] for name in names] for row in table), "\t")
        return
    from radioloom.provenance import file_digest
    from radioloom.sealed import write_json

    provenance = handed.behind(chosen.model, chosen.horizon) | {"patients": digest}
    if chosen.clinical:
        provenance["clinical"] = file_digest(chosen.clinical)
    APPLIED.write(rows, chosen.out, **provenance)
    write_json({"table": APPLIED.name, **provenance, "output": file_digest(chosen.out)}, beside)
    n = len({(row["cohort"], row["case"]) for row in rows if row["risk"] is not None})
    print(f"{n} patients with a risk written: {chosen.out}; its provenance: {beside.name}", file=sys.stderr)


COMMAND = Command("apply", "risks of new patients by a frozen signature", _add_arguments, _run, EXAMPLE)
