"""DICOM SEG against the label maps that their writers made them from, and against highdicom."""

import re

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from pydicom.pixels.utils import pack_bits

from made.hospital import row
from made.segs import seg as made_seg
from radioloom.errors import BadMask
from radioloom.io import images
from radioloom.io.dicom import headers, pixels
from radioloom.io.dicom.series import assemble
from radioloom.io.segmentations import seg
from radioloom.io.write import objects as dicom_write
from radioloom.segmentation.choose import Choice
from radioloom.segmentation.place import place
from radioloom.stages.images.curate import curate
from radioloom.stages.images.segment import segment
from radioloom.volume import Grid, Volume


def on(file, pattern, grid, threshold=0.5):
    """A segment on a grid, as a full array."""
    found = seg.read(file)
    placed = found.on(grid, found.named(Choice((pattern,)))[0], threshold)
    part, low = placed.array, placed.low
    full = np.zeros(grid.shape, bool)
    full[tuple(slice(a, a + n) for a, n in zip(low, part.shape, strict=True))] = part
    assert not placed.beyond
    return full


def truth(file, labels, grid):
    """Label map of NRRD on the grid."""
    volume = images.read_native(file)
    placed, start = place(np.isin(volume.array, labels), volume.grid, grid)
    assert start == (0, 0, 0)
    return placed


def grid_of(folder):
    return assemble(list(headers.scan(folder).headers)).grid


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


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.5])
def test_the_threshold_of_fractions(data_dir, threshold):
    import highdicom

    path = data_dir / "dicom_samples" / "highdicom" / "seg_image_ct_true_fractional.dcm"
    volume = highdicom.seg.segread(path).get_volume(
        segment_numbers=[1], combine_segments=False, rescale_fractional=True, allow_missing_positions=True
    )
    grid = Grid(
        tuple(volume.array.shape[:3]),
        tuple(float(v) for v in volume.spacing),
        tuple(float(v) for v in volume.position[::-1]),
        tuple(map(tuple, np.array(volume.direction)[::-1])),
    )
    expected = volume.array[..., 0] >= threshold
    assert expected.sum() > 0
    assert np.array_equal(on(path, "1", grid, threshold), expected)


@pytest.fixture
def written(tmp_path):
    """A SEG of two overlapping segments on a series of 8 slices, its files, and the masks."""
    cube = np.zeros((8, 24, 20), bool)
    cube[2:6, 4:12, 5:9] = True
    other = np.roll(np.random.default_rng(4).random(cube.shape) < 0.2, 3, axis=0)
    other[0] = other[7] = False
    header = dicom_write.Header("one", patient="P1")
    volume = Volume(np.zeros(cube.shape, np.int16), Grid(cube.shape, (3.0, 1.5, 1.5), (-100.0, -20.0, -10.0)))
    files = dicom_write.ct_series(volume, tmp_path / "ct", header)
    dicom_write.segmentation({"cube": cube, "other": other}, files, header, tmp_path / "seg.dcm")
    return tmp_path, volume.grid, {"cube": cube, "other": other}


def shuffled(path, order):
    """The same SEG with its frames, and what describes them, in another order."""
    data = pydicom.dcmread(path)
    frames = data.pixel_array
    data.PerFrameFunctionalGroupsSequence = [data.PerFrameFunctionalGroupsSequence[k] for k in order]
    data.PixelData = pack_bits(frames[order].ravel())
    data.save_as(path)


@pytest.mark.parametrize("seed", range(3))
def test_frames_are_placed_by_position_whatever_their_order(written, seed):
    place, grid, masks = written
    n = int(pydicom.dcmread(place / "seg.dcm").NumberOfFrames)
    shuffled(place / "seg.dcm", np.random.default_rng(seed).permutation(n).tolist())
    for label, mask in masks.items():
        assert np.array_equal(on(place / "seg.dcm", label, grid), mask)


def test_a_grid_with_its_first_slice_on_top_has_the_same_places(written):
    place, grid, masks = written
    top = tuple(grid.to_world(np.array([7.0, 0, 0])))
    turned = Grid(grid.shape, grid.spacing_mm, top, ((-1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))
    assert np.array_equal(on(place / "seg.dcm", "cube", turned), masks["cube"][::-1])


def test_only_wanted_frames_are_unpacked_and_one_at_a_time(written, monkeypatch):
    place, grid, masks = written
    seen, unpack = [], np.unpackbits
    monkeypatch.setattr(pixels.np, "unpackbits", lambda *a, **k: seen.append(unpack(*a, **k)) or seen[-1])
    on(place / "seg.dcm", "cube", grid)
    assert len(seen) == masks["cube"].any(axis=(1, 2)).sum() == 4
    assert max(map(len, seen)) < grid.shape[1] * grid.shape[2] + 8


def test_the_size_of_a_region_is_bounded_and_not_that_of_its_file(written, monkeypatch):
    folder, grid, _ = written
    frames = len(seg.read(folder / "seg.dcm").data.PerFrameFunctionalGroupsSequence)
    monkeypatch.setattr(seg, "MOST_VOXELS", grid.shape[1] * grid.shape[2] * (frames - 1))
    assert on(folder / "seg.dcm", "cube", grid).any()
    with pytest.raises(BadMask, match="no region of a patient is that large"):
        on(folder / "seg.dcm", "cube|other", grid)


def test_frames_that_are_not_described_are_told(written):
    place, grid, _ = written
    data = pydicom.dcmread(place / "seg.dcm")
    data.PerFrameFunctionalGroupsSequence = data.PerFrameFunctionalGroupsSequence[:-1]
    data.save_as(place / "seg.dcm")
    with pytest.raises(BadMask, match="10 frames and describes 9"):
        on(place / "seg.dcm", "cube", grid)


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        ("PlanePositionSequence", "ImagePositionPatient"),
        ("PlaneOrientationSequence", "ImageOrientationPatient"),
        ("PixelMeasuresSequence", "PixelSpacing"),
        ("PixelSpacing", "PixelSpacing"),
    ],
)
def test_frames_without_a_place_are_told(written, lacking, told):
    place, grid, _ = written
    data = pydicom.dcmread(place / "seg.dcm")
    shared = data.SharedFunctionalGroupsSequence[0]
    for holder in (shared, *data.PerFrameFunctionalGroupsSequence):
        if lacking in holder:
            del holder[lacking]
    if lacking == "PixelSpacing":
        del shared.PixelMeasuresSequence[0].PixelSpacing
    data.save_as(place / "seg.dcm")
    with pytest.raises(BadMask, match=f"a frame of the SEG lacks {told}: it has no place in the patient"):
        on(place / "seg.dcm", "cube", grid)


def test_bits_of_a_byte_are_no_segments(written):
    """As a public collection has them: called binary, eight segments in the bits of each byte."""
    place, grid, _ = written
    data = pydicom.dcmread(place / "seg.dcm")
    frames = data.pixel_array * np.uint8(5)
    data.BitsAllocated, data.BitsStored, data.HighBit = 8, 8, 7
    data.PixelData = frames.tobytes()
    data.save_as(place / "seg.dcm")
    with pytest.raises(BadMask, match="a binary SEG holds 5 in a voxel"):
        on(place / "seg.dcm", "cube", grid)


NRRDS = {
    "liver_spine_seg": {"1": [1], "2": [2], "1|2": [1, 2], ".*": [1, 2], "": None},
    "liver_spine_gapped_seg": {"1": [1], "5": [5], "5.0": [5], "[2-9]": [5]},
    "spine_seg_label5": {"5": [5], "": [5]},
    "heart_seg": {"3": [3]},
    "partial_overlaps-1": {"1": [1], "4|5": [4, 5], ".*": [1, 4, 5], "": None},
}


@pytest.mark.parametrize("name", NRRDS)
def test_label_maps_with_gaps_and_any_label(data_dir, name):
    folder = "dicom_samples/dcmqi/segmentations"
    theirs = sitk.GetArrayFromImage(sitk.ReadImage(str(data_dir / folder / f"{name}.nrrd")))
    sheet = [
        row(case=f"P{k}", image=f"{folder}/ct-3slice", segmentation=f"{folder}/{name}.nrrd", pattern=pattern)
        for k, pattern in enumerate(NRRDS[name])
    ]
    made = segment(curate(sheet, data_dir).images, data_dir)
    reasons = {each["case"]: each["reason"] for each in made.exclusions}
    for k, labels in enumerate(NRRDS[name].values()):
        if labels is None:
            assert re.search("has [23] labels: 1 .* voxels.*set `pattern`", reasons[f"P{k}"])
            continue
        assert np.array_equal(made.masks[f"P{k}.1.tumour"].on(theirs.shape), np.isin(theirs, labels))


def test_a_seg_of_another_patient_is_refused(data_dir):
    sheet = [row(image="dicom_samples/dcmqi/segmentations/ct-3slice",
                 segmentation="dicom_samples/dcmqi/sr-example/seg.dcm", pattern="Neoplasm.*")]  # fmt: skip
    made = segment(curate(sheet, data_dir).images, data_dir)
    assert "the segmentation is another patient's: its PatientID is not the image's" in made.exclusions[0]["reason"]


def test_prostate(data_dir):
    import highdicom

    folder = data_dir / "dicom_samples" / "qin_prostate_seg"
    grid = grid_of(folder / "ADC")
    theirs = highdicom.seg.segread(folder / "seg" / "1-1.dcm")
    for number, label in seg.read(folder / "seg" / "1-1.dcm").segments:
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
    with pytest.raises(BadMask, match=r"a value of [0-9]+ bytes where [0-9]+ are left: the file is cut off"):
        on(tmp_path / "cut.dcm", "liver", grid_of(folder / "ct-3slice"))
    (tmp_path / "short.dcm").write_bytes(file.read_bytes()[:2000])
    with pytest.raises(BadMask, match="not a readable DICOM SEG"):
        seg.read(tmp_path / "short.dcm")


def small(tmp_path, change=lambda data: None):
    masks = {
        "GTV": np.zeros((3, 24, 20), bool),
        "Heart": np.zeros((3, 24, 20), bool),
        "Lung": np.zeros((3, 24, 20), bool),
    }
    for k, mask in enumerate(masks.values()):
        mask[1, 3 * k : 3 * k + 2, 4] = True
    data = pydicom.dcmread(made_seg(tmp_path / "seg.dcm", masks))
    change(data)
    data.save_as(tmp_path / "seg.dcm")
    return seg.read(tmp_path / "seg.dcm")


def test_two_segments_of_one_number(tmp_path):
    found = small(tmp_path, lambda data: setattr(data.SegmentSequence[2], "SegmentNumber", 1))
    for name in ("GTV", "Lung", ".*"):
        with pytest.raises(BadMask, match=r"2 segments have SegmentNumber 1 \('GTV', 'Lung'\), so that their voxels"):
            found.named(Choice((name,)))
    assert found.named(Choice(("Heart",)))[0] == [2]


def test_a_frame_of_a_segment_that_is_not_there(tmp_path):
    def change(data):
        data.PerFrameFunctionalGroupsSequence[0].SegmentIdentificationSequence[0].ReferencedSegmentNumber = 9

    found = small(tmp_path, change)
    with pytest.raises(BadMask, match="a frame is of segment 9, which SegmentSequence does not have"):
        found.on(Grid((3, 24, 20), (3.0, 1.5, 1.5), (-100.0, -20.0, -10.0)), [1], 0.5)


def test_a_seg_that_was_compressed_with_loss_is_told(tmp_path):
    found = small(tmp_path, lambda data: setattr(data, "LossyImageCompression", "01"))
    assert [note.partition(":")[0] for note in found.notes] == ["the SEG was compressed with loss"]
    assert small(tmp_path, lambda data: setattr(data, "LossyImageCompression", "00")).notes == ()


@pytest.mark.parametrize(
    ("kind", "told"), [("TILED_FULL", "a place: they are tiles of a slide"), ("3D", "none of its frames a place;")]
)
def test_frames_that_nothing_describes(tmp_path, kind, told):
    def change(data):
        data.DimensionOrganizationType = kind
        del data.PerFrameFunctionalGroupsSequence

    with pytest.raises(BadMask, match=told):
        small(tmp_path, change)


CELLS = [{"BitsStored": 8}, {"HighBit": 7}, {"PixelRepresentation": 1}, {"SamplesPerPixel": 3}, {"BitsAllocated": 16}]


@pytest.mark.parametrize("cells", CELLS)
def test_pixels_that_would_be_read_wrongly(tmp_path, cells):
    with pytest.raises(BadMask, match=r"bits of which|where 0 and 1 are allowed"):
        small(tmp_path, lambda data: [setattr(data, name, value) for name, value in cells.items()])


@pytest.mark.parametrize("parts", [(1, 2), (2, None), (1, 1)])
def test_a_part_of_a_segmentation_is_none(tmp_path, parts):
    def change(data):
        data.InConcatenationNumber = parts[0]
        if parts[1]:
            data.InConcatenationTotalNumber = parts[1]

    if parts == (1, 1):
        assert small(tmp_path, change).segments
        return
    with pytest.raises(BadMask, match="one of 2 files that a segmentation was split into"):
        small(tmp_path, change)
