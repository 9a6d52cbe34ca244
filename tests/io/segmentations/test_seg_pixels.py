"""Frames of a SEG that begin inside a byte, or are compressed, against arrays that were there before the file."""

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, JPEGLosslessSV1, RLELossless

from made.hospital import save
from made.segs import LARGEST
from made.segs import seg as made_seg
from radioloom.errors import BadMask
from radioloom.io.dicom.deidentify import deidentify
from radioloom.io.segmentations import seg
from radioloom.io.write.header import encode
from radioloom.volume import Grid

# rows, columns, frames: frames that begin at each bit of a byte, end in the last byte, fill no byte, and fill all
SIZES = [
    (23, 19, 4), (23, 19, 1), (17, 19, 8), (19, 21, 9), (21, 22, 3), (25, 20, 2), (1, 1, 9), (3, 1, 17), (1, 7, 5),
    (17, 23, 16), (91, 109, 3), (24, 20, 4), (1, 9, 2),
]  # fmt: skip


def marked(rows, columns, n):
    masks = np.random.default_rng(rows * columns + n).random((2, n, rows, columns)) < 0.5
    masks[:, :, 0, 0] = True  # a frame without a voxel is left out
    return {"GTV": masks[0], "Heart": masks[1]}


def region(file, segment, shape):
    """A segment on the grid of `hospital.ct`, as a full array."""
    grid = Grid(shape, (3.0, 1.5, 1.5), (-100.0, -20.0, -10.0))
    placed = seg.read(file).on(grid, [segment], 0.5)
    part, low = placed.array, placed.low
    full = np.zeros(shape, bool)
    full[tuple(slice(a, a + n) for a, n in zip(low, part.shape, strict=True))] = part
    return full


def big_endian(data, path):
    """The same file, its words turned round."""
    data.walk(lambda within, element: None)  # so that each value is one, and no bytes
    data.file_meta.TransferSyntaxUID, data["PixelData"].VR = ExplicitVRBigEndian, "OW"
    data.PixelData = np.frombuffer(data.PixelData, "<u2").astype(">u2").tobytes()
    pydicom.dcmwrite(path, data, implicit_vr=False, little_endian=False, force_encoding=True)
    return path


@pytest.mark.parametrize(("rows", "columns", "n"), SIZES)
@pytest.mark.parametrize("encoding", ["explicit", "implicit", "big-endian", "no meta group", "no byte of padding"])
def test_frames_that_begin_inside_a_byte(tmp_path, rows, columns, n, encoding):
    masks = marked(rows, columns, n)
    file = made_seg(tmp_path / "seg.dcm", masks)
    data = pydicom.dcmread(file)
    if encoding == "implicit":
        data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    if encoding == "no byte of padding":
        data.PixelData = data.PixelData[: (rows * columns * 2 * n + 7) // 8]
    if encoding == "big-endian":
        big_endian(data, file)
    elif encoding == "no meta group":
        del data.file_meta
        data.preamble = None
        data.save_as(file, implicit_vr=False, little_endian=True, enforce_file_format=False)
    else:
        data.save_as(file)
    for number, mask in enumerate(masks.values(), start=1):
        assert np.array_equal(region(file, number, mask.shape), mask)


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize(("kind", "n"), [("BINARY", 3), ("BINARY", 57), ("LABELMAP", 2), ("FRACTIONAL", 1000)])
def test_zeros_behind_the_pixels_are_padding(tmp_path, kind, n, big):
    masks = marked(23, 19, 3) if kind != "LABELMAP" else {"GTV": marked(23, 19, 3)["GTV"]}
    file = made_seg(tmp_path / "seg.dcm", masks, kind)
    data = pydicom.dcmread(file)
    size = len(data.PixelData) + n
    data.PixelData += bytes(n + size % 2)
    data.save_as(file)
    if big:
        big_endian(data, file)
    for number, mask in enumerate(masks.values(), start=1):
        assert np.array_equal(region(file, number, mask.shape), mask)
    (note,) = seg.read(file).notes
    assert "zeros behind the pixels of the SEG" in note
    if not big:
        data.PixelData = data.PixelData[:-1] + b"\1"
        data.save_as(file)
        with pytest.raises(BadMask, match=r"do not belong together; fetch the file again$"):
            region(file, 1, masks["GTV"].shape)


@pytest.mark.parametrize(("rows", "columns", "n"), SIZES)
@pytest.mark.parametrize("big", [False, True])
def test_they_are_the_same_in_a_copy_without_identity(tmp_path, rows, columns, n, big):
    masks = marked(rows, columns, n)
    data = pydicom.dcmread(made_seg(tmp_path / "seg.dcm", masks))
    if big:
        data = pydicom.dcmread(big_endian(data, tmp_path / "big.dcm"))
    (tmp_path / "clean.dcm").write_bytes(encode(deidentify(data, bytes(32))))
    for number, mask in enumerate(masks.values(), start=1):
        assert np.array_equal(region(tmp_path / "clean.dcm", number, mask.shape), mask)


@pytest.mark.parametrize("lost", [3, 4, 30, 400])
def test_bits_that_are_not_there_are_told_and_not_decoded(tmp_path, lost):
    masks = marked(23, 19, 4)
    data = pydicom.dcmread(made_seg(tmp_path / "seg.dcm", masks))
    whole = (23 * 19 * 8 + 7) // 8
    data.PixelData = data.PixelData[: max(whole - lost, 0)]
    data.save_as(tmp_path / "seg.dcm")
    left = max(whole - lost, 0) + max(whole - lost, 0) % 2
    with pytest.raises(BadMask, match=f"its pixel data end after {left} of {whole} bytes"):
        region(tmp_path / "seg.dcm", 1, (4, 23, 19))


def jpeg_lossless(data, frames, folder):
    """Frames as ITK compresses them; pydicom has no decoder for it."""
    coded = []
    for k, frame in enumerate(frames):
        writer = sitk.ImageFileWriter()
        writer.SetCompressor("JPEG")
        writer.UseCompressionOn()
        writer.SetFileName(str(folder / f"itk{k}.dcm"))
        writer.Execute(sitk.GetImageFromArray(frame[None]))
        coded.append(get_frame(pydicom.dcmread(folder / f"itk{k}.dcm").PixelData, 0, number_of_frames=1))
    data.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    data.PixelData = encapsulate(coded)
    data["PixelData"].is_undefined_length = True


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLosslessSV1])
@pytest.mark.parametrize("kind", ["FRACTIONAL", "LABELMAP"])
def test_a_compressed_seg_is_read_as_an_image_is(tmp_path, kind, syntax):
    masks = {name: mask for name, mask in marked(24, 20, 4).items() if name == "GTV"}
    data = pydicom.dcmread(made_seg(tmp_path / "seg.dcm", masks, kind))
    frames = masks["GTV"].astype(np.uint8) * (LARGEST if kind == "FRACTIONAL" else 1)
    if syntax == RLELossless:
        data.compress(RLELossless, frames, generate_instance_uid=False)
    else:
        jpeg_lossless(data, frames, tmp_path)
    file = save(data, tmp_path / "seg.dcm")
    assert np.array_equal(region(file, 1, (4, 24, 20)), masks["GTV"])


def test_an_encoding_without_decoder_is_refused_by_name(tmp_path):
    data = pydicom.dcmread(made_seg(tmp_path / "seg.dcm", marked(23, 19, 4), "FRACTIONAL"))
    data.compress(RLELossless, generate_instance_uid=False)
    data.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.201"
    with pytest.raises(BadMask, match=r"pixels \(High-Throughput JPEG 2000 .*\) cannot be decoded; decompress"):
        region(save(data, tmp_path / "seg.dcm"), 1, (4, 23, 19))


def test_a_fraction_above_its_maximum_is_refused(tmp_path):
    data = pydicom.dcmread(made_seg(tmp_path / "seg.dcm", marked(23, 19, 4), "FRACTIONAL"))
    data.MaximumFractionalValue = LARGEST - 1
    data.save_as(tmp_path / "seg.dcm")
    with pytest.raises(BadMask, match=f"holds {LARGEST} in a voxel, and its MaximumFractionalValue is {LARGEST - 1}:"):
        region(tmp_path / "seg.dcm", 1, (4, 23, 19))
