"""One attribute of a DICOM file made what it should not be; or some of a file's bytes."""

import copy
import random
import struct

import pydicom
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

BINARY = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "FL": "f", "FD": "d"}
ITEM = b"\xfe\xff\x00\xe0\x0e\0\0\0\x08\0\x60\0CS\x06\0BEYOND"  # of a sequence that holds a modality of six letters
BITS = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"SQ", b"UN", b"DS", b"IS", b"\\", b"1e999", b"nan", b"-1")


def attributes(data, path=()):
    """Paths of a data set's attributes but the pixels, also in the first and last item of every sequence."""
    for element in data:
        if element.tag == 0x7FE00010:
            continue
        yield (*path, int(element.tag))
        if element.VR == "SQ":
            for index in sorted({0, len(element.value) - 1}) if element.value else ():
                yield from attributes(element.value[index], (*path, int(element.tag), index))


def _raw(kind, value):
    return kind, value + (b"" if len(value) % 2 == 0 else b"\0" if kind in ("UI", "OB") else b" ")


def _bytes(element):
    """A value as it stands in the file."""
    if element.VR in BINARY:
        several = element.value if isinstance(element.value, (list, pydicom.multival.MultiValue)) else [element.value]
        return b"".join(struct.pack("<" + BINARY[element.VR], value) for value in several)
    several = element.value if isinstance(element.value, pydicom.multival.MultiValue) else [element.value]
    return "\\".join(map(str, several)).encode()


def _scalar(letters, number):
    """Another value: as letters, or as a number of the attribute's own type where it has one."""

    def change(element):
        if element.VR == "SQ":
            return _raw("LO", letters)
        if element.VR in BINARY:
            return _raw("FD", struct.pack("<d", number)) if number != int(number) else _raw(*_whole(element.VR, number))
        return _raw(element.VR, letters)

    return change


def _whole(kind, number):
    if number < 0 and kind.startswith("U"):
        kind = {"US": "SS", "UL": "SL"}[kind]
    limits = {"US": 2**16 - 1, "SS": 2**15 - 1, "UL": 2**32 - 1, "SL": 2**31 - 1}
    value = number if kind in ("FL", "FD") else int(min(number, limits[kind]))
    return kind, struct.pack("<" + BINARY[kind], value)


def _doubled(element):
    if element.VR == "SQ":
        return "SQ", [*element.value, *copy.deepcopy(element.value)]
    value = _bytes(element)
    return _raw(element.VR, value * 2 if element.VR in BINARY else value + b"\\" + value)


def _other(element):
    return _raw("LO", b"letters") if element.VR in BINARY else _raw("US", b"\x01\0")


def _infinite(element):
    return (
        ("FD", struct.pack("<d", float("nan")))
        if element.VR in BINARY
        else _raw(element.VR if element.VR != "SQ" else "DS", b"nan")
    )


# Name of a mutation -> element to (value representation, bytes or items), None: it is taken out.
MUTATIONS = {
    "absent": lambda element: None,
    "empty": lambda element: (element.VR, b"" if element.VR != "SQ" else []),
    "blank": lambda element: _raw("LO" if element.VR in {*BINARY, "SQ"} else element.VR, b"  "),
    "other type": _other,
    "doubled": _doubled,
    "garbage": lambda element: ("LO" if element.VR in {*BINARY, "SQ"} else element.VR, b"#!\xff\xfe\\~;\x07"),
    "huge": _scalar(b"9e307", 2.0**40),
    "negative": _scalar(b"-3", -3),
    "nan": _infinite,
    "zero": _scalar(b"0", 0),
    "sequence": lambda element: ("SQ" if element.VR != "SQ" else "OB", ITEM),
    "binary": lambda element: ("FD", struct.pack("<d", 1.5)),
    "other": _scalar(b"2", 2),
}


def mutated(data, path, mutation):
    """A copy of a data set with one attribute changed."""
    data = copy.deepcopy(data)
    place = data
    for tag, index in zip(path[:-1:2], path[1::2], strict=True):
        place = place[tag].value[index]
    tag = Tag(path[-1])
    change = MUTATIONS[mutation](place[tag])
    del place[tag]
    if change is None:
        return data
    kind, value = change
    if isinstance(value, list):
        place.add_new(tag, kind, value)
    else:
        place[tag] = RawDataElement(tag, kind, len(value), value, 0, False, True)
    return data


def write(data, path):
    """Write a data set as it is: pydicom's `save_as` corrects what it can, and refuses the rest."""
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_data_element, write_file_meta_info

    to = DicomBytesIO()
    to.is_little_endian, to.is_implicit_VR = True, False
    to.write(bytes(128) + b"DICM")
    write_file_meta_info(to, data.file_meta, enforce_standard=False)
    for tag in sorted(data.keys()):
        write_data_element(to, data.get_item(tag), ["utf8"])
    path.write_bytes(to.getvalue())


def damaged(content: bytes, draw: random.Random) -> bytes:
    """A file with some bytes changed, put in or taken out, or with its end cut off."""
    raw = bytearray(content)
    if draw.random() < 0.15:
        return bytes(raw[: draw.randrange(128, len(raw))])
    for _ in range(draw.choice([1, 1, 2, 5, 20])):
        at = draw.randrange(128, min(len(raw), 6000))
        change = draw.randrange(4)
        if change == 0:
            raw[at] = draw.randrange(256)
        elif change == 1:
            raw[at : at + 1] = draw.choice(BITS)
        elif change == 2:
            del raw[at : at + draw.randrange(1, 40)]
        else:
            raw[at:at] = raw[at : at + draw.randrange(1, 60)]
    return bytes(raw)
