"""Negative controls: what each keeps and what it destroys, said by properties that need no second implementation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.imaging.controls import CONTROLS, REGIONS, WAYS, named
from radioloom.provenance import rng
from radioloom.settings import plain_schema


def scene(seed=0, whole=False):
    draw = np.random.default_rng(seed)
    image = draw.normal(40, 30, (7, 9, 8))
    mask = np.zeros(image.shape, bool)
    mask[2:5, 2:7, 1:6] = True
    return (np.rint(image) if whole else image), mask


def region(name, mask):
    return {"image": np.ones_like(mask), "roi": mask, "outside": ~mask}[name.split("_")[1]]


def test_the_nine_of_readii():
    assert len(CONTROLS) == 9 == len({c.label for c in CONTROLS.values()})
    assert set(CONTROLS) == {f"{way}_{where}" for way in WAYS for where in REGIONS}
    assert named("all") == list(CONTROLS)
    assert named(["uniform_roi"]) == ["uniform_roi"]
    assert CONTROLS["shuffled_roi"].label == "shuffled ROI"
    assert {name for name, control in CONTROLS.items() if not control.inside} == {f"{way}_outside" for way in WAYS}
    listed = plain_schema("study")["properties"]["controls"]["anyOf"][1]["items"]["enum"]
    assert listed == list(CONTROLS)


@pytest.mark.parametrize("name", CONTROLS)
@given(st.integers(0, 10**6), st.booleans())
@settings(max_examples=15, deadline=None)
def test_only_the_region_changes_and_it_keeps_what_it_says(name, seed, whole):
    image, mask = scene(seed, whole)
    before = image.copy()
    made = CONTROLS[name].apply(image, mask, rng(seed, name))
    where = region(name, mask)
    np.testing.assert_array_equal(image, before)  # the case's own image is not touched
    np.testing.assert_array_equal(made[~where], image[~where])
    assert not np.array_equal(made[where], image[where])
    old, new = np.sort(image[where]), np.sort(made[where])
    if name.startswith("shuffled"):
        np.testing.assert_array_equal(new, old)
    elif name.startswith("resampled"):
        assert set(new) <= set(old)
        assert len(set(new)) < len(set(old)) or whole  # with replacement: some are drawn twice
    else:
        assert old[0] <= new[0]
        assert new[-1] <= old[-1]
    assert np.array_equal(made, np.rint(made)) == whole


def test_uniform_is_uniform_and_resampled_keeps_the_histogram():
    image, mask = np.random.default_rng(5).normal(size=(40, 40, 40)) ** 3, np.ones((40, 40, 40), bool)
    low, high = image.min(), image.max()
    flat = CONTROLS["uniform_roi"].apply(image, mask, rng(1))
    assert flat.mean() == pytest.approx((low + high) / 2, rel=0.01, abs=0.01 * (high - low))
    assert flat.std() == pytest.approx((high - low) / np.sqrt(12), rel=0.01)
    drawn = CONTROLS["resampled_roi"].apply(image, mask, rng(1))
    steps = np.linspace(0.05, 0.95, 19)
    np.testing.assert_allclose(np.quantile(drawn, steps), np.quantile(image, steps), atol=0.03 * image.std())


def test_neighbours_are_strangers_afterwards():
    ramp = np.broadcast_to(np.arange(30.0), (30, 30, 30)).copy()
    mask = np.ones(ramp.shape, bool)
    for name in ("shuffled_roi", "uniform_roi", "resampled_roi"):
        made = CONTROLS[name].apply(ramp, mask, rng(2))
        for axis in range(3):
            one, other = np.moveaxis(made, axis, 0)[:-1].ravel(), np.moveaxis(made, axis, 0)[1:].ravel()
            assert abs(np.corrcoef(one, other)[0, 1]) < 0.03


def test_a_region_without_voxels_is_left_alone():
    image, mask = scene()
    full = np.ones_like(mask)
    np.testing.assert_array_equal(CONTROLS["shuffled_outside"].apply(image, full, rng(1)), image)
