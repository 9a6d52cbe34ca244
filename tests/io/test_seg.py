"""DICOM SEG against the label maps that their writers made them from, and against highdicom."""

import numpy as np
import pytest

from radioloom.errors import BadMask
from radioloom.io import dicom, images, seg
from radioloom.io.series import assemble
from radioloom.segmentation.choose import Choice
from radioloom.segmentation.place import inside, place
from radioloom.volume import Grid


def on(file, pattern, grid):
    """A segment on a grid, as a full array."""
    found = seg.read(file)
    part, low, lost = inside(*found.on(grid, found.named(Choice((pattern,)))[0], 0.5), grid.shape)
    full = np.zeros(grid.shape, bool)
    full[tuple(slice(a, a + n) for a, n in zip(low, part.shape, strict=True))] = part
    assert lost == 0
    return full


def truth(file, labels, grid):
    """Label map of NRRD on the grid."""
    volume = images.read_native(file)
    placed, start = place(np.isin(volume.array, labels), volume.grid, grid)
    assert start == (0, 0, 0)
    return placed


def grid_of(folder):
    return assemble(list(dicom.scan(folder).headers)).grid


@pytest.mark.parametrize("size", ["23x38x3", "24x38x3"])
def test_bit_packed_frames(data_dir, size):
    folder = data_dir / "dicom_samples" / "dcmqi" / "segmentations" / size
    grid = grid_of(folder / "image")
    found = on(folder / "seg" / "label.seg", "liver", grid)
    assert np.array_equal(found, truth(folder / "nrrd" / "label.nrrd", [1], grid))


# NRRD file and label of each colour, as dcmqi's own test of overlaps groups them.
COLOURS = {"GREEN": (1, 1), "ORANGE": (2, 2), "PURPLE": (3, 3), "LIGHT_BLUE": (1, 4), "DARK_BLUE": (1, 5)}


@pytest.mark.parametrize("colour", COLOURS)
def test_overlapping_segments_and_sparse_frames(data_dir, colour):
    folder = data_dir / "dicom_samples" / "dcmqi" / "segmentations"
    grid = grid_of(folder / "ct-3slice")
    group, label = COLOURS[colour]
    found = on(folder / "partial_overlaps.dcm", colour, grid)
    assert found.any()
    assert np.array_equal(found, truth(folder / f"partial_overlaps-{group}.nrrd", [label], grid))


def test_liver(data_dir):
    folder = data_dir / "dicom_samples" / "dcmqi" / "segmentations"
    grid = grid_of(folder / "ct-3slice")
    # The NRRD of this one says 1 mm between slices, the DICOM series 1.25; its voxels are compared by index.
    assert np.array_equal(on(folder / "liver.dcm", "1", grid), images.read_native(folder / "liver_seg.nrrd").array == 1)


@pytest.mark.parametrize("name", ["noppv", "ppv5"])
def test_label_map_with_sparse_frames(data_dir, name):
    folder = data_dir / "dicom_samples" / "dcmqi" / "segmentations"
    grid = grid_of(folder / "24x38x3" / "image")
    found = on(folder / f"sparse-labelmap-{name}.dcm", ".*", grid)
    assert np.array_equal(found, truth(folder / f"sparse_labelmap_{name}_seg.nrrd", [1], grid))


FILES = ["binary", "binary_fractional", "binary_overlap", "binary_single_frame", "true_fractional"]


@pytest.mark.parametrize("name", FILES)
def test_as_highdicom_reads_it(data_dir, name):
    import highdicom

    path = data_dir / "dicom_samples" / "highdicom" / f"seg_image_ct_{name}.dcm"
    theirs = highdicom.seg.segread(path)
    for number in theirs.segment_numbers:
        volume = theirs.get_volume(
            segment_numbers=[number], combine_segments=False, rescale_fractional=True, allow_missing_positions=True
        )
        spacing = tuple(float(v) for v in volume.spacing)
        direction = np.array(volume.direction)[::-1]
        grid = Grid(
            tuple(volume.array.shape[:3]),
            spacing,
            tuple(float(v) for v in volume.position[::-1]),
            tuple(map(tuple, direction)),
        )
        expected = volume.array[..., 0] >= 0.5
        assert expected.any()
        assert np.array_equal(on(path, str(number), grid), expected)


def test_prostate(data_dir):
    import highdicom

    folder = data_dir / "dicom_samples" / "qin_prostate_seg"
    grid = grid_of(folder / "ADC")
    theirs = highdicom.seg.segread(folder / "seg" / "1-1.dcm")
    for number, label in seg.read(folder / "seg" / "1-1.dcm").labels.items():
        marked = on(folder / "seg" / "1-1.dcm", label, grid)
        n = sum(
            int(np.count_nonzero(frame))
            for index, frame in enumerate(theirs.pixel_array)
            if theirs.PerFrameFunctionalGroupsSequence[index].SegmentIdentificationSequence[0].ReferencedSegmentNumber
            == number
        )
        assert marked.sum() == n > 0


def test_what_cannot_be_used_is_named(data_dir, tmp_path):
    folder = data_dir / "dicom_samples" / "dcmqi" / "segmentations"
    file = folder / "liver.dcm"
    with pytest.raises(BadMask, match="no segment matches 'spleen'; found: 'Liver'"):
        seg.read(file).named(Choice(("spleen",)))
    with pytest.raises(BadMask, match="no regular expression"):
        seg.read(file).named(Choice(("(",)))
    with pytest.raises(BadMask, match="another grid"):
        on(file, "liver", grid_of(data_dir / "sts" / "dicom" / "STS_002" / "CT" / "image"))
    (tmp_path / "cut.dcm").write_bytes(file.read_bytes()[:-50000])
    with pytest.raises(BadMask, match="cannot be decoded"):
        on(tmp_path / "cut.dcm", "liver", grid_of(folder / "ct-3slice"))
    (tmp_path / "short.dcm").write_bytes(file.read_bytes()[:2000])
    with pytest.raises(BadMask, match="not a readable DICOM SEG"):
        seg.read(tmp_path / "short.dcm")
