"""`radioloom refit`: a study whose training takes the patients in that another one followed."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from radioloom.commands.record import Command

EXAMPLE = """\
  radioloom refit config/studies/mystudy/study.yaml --out config/studies/mystudy/mystudy-2.yaml"""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("study", type=Path, help="the study that follows a cohort")
    parser.add_argument(
        "--out", type=Path, required=True, help="YAML file to write, beside that; its name is that of the new study"
    )


def _run(chosen: Namespace) -> None:
    import yaml

    from radioloom.errors import StudyError
    from radioloom.io.files import check_new
    from radioloom.sealed import write_text
    from radioloom.settings import read
    from radioloom.study import load

    study = load(read(chosen.study), Path.cwd(), chosen.study)
    if not study.has.followed or not study.has.training:
        why = "it learns nothing" if study.has.followed else "no cohort goes on"
        raise StudyError(
            f"{chosen.study.name}: {why}; a study with a training cohort and a validation cohort with `follow` can be "
            "fitted anew (docs/follow.md)"
        )
    cohorts = study.settings["cohorts"]
    if divided := [cohorts[name]["split"]["of"] for name in study.has.followed if "split" in cohorts[name]]:
        raise StudyError(
            f"{chosen.study.name}: cohort {divided[0]} is split, and the earlier signature was learnt from one part of "
            "it; write its parts as two cohorts, one of role training, one of role validation with `follow`, run that "
            "study and refit it"
        )
    earlier = Path("results", study.name, "signature.json")
    if not earlier.is_file():
        raise StudyError(f"{earlier} is not there yet, and a later version names it; run the study first")
    if chosen.out.resolve().parent != chosen.study.resolve().parent:
        raise StudyError(f"--out {chosen.out.name}: write it beside {chosen.study.name}, whose paths it has")
    check_new(chosen.out)
    later = refitted(read(chosen.study), chosen.out.stem, str(earlier))
    load(later, Path.cwd())
    write_text(yaml.safe_dump(later, sort_keys=False, allow_unicode=True), chosen.out)
    print(f"{chosen.out} is written; run it: snakemake --cores 2 --configfile {chosen.out}", file=sys.stderr)


def refitted(content: dict[str, Any], name: str, earlier: str) -> dict[str, Any]:
    """The configuration of the later study.

    content : that of the earlier one, as YAML gave it; name : of the later one; earlier : path of its signature
    Cohorts that were followed are of training. What was declared of them alone goes: the primary comparison, targets.
    """
    followed = {key for key, cohort in content["cohorts"].items() if "follow" in cohort}
    cohorts = {
        key: {k: v for k, v in cohort.items() if k != "follow"} | {"role": "training"} if key in followed else cohort
        for key, cohort in content["cohorts"].items()
    }
    later = {key: value for key, value in content.items() if key != "targets"}
    later |= {"study": name, "supersedes": {"file": earlier, "unseen": sorted(followed)}, "cohorts": cohorts}
    if "primary" in (validation := content.get("validation") or {}):
        later["validation"] = {key: value for key, value in validation.items() if key != "primary"}
    return later


COMMAND = Command("refit", "a study that learns from the patients that another followed", _add_arguments, _run, EXAMPLE)
