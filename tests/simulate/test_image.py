import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from radioloom.provenance import rng
from radioloom.simulate.image import View, _field, cord, drawing, image, lesion, texture
from radioloom.simulate.latent import Latent, latent
from radioloom.simulate.scanners import SCANNERS
from radioloom.simulate.shape import mask
from radioloom.volume import Grid

GRID = Grid((24, 48, 48), (3.0, 1.6, 1.6))
NOWHERE = np.zeros(3)


def grey_contrast(array, inside, width_hu=25.0):
    """GLCM contrast over neighbours along the axes: the mean squared difference of their levels."""
    levels = np.floor(array / width_hu)
    gaps = []
    for axis in range(3):
        both = np.diff(inside.astype(int), axis=axis) == 0
        both &= np.take(inside, range(1, inside.shape[axis]), axis=axis)
        gaps.append(np.diff(levels, axis=axis)[both])
    return np.mean(np.concatenate(gaps) ** 2)


def ranks(values):
    return np.argsort(np.argsort(values))


@pytest.mark.parametrize("name", SCANNERS)
def test_texture_tells_heterogeneity_on_every_scanner(name):
    cases = [latent(20140603, f"{name}{number}") for number in range(40)]
    seen = [lesion(hidden, SCANNERS[name]) for hidden in cases]
    contrast = [grey_contrast(one.volume.array, one.mask) for one in seen]
    hidden = [one.heterogeneity for one in cases]
    rho = np.corrcoef(ranks(contrast), ranks(hidden))[0, 1]
    assert rho >= 0.8
    volumes = [one.volume for one in cases]
    assert abs(np.corrcoef(ranks(contrast), ranks(volumes))[0, 1]) < 0.4


def test_field_has_the_covariance_of_its_definition():
    """Unit variance and exp(-r^2 / (2 length^2)), estimated over 40 fields (closed form)."""
    fields = np.stack([_field(4.0, GRID, NOWHERE, rng(1, "field", str(k))) for k in range(40)])
    assert (fields**2).mean() == pytest.approx(1, abs=0.05)
    for axis, lag, step in ((1, 1, 3.0), (2, 2, 1.6), (3, 4, 1.6)):
        found = (fields * np.roll(fields, lag, axis=axis)).mean()
        assert found == pytest.approx(math.exp(-((lag * step) ** 2) / (2 * 4.0**2)), abs=0.05)


def test_field_moves_with_the_patient():
    still = _field(5.0, GRID, NOWHERE, rng(1, "field"))
    moved = _field(5.0, GRID, np.array([3.0, -1.6, 3.2]), rng(1, "field"))
    assert np.allclose(moved, np.roll(still, (1, -1, 2), axis=(0, 1, 2)), atol=1e-9)


def test_an_image_is_a_function_of_its_case():
    hidden = latent(1, "A")
    first, second = image(hidden, SCANNERS["ge"]), image(hidden, SCANNERS["ge"])
    assert first.array.dtype == np.int16
    assert first.array.tobytes() == second.array.tobytes()
    assert (first.array != image(latent(1, "B"), SCANNERS["ge"]).array).any()


def test_scanners_show_their_noise_and_offset():
    """Lung above the lesion, in slices that it does not reach: two visits differ by noise and a shifted background."""
    corner = np.s_[-3:, 8:16, 20:28]
    for scanner in SCANNERS.values():
        seen = [image(Latent(2, f"N{k}", 0.0, -2.0), scanner).array[corner].astype(float) for k in range(12)]
        spread = np.median([patch.std() for patch in seen])
        assert spread == pytest.approx(scanner.noise_hu, rel=0.3)
        assert -870 < np.mean(seen) - scanner.offset_hu < -800


def test_the_contour_keeps_to_the_solid_part():
    hidden = Latent(3, "S", -2.0, 1.0)
    seen = lesion(hidden, SCANNERS["siemens"])
    values = seen.volume.array[seen.mask]
    assert np.mean(values < -150) < 0.02
    assert 0 < np.median(values) < 70
    flat = np.array([[[False] * 3, [True] * 3, [False] * 3]]) | np.eye(3, dtype=bool)[1]
    ring = binary_dilation(seen.mask, flat, 5) & ~binary_dilation(seen.mask, flat, 4)
    assert np.median(seen.volume.array[ring]) < -700  # lung begins within 4 pixels


def test_every_lesion_lies_in_the_field_of_view():
    for number in range(25):
        hidden = replace(latent(5, f"F{number}"), volume=2.0)
        for scanner in SCANNERS.values():
            inside = mask(drawing(hidden, scanner, View("2")), scanner.grid)
            edge = inside.copy()
            edge[2:-2, 6:-6, 6:-6] = False
            assert inside.sum() * scanner.grid.voxel_mm3 > 45_000
            assert not edge.any()
            assert not (mask(cord(scanner.grid), scanner.grid) & inside).any()


def test_visits_differ_in_noise_and_place_readers_in_the_contour_only():
    hidden, scanner = latent(6, "R"), SCANNERS["philips"]
    one, two = lesion(hidden, scanner, View("1")), lesion(hidden, scanner, View("2"))
    assert (one.volume.array != two.volume.array).mean() > 0.9
    assert one.mask.sum() == pytest.approx(two.mask.sum(), rel=0.25)
    other = lesion(hidden, scanner, View("1", "2", 0.8))
    assert (one.volume.array == other.volume.array).all()
    assert (one.mask != other.mask).any()


def test_heterogeneity_makes_the_grain_finer_and_stronger():
    low, high = (texture(Latent(1, "T", z, 0.0)) for z in (-1.0, 1.0))
    assert low[0] < high[0]
    assert low[1] > high[1]
    assert texture(Latent(1, "T", 1.0, -1.5)) == high
