import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from radioloom.figures import contact
from radioloom.figures.contact import DENSITY, GAP, HALO, HEIGHT, LARGE, OUTLINE, SMALL, WIDTH, pages, plane, tile
from radioloom.volume import Grid, Volume

WIDE = (0.0, 255.0)


def ball(shape=(7, 40, 40), centre=(3, 20, 20), radius=8.0):
    z, y, x = np.ogrid[tuple(slice(n) for n in shape)]
    return 4 * (z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2 <= radius**2


def volume(array, modality="CT", spacing=(2.0, 1.0, 1.0), direction=None):
    grid = Grid(array.shape, spacing) if direction is None else Grid(array.shape, spacing, direction=direction)
    return Volume(np.asarray(array, np.float32), grid, "", modality)


def parts(picture):
    """The large plane and the two small ones."""
    small = SMALL * DENSITY
    return picture[:, : LARGE * DENSITY], picture[:small, -small:], picture[-small:, -small:]


def grey(part):
    """Shades without the outline; -1 where that runs."""
    drawn = (part == OUTLINE).all(axis=2) | (part == HALO).all(axis=2)
    assert (part[~drawn].min(axis=1) == part[~drawn].max(axis=1)).all()
    return np.where(drawn, -1, part[:, :, 0].astype(int))


def line(part):
    return (part == OUTLINE).all(axis=2)


@pytest.mark.parametrize(("around", "shades"), [(-400.0, (128, 0)), (-800.0, (170, 34)), (-1000.0, (128, 0))])
def test_ct_is_shown_in_one_of_two_windows(around, shades):
    """-350 to 350 HU, and -1000 to 500 where there is lung around; the air around a limb is none."""
    mask = ball()
    found = tile(volume(np.where(mask, 0.0, around)), mask)
    assert found.shape == (HEIGHT * DENSITY, WIDTH * DENSITY, 3)
    for part in parts(found):
        shown = grey(part)
        middle = len(shown) // 2
        assert shown[middle, middle] == shades[0]
    assert grey(parts(found)[0])[30, 30] == shades[1]


def test_pet_is_dark_where_it_is_hot_and_white_outside():
    mask = ball()
    large, *_ = parts(tile(volume(np.where(mask, 10.0, 0.5), "PT"), mask))
    assert grey(large)[110, 110] == 0
    assert grey(large)[2, 2] == 242
    narrow = tile(volume(np.where(mask, 10.0, 0.5)[:, 12:29, 12:29], "PT"), mask[:, 12:29, 12:29])
    assert grey(parts(narrow)[0])[2, 2] == 255


def test_low_uptake_is_not_blown_up():
    mask = ball()
    large, *_ = parts(tile(volume(np.where(mask, 1.0, 0.0), "PT"), mask))
    assert grey(large)[110, 110] == 204  # 1 of at least 5


def test_anything_else_is_shown_from_its_own_percentiles_in_all_planes_alike():
    mask = ball()
    image = np.random.default_rng(1).normal(1000, 50, mask.shape)
    image[mask] = 1000.0
    found = tile(volume(image, "MR"), mask)
    low, high = np.percentile(image.astype(np.float32), (1, 99))
    for part in parts(found):
        assert grey(part)[len(part) // 2, len(part) // 2] == round((1000 - low) / (high - low) * 255)


def test_each_plane_is_where_the_region_is_largest():
    mask = ball(shape=(9, 40, 40), centre=(4, 22, 17))
    for axis, level in enumerate((4, 22, 17)):
        shape = [1, 1, 1]
        shape[axis] = -1
        image = np.broadcast_to(np.arange(mask.shape[axis], dtype=float).reshape(shape), mask.shape)
        shown = grey(plane(volume(image), mask, axis, 100, WIDE))
        assert shown[50, 50] == level


def test_the_head_is_up_whichever_way_the_slices_run():
    mask = ball(shape=(21, 40, 40), centre=(10, 20, 20), radius=16)
    image = np.broadcast_to(np.arange(21.0)[:, None, None] * 10, mask.shape)
    up = volume(image)
    down = volume(image[::-1], direction=((-1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))
    for axis in (1, 2):
        first, second = (plane(each, mask, axis, 100, WIDE) for each in (up, down))
        np.testing.assert_array_equal(first, second)
        shades = grey(first)[15:85, 50]
        shades = shades[shades >= 0]
        assert shades[0] > shades[-1]


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (3.0, 1.0, 1.0), (0.7, 2.0, 1.3)])
def test_a_sphere_is_round_in_every_plane(spacing):
    shape = tuple(int(60 / mm) | 1 for mm in spacing)
    mm = np.meshgrid(*((np.arange(n) - n // 2) * s for n, s in zip(shape, spacing, strict=True)), indexing="ij")
    mask = sum(each**2 for each in mm) <= 20**2
    for axis in range(3):
        shown = line(plane(volume(np.zeros(shape), spacing=spacing), mask, axis, 200, WIDE))
        rows, columns = np.nonzero(shown)
        assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=200 / 68 * max(spacing))
        assert (rows.min() + rows.max()) / 2 == pytest.approx(99.5, abs=1)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 39), st.integers(0, 39), st.integers(1, 14))
def test_nothing_of_the_region_is_cut(y, x, radius):
    mask = ball(centre=(3, y, x), radius=float(radius))
    image = np.where(mask, 255.0, 0.0)
    for axis in range(3):
        shown = grey(plane(volume(image), mask, axis, 200, WIDE))
        edge = np.concatenate([shown[0], shown[-1], shown[:, 0], shown[:, -1]])
        assert set(edge) == {0}
        assert shown.max() > 200


def test_an_empty_mask_is_refused():
    with pytest.raises(ValueError, match="the mask is empty"):
        tile(volume(np.zeros((3, 9, 9))), np.zeros((3, 9, 9), bool))


def test_the_line_runs_just_outside_the_region():
    mask = np.zeros((3, 40, 40), bool)
    mask[1, 10:30, 8:32] = True  # 24 mm wide: a square of 40.8 mm, 10 pixels a mm
    shown = line(plane(volume(np.full(mask.shape, 128.0)), mask, 0, 408, WIDE))
    rows, columns = np.nonzero(shown)
    assert (rows.max() + 1 - rows.min(), columns.max() + 1 - columns.min()) == (200 + 2 * DENSITY, 240 + 2 * DENSITY)


def test_pages_hold_every_tile_where_they_say():
    many = contact.COLUMNS * contact.ROWS + 5
    tiles = [(f"case{k:03d}", np.full((HEIGHT * DENSITY, WIDTH * DENSITY, 3), k, np.uint8)) for k in range(many)]
    first, second = made = pages(tiles)
    assert first.labels + second.labels == tuple(label for label, _ in tiles)
    assert (second.columns, second.rows) == (5, 1)
    value, spots = 0, contact.places(many)
    for number, page in enumerate(made):
        drawn = np.asarray(Image.open(io.BytesIO(page.webp)).convert("RGB"))
        assert drawn.shape == (page.size[1] * DENSITY, page.size[0] * DENSITY, 3)
        for _ in page.labels:
            of_page, left, top = next(spots)
            assert of_page == number
            assert abs(int(drawn[top * DENSITY + 40, left * DENSITY + 40, 0]) - value) <= 4
            value += 1
    assert [page.webp for page in pages(tiles)] == [page.webp for page in made]
    assert pages([]) == []
    assert GAP + LARGE + SMALL == WIDTH


def test_real_patients_fit_in_a_modest_file(data_dir):
    """FDG-PET lesions are darker than their surroundings; a hundred cases take less than a megabyte as text."""
    import SimpleITK as sitk

    made = []
    for k in range(1, 7):
        folder = data_dir / "sts" / "nifti" / f"STS_{k:03d}"
        read = [sitk.ReadImage(folder / f"PET_{kind}.nii.gz") for kind in ("image", "mask")]
        array, mask = (sitk.GetArrayFromImage(each) for each in read)
        image = volume(array, "PT", read[0].GetSpacing()[::-1])
        made.append((f"{k}", tile(image, mask > 0)))
        shown = grey(parts(made[-1][1])[0])
        assert shown[90:130, 90:130].mean() < shown[:20].mean()
    size = sum(len(page.webp) for page in pages(made)) * 4 / 3
    assert size / len(made) < 10_000
