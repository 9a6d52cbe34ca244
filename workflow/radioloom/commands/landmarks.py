"""`radioloom landmarks`: learn Nyul's standard scale of MR intensities from a study's training cohorts."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Collection
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from radioloom.commands.record import Command
from radioloom.errors import StudyError

if TYPE_CHECKING:
    from radioloom.profile import Profile
    from radioloom.study import Study


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "study", type=Path, help="the study's YAML file; run this in the folder that its paths start at"
    )
    parser.add_argument(
        "--region", default="body", choices=["image", "body", "roi"], help="voxels of the percentiles (default: body)"
    )
    parser.add_argument(
        "--percentiles",
        nargs="+",
        type=float,
        metavar="P",
        help="percentiles that are matched (default: 1 10 20 ... 90 99)",
    )
    parser.add_argument(
        "--range",
        nargs=2,
        type=float,
        default=[0, 100],
        metavar=("LOW", "HIGH"),
        help="lowest and highest value of the standard scale (default: 0 100)",
    )


def _run(chosen: Namespace) -> None:
    import numpy as np
    import yaml

    from radioloom.settings import read
    from radioloom.stages.images.landmarks import DECILES, by_region, landmarks
    from radioloom.study import load

    study = load(read(chosen.study), Path(), chosen.study)
    cohorts = [name for name in study.cohorts("training") if name in study.has.images]
    if not cohorts:
        raise StudyError(
            f"{chosen.study.name}: no training cohort has images, of which landmarks are learnt; give the study of a "
            "cohort that starts from a sheet"
        )
    rois = {cohort: study.settings["cohorts"][cohort].get("rois", {}) for cohort in cohorts}
    profile, own = _of_mr(study, chosen.study.name)
    batches = (
        ([row for row in study.arrived(cohort, batch) if row["modality"] in own], rois[cohort])
        for cohort in cohorts
        for batch in study.batches[cohort]
    )
    percentiles = chosen.percentiles or list(DECILES)
    low, high = chosen.range
    scale = np.linspace(low, high, len(percentiles)).tolist()
    step = {
        "method": "nyul", "region": chosen.region, "percentiles": percentiles, "standard": scale, "clip": False,
    }  # fmt: skip
    before = list(takewhile(lambda each: each["method"] != "nyul", profile.normalise or ()))
    step, n = landmarks(batches, study.data, before, step, _report_exclusion, profile.orientation)
    first = " after " + ", ".join(each["method"] for each in before) if before else ""
    print(f"# learnt from {n} {'region' if by_region(before, step) else 'image'}(s) of {', '.join(cohorts)}{first}")
    print(yaml.safe_dump([step], sort_keys=False, default_flow_style=None, width=1000), end="")
    print(f"next: paste this step into `normalise` of the profile {profile.name}, in its place", file=sys.stderr)


def _of_mr(study: Study, name: str) -> tuple[Profile, Collection[str]]:
    """The profile whose scale is learnt (of several that of MR), and the modalities of images that it is learnt of."""
    from radioloom.profile import Profile
    from radioloom.volume import MODALITIES

    if isinstance(study.profile, Profile):
        return study.profile, ("", *MODALITIES)
    if "MR" not in study.profile.by_modality:
        raise StudyError(f"{name}: no profile of the study is for MR, whose scale alone is learnt; add `MR: ...`")
    return study.profile.of("MR"), ("MR",)


def _report_exclusion(row: dict[str, str]) -> None:
    print(f"{row['cohort']}/{row['case']} left out: {row['reason']}", file=sys.stderr)


COMMAND = Command(
    "landmarks",
    "learn the standard scale of MR from training cohorts",
    _add_arguments,
    _run,
    "  radioloom landmarks config/studies/mystudy/study.yaml --region body --range 0 100",
)
