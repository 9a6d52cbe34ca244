"""`radioloom new`: write a starter study, whose comments explain every setting that a first study needs."""

from __future__ import annotations

import re
import shlex
import shutil
from argparse import ArgumentParser, Namespace
from pathlib import Path

from radioloom.commands.record import Command
from radioloom.errors import StudyError

SNAKEFILE = Path(__file__).parents[3] / "Snakefile"  # of the repository; an installed package has none
STUDY = """\
# One study. Check it at any time with:  snakemake -n --configfile {folder}/study.yaml
study: {name} # results go to results/{name}/
title: What the report is called
description: >
  One or two sentences: which patients, which images, which question.
seed: 1 # the one seed of all randomness; write down why if you ever change it
profile: ibsi # config/extraction/<profile>.yaml: grid, grey levels, filters, features
batch_size: 8 # cases per job, about

# The folder that all paths below and in the sheets start from, seen from where snakemake is called (RADIOLOOM_DATA
# overrides it). It never goes into git.
data: ../data

cohorts:
  training: # the signature is learnt here and nowhere else
    role: training
    sheet: training.tsv # beside this file
    clinical: # a CSV (or TSV, .xlsx) below the data folder, and the names of its columns
      file: clinical.csv
      case: patient
      time_days: survival_days # follow-up in days; not for a binary outcome. From two dates, in place of this line:
      # date_from: diagnosed
      # date_to: last_seen
      # date_format: "%d.%m.%Y" # 31.12.2015
      event: dead # 1 or 0; other words by e.g.  event_values: {{Dead: true, Alive: false}}
    # rois: {{tumour: {{patterns: [GTV-1, "GTV.*"], take: union}}}} # tried in order where `pattern` is empty
  validation: # predicted with the frozen signature; delete this cohort if you have none
    role: validation
    sheet: validation.tsv
    clinical: {{file: clinical.csv, case: patient, time_days: survival_days, event: dead}}
  # one sheet for both, in place of the two: role: split, and how a column or a day (scanned, before) divides it:
  #   split: {{column: part, training: [train], validation: [test]}}
  # retest: {{role: test-retest, sheet: retest.tsv}} # two scans of a patient: replicate 1 and 2
  # readers: {{role: observers, sheet: readers.tsv}} # several contours of one image: replicate = reader
  # of any cohort: traits: {{files: aim}} # readers' annotations: a folder of AIM 4 and DICOM SR, or a CSV of answers

outcome:
  kind: survival # or binary (then model.kind: logistic)
  name: overall survival

model:
  kind: cox # or logistic
  selector: best_per_group # the most prognostic feature of each group: shape, intensity, texture, filtered
  covariates: [] # columns of the clinical CSV for a clinical and a combined model

baselines: # models of named features, in the same table as the signature
  volume: [morphology_volume]

# The rest has defaults, explained in workflow/schemas/study.schema.yaml:
# reliability: {{form: "ICC(A,1)", threshold: 0.75}}
# overlap: {{tolerance_mm: 2}} # surface Dice of readers, where `readers` is a cohort
# robustness: {{chain: RCV, repeats: 30}} # reliability from perturbed images where nobody was scanned twice
# reduce: {{redundancy: 0.95}}
# controls: all # the signature on images without texture, nine kinds
# validation: {{bootstrap: 1000, cross_validation: {{folds: 5, repeats: 10}}, null_models: 50}}
#   leave_one_cohort_out: true # of several training cohorts (centres) each is also judged by what the others taught
# validation: {{primary: {{cohort: validation, against: volume}}}} # what the study is made for: declare it first
# genomics: {{cohort: training, expression: {{file: expression.csv, gene: gene}}}}
"""
SHEET = """\
case\timage\tsegmentation\troi\tpattern
{prefix}001\tpatient-001/ct\tpatient-001/rtstruct.dcm\ttumour\tGTV-?1
{prefix}002\tpatient-002/ct.nii.gz\tpatient-002/mask.nii.gz\ttumour\t1
"""


def write_starter(name: str, folder: Path) -> list[Path]:
    """Write study.yaml and two cohort sheets below `folder`/`name`; existing files are never overwritten.

    Returns the paths written. Raises StudyError for a name that cannot be a folder, or a study that exists.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        raise StudyError(f"{name!r} cannot name a study: use letters, digits, - and _")
    place = folder / name
    if place.exists():
        raise StudyError(f"{place} already exists; choose another name, or delete or rename it")
    place.mkdir(parents=True)
    files = {
        "study.yaml": STUDY.format(name=name, folder=place.as_posix()),
        "training.tsv": SHEET.format(prefix="T"),
        "validation.tsv": SHEET.format(prefix="V"),
    }
    try:
        for file, text in files.items():
            (place / file).write_text(text, encoding="utf-8")
    except OSError:
        shutil.rmtree(place)  # half a study would be in the way of a whole one
        raise
    return [place / file for file in files]


def command(study: Path, how: str) -> str:
    """The call of Snakemake that runs a study, where this is typed: outside of the project it names the Snakefile."""
    there = Path("Snakefile").is_file()
    snakefile = (
        "" if there else f" --snakefile {shlex.quote(str(SNAKEFILE)) if SNAKEFILE.is_file() else '<of Radioloom>'}"
    )
    return f"snakemake {how}{snakefile} --configfile {shlex.quote(study.as_posix())}"


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("study", help="short name of the study, used as the name of its folders")
    parser.add_argument(
        "--folder", type=Path, default=Path("config/studies"), help="where studies lie (default: config/studies)"
    )


def _run(chosen: Namespace) -> None:
    for path in write_starter(chosen.study, chosen.folder):
        print(f"written: {path}")
    study = chosen.folder / chosen.study / "study.yaml"
    print("next: fill in the sheets and `data`, then check (-n) and run it:")
    print(f"  {command(study, '-n')}\n  {command(study, '--cores 2')}")


COMMAND = Command("new", "write a commented starter study", _add_arguments, _run, "  radioloom new mystudy")
