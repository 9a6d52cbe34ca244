"""What holds for all filters: crops, borders, linearity, shifts, turns, names, and what they refuse."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from made.turned import WAYS
from radioloom.errors import BadImage, BadRoi, StudyError
from radioloom.filters import FILTERS, reach, response_maps
from radioloom.profile import load
from radioloom.settings import check, shipped
from radioloom.stages.images import margin
from radioloom.stages.images.compile import warm
from radioloom.stages.images.extract import extract, extract_batch
from radioloom.volume import Grid, Volume

SPACING = (2.0, 1.0, 1.0)
RULES = ("zero", "nearest", "wrap", "mirror")
GABOR = {"scales": [{"sigma_mm": 1.0, "lambda_mm": 3.0}], "gamma": 0.8, "truncate": 2}
LINEAR = {
    "mean 3D": ("mean", {"supports": [3, 5]}),
    "mean 2D": ("mean", {"supports": [5], "dimensions": 2}),
    "log 3D": ("log", {"sigma_mm": [1.2, 1], "truncate": 3}),
    "log 2D": ("log", {"sigma_mm": [1.2], "dimensions": 2}),
    "laws 3D": ("laws", {"kernels": ["E5L3S5", "W5R5S3"]}),
    "laws 2D": ("laws", {"kernels": ["L5E3"]}),
    "laws mean": ("laws", {"kernels": ["L5S3R5"], "rotation": "mean"}),
    "wavelet": ("wavelet", {"family": "coif1"}),
    "wavelet deep": ("wavelet", {"family": "db2", "levels": [1, 2], "bands": ["LLH", "HLL"]}),
    "wavelet mean": ("wavelet", {"family": "db2", "rotation": "mean"}),
    "wavelet 2D": ("wavelet", {"family": "haar", "dimensions": 2, "levels": [2], "rotation": "mean"}),
    "gabor real": ("gabor", {**GABOR, "response": "real", "planes": "orthogonal", "theta_step_deg": 60}),
    "gabor imaginary": ("gabor", {**GABOR, "response": "imaginary", "theta_deg": 30}),
    "simoncelli 3D": ("simoncelli", {"levels": [1, 2], "support": 9}),
    "simoncelli 2D": ("simoncelli", {"support": 8, "dimensions": 2}),
    "riesz log": ("riesz_log", {"orders": [[1, 0, 0], [0, 1, 1]], "sigma_mm": [1.5], "support": 9}),
    "riesz simoncelli": ("riesz_simoncelli", {"orders": [[0, 2]], "support": 9}),
}
OTHERS = {
    "laws energy": ("laws", {"kernels": ["E5L5S3", "L3S5"], "rotation": "max", "energy_distance": 2}),
    "laws min": ("laws", {"kernels": ["E3L5S5"], "rotation": "min"}),
    "wavelet max": ("wavelet", {"family": "db2", "bands": ["LHL"], "rotation": "max"}),
    "gabor modulus": ("gabor", {**GABOR, "theta_step_deg": 45, "planes": "orthogonal"}),
    "gradient 3D": ("gradient", {}),
    "gradient 2D": ("gradient", {"dimensions": 2, "unit": "voxel"}),
    "lbp": ("lbp", {"radius": 1.5, "samples": 9}),
}
POINT = {name: (name, {"largest": 300}) for name in ("square", "square_root", "logarithm", "exponential")}
# Their response to an image turned about z by 90 degrees is the turned response.
TURNED = (
    "laws energy",
    "laws min",
    "laws mean",
    "wavelet mean",
    "wavelet 2D",
    "wavelet max",
    "log 3D",
    "simoncelli 3D",
)


def checked(images):
    """Settings of filters, checked and filled as a profile's are."""
    content = yaml.safe_load((shipped("extraction") / "demo.yaml").read_text(encoding="utf-8"))
    return check({**content, "images": images}, "profile", "test")["images"]


def complete(case, boundary):
    name, own = {**LINEAR, **OTHERS, **POINT}[case]
    return name, checked({name: own if name in POINT else {**own, "boundary": boundary}})[name]


def maps(image, box, chosen):
    return dict(response_maps(chosen[0], image, box, chosen[1], SPACING))


def whole(image):
    return tuple(slice(0, n) for n in image.shape)


def noise(seed, shape=(12, 15, 14)):
    return np.random.default_rng(seed).normal(0, 100, shape)


def assert_same(found, expected, scale=100.0):
    assert list(found) == list(expected)
    for name, response in found.items():
        np.testing.assert_allclose(response, expected[name], rtol=1e-9, atol=1e-9 * scale, err_msg=name)


def test_every_filter_is_here():
    assert {name for name, _ in {**LINEAR, **OTHERS, **POINT}.values()} == set(FILTERS)


@pytest.mark.parametrize("case", [*LINEAR, *OTHERS, *POINT])
def test_maps_bear_the_names_that_are_told_without_an_image(case):
    name, settings = complete(case, "mirror")
    image = np.abs(noise(1)) + 1
    assert sorted(FILTERS[name].maps(settings)) == sorted(maps(image, whole(image), (name, settings)))


@pytest.mark.parametrize("boundary", RULES)
@pytest.mark.parametrize("case", [*LINEAR, *OTHERS, *POINT])
def test_on_a_box_it_is_what_it_is_on_the_whole_image(case, boundary):
    image, chosen = noise(1), complete(case, boundary)
    of_all = maps(image, whole(image), chosen)
    for box in (
        (slice(0, 4), slice(5, 9), slice(3, 14)),
        (slice(11, 12), slice(0, 15), slice(6, 7)),
        (slice(4, 9), slice(12, 15), slice(0, 3)),
    ):
        assert_same(maps(image, box, chosen), {name: each[box] for name, each in of_all.items()})


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
@pytest.mark.parametrize("case", [*LINEAR, *OTHERS, *POINT])
def test_a_crop_with_the_reach_gives_what_the_whole_image_gives(case, seed):
    rng = np.random.default_rng(seed)
    image, chosen = noise(seed, rng.integers(14, 30, 3)), complete(case, "mirror")
    low = [int(rng.integers(0, n)) for n in image.shape]
    box = tuple(slice(a, int(rng.integers(a + 1, n + 1))) for a, n in zip(low, image.shape, strict=True))
    beyond = reach({chosen[0]: chosen[1]}, SPACING)
    wide = tuple(
        slice(max(s.start - r, 0), min(s.stop + r, n)) for s, n, r in zip(box, image.shape, beyond, strict=True)
    )
    inner = tuple(slice(s.start - w.start, s.stop - w.start) for s, w in zip(box, wide, strict=True))
    assert_same(maps(image[wide], inner, chosen), maps(image, box, chosen))


@settings(max_examples=5)
@given(st.integers(0, 2**32 - 1), st.floats(-3, 3), st.floats(-3, 3))
@pytest.mark.parametrize("case", LINEAR)
def test_linear(case, seed, a, b):
    one, two, chosen = noise(seed), noise(seed + 1), complete(case, "nearest")
    first, second = maps(one, whole(one), chosen), maps(two, whole(two), chosen)
    expected = {name: a * first[name] + b * second[name] for name in first}
    assert_same(maps(a * one + b * two, whole(one), chosen), expected, 1000.0)


@settings(max_examples=5)
@given(st.integers(0, 2**32 - 1), st.tuples(*[st.integers(-9, 9)] * 3))
@pytest.mark.parametrize("case", [*LINEAR, *OTHERS, *POINT])
def test_a_shifted_image_has_a_shifted_response(case, seed, shift):
    image, chosen = noise(seed), complete(case, "wrap")
    found = maps(np.roll(image, shift, (0, 1, 2)), whole(image), chosen)
    straight = maps(image, whole(image), chosen)
    assert_same(found, {name: np.roll(each, shift, (0, 1, 2)) for name, each in straight.items()})


@pytest.mark.parametrize("boundary", RULES)
@pytest.mark.parametrize("case", TURNED)
def test_a_turned_image_has_a_turned_response(case, boundary):
    image, chosen = noise(2), complete(case, boundary)
    turned = np.ascontiguousarray(np.rot90(image, axes=(1, 2)))
    expected = {name: np.rot90(each, axes=(1, 2)) for name, each in maps(image, whole(image), chosen).items()}
    assert_same(maps(turned, whole(turned), chosen), expected)


@pytest.mark.parametrize("case", ["laws mean", "laws energy", "wavelet mean", "wavelet max"])
def test_in_three_dimensions_every_axis_may_be_the_one_turned_about(case):
    image, chosen = noise(3), complete(case, "mirror")
    for axes in ((0, 1), (0, 2)):
        turned = np.ascontiguousarray(np.rot90(image, axes=axes))
        expected = {name: np.rot90(each, axes=axes) for name, each in maps(image, whole(image), chosen).items()}
        found = maps(turned, whole(turned), chosen)
        deep = [name for name in found if name != "laws-L3S5-max-energy-2"]  # of two letters: within slices
        assert deep
        assert_same({name: found[name] for name in deep}, {name: expected[name] for name in deep})


def test_names_of_maps_differ():
    names = [name for case in [*LINEAR, *POINT] for name in maps(noise(4), whole(noise(4)), complete(case, "zero"))]
    assert len({name for name in names if not name.startswith("wavelet")}) >= 20
    assert "log-sigma-1.2-mm-3D" in names


@pytest.mark.parametrize("case", [*LINEAR, *OTHERS])
def test_a_filter_that_exceeds_the_image_is_named(case):
    chosen = complete(case, "mirror")
    small = noise(5, (1, 1, 1))
    with pytest.raises(BadImage, match=f"{chosen[0]}: the filter reads .* beyond a voxel"):
        maps(small, whole(small), chosen)


def test_a_level_too_deep_is_named():
    chosen = "wavelet", checked({"wavelet": {"family": "db3", "levels": [5], "boundary": "mirror"}})["wavelet"]
    with pytest.raises(BadImage, match=r"wavelet: the filter reads .* lower level"):
        maps(noise(6), whole(noise(6)), chosen)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        ({"wavelet": {"family": "db99", "boundary": "zero"}}, "db99"),
        ({"wavelet": {"family": "haar", "boundary": "zero", "bands": ["LH"]}}, "LH"),
        ({"gabor": {**GABOR, "boundary": "zero", "theta_step_deg": 50}}, "divide"),
        ({"log": {"sigma_mm": [-1], "boundary": "zero"}}, "sigma_mm"),
        ({"gabor": {**GABOR, "gamma": 0, "boundary": "zero"}}, "gamma"),
        ({"mean": {"supports": [6], "boundary": "zero"}}, "supports"),
        ({"mean": {"supports": [5], "boundary": "reflect"}}, "boundary"),
        ({"riesz_log": {"orders": [[0, 0, 0]], "sigma_mm": [2], "support": 9, "boundary": "zero"}}, "orders"),
        ({"lbp": {"radius": 0, "samples": 9, "boundary": "zero"}}, "radius"),
        ({"square": {"largest": 0}}, "largest"),
        ({"mean": {"supports": [5], "boundary": "zero", "size": 3}}, "unknown key"),
    ],
)
def test_settings_that_cannot_be_are_named(images, words):
    image = noise(7)
    (name,) = images
    with pytest.raises(StudyError, match=words):
        maps(image, whole(image), (name, checked(images)[name]))


def test_a_sigma_far_below_the_spacing_is_named():
    chosen = "log", checked({"log": {"sigma_mm": [0.05], "boundary": "zero"}})["log"]
    with pytest.raises(BadImage, match=r"sigma of 0\.05 mm is too small"):
        maps(noise(8), whole(noise(8)), chosen)


@pytest.mark.parametrize("case", POINT)
def test_an_image_of_noughts_scales_nothing(case):
    name = POINT[case][0]
    empty = np.zeros((3, 3, 3))
    with pytest.raises(BadRoi, match=name):
        maps(empty, whole(empty), (name, {"largest": "box"}))


def test_a_largest_value_far_too_small_is_no_infinity():
    image = np.full((2, 2, 2), 1e6)
    with pytest.raises(BadRoi, match="overflow"):
        maps(image, whole(image), ("exponential", {"largest": 2}))


def test_a_profile_with_far_reaching_filters_can_be_warmed():
    profile = load(shipped("ibsi") / "profiles" / "ibsi2_A.yaml")
    assert reach(profile.images, (3.0, 1.0, 1.0)) == (0, 128, 128)
    assert warm(profile) > 0


def test_extraction_measures_the_maps_at_the_images_own_spacing():
    images = {"original": {}, "log": {"sigma_mm": [1.5], "boundary": "mirror"}, "gradient": {"boundary": "nearest"}}
    profile = replace(load("demo"), images=checked(images))
    profile = replace(profile, families={"intensity": profile.families["intensity"]})
    image, grid = noise(9, (20, 22, 24)), Grid((20, 22, 24), SPACING)
    mask = np.zeros(image.shape, bool)
    mask[8:12, 5:16, 9:20] = True
    rows = extract(Volume(image, grid), Volume(mask, grid), profile)
    means = {row["image"]: row["value"] for row in rows if row["feature"] == "mean"}
    assert list(means) == ["original", "log-sigma-1.5-mm-3D", "gradient"]
    for name in ("log", "gradient"):
        for label, response in maps(image, whole(image), (name, profile.images[name])).items():
            assert means[label] == pytest.approx(response[mask].mean(), rel=1e-9)
    assert margin.reach(profile, SPACING) == (3, 6, 6)


def test_a_region_in_an_image_too_thin_for_its_filter_is_excluded_with_the_reason():
    profile = replace(load("demo"), images=checked({"log": {"sigma_mm": [3.0], "boundary": "mirror"}}))
    grid = Grid((4, 30, 30), (2.0, 1.0, 1.0))
    mask = np.zeros(grid.shape, bool)
    mask[1:3, 10:20, 10:20] = True
    sidecar = dict.fromkeys(("cohort", "case", "replicate", "roi"), "a")
    case = SimpleNamespace(image=Volume(noise(10, grid.shape), grid), mask=Volume(mask, grid), sidecar=sidecar)
    features, excluded, kept = extract_batch([case], profile)
    assert (features.rows, features.images, kept) == ([], [], 0)
    assert "log: the filter reads 6 voxels beyond a voxel along z, where the image has 4" in excluded[0]["reason"]


@pytest.mark.parametrize("case", {**LINEAR, **OTHERS, **POINT})
def test_a_filter_says_whether_it_tells_directions_apart(case):
    """Of an image in all 48 ways that its axes can run; far from its border, whose rule is another matter."""
    name, settings = complete(case, "mirror")
    image = noise(7, (24, 24, 24))
    box = (slice(10, 14),) * 3
    first = dict(FILTERS[name].apply(image, box, settings, (1.0, 1.0, 1.0)))
    apart = 0.0
    for order, flips in WAYS:
        axes = tuple(axis for axis, flip in enumerate(flips) if flip)
        turned = np.ascontiguousarray(np.flip(image.transpose(order), axes))
        for word, response in FILTERS[name].apply(turned, box, settings, (1.0, 1.0, 1.0)):
            back = np.flip(response, axes).transpose(np.argsort(order))
            apart = max(apart, np.abs(back - first[word]).max() / np.ptp(first[word]))
    assert (apart > 1e-6) == FILTERS[name].directed(settings), apart
