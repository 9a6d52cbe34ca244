"""Stage control: features of negative-control images, whose voxels are shuffled or replaced by random ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from radioloom.errors import CaseError
from radioloom.imaging.controls import CONTROLS
from radioloom.profile import Measuring
from radioloom.provenance import rng
from radioloom.stages.images.exclude import REGION_KEY
from radioloom.stages.images.extract import extract, variant_rows
from radioloom.volume import Volume

Row = dict[str, Any]


def control(image: Volume, mask: Volume, name: str, keys: Sequence[str], seed: int) -> Volume:
    """The control image of a case: the same to the bit whatever is run beside it.

    image, mask : of stage prepare; what is called the whole image is the region with the surroundings prepared with it
    keys : whose image it is: cohort, case, replicate, roi
    """
    generator = rng(seed, "control", *keys, name)
    return replace(image, array=CONTROLS[name].apply(image.array, mask.array, generator))


def control_batch(
    cases: Iterable[Any], names: Sequence[str], profile: Measuring, seed: int
) -> tuple[list[Row], list[Row]]:
    """CONTROLS and SKIPPED of many prepared cases.

    A control that cannot be measured (a shuffle can push a region out of the range that counts) is skipped with its
    reason: the case itself stays in the study.
    """
    rows: list[Row] = []
    skipped: list[Row] = []
    for case in cases:
        region = {key: case.sidecar[key] for key in REGION_KEY}
        for name in names:
            try:
                image = control(case.image, case.mask, name, list(region.values()), seed)
                measured = extract(image, case.mask, profile.of(case.image.modality))
            except CaseError as error:
                skipped.append({**region, "variant": name, "reason": str(error)})
                continue
            rows += variant_rows(region, name, measured)
    return rows, skipped
