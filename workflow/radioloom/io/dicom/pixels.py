"""Read the pixels of sorted slices in the unit of their modality: CT in HU, PET in SUV by body weight, MR as stored."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.pixels import iter_pixels
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    SecondaryCaptureImageStorage,
    generate_uid,
)

from radioloom.errors import BadImage
from radioloom.failures import reading
from radioloom.io.dicom.cells import image_bytes, length_fault, zeros_behind
from radioloom.io.dicom.codestreams import precision
from radioloom.io.dicom.elements import COMPRESSED
from radioloom.io.dicom.frames import split
from radioloom.io.dicom.headers import Header, read_header
from radioloom.io.dicom.layout import Malformed
from radioloom.io.dicom.values import BROKEN, dataset, machines_own_fault, number, syntax_name, why
from radioloom.io.files import filled
from radioloom.io.lost_slices import Seen, seen
from radioloom.volume import UNITS, Grid, Volume

LEFT_TO_ITK = (JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1)
PADDING = (0x00280120, 0x00280121)  # PixelPaddingValue, PixelPaddingRangeLimit
REAL = ("FloatPixelData", "DoubleFloatPixelData")
LAYOUT = (
    "Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation",
)  # fmt: skip


def read_headers(files: Sequence[tuple[Path, str]], order: Sequence[int], slices: slice) -> list[Header]:
    """Headers of a run of slices: of files in their order, or of frames in theirs where all are in one file.

    files : each with what messages call it; order : of the frames of one file, empty where each file is a slice
    Raises BadImage where a file is no longer what it was when it was curated.
    """
    if order:
        every = split(_header(*files[0]))
        return [every[index] for index in order[slices]]
    return [_header(*file) for file in files[slices]]


def _header(file: Path, name: str) -> Header:
    try:
        header = read_header(file, name)
    except BROKEN as error:
        raise BadImage(f"{name}: it has gone or changed since it was curated; run the study again") from error
    if header is None or header.fault:
        raise BadImage(f"{name}: it has changed since it was curated; run the study again")
    return header


def read(
    headers: Sequence[Header], grid: Grid, corner: tuple[int, int], factor: float, look: list[Seen] | None = None
) -> Volume:
    """The volume of sorted slices: stored value * slope + intercept, times `factor` (SUV of PET; 1 elsewhere).

    headers : slices in the order of the grid's first axis
    grid : where the wanted voxels lie: these slices, and in them `grid.shape[1:]` pixels from row and column `corner`
    look : takes what is to be remembered of each slice
    Returns float64 (z, y, x). Raises BadImage naming the file that cannot be decoded or scaled.
    """
    array = np.empty(grid.shape)
    rows, columns = (slice(low, low + n) for low, n in zip(corner, grid.shape[1:], strict=True))
    for index, (header, values) in enumerate(_every(headers)):
        array[index] = values[rows, columns]
        array[index] *= 1.0 if header.slope is None else header.slope
        array[index] += header.intercept or 0.0
        if look is not None:
            look.append(seen(values, header.name))
    if factor != 1.0:
        array *= factor
    if not np.isfinite(array).all():
        raise BadImage(f"{headers[0].name} and the slices beside it hold values that are not finite")
    modality = headers[0].modality
    return Volume(array, grid, UNITS.get(modality, ""), modality)


def padding(header: Header) -> tuple[float, float] | None:
    """The lowest and highest value, rescaled, that a file says to be padding; None where it says nothing of it.

    Files write it as a number without a sign too, where their pixels have one.
    """
    try:
        data = dataset(header.path, tags=PADDING)
        found = [value for tag in PADDING if (value := number(data, tag)) is not None]
    except BROKEN:  # a note on the region says less
        return None
    if header.signed:
        found = [value - (1 << header.bits) if value >= 1 << (header.bits - 1) else value for value in found]
    slope = 1.0 if header.slope is None else header.slope
    scaled = [value * slope + (header.intercept or 0.0) for value in found]
    return (min(scaled), max(scaled)) if scaled else None


def varied(headers: Iterable[Header]) -> bool:
    """Whether one of the slices holds more than one value; none is read after the first that does."""
    return any(values.min() < values.max() for _, values in _every(headers))


def stored(header: Header) -> np.ndarray:
    """Stored values (rows, columns) of one slice, without rescale; BadImage where they cannot be decoded."""
    return next(_every([header]))[1]


def _every(headers: Iterable[Header]) -> Iterator[tuple[Header, np.ndarray]]:
    """Each slice with its stored values; a compressed file of many frames is read once."""
    held: tuple[Path, Dataset] | None = None
    for header in headers:
        if header.pixel_offset >= 0 and header.bits in (8, 16, 32):
            yield header, _native(header)
            continue
        try:
            if held is None or held[0] != header.path:
                held = header.path, dataset(header.path, pixels=True)
            with machines_own_fault():
                values = _decoded(header, held[1])
        except (*BROKEN, RuntimeError, UserWarning) as error:
            if isinstance(error, Malformed) and not header.syntax.startswith(COMPRESSED):
                raise BadImage(f"{header.name}: {why(error)}") from error
            name = syntax_name(header.syntax)
            raise BadImage(
                f"{header.name}: its pixels ({name}) cannot be decoded; decompress or fetch the file again"
            ) from error
        yield header, values


def _native(header: Header) -> np.ndarray:
    kind = _kind(header)
    with reading(header.path) as handle:
        handle.seek(header.pixel_offset)
        flat = np.empty(header.rows * header.columns, kind)
        n = filled(handle, flat)
    if n < flat.nbytes:
        raise BadImage(
            f"{header.name}: its pixel data end after {n} of {flat.nbytes} bytes; the file has become shorter since "
            "its header was read: fetch the file again"
        )
    return _of_used_bits(flat.reshape(header.rows, header.columns), header)


def _kind(header: Header) -> np.dtype:
    return np.dtype(f"<{'i' if header.signed else 'u'}{header.bits // 8}")


def _of_used_bits(values: np.ndarray, header: Header) -> np.ndarray:
    """Values of the bits that are used, the highest their sign; the others may hold anything (PS3.5, 8.1.1)."""
    unused = header.bits - header.bits_used
    return values << unused >> unused if unused else values


def _decoded(header: Header, data: Dataset) -> np.ndarray:
    """One frame of a file that is compressed, or not little-endian; raises what `frames` does.

    Frames may be of more bits than are used: then decoders give the words as they are, or take their sign elsewhere.
    """
    frame = next(frames(data, [max(header.index, 0)])).reshape(header.rows, header.columns)
    return frame if header.bits % 8 else _of_used_bits(frame.astype(_kind(header), copy=False), header)


def frames(data: Dataset, wanted: Sequence[int]) -> Iterator[np.ndarray]:
    """Frames of a file one by one as they are stored, whichever decoder it takes.

    wanted : numbers of the frames, from 0
    Raises one of BROKEN where the file ends too early, and whatever pydicom's and ITK's decoders raise.
    """
    if real := [name for name in REAL if name in data]:
        raise Malformed(f"its pixels are {real[0]}, real numbers, which are not read", "export whole ones, or NIfTI")
    syntax = _syntax(data)
    if not syntax.is_encapsulated:
        _check_length(data)
    if syntax.is_encapsulated:
        _check_precision(data, syntax, wanted)
    if syntax in LEFT_TO_ITK:
        yield from (_by_itk(data, index) for index in wanted)
    elif data.BitsAllocated == 1 and not syntax.is_encapsulated:
        yield from _unpacked(data, wanted)
    elif wanted:
        decoder = iter_pixels(data, indices=wanted)
        for _ in wanted:
            with warnings.catch_warnings():
                warnings.filterwarnings("error", "End of file reached")  # pydicom's words for truncated fragments
                frame = next(decoder)
            yield frame


def _syntax(data: Dataset) -> UID:
    """The transfer syntax, which a file without the file meta group does not name."""
    if "TransferSyntaxUID" not in data.file_meta:
        plain = ImplicitVRLittleEndian if data.original_encoding[0] else ExplicitVRLittleEndian
        data.file_meta.TransferSyntaxUID = plain
    return data.file_meta.TransferSyntaxUID


def excess(data: Dataset) -> int:
    """Bytes of padding behind the native pixels of a file that was read whole; 0 where they are compressed."""
    if "PixelData" not in data or _syntax(data).is_encapsulated:
        return 0
    return zeros_behind(BytesIO(data.PixelData), 0, _native_bytes(data), len(data.PixelData))


def _check_length(data: Dataset) -> None:
    """Malformed where native pixel data are not those of the image that their header describes; padding is cut off."""
    wanted, n = _native_bytes(data), len(data.PixelData) - excess(data)
    if fault := length_fault(n, wanted, n):
        raise Malformed(fault, "fetch the file again")
    data["PixelData"].value = data.PixelData[: wanted + wanted % 2]


def _native_bytes(data: Dataset) -> int:
    names = ("Rows", "Columns", "SamplesPerPixel", "NumberOfFrames")
    return image_bytes(*(int(data.get(name) or 1) for name in names), int(data.BitsAllocated))


def _check_precision(data: Dataset, syntax: UID, wanted: Sequence[int]) -> None:
    """Malformed where a compressed frame has more bits than a pixel's cell: pydicom would cut the upper ones off."""
    count, cell = int(data.get("NumberOfFrames") or 1), int(data.BitsAllocated)
    for index in wanted:
        bits = precision(get_frame(data.PixelData, index, number_of_frames=count), syntax)
        if bits > cell:
            raise Malformed(f"BitsAllocated {cell}, and its compressed frames are of {bits} bits")


def _unpacked(data: Dataset, wanted: Sequence[int]) -> Iterator[np.ndarray]:
    """Frames of single bits, one after the other without a gap (PS3.5, 8.1.1), so that most begin inside a byte.

    pydicom 3.0 takes a byte too few for some of them.
    """
    shape = int(data.Rows), int(data.Columns)
    size, content = shape[0] * shape[1], in_order(data, data.PixelData)
    for index in wanted:
        first, skipped = divmod(index * size, 8)
        some = np.frombuffer(content, np.uint8, (skipped + size + 7) // 8, first)
        yield np.unpackbits(some, count=skipped + size, bitorder="little")[skipped:].reshape(shape)


def in_order(data: Dataset, content: bytes) -> bytes:
    """Pixels of at most a byte in their order, of words whose bytes are swapped; done twice it changes nothing."""
    if data.file_meta.TransferSyntaxUID != ExplicitVRBigEndian or data["PixelData"].VR != "OW":
        return content
    return np.frombuffer(content, np.uint16).byteswap().tobytes()


def _by_itk(data: Dataset, index: int) -> np.ndarray:
    """One frame by ITK, which brings the decoders that pydicom has no light and permissive package for."""
    import SimpleITK as sitk

    count = int(data.get("NumberOfFrames") or 1)
    one = Dataset()
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = data.file_meta.TransferSyntaxUID
    one.file_meta.MediaStorageSOPClassUID = one.SOPClassUID = SecondaryCaptureImageStorage  # which has no rescale
    one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID = generate_uid(entropy_srcs=["one frame"])
    for keyword in LAYOUT:
        setattr(one, keyword, data.get(keyword))
    one.PixelData = encapsulate([get_frame(data.PixelData, index, number_of_frames=count)])
    with TemporaryDirectory() as folder:
        path = Path(folder, "frame.dcm")
        one.save_as(path, enforce_file_format=True)
        return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
