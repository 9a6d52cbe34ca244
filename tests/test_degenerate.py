"""Regions at the end of what can be measured: the value of the definition, a NaN declared here, or an exclusion."""

import sys
from dataclasses import replace

import numpy as np
import pytest

import naive.intensity as naive_intensity
import naive.morphology as naive_morphology
import naive.texture as naive
import radioloom
from radioloom.errors import BadRoi
from radioloom.features import family
from radioloom.profile import load

MM = (2.0, 2.0, 2.0)  # the grid of `ibsi`: nothing is resampled
SHAPE = (9, 10, 11)
# That a region is of one grey level is said, and is what these regions are for.
pytestmark = pytest.mark.filterwarnings("ignore::radioloom.errors.MeasurementWarning")
PROFILES = ("ibsi", "pyradiomics", "aerts2014")
BANDS = [f"wavelet-{x}{y}{z}" for z in "LH" for y in "LH" for x in "LH"]

PLACES = {
    "voxel": [np.s_[4, 5, 5]],
    "slice": [np.s_[4, 2:8, 3:9]],
    "line": [np.s_[4, 5, 2:9]],
    "diagonal": [np.s_[k, k, k] for k in range(2, 7)],
    "apart": [np.s_[2, 5, 5], np.s_[6, 5, 5]],  # two voxels, neither the other's neighbour
    "parts": [np.s_[1, 1, 1], np.s_[6:8, 5:9, 6:10]],
    "border": [np.s_[0:3, 0:4, 7:11]],
    "whole": [np.s_[:]],
    "flat": [np.s_[2:5, 2:5, 2:6]],  # one intensity
    "level": [np.s_[2:5, 2:5, 2:6]],  # several intensities of one grey level
    "pair": [np.s_[4, 5, 5:7]],  # two voxels whose intensities cancel
}

# What is undefined, by region: a family's rows, or EVERY one of them.
EVERY = None
FLAT = {"intensity": {"skewness", "excess_kurtosis", "kurtosis_raw"}, "histogram": {"skewness", "excess_kurtosis"}}
NO_NEIGHBOUR = {"glcm": EVERY, "ngtdm": EVERY}
ALONE = {"variance_sample", "standard_deviation_sample"}
RATIOS = {"elongation", "flatness"}
AXES = {"major_axis_length", "minor_axis_length", "least_axis_length"}
NO_BODY = {"volume_density_aee", "area_density_aee"}
PAIRS = {"morans_i_index", "gearys_c_measure"}
TRIMMED = {"robust_mean_absolute_deviation"}
UNDEFINED = {
    "voxel": {
        **NO_NEIGHBOUR,
        "intensity": FLAT["intensity"] | ALONE,
        "histogram": FLAT["histogram"],
        "morphology": RATIOS | AXES | NO_BODY | PAIRS,
    },
    "slice": {"morphology": {"volume_density_aee"}},
    "line": {"morphology": NO_BODY},
    "diagonal": {"morphology": NO_BODY},
    "apart": {**NO_NEIGHBOUR, "morphology": NO_BODY, "intensity": TRIMMED, "histogram": TRIMMED},
    "flat": {**FLAT, "morphology": PAIRS},
    "level": {"histogram": FLAT["histogram"]},
    "pair": {
        "morphology": NO_BODY | {"centre_of_mass_shift"},
        "intensity": TRIMMED | {"coefficient_of_variation", "quartile_coefficient_of_dispersion"},
        "histogram": TRIMMED,
    },
}
# Sub-bands of `ibsi` have as many levels as their region has (32, or 1): of one level no gradient, no fraction.
ONE_LEVEL = {
    "histogram": {f"{end}_histogram_gradient{of}" for end in ("maximum", "minimum") for of in ("", "_intensity")},
    "ivh": {
        "volume_fraction_at_10_intensity",
        "volume_fraction_at_90_intensity",
        "volume_fraction_difference_between_10_and_90_intensity",
    },
}


def case(name):
    """Image and mask; whole intensities in [-1000, 400]."""
    image = np.clip(np.rint(np.random.default_rng(1).normal(40, 60, SHAPE)), -900, 390)
    mask = np.zeros(SHAPE, bool)
    for place in PLACES[name]:
        mask[place] = True
    if name == "flat":
        image[...] = 41.0
    if name == "level":
        image = 26.0 + np.indices(SHAPE).sum(axis=0) % 20
    if name == "pair":
        image[mask] = -40.0, 40.0
    if name == "apart":
        image[mask] = 10.0, 80.0
    return image, mask


def measured(image, mask, profile):
    found = radioloom.extract(image, mask, profile, MM)
    assert not np.isinf(found.value).any()
    return found


def undefined(name, profile, band):
    """Declared rows of one image: {(family, feature)} among those that the profile measures."""
    declared = {key: rows if rows is EVERY else set(rows) for key, rows in UNDEFINED.get(name, {}).items()}
    if profile == "pyradiomics" and name == "voxel":
        declared["morphology"] = RATIOS  # its variances are divided by n: axes of 0
    if not band:
        return declared
    if name in ("level", "pair"):  # the filters see other intensities around
        declared = {key: TRIMMED for key in ("intensity", "histogram") if name == "pair"}
    if profile == "ibsi" and name in ("voxel", "flat"):
        declared = {key: rows if rows is EVERY else rows | ONE_LEVEL.get(key, set()) for key, rows in declared.items()}
        declared["ivh"] = ONE_LEVEL["ivh"]
        declared["histogram"] = FLAT["histogram"] | ONE_LEVEL["histogram"]
    return declared


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", PLACES)
def test_what_is_undefined_is_declared(name, profile):
    found = measured(*case(name), profile)
    for image, rows in found.groupby("image", sort=False):
        declared = undefined(name, profile, image != "original")
        wanted = [
            group in declared and (declared[group] is EVERY or feature in declared[group])
            for group, feature in zip(rows.family, rows.feature, strict=True)
        ]
        odd = rows[rows.value.isna() != wanted]
        assert odd.empty, f"{image}: {odd[['family', 'feature', 'value']].to_string()}"
    assert found.image.unique().tolist() == ["original", *BANDS]


@pytest.mark.parametrize("name", UNDEFINED)
def test_the_definition_says_where_a_row_is_undefined(name):
    """What `radioloom features` prints, or the head of the family's module."""
    for group, rows in {**UNDEFINED[name], **ONE_LEVEL}.items():
        chosen = family(group)
        head = sys.modules[chosen.measure.__module__].__doc__
        if rows is EVERY:
            assert "NaN" in head, group
        else:
            said = {row.name for row in chosen.features if "NaN" in row.definition}
            assert rows <= said, (group, rows - said)


def expected(image, mask):
    """What `ibsi` measures on the original image, by plain twins: {(family, feature): value}."""
    inside = image[mask]
    levels = np.where(mask, np.floor((image + 1000) / 25) + 1, 0).astype(np.uint16)
    fine = [int(level) for level in np.floor((inside + 1000) / 2.5) + 1]
    grey = levels[mask].tolist()
    local, highest = naive_intensity.peaks(image, mask, np.array(MM))
    volume = naive_intensity.intensity_volume(fine, 561)
    unit = {key: -1000 + 2.5 * (value - 0.5) for key, value in volume.items() if key.startswith("intensity")}
    n = len(grey)

    def cells(counts, total=n):
        return naive.count_features(counts, total)

    def directed(count, features):
        return naive.directional(levels, count, features)["3D, averaged"]

    tones = naive.tone_differences(levels, 1, False)
    zones = naive.zone_list(levels, mask, False)
    wide = (int(levels.max()) + 1, n + 2)
    runs = [naive.run_lengths(levels, step) for step in naive.FORWARD]
    of = {
        "intensity": naive_intensity.statistics(inside),
        "histogram": naive_intensity.statistics(grey) | naive_intensity.histogram(grey, max(grey)),
        "ivh": volume | unit,
        "local_intensity": {"local_intensity_peak": local, "global_intensity_peak": highest},
        "morphology": shape(image, mask),
        "glcm": directed(
            lambda part, step: naive.cooccurrence(part, step, 1, True), lambda c, _: naive.glcm_features(c, max(grey))
        ),
        "glrlm": named("glrlm", np.mean([cells(run) for run in runs], axis=0)),
        "glszm": named("glszm", cells(naive.counted([(level, size) for _, level, size, _ in zones], wide))),
        "gldzm": named("gldzm", cells(naive.counted([(level, far) for _, level, _, far in zones], wide))),
        "ngldm": named("ngldm", cells(naive.dependence(levels, 1, 0, False))),
        "ngtdm": naive.tone_features(*tones) if tones[0].any() else None,
    }
    return {
        (group, feature.name): np.nan if of[group] is None else of[group][feature.name]
        for group in of
        for feature in family(group).features
        if feature.ibsi and (of[group] is None or feature.name in of[group])
    }


def named(group, values):
    return dict(zip((feature.name for feature in family(group).features), values, strict=False))


def shape(image, mask):
    places, spacing = np.argwhere(mask) * MM, np.array(MM)
    found = {
        "volume_voxels": len(places) * np.prod(MM),
        "maximum_3d_diameter": naive_morphology.largest(naive_morphology.vertices(mask, spacing)),
    }
    if image[mask].sum():
        found["centre_of_mass_shift"] = naive_morphology.centre_shift(image, mask, mask, spacing)
    if len(places) > 1:
        axes = naive_morphology.axes(mask, spacing, 1)
        found |= dict(zip(("major_axis_length", "minor_axis_length", "least_axis_length"), axes, strict=True))
        found |= {"elongation": axes[1] / axes[0], "flatness": axes[2] / axes[0]}
        if np.ptp(image[mask]):
            found |= dict(zip(("morans_i_index", "gearys_c_measure"), _moran(image, mask), strict=True))
    return found


def _moran(image, mask):
    return naive_morphology.moran_geary(image[mask], np.argwhere(mask) * MM)


@pytest.mark.parametrize("name", [name for name in PLACES if name != "whole"])
def test_what_is_defined_has_the_value_of_the_definition(name):
    image, mask = case(name)
    found = measured(image, mask, replace(load("ibsi"), images={"original": {}}))
    values = dict(zip(zip(found.family, found.feature, strict=True), found.value, strict=True))
    wanted = expected(image, mask)
    assert len(wanted) > 130
    for key, value in wanted.items():
        assert values[key] == pytest.approx(value, rel=1e-9, abs=1e-6, nan_ok=True), key


def test_one_voxel_by_hand():
    image, mask = case("voxel")
    found = measured(image, mask, "ibsi").query("image == 'original'").set_index(["family", "feature"]).value
    value = image[4, 5, 5]
    level = (value + 1000) // 25 + 1
    assert found["intensity", "mean"] == found["intensity", "percentile_10"] == value
    assert found["intensity", "energy"] == value**2
    assert found["histogram", "mode"] == level
    assert found["morphology", "volume"] == pytest.approx(8 / 6)  # an octahedron
    assert found["morphology", "surface_area"] == pytest.approx(4 * 3**0.5)
    assert found["morphology", "volume_density_convex_hull"] == pytest.approx(1)
    assert found["morphology", "integrated_intensity"] == pytest.approx(value * 8 / 6)
    for group in ("glrlm", "glszm", "gldzm", "ngldm"):
        assert found[group]["normalised_grey_level_non_uniformity"] == 1
        assert found[group]["grey_level_variance"] == 0
    assert found["glszm", "high_grey_level_emphasis"] == level**2


def levels_of_their_own(n):
    """Each voxel another level, in no order."""
    return np.random.default_rng(0).permutation(n).astype(float) + 1


def uncut(name, **changes):
    """A shipped profile on whole numbers as they are: no range, no bins, no sub-bands."""
    chosen = replace(load(name), images={"original": {}}, discretise={"method": "none"}, **changes)
    return replace(chosen, resegment={"range": None, "sigma": None}, ivh=chosen.ivh and {"method": "none"})


def test_65535_levels():
    """The tone differences of so many levels take half a minute (every pair of levels): those below."""
    image = levels_of_their_own(65535).reshape(15, 17, 257)
    families = {key: block for key, block in load("ibsi").families.items() if key != "ngtdm"}
    found = measured(image, np.ones(image.shape, bool), uncut("ibsi", families=families))
    assert not found.value.isna().any()
    found = found.set_index(["family", "feature"]).value
    assert found["histogram", "entropy"] == pytest.approx(np.log2(65535))
    assert found["histogram", "maximum"] == found["intensity", "maximum"] == 65535
    assert found["histogram", "uniformity"] == pytest.approx(1 / 65535)
    for row in ("run_percentage", "short_runs_emphasis"):
        assert found["glrlm", row] == pytest.approx(1)
    assert found["glszm", "zone_percentage"] == found["glszm", "small_zone_emphasis"] == 1
    mean_square = (65535 + 1) * (2 * 65535 + 1) / 6
    for group, row in (("glszm", "high_grey_level_emphasis"), ("ngldm", "high_grey_level_count_emphasis")):
        assert found[group, row] == pytest.approx(mean_square, rel=1e-12)
    assert found["ngldm", "dependence_count_energy"] == pytest.approx(1 / 65535)


def test_the_highest_of_65535_levels_beside_few_others():
    levels = np.zeros((3, 4, 5), np.uint16)
    levels.ravel()[:] = np.random.default_rng(0).choice([1, 2, 40000, 65534, 65535], levels.size)
    image, mask = levels.astype(float), np.ones(levels.shape, bool)
    found = measured(image, mask, uncut("ibsi")).set_index(["family", "feature"]).value
    assert np.isfinite(found).all()
    tones = naive.tone_features(*naive.tone_differences(levels.astype(int), 1, False))
    assert found["ngtdm"].to_dict() == pytest.approx(tones, rel=1e-9)
    statistics = naive_intensity.statistics(image[mask])
    assert {key: found["histogram", key] for key in statistics if key in found["histogram"]} == pytest.approx(
        {key: value for key, value in statistics.items() if key in found["histogram"]}, rel=1e-9
    )


@pytest.mark.parametrize("profile", PROFILES)
def test_65536_levels_are_an_exclusion(profile):
    image = np.array([1.0, 65536.0]).reshape(1, 1, 2)
    with pytest.raises(BadRoi, match="need 65536 levels, and 65535 are the most; widen the bins, re-segment"):
        measured(image, np.ones(image.shape, bool), uncut(profile))


def test_a_matrix_too_large_for_its_singular_values_is_an_exclusion():
    image = levels_of_their_own(4200).reshape(20, 21, 10)
    with pytest.raises(BadRoi, match=r"maximal_correlation_coefficient: a matrix of 4\d\d\d grey levels"):
        measured(image, np.ones(image.shape, bool), uncut("pyradiomics"))


@pytest.mark.parametrize("profile", PROFILES)
def test_a_region_that_the_grid_or_the_range_empties_is_an_exclusion(profile):
    image, mask = case("voxel")
    grid = {**load("ibsi").grid, "spacing_mm": [7, 7, 7]}
    with pytest.raises(BadRoi, match=r"no voxel of the region \(1 of 8 mm3\) is left on the profile's grid of 343 mm3"):
        measured(image, mask, replace(load(profile), grid=grid))
    with pytest.raises(BadRoi, match=r"re-segmentation to \[900, inf\] leaves no voxel"):
        measured(image, mask, replace(load(profile), resegment={"range": [900, None], "sigma": None}))
