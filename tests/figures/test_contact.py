import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.ndimage import binary_erosion

from radioloom.figures import contact
from radioloom.figures.contact import DENSITY, GREYS, TILE, sheet, thumbnail, tile


def ball(shape=(7, 40, 40), centre=(3, 20, 20), radius=8.0):
    z, y, x = np.ogrid[tuple(slice(n) for n in shape)]
    return 4 * (z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2 <= radius**2


def test_ct_is_shown_in_a_fixed_window():
    mask = ball()
    image = np.full(mask.shape, -1000.0)
    image[mask] = 0.0
    grey, inside = thumbnail(image, mask, "CT")
    assert grey.dtype == np.uint8
    assert inside.dtype == bool
    assert set(grey[inside]) == {128}  # the middle of -350 .. 350, rounded
    assert set(grey[~inside]) == {0}


def test_pet_is_dark_where_it_is_hot():
    mask = ball()
    image = np.where(mask, 10.0, 0.5)
    grey, inside = thumbnail(image, mask, "PT")
    assert grey[inside].max() == 0
    assert grey[~inside].min() > 230


def test_low_uptake_is_not_blown_up():
    mask = ball()
    grey, inside = thumbnail(np.where(mask, 1.0, 0.0), mask, "PT")
    assert set(grey[inside]) == {204}  # 1 of at least 5


def test_anything_else_is_shown_from_its_own_percentiles():
    mask = ball()
    image = np.random.default_rng(1).normal(1000, 50, mask.shape)
    grey, _ = thumbnail(image, mask, "MR")
    assert grey.min() == 0
    assert grey.max() == 255


def test_the_slice_is_the_one_where_the_region_is_largest():
    mask = ball(centre=(4, 20, 20))
    image = np.broadcast_to(np.arange(7.0)[:, None, None] * 100 - 300, mask.shape)
    grey, _ = thumbnail(image, mask, "CT")
    assert set(grey.ravel()) == {int(np.round((100 + 350) / 700 * 255))}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 39), st.integers(0, 39), st.integers(1, 14))
def test_nothing_of_the_region_is_cut_and_tiles_are_square(y, x, radius):
    mask = ball(centre=(3, y, x), radius=float(radius))
    grey, inside = thumbnail(np.zeros(mask.shape), mask, "CT")
    assert grey.shape == inside.shape
    assert grey.shape[0] == grey.shape[1] >= contact.LEAST
    assert inside.sum() == mask.sum(axis=(1, 2)).max()


def test_an_empty_mask_is_refused():
    with pytest.raises(ValueError, match="the mask is empty"):
        thumbnail(np.zeros((3, 9, 9)), np.zeros((3, 9, 9), bool), "CT")


def test_the_line_runs_just_outside_the_region():
    mask = np.zeros((30, 30), bool)
    mask[10:20, 8:22] = True
    shown = tile(np.full((30, 30), 128, np.uint8), mask, 300)
    line = shown == GREYS
    assert line.any()
    enlarged = np.kron(mask, np.ones((10, 10), bool))
    assert not (line & binary_erosion(enlarged, iterations=5)).any()  # corners are rounded by half a voxel
    rows, columns = np.nonzero(line)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (
        100 - DENSITY,
        199 + DENSITY,
        80 - DENSITY,
        219 + DENSITY,
    )


def test_a_sheet_holds_every_tile_where_it_says():
    pictures = []
    for k in range(11):
        mask = np.zeros((24, 24), bool)
        mask[8:16, 8:16] = True
        pictures.append((f"case{k}", np.full((24, 24), 20 * k, np.uint8), mask))
    made = sheet(pictures, columns=4)
    page = np.asarray(Image.open(io.BytesIO(made.png)).convert("RGB"))
    assert (made.columns, made.rows) == (4, 3)
    assert page.shape == (3 * TILE * DENSITY, 4 * TILE * DENSITY, 3)
    for k in range(11):
        left, top = made.place(k)
        corner = page[top * DENSITY + 5, left * DENSITY + 5]
        assert abs(int(corner[0]) - 20 * k) <= 255 / (GREYS - 1)
    assert made.labels == tuple(f"case{k}" for k in range(11))
    assert sheet(pictures, columns=4).png == made.png


def test_real_patients_fit(data_dir):
    """An FDG-PET lesion: the crop shows the lesion darker than its surroundings."""
    import SimpleITK as sitk

    folder = data_dir / "sts" / "nifti" / "STS_001"
    image, mask = (sitk.GetArrayFromImage(sitk.ReadImage(folder / f"PET_{kind}.nii.gz")) for kind in ("image", "mask"))
    grey, inside = thumbnail(image.astype(float), mask > 0, "PT")
    assert grey[inside].mean() < grey[~inside].mean()
