"""A label map far larger than its image, on its grid: the same as cut by NumPy, in the memory of the image."""

import tracemalloc
import zlib

import numpy as np
import pytest

from made.image_files import STORAGES, nifti_header, values, written
from made.segs import seg as made_seg
from radioloom.errors import BadMask, UnclearRegion
from radioloom.io import images
from radioloom.io.formats import stored
from radioloom.io.segmentations.belongs import Image
from radioloom.io.segmentations.read import read
from radioloom.segmentation.choose import Choice
from radioloom.segmentation.label_map import LabelMap, on_image
from radioloom.volume import Grid

IMAGE = Grid((5, 6, 7), (3.0, 1.5, 1.0), (4.0, 5.0, 6.0))
WHOLE = np.random.default_rng(3).integers(0, 4, (9, 11, 12)).astype(np.int16)
LOW = (2, 3, 4)  # voxel of the whole at which the image begins
BOX = tuple(slice(a, a + n) for a, n in zip(LOW, IMAGE.shape, strict=True))


def turned(whole, order, flips):
    """Labels with their axes in another order and direction, as a label map of as many pieces as there are rows."""
    axes = np.eye(3)[:, list(order)] * [-1 if flip else 1 for flip in flips]
    array = np.transpose(whole, order)[tuple(slice(None, None, -1) if flip else slice(None) for flip in flips)]
    spacing = tuple(IMAGE.spacing_mm[axis] for axis in order)
    begin = np.array([(whole.shape[axis] - 1) * flip for axis, flip in zip(order, flips, strict=True)])
    corner = np.subtract(begin[np.argsort(order)], LOW)
    grid = Grid(array.shape, spacing, tuple(IMAGE.to_world(corner.astype(float))), tuple(map(tuple, axes)))
    rows = [(k, y) for k in range(array.shape[0]) for y in range(array.shape[1])]
    return LabelMap(grid, array.dtype, [((k, y, 0), array[k : k + 1, y : y + 1]) for k, y in rows])


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 0, 2)])
@pytest.mark.parametrize("flips", [(0, 0, 0), (1, 0, 1), (0, 1, 1)])
def test_its_pieces_are_what_numpy_cuts(order, flips):
    share = 1 - np.isin(WHOLE[BOX], (1, 2)).sum() / np.isin(WHOLE, (1, 2)).sum()
    with pytest.raises(BadMask, match=f"{share:.0%} of the mask lie outside the image"):
        on_image(turned(WHOLE, order, flips), Choice(("1|2",)), IMAGE)
    less = np.zeros_like(WHOLE)
    less[1:7, 3:9, 3:9] = WHOLE[1:7, 3:9, 3:9]
    body = np.isin(less, (1, 2))
    labels = turned(less, order, flips)
    mask = on_image(labels, Choice(("1|2",)), IMAGE)
    assert np.array_equal(mask.on(IMAGE.shape), body[BOX])
    assert f"{body.sum() - body[BOX].sum()} voxels of the mask lie outside the image" in mask.notes
    with pytest.raises(BadMask, match=r"^1 slice\(s\) of the mask lie beyond .* beside these IM001 is empty"):
        on_image(labels, Choice(("1|2",)), IMAGE, blank=("IM001 is empty",))
    with pytest.raises(UnclearRegion, match=", ".join(rf"{n} \({(n == less).sum()} voxels\)" for n in (1, 2, 3))):
        on_image(labels, Choice(), IMAGE)
    less[8, 8, 8] = 9  # which lies outside the image alone
    with pytest.raises(BadMask, match="misses the image"):
        on_image(turned(less, order, flips), Choice(("9",)), IMAGE)


def test_what_is_not_finite_or_an_image_is_refused_outside_too(monkeypatch):
    array = np.where(WHOLE[0, 0, 0] == WHOLE, np.nan, 1.0)
    grid = Grid(array.shape, IMAGE.spacing_mm, IMAGE.origin_mm)
    with pytest.raises(BadMask, match="not finite"):
        on_image(LabelMap(grid, array.dtype, [((0, 0, 0), array)]), Choice(), IMAGE)
    monkeypatch.setattr("radioloom.segmentation.label_map.MOST_BEYOND", 50)
    array = np.arange(float(WHOLE.size)).reshape(WHOLE.shape)
    with pytest.raises(BadMask, match=r"more values outside the image than .* This looks like an image"):
        on_image(LabelMap(grid, array.dtype, [((0, 0, 0), array)]), Choice(), IMAGE)


@pytest.mark.parametrize("storage", STORAGES)
def test_files_in_pieces_are_the_whole(tmp_path, monkeypatch, storage):
    path = written(tmp_path, storage, array := values("i2"))
    for piece in (4, 17, 61, 10**6):
        monkeypatch.setattr(stored, "PIECE", piece)
        found = np.zeros_like(array)
        for low, part in images.pieces(images.header(path), "", BadMask):
            found[tuple(slice(a, a + n) for a, n in zip(low, part.shape, strict=True))] += part
            assert part.size <= max(piece, array.shape[2])
        assert np.array_equal(found, array)


def peak_mb(work, said):
    tracemalloc.start()
    try:
        with pytest.raises(BadMask, match=said):
            work()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def test_a_large_map_of_a_small_image_takes_no_more_than_a_piece(tmp_path):
    shape = (24, 512, 1024)
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    head = nifti_header(np.broadcast_to(np.float64(0), shape)).ljust(352, b"\0")
    content = packer.compress(head + bytes(8 * int(np.prod(shape)))) + packer.flush()
    (tmp_path / "map.nii.gz").write_bytes(content)
    place = images.header(tmp_path / "map.nii.gz").grid
    image = Image(place.crop((5, 5, 5), (8, 9, 10)))
    assert peak_mb(lambda: read(tmp_path / "map.nii.gz", Choice(), "", image), "empty") < 32
    elsewhere = Image(Grid((8, 9, 10), tuple(2 * mm for mm in place.spacing_mm), place.origin_mm, place.direction))
    assert peak_mb(lambda: read(tmp_path / "map.nii.gz", Choice(), "", elsewhere), "another grid") < 8
    far = Image(place.crop((90, 5, 5), (8, 9, 10)))
    assert peak_mb(lambda: read(tmp_path / "map.nii.gz", Choice(), "", far), "misses the image") < 8


def test_a_large_seg_of_a_small_image_takes_no_more_than_its_file(tmp_path):
    marked = np.zeros((24, 1024, 1024), bool)
    marked[:, ::1023, ::1023] = True
    made_seg(tmp_path / "seg.dcm", {"GTV": marked})
    image = Image(Grid((8, 24, 20), (3.0, 1.5, 1.5), (-100.0, -20.0, -10.0)))
    assert peak_mb(lambda: read(tmp_path / "seg.dcm", Choice(), "", image), "of the mask lie outside the image") < 24
