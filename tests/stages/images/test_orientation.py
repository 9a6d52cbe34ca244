"""A study's images in any way of storing: prepared, perturbed and normalised as one, where the profile says how."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from made.hospital import row
from made.turned import WAYS, stored
from radioloom.io import images
from radioloom.profile import load
from radioloom.stages.images.curate import curate
from radioloom.stages.images.landmarks import landmarks
from radioloom.stages.images.perturb import perturb_batch
from radioloom.stages.images.prepare import prepare, prepare_batch
from radioloom.stages.images.segment import segment
from radioloom.stages.images.single import measure
from radioloom.tables import SERIES
from radioloom.volume import Grid, Volume

GRID = Grid((20, 30, 26), (3.0, 1.5, 1.5), (-100.0, -20.0, 16.0))
SOME = WAYS[::7]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    place = tmp_path_factory.mktemp("turned")
    cells = np.indices(GRID.shape) - np.array([9, 14, 12]).reshape(3, 1, 1, 1)
    region = Volume((np.abs(cells * np.array([3, 1.5, 1.5]).reshape(3, 1, 1, 1)).sum(0) < 15).astype(np.uint8), GRID)
    rough = np.rint(np.random.default_rng(2).normal(40, 60, GRID.shape) + 4 * cells[1]).astype(np.int16)
    for name, way in enumerate(SOME):
        images.write(stored(Volume(rough, GRID), *way), place / f"{name}.nii.gz")
        images.write(stored(region, *way), place / f"{name}m.nii.gz")
    return place


def small(**changes):
    families = {"intensity": {"settings": {}, "features": ["mean", "variance", "skewness"]}}
    return replace(load("ibsi"), families=families, **changes)


def rows():
    return [
        row(case=f"P{k}", image=f"{k}.nii.gz", segmentation=f"{k}m.nii.gz", modality="CT") for k in range(len(SOME))
    ]


@pytest.mark.parametrize("steps", [None, [{"method": "z_score", "region": "roi", "scale": 100, "outliers": None}]])
def test_prepared_and_perturbed_they_are_one(data, steps):
    profile = small(normalise=steps)
    curated = curate(rows(), data)
    assert curated.exclusions == []
    masks = segment(curated.images, data).masks
    found = [prepare(image, masks[image.name], data, profile) for image in curated.images]
    for one, other in pairwise(found):
        np.testing.assert_array_equal(one.image.array, other.image.array)
        np.testing.assert_array_equal(one.mask.array, other.mask.array)
        assert one.image.grid.same_place(other.image.grid, 1e-6)
    assert found[0].sidecar["steps"][0] == "axes brought to LPS"


CHAIN = {"chain": "RCVNT", "repeats": 2, "seed": 3}


def test_perturbed_they_are_one(data):
    curated = curate(rows(), data)
    masks = segment(curated.images, data).masks
    found = []
    for image in curated.images:
        same = replace(image, case="P")  # draws depend on whose image it is
        measured, skipped = perturb_batch([same], {same.name: masks[image.name]}, data, small(), CHAIN)
        assert skipped == []
        found.append([each["value"] for each in measured])
    for values in found:
        assert values == found[0]


def test_as_stored_they_differ_and_the_table_says_how_they_lie(data):
    curated = curate(rows(), data)
    series = SERIES.frame(curated.series)
    assert series["orientation"].nunique() == len(SOME)
    assert set(series["oblique_deg"]) == {0.0}
    masks = segment(curated.images, data).masks
    kept = []
    prepare_batch(curated.images, masks, data, small(orientation=None), kept.append)
    assert len({each.image.array.tobytes() for each in kept}) == len(SOME)


def test_the_command_and_the_interface_are_the_study(data):
    import radioloom

    curated = curate(rows(), data)
    masks = segment(curated.images, data).masks
    from radioloom.stages.images.extract import extract

    for k, image in enumerate(curated.images):
        prepared = prepare(image, masks[image.name], data, small())
        study = extract(prepared.image, prepared.mask, small())
        assert measure(data / f"{k}.nii.gz", data / f"{k}m.nii.gz", small()).rows == study
        whole = images.read(data / f"{k}.nii.gz"), images.read(data / f"{k}m.nii.gz")
        assert radioloom.extract(*whole, small()).to_dict("records") == study


def test_a_standard_scale_is_learnt_from_images_as_the_profile_has_them_lie(data):
    """N4 looks at every fourth voxel from the first one on: of a mirrored image at others."""
    before = [{"method": "n4", "shrink": 4, "iterations": [3]}]
    step = {"method": "nyul", "region": "roi", "percentiles": [1, 50, 99], "standard": [0, 50, 100], "clip": False}
    found = {
        orientation: [landmarks([([each], {})], data, before, step, None, orientation)[0]["standard"] for each in some]
        for some in [[rows()[0], rows()[3]]]
        for orientation in ("lps", None)
    }
    assert found["lps"][0] == found["lps"][1]
    assert found[None][0] != found[None][1]
