"""What is no image that can be measured is refused by name: contradicting headers, cuts and flipped bits."""

import gzip

import numpy as np
import pytest

from made.image_files import STORAGES, metaimage, nifti, nrrd, values, written
from radioloom.errors import BadImage, BadMask
from radioloom.io import images
from radioloom.io.formats.record import Unreadable, numbers


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rows": [0.75, 0, 0, -8.5, 0, -1.5, 0, -50.25, 0, 0, 3, -4]}, "exchange axes, or left and right"),
        ({"rows": [0, -1.5, 0, -8.5, -0.75, 0, 0, -50.25, 0, 0, 3, -4]}, "its s-form"),
        ({"rows": [-1.5, 0, 0, -8.5, 0, -3, 0, -50.25, 0, 0, 6, -4]}, "its s-form 1.5 x 3 x 6"),
        ({"rows": [np.nan] * 12}, "its s-form holds no place"),
        ({"rows": [0.0] * 12}, "its s-form holds no place"),
        ({"s": [0], "quaternion": [np.nan] * 3}, "its q-form holds no place"),
        ({"pixdim": [1, 0, 1, 1, 0, 0, 0, 0]}, "spacing .0.0, 1.0, 1.0. mm"),
        ({"pixdim": [1, -1, 1, 1, 0, 0, 0, 0]}, "spacing .-1.0, 1.0, 1.0. mm"),
        ({"unit": [5]}, "the unit of its voxels has the code 5"),
        ({"dim": [4, 6, 5, 4, 2, 1, 1, 1]}, r"4 dimensions of \[6, 5, 4, 2\] voxels"),
        ({"dim": [5, 6, 5, 4, 1, 3, 1, 1]}, "3 values per voxel"),
        ({"dim": [2, 6, 5, 4, 1, 1, 1, 1]}, r"2 dimensions of \[6, 5\] voxels"),
        ({"dim": [3, 6, -5, 4, 1, 1, 1, 1]}, "6 x -5 x 4 voxels"),
        ({"dim": [9, 6, 5, 4, 1, 1, 1, 1]}, "9 dimensions"),
        ({"dim": [3, 6, 5, 5, 1, 1, 1, 1]}, "its voxels end after 480 of 600 bytes"),
        ({"dim": [3, 6, 5, 3, 1, 1, 1, 1]}, "it holds more than the 360 bytes of voxels that its header says"),
        ({"type": [128]}, "3 values per voxel"),
        ({"type": [32]}, "its voxels are complex numbers"),
        ({"type": [77]}, "its voxels are of type 77, which is none"),
        ({"start": [0]}, "its voxels cannot begin at byte 0"),
        ({"start": [352.5]}, "its voxels cannot begin at byte 352.5"),
        ({"start": [np.nan]}, "its voxels cannot begin at byte nan"),
        ({"slope": [2], "intercept": [np.nan]}, "which is no number; correct scl_inter"),
        ({"magic": [b"ni1\0"]}, "the .img with its voxels is not beside it"),
        ({"magic": [b"\0\0\0\0"]}, "an Analyze 7.5 image, whose header does not tell left from right; convert it"),
        ({"magic": [b"abc\0"]}, "not readable as NIfTI"),
    ],
)  # fmt: skip
def test_headers_of_nifti_that_are_refused(tmp_path, fields, words):
    with pytest.raises(BadImage, match=f"x.nii: .*{words}"):
        images.read(nifti(tmp_path, values("f4"), **fields))


@pytest.mark.parametrize("pack", [False, True])
@pytest.mark.parametrize(("behind", "read"), [(b"\0" * 59, True), (b"\0" * 60, False), (b"\0\0x", False)])
def test_padding_is_less_than_a_slice_of_zeros(tmp_path, behind, read, pack):
    path = nifti(tmp_path, array := values("i2"))
    content = path.read_bytes() + behind
    path = tmp_path / f"y.nii{'.gz' * pack}"
    path.write_bytes(gzip.compress(content) if pack else content)
    if read:
        assert np.array_equal(images.read(path).array, array)
    else:
        with pytest.raises(BadImage, match="more than the 240 bytes of voxels"):
            images.read(path)


@pytest.mark.parametrize("slope", [0.0, np.nan, np.inf])
@pytest.mark.parametrize("intercept", [0.0, 10.0, np.nan])
def test_a_slope_of_zero_or_none_is_no_scale(tmp_path, slope, intercept):
    array = values("i2")
    found = images.read_native(nifti(tmp_path, array, slope=[slope], intercept=[intercept]))
    assert np.array_equal(found.array, array)
    assert found.array.dtype == np.int16


@pytest.mark.parametrize(("slope", "told"), [(-1.0, True), (2.0, False)])
def test_a_slope_below_0_is_told(tmp_path, slope, told):
    found = images.read(nifti(tmp_path, values("i2"), slope=[slope], intercept=[0.0]))
    assert np.array_equal(found.array, slope * values("i2"))
    assert any("below 0 (scl_slope)" in note for note in found.notes) == told


def test_a_pair_is_read_by_either_name_and_analyze_by_none(tmp_path):
    array = values("i8")
    nifti(tmp_path, array, pair=True)
    for name in ("x.hdr", "x.img"):
        assert np.array_equal(images.read_native(tmp_path / name).array, array)
        assert images.kind(tmp_path / name) == "NIfTI"
    (tmp_path / "IM0001.img").write_bytes(b"")
    assert images.kind(tmp_path / "IM0001.img") == ""
    nifti(tmp_path, array, pair=True, magic=[b"\0\0\0\0"])
    for name in ("x.hdr", "x.img"):
        with pytest.raises(BadMask, match=r"an Analyze 7\.5 image"):
            images.read_native(tmp_path / name, BadMask)


@pytest.mark.parametrize("storage", [name for name in STORAGES if STORAGES[name][1].get("pack")])
def test_every_flipped_bit_of_a_compressed_file_is_noticed(tmp_path, storage):
    """Of what is compressed: a header outside it has no checksum."""
    array = values("i2", (8, 9, 10))
    path = written(tmp_path, storage, array)
    file = max((each for each in tmp_path.iterdir() if each != path), default=path)
    whole = file.read_bytes()
    start = max(whole.find(b"\x1f\x8b"), whole.find(b"\x78\x9c"), 0)
    draw = np.random.default_rng(1)
    for at in draw.integers(start + 10, len(whole), 60):
        raw = bytearray(whole)
        raw[at] ^= 1 << draw.integers(8)
        file.write_bytes(raw)
        with pytest.raises(BadImage, match=r"truncated|damaged|more than the|not readable"):
            images.read(path)


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("dtype", ["u1", "i2", "i8", "u8", "f8"])
def test_every_cut_is_noticed(tmp_path, storage, dtype):
    path = written(tmp_path, storage, values(dtype))
    file = max((each for each in tmp_path.iterdir() if each != path), default=path)
    whole = file.read_bytes()
    for lost in (1, 2, 7, 8, 50, 100):
        file.write_bytes(whole[:-lost])
        with pytest.raises(BadMask, match=r"truncated|is empty \(0 bytes\)"):
            images.read_native(path, BadMask)
    file.write_bytes(whole + b"x")
    with pytest.raises(BadImage, match=r"more than the|damaged"):
        images.read(path)


TEXT = [
    (nrrd, "encoding: raw", "encoding: ascii", "encoding: 'ascii' is not read; save it with the encoding raw or gzip"),
    (nrrd, "encoding: raw", "encoding: bzip2", "encoding: 'bzip2' is not read"),
    (nrrd, "encoding: raw", "", "line 10 of its header|has no 'encoding'"),
    (nrrd, "endian: little", "endian: middle", "endian: 'middle' is not little or big"),
    (nrrd, "endian: little\n", "", "endian: '' is not little or big"),
    (nrrd, "dimension: 3", "dimension: 3\nsizes: 6 5 5", "gives 'sizes' twice, and not the same"),
    (nrrd, "sizes: 6 5 4", "sizes: 6 5", "sizes: '6 5' is not 3 whole numbers"),
    (nrrd, "sizes: 6 5 4", "sizes: 6 5 4_0", "sizes: '6 5 4_0' is not 3 whole numbers"),
    (nrrd, "sizes: 6 5 4", "szes: 6 5 4", "line 6 of its header is no field of NRRD; correct it"),
    (nrrd, "type: short", "type: block", "type: 'block' is no type of real numbers"),
    (nrrd, "space: left-posterior-superior", "space: right-up", "space: 'right-up' is not read"),
    (nrrd, "space: left-posterior-superior", "space: 3D-left-handed", "'3d-left-handed' is not read; save it in left-"),
    (nrrd, "space origin: (8.5,", "space origin: (8_5,", "a vector: '8_5 50.25 -4.0' is not some numbers"),
    (nrrd, "space origin: (8.5,", "space origin: (8.5e300,", "is beyond all sizes; correct the header"),
    (metaimage, "Offset = 8.5", "Offset = 8.5e300", "is beyond all sizes; correct the header"),
    (nrrd, "kinds: domain", 'space units: "um" "um" "um"\nkinds: domain', "space units: .* millimetres are expected"),
    (nrrd, "kinds: domain", "space units: um um um\nkinds: domain", "space units: .* in double quotes; correct"),
    (nrrd, "kinds: domain", "space units: 'cm' 'cm' 'cm'\nkinds: domain", "space units: .* in double quotes"),
    (nrrd, "kinds: domain", 'space units: "mm" "mm" cm\nkinds: domain', "space units: .* in double quotes"),
    (nrrd, "kinds: domain", 'space units: "mm" "mm" "cm\nkinds: domain', "space units: .* in double quotes"),
    (nrrd, "kinds: domain", "units: mm mm mm\nkinds: domain", "units: .* in double quotes"),
    (nrrd, "kinds: domain", "spacings: 9 9 9\nkinds: domain", "spacings: '9 9 9' stands beside 'space directions'"),
    (nrrd, "kinds: domain", "spacings: nan nan 9\nkinds: domain", "spacings: .* stands beside 'space directions'"),
    (nrrd, "kinds: domain", "axis mins: 5 5 5\nkinds: domain", "axis mins: '5 5 5' stands beside 'space directions'"),
    (nrrd, "kinds: domain", "axismaxs: 5 5 5\nkinds: domain", "axis maxs: '5 5 5' stands beside 'space directions'"),
    (nrrd, "kinds: domain", "spacings: 9\nkinds: domain", "spacings: '9' stands beside 'space directions'"),
    (nrrd, "kinds: domain", "line skip: 1\nkinds: domain", "its header skips lines"),
    (nrrd, "kinds: domain", "ki\0nds: domain", "bytes that are no text"),
    (metaimage, "Offset =", "Offset\0=", "bytes that are no text"),
    (metaimage, "BinaryData = True", "BinaryData = False", "voxels as text are not read"),
    (metaimage, "NDims = 3", "NDims = 3\nDimSize = 6 5 5", "gives 'DimSize' twice, and not the same"),
    (metaimage, "NDims = 3", "NDims = 3\nPosition = 1 2 3", "gives 'Offset' twice, and not the same"),
    (metaimage, "NDims = 3", "NDims = 3\nElementByteOrderMSB = True", "gives 'ElementByteOrderMSB' twice"),
    (metaimage, "NDims = 3", "NDims = 3\nElementNumberOfChannels = 3", "3 values per voxel"),
    (metaimage, "NDims = 3", "NDims = 3\nElementToIntensityFunctionSlope = 2", "programs differ in whether"),
    (metaimage, "NDims = 3", "NDims = 3\nDistanceUnits = cm", "DistanceUnits: 'cm': millimetres are expected"),
    (metaimage, "NDims = 3", "NDims = 3\nHeaderSize = 4", "HeaderSize: 4 is not read here"),
    (metaimage, "ElementSpacing = 0.75", "Spacing = 0.75", "its header has no ElementSpacing; export it again"),
    (metaimage, "MET_SHORT", "MET_STRING", "ElementType: 'MET_STRING' is no type"),
    (metaimage, "ElementDataFile = LOCAL", "Data = LOCAL", "does not say where its voxels are|bytes that are no text"),
    (metaimage, "ElementDataFile = LOCAL", "ElementDataFile = s%s%s%n.raw", "by a pattern .%."),
    (metaimage, "ElementDataFile = LOCAL", "ElementDataFile = s%03d.raw 1 4 1", "by a pattern .%."),
    (metaimage, "ElementDataFile = LOCAL", "ElementDataFile = gone.raw", "is not beside it; put it there"),
    (metaimage, "ElementDataFile = LOCAL", "ElementDataFile = ../x.raw", "names voxels in another folder"),
]  # fmt: skip


@pytest.mark.parametrize(("write", "old", "new", "words"), TEXT)
def test_headers_of_text_that_are_refused(tmp_path, write, old, new, words):
    path = write(tmp_path, values("i2"))
    raw = path.read_bytes()
    assert raw.count(old.encode()) == 1
    path.write_bytes(raw.replace(old.encode(), new.encode()))
    with pytest.raises(BadImage, match=f"{path.name}: .*({words})"):
        images.read(path)


@pytest.mark.parametrize("more", ['space units: "mm" "mm" "mm"', 'space units: "mm""mm""???"', "spacings: NaN nan NaN"])
def test_fields_of_nrrd_that_say_nothing_new(tmp_path, more):
    array = values("i2")
    path = nrrd(tmp_path, array)
    before = images.read_native(path)
    path.write_bytes(path.read_bytes().replace(b"kinds: domain", f"{more}\nkinds: domain".encode()))
    found = images.read_native(path)
    assert found.grid == before.grid
    assert np.array_equal(found.array, array)


@pytest.mark.parametrize(
    "text", ["1_000", "0x10", "1,5", "\u0661", "nan", "inf", "1e99999", "", "1 2", "1" * 50, "1e", "--1", "."]
)
def test_numbers_of_a_strict_grammar(text):
    with pytest.raises(Unreadable, match="is not a number"):
        numbers(text, "x", 1)


@pytest.mark.parametrize("text", ["1", "-1.5", "+.5", "1.", "1e-3", "1E+05"])
def test_numbers_that_are_some(text):
    assert numbers(text, "x", 1) == [float(text)]


@pytest.mark.parametrize("storage", ["nii.gz", "nrrd gzip", "mha packed", "nhdr gzip", "mhd packed", "nii pair packed"])
def test_a_sound_stream_of_too_few_voxels(tmp_path, storage):
    """The checksum is right: header and voxels do not belong together."""
    folder = tmp_path / "short"
    folder.mkdir()
    array = values("i2")
    path = written(tmp_path, storage, array)
    other = written(folder, storage, array[:3])
    if path.name in ("x.nii.gz",):
        head, body = (gzip.decompress(each.read_bytes()) for each in (path, other))
        path.write_bytes(gzip.compress(head[:352] + body[352:]))
    elif storage in ("nrrd gzip", "mha packed"):
        mark = b"\n\n" if "nrrd" in storage else b"LOCAL\n"
        head, body = path.read_bytes().split(mark, 1)[0], other.read_bytes().split(mark, 1)[1]
        path.write_bytes(head + mark + body)
    else:
        data = max(each for each in tmp_path.iterdir() if each.is_file() and each != path)
        data.write_bytes((folder / data.name).read_bytes())
    with pytest.raises(BadImage, match="its voxels end after 180 of 240 bytes; the file is truncated"):
        images.read(path)
