"""A mask on another image's grid: against SimpleITK, volumes of balls in closed form, and what cannot be carried."""

import numpy as np
import pytest
import SimpleITK as sitk

from radioloom.errors import BadMask
from radioloom.io import images
from radioloom.segmentation import carry
from radioloom.segmentation.carry import CHANGED, ROUNDED, carried
from radioloom.segmentation.mask import Mask, cut
from radioloom.volume import IDENTITY, Grid

FINE = Grid((30, 60, 60), (3.0, 0.97, 0.97), (-41.0, -25.0, -30.0))
TILTED = ((0.96, 0.0, 0.28), (0.0, 1.0, 0.0), (-0.28, 0.0, 0.96))
TURNED = ((0.8, 0.36, 0.48), (-0.6, 0.48, 0.64), (0.0, -0.8, 0.6))


def around(shape, spacing, direction=IDENTITY, shift=(0.0, 0.0, 0.0)):
    """A grid whose middle lies at a place in mm."""
    middle = Grid(shape, spacing, direction=direction).to_world((np.array(shape) - 1) / 2)
    return Grid(shape, spacing, tuple(map(float, shift - middle)), direction)


GRIDS = {
    "itself": FINE,
    "coarser": around((34, 20, 18), (3.3, 4.1, 4.1), shift=(1.1, -0.7, 0.3)),
    "finer": around((120, 150, 150), (0.8, 0.5, 0.5)),
    "coarser along one axis": around((16, 90, 90), (6.0, 0.8, 0.8), shift=(2.0, 1.0, 0.0)),
    "tilted": around((34, 25, 25), (3.3, 4.1, 2.9), TILTED),
    "turned": around((60, 60, 60), (1.7, 1.7, 1.7), TURNED, (3.0, 0.5, 0.2)),
    "flipped": Grid((30, 60, 60), FINE.spacing_mm, (46.0, -25.0, 27.23), ((-1, 0, 0), (0, 1, 0), (0, 0, -1))),
}


def drawn(inside, grid=FINE):
    """The mask of what a function of (n, 3) points in mm says is inside."""
    points = grid.to_world(np.argwhere(np.ones(grid.shape, bool)))
    array, offset = cut(inside(points).reshape(grid.shape))
    return Mask(array, offset, "made")


def ball(centre=(1.3, 2.2, -0.9), radius=15.0):
    return lambda points: ((points - centre) ** 2).sum(axis=1) <= radius**2


def blobs(points):
    """A region with a hole, a bridge and an edge that is not smooth."""
    _, y, x = points.T
    return (ball()(points) & ~ball((1.0, 5.0, 2.0), 6.0)(points) & ((x + 2 * y) % 7 > 1)) | (abs(y) + abs(x) < 2)


def by_itk(mask, drawn_on, image):
    """Shares of the image's voxels: linear interpolation at points as close as voxels of `drawn_on`, averaged."""
    corner, shape = drawn_on.to_world([-1.0] * 3), tuple(n + 2 for n in drawn_on.shape)
    padded = Grid(shape, drawn_on.spacing_mm, corner, drawn_on.direction)
    label = sitk.GetImageFromArray(np.pad(mask.on(drawn_on.shape), 1).astype(np.float32))
    steps = np.abs(np.linalg.inv(np.array(drawn_on.direction)) @ np.array(image.direction) * image.spacing_mm)
    parts = np.ceil((steps / np.array(drawn_on.spacing_mm)[:, None]).max(axis=0) - 1e-3).astype(int)
    first = image.to_world((1 / parts - 1) / 2)
    points = Grid(tuple(parts * image.shape), tuple(image.spacing_mm / parts), first, image.direction)
    resample = sitk.ResampleImageFilter()
    for grid, of, place in ((padded, label, "Set"), (points, resample, "SetOutput")):
        for name, value in (("Spacing", grid.spacing_mm), ("Origin", grid.origin_mm)):
            getattr(of, place + name)([float(mm) for mm in value[::-1]])
        getattr(of, f"{place}Direction")(np.array(grid.direction, float)[::-1, ::-1].ravel().tolist())
    resample.SetSize([int(n) for n in points.shape[::-1]])
    resample.SetInterpolator(sitk.sitkLinear)
    return sitk.GetArrayFromImage(sitk.BinShrink(resample.Execute(label), [int(k) for k in parts[::-1]]))


@pytest.mark.parametrize("name", GRIDS)
def test_it_is_what_itk_resamples(name):
    mask, image = drawn(blobs), GRIDS[name]
    shares = by_itk(mask, FINE, image)
    own = carried(mask, FINE, image).on(image.shape)
    certain = np.abs(shares - 0.5) > 2 * ROUNDED
    assert certain.mean() > 0.98
    np.testing.assert_array_equal(own[certain], (shares >= 0.5)[certain])


@pytest.mark.parametrize("name", ["itself", "flipped"])
def test_on_the_same_voxels_nothing_changes(name):
    mask = drawn(blobs)
    own = carried(mask, FINE, GRIDS[name], notes=["said"])
    back = own if name == "itself" else carried(own, GRIDS[name], FINE)
    np.testing.assert_array_equal(back.on(FINE.shape), mask.on(FINE.shape))
    assert own.n_voxels == mask.n_voxels
    assert own.notes == ("said",)
    assert own.drawn_mm3 == pytest.approx(mask.n_voxels * FINE.voxel_mm3, rel=1e-12)


@pytest.mark.parametrize("name", GRIDS)
def test_a_ball_keeps_its_volume_and_place(name):
    centre, radius = np.array([1.3, 2.2, -0.9]), 15.0
    image = GRIDS[name]
    own = carried(drawn(ball(centre, radius)), FINE, image)
    assert own.n_voxels * image.voxel_mm3 == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.04)
    middle = image.to_world(np.argwhere(own.on(image.shape))).mean(axis=0)
    np.testing.assert_allclose(middle, centre, atol=0.15 * max(image.spacing_mm))


@pytest.mark.parametrize("written", [0.683593, 0.683594])
@pytest.mark.parametrize(("share", "taken"), [(0.25, 0), (0.5, 1), (0.75, 1)])
def test_half_of_a_voxel_is_enough(share, taken, written):
    """A bar that ends within a voxel four times as long as its own."""
    mm = 0.68359375  # which the header of the fine image has rounded
    fine, image = Grid((1, 1, 40), (1.0, 1.0, written)), Grid((1, 1, 10), (1.0, 1.0, 4 * mm), (0, 0, 1.5 * mm))
    n = round(4 * share)
    own = carried(Mask(np.ones((1, 1, 8 + n), bool), (0, 0, 8), "made"), fine, image)
    assert own.box[2] == slice(2, 4 + taken)


def test_slab_by_slab_is_as_at_once(monkeypatch):
    mask, image = drawn(blobs), GRIDS["turned"]
    whole = carried(mask, FINE, image)
    monkeypatch.setattr(carry, "POINTS", 1000)
    parts = carried(mask, FINE, image)
    assert parts.offset == whole.offset
    np.testing.assert_array_equal(parts.array, whole.array)


def test_what_lies_outside_is_told_or_refused():
    mask, image = drawn(ball()), GRIDS["finer"]
    own = carried(mask, FINE, image.crop((48, 0, 0), (60, 150, 150)))
    assert any("voxels of the mask lie outside the image" in note for note in own.notes)
    assert CHANGED in own.notes
    with pytest.raises(BadMask, match="% of the mask lie outside the image"):
        carried(mask, FINE, image.crop((66, 0, 0), (50, 150, 150)))
    with pytest.raises(BadMask, match="the mask misses the image"):
        carried(mask, FINE, image.crop((100, 0, 0), (20, 150, 150)))


def test_a_region_smaller_than_half_a_voxel_is_refused():
    with pytest.raises(BadMask, match=r"no voxel of this one, of 64 mm3, has half of itself in it"):
        carried(drawn(ball((0, 0, 0), 1.7)), FINE, Grid((20, 20, 20), (4.0, 4.0, 4.0), (-38.0, -38.0, -38.0)))


def test_grids_that_cannot_be_of_one_body_are_refused():
    with pytest.raises(BadMask, match="is the spacing of both images in mm"):
        carried(drawn(ball()), FINE, Grid((9, 9, 9), (0.003, 0.001, 0.001)))
    metres = Grid(FINE.shape, tuple(mm / 1000 for mm in FINE.spacing_mm), tuple(mm / 1000 for mm in FINE.origin_mm))
    with pytest.raises(BadMask, match=r"grid, of 1.0e\+09 voxels of the image .* is the spacing of both images in mm"):
        carried(drawn(ball()), metres, FINE)


def test_a_sarcoma_on_ct_is_what_itk_resamples_onto_its_pet(data_dir):
    place = data_dir / "sts" / "nifti" / "STS_025"
    if not place.is_dir():
        pytest.skip("STS_025 is not in place")
    label, image = images.read_native(place / "CT_mask.nii.gz"), images.geometry(place / "PET_image.nii.gz")
    array, offset = cut(label.array > 0)
    mask = Mask(array, offset, "NIfTI")
    shares = by_itk(mask, label.grid, image)
    own = carried(mask, label.grid, image)
    certain = np.abs(shares - 0.5) > 2 * ROUNDED
    np.testing.assert_array_equal(own.on(image.shape)[certain], (shares >= 0.5)[certain])
    assert own.n_voxels * image.voxel_mm3 == pytest.approx(own.drawn_mm3, rel=0.02)
