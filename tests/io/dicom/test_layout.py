"""What a file's lengths, nesting and number of elements may be; what it costs to find that out."""

import io
import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_files
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from made.hospital import image_slice, square, stored, structures
from radioloom.io.dicom import layout, values

MB = 1 << 20
ITEM, ITEM_END, SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0\0\0\0\0", b"\xfe\xff\xdd\xe0\0\0\0\0"
UNDEFINED = b"\xff\xff\xff\xff"
START = b"\x08\0\x40\x11SQ\0\0"  # of a sequence
SMALL = b"\x09\0\x01\x10US\x02\0\x01\0"


def undefined(content: bytes) -> bytes:
    return START + UNDEFINED + ITEM + UNDEFINED + content + ITEM_END + SEQUENCE_END


def defined(content: bytes) -> bytes:
    item = ITEM + struct.pack("<L", len(content)) + content
    return START + struct.pack("<L", len(item)) + item


def nested(of, depth: int) -> bytes:
    content = SMALL
    for _ in range(depth):
        content = of(content)
    return content


def flat(n: int) -> bytes:
    return b"".join(struct.pack("<HH2sHH", 9 + 2 * (k >> 16), k & 0xFFFF, b"US", 2, 1) for k in range(n))


def items(n: int) -> bytes:
    return START + UNDEFINED + (ITEM + UNDEFINED + SMALL + ITEM_END) * n + SEQUENCE_END


def within(raw: bytes, more: bytes) -> bytes:
    """A file with more elements before its patient."""
    at = raw.index(b"\x10\x00\x10\x00PN")
    return raw[:at] + more + raw[at:]


def checked(raw: bytes, last: int = layout.PIXELS[-1]) -> None:
    layout.check(io.BytesIO(raw), last)


@pytest.fixture(scope="module")
def drawing(tmp_path_factory) -> bytes:
    return structures(tmp_path_factory.mktemp("rs") / "rs.dcm", {"GTV": [square(-97, 0, 12)]}).read_bytes()


@pytest.mark.parametrize("of", [undefined, defined])
def test_nesting(drawing, of):
    checked(within(drawing, nested(of, layout.DEEPEST // 2)))
    for depth in (layout.DEEPEST // 2 + 1, 1000):
        with pytest.raises(layout.Malformed, match="nested more than 40 deep"):
            checked(within(drawing, nested(of, depth)))


ODD = {
    "a value of 4294967280 bytes where": b"\x08\x00\x15\x01OB\0\0\xf0\xff\xff\xff",
    "something else than items": START + struct.pack("<L", len(SMALL)) + SMALL,
    "ends where none has begun": SEQUENCE_END,
    "ends where none has begun ": START + UNDEFINED + ITEM + UNDEFINED + SMALL + SEQUENCE_END,
    "the attribute (0008,1140) stands in it twice": defined(SMALL) * 2,
    "where 10 are left: the file is cut off": START + struct.pack("<L", 18) + ITEM + struct.pack("<L", 11) + SMALL,
    "it ends inside a sequence": START + UNDEFINED + ITEM + UNDEFINED + SMALL,
}


@pytest.mark.parametrize("said", ODD)
def test_what_does_not_fit_together(drawing, said):
    raw = drawing + ODD[said] if "inside" in said else within(drawing, ODD[said])
    with pytest.raises(layout.Malformed) as fault:
        checked(raw)
    assert said.strip() in str(fault.value)


def test_a_file_cut_off_at_any_byte_of_its_header(drawing):
    for n in range(133, len(drawing)):
        try:
            checked(drawing[:n])
        except layout.Malformed:
            continue
        # It ends between two attributes of its own, and pydicom has read whole ones.
        assert drawing[n + 3 : n + 4] == b"\0" or drawing[n:].strip(b"\0") == b""


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_every_syntax(tmp_path, syntax):
    data = image_slice(stored(1)[0], (1, 2, 3))
    inner = pydicom.Dataset()
    inner.Rows = 7
    data.ReferencedStudySequence = [inner, inner]
    data.file_meta.TransferSyntaxUID = syntax
    explicit = syntax != ImplicitVRLittleEndian
    data.save_as(
        tmp_path / "x", implicit_vr=not explicit, little_endian=syntax != ExplicitVRBigEndian, enforce_file_format=True
    )
    raw = (tmp_path / "x").read_bytes()
    checked(raw)
    assert values.integer(values.dataset(tmp_path / "x"), 0x00280010) == 24
    with pytest.raises(layout.Malformed):
        checked(raw[: len(raw) // 2])


def test_what_pydicom_tests_itself_with_passes():
    """But the files that are broken on purpose."""
    refused = set()
    for path in get_testdata_files():
        raw = Path(path).read_bytes() if Path(path).is_file() else b""
        if raw[128:132] == b"DICM" and len(raw) < 4 * MB:
            try:
                checked(raw)
            except layout.Malformed:
                refused.add(Path(path).name)
    assert refused <= REFUSED


REFUSED = {"MR_truncated.dcm", "rtplan_truncated.dcm", "DICOMDIR-nooffset"}


def test_what_follows_a_deflated_stream_is_not_gone_through_again_and_again():
    meta = b"\x02\0\x10\0UI\x16\x001.2.840.10008.1.2.1.99"
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = pack.compress(SMALL) + pack.flush()
    with_trailing = bytes(128) + b"DICM" + meta + body + bytes(64 * MB)
    done = subprocess.run(
        [sys.executable, "-c", TRAILING], input=with_trailing, capture_output=True, check=False, timeout=20
    )
    assert done.returncode == 0, done.stderr


TRAILING = (
    "import io, sys; from radioloom.io.untrusted import refuse_inflation as r; r(io.BytesIO(sys.stdin.buffer.read()))"
)
JOB = """
import json, sys, time
from pathlib import Path
from radioloom.errors import CaseError
from radioloom.io.segmentations import rtstruct
from radioloom.segmentation.choose import Choice
told = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    begun = time.process_time()
    try:
        found = rtstruct.read(path).named(Choice(("GTV",)))[0][0]
        told[path.name] = str(len(found.contours))
    except CaseError as error:
        told[path.name] = str(error)
    told[path.name + " s"] = time.process_time() - begun
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
told["peak_mb"] = int(status["VmHWM"].split()[0]) / 1024
print(json.dumps(told))
"""


@pytest.mark.hostile
@pytest.mark.skipif(sys.platform != "linux", reason="peaks of memory are measured as Linux tells them")
def test_bounds_in_memory_and_time(tmp_path, root, drawing):
    long = tmp_path / "long.dcm"
    data = pydicom.dcmread(io.BytesIO(drawing))
    points = b"\\".join([b"1.5"] * 12_000_000)
    contour = data.ROIContourSequence[0].ContourSequence[0]
    element = pydicom.dataelem.RawDataElement(pydicom.tag.Tag(0x30060050), "UN", len(points), points, 0, False, True)
    contour[0x30060050] = element
    data.save_as(long)
    (tmp_path / "elements.dcm").write_bytes(within(drawing, flat(1_000_000)))
    (tmp_path / "items.dcm").write_bytes(within(drawing, items(370_000)))
    (tmp_path / "too many.dcm").write_bytes(within(drawing, items(1_000_000)))
    done = subprocess.run(
        [sys.executable, "-c", JOB, str(tmp_path)], capture_output=True, text=True, check=False, timeout=1500,
        cwd=root / "workflow", env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["elements.dcm"], told["items.dcm"]) == ("1", "1")
    assert "more than 1500000 elements" in told["too many.dcm"]
    assert "ContourData is 47999999 bytes long" in told["long.dcm"]
    assert told.pop("peak_mb") < 1000
    assert max(each for name, each in told.items() if name.endswith(" s")) < 20
