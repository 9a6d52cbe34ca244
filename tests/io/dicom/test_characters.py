"""Text in the character set that its file states (PS3.5, 6.1.2): letters as they were written, and none replaced."""

import pydicom
import pytest
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from made.hospital import ct, stored, structures
from radioloom.io.dicom import values
from radioloom.io.dicom.elements import elements
from radioloom.io.dicom.identity import identity, patient
from radioloom.io.dicom.whose import differ
from radioloom.io.dicom.whose import whose as of_patient
from radioloom.pseudonym import pseudonym

SET, NAME, NUMBER = 0x00080005, 0x00100010, 0x00100020


def raw(content: dict[int, tuple[str, bytes]]) -> Dataset:
    data = Dataset()
    for tag, (kind, value) in content.items():
        data[Tag(tag)] = RawDataElement(Tag(tag), kind, len(value), value, 0, False, True)
    return data


def number(sets: str, value: bytes, tag: int = NUMBER) -> str:
    """Read both ways: from a general reader's dataset, and from raw bytes."""
    data = raw({SET: ("CS", sets.encode()), tag: ("LO", value)})
    told = values.text(data, tag)
    assert values.text({SET: sets.encode(), tag: value}, tag) == told
    return told


WRITTEN = {  # set, what Python calls it, text
    "ISO_IR 100": ("latin-1", "MÜ7"), "ISO_IR 101": ("iso8859-2", "Šimůnek"), "ISO_IR 144": ("iso8859-5", "Иванов"),
    "ISO_IR 126": ("iso8859-7", "Παπάς"), "ISO_IR 127": ("iso8859-6", "أحمد"), "ISO_IR 148": ("iso8859-9", "Şahin"),
    "ISO_IR 138": ("iso8859-8", "כהן"), "ISO_IR 166": ("tis-620", "สมชาย"), "ISO_IR 192": ("utf-8", "王小东"),
    "GB18030": ("gb18030", "王小东\\乗"), "GBK": ("gbk", "王小东"), "ISO_IR 13": ("shift_jis", "ﾔﾏﾀﾞ"),
    "": ("utf-8", "MÜ7"), "ISO 2022 IR 6\\ISO 2022 IR 87": ("iso2022_jp", "山田"), "NOT A SET": ("utf-8", "MÜ7"),
    "iso-ir 100 ": ("latin-1", "MÜ7"), "ISO_IR 192\\ISO_IR 100": ("utf-8", "MÜ7"), "ISO_IR 100\\": ("latin-1", "MÜ7"),
    "\\ISO 2022 IR 87": ("iso2022_jp", "山田"), "ISO 2022 IR 87": ("iso2022_jp", "山田"), "UTF-8": ("utf-8", "MÜ7"),
}  # fmt: skip


@pytest.mark.parametrize("sets", WRITTEN)
def test_letters_are_those_that_were_written(sets):
    codec, text = WRITTEN[sets]
    assert number(sets, text.encode(codec)) == text


def test_examples_of_the_standard():
    """PS3.5, H.3.1 and I.2: names in several sets, with escapes."""
    japanese = b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B"  # H.3.1
    assert number("\\ISO 2022 IR 87", japanese, NAME) == "Yamada^Tarou=山田^太郎=やまだ^たろう"
    korean = b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf"  # I.2
    assert number("\\ISO 2022 IR 149", korean, NAME) == "Hong^Gildong=洪^吉洞=홍^길동"
    half = b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J"  # H.3.2
    assert number("ISO 2022 IR 13\\ISO 2022 IR 87", half, NAME) == "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎"
    assert number("ISO 2022 IR 100\\ISO 2022 IR 126", b"\xc4\x1b-F\xd0\xe1^\xc4", NAME) == "ÄΠα^Ä"


def test_utf8_with_another_set_declared_stays_what_it_was():
    for sets in ("", "ISO_IR 6", "ISO_IR 100"):
        assert number(sets, "MÜ7".encode()) == "MÜ7"


@pytest.mark.parametrize("sets", ["", "ISO_IR 100", "ISO_IR 192", "ISO_IR 126", "GB18030", "\\ISO 2022 IR 87"])
def test_no_two_values_become_one(sets):
    """Every byte alone, and an escape that is none: what no set has stays apart, and can be written."""
    told = [number(sets, b"A" + bytes([byte]) + b"7") for byte in range(0x80, 0x100)]
    told += [number(sets, b"A\x1b$Z" + bytes([byte])) for byte in range(0x80, 0x100)]
    assert len(set(told)) == len(told)
    assert all("\N{REPLACEMENT CHARACTER}" not in each and each.encode() for each in told)
    assert len({pseudonym(each, bytes(32)) for each in told}) == len(told)


def test_items_inherit_the_set_of_their_file(tmp_path):
    path = structures(tmp_path / "rs.dcm", {"GTV": []})
    data = pydicom.dcmread(path)
    data.SpecificCharacterSet = "ISO_IR 144"
    data.StructureSetROISequence[0].ROIName = "GTV Иванов"
    data.save_as(path)
    assert "GTV Иванов".encode("iso8859-5") in path.read_bytes()
    listed = values.items(values.dataset(path), 0x30060020)
    assert values.words(listed[0], 0x30060026) == "GTV Иванов"
    own = raw({SET: ("CS", b"ISO_IR 100"), 0x30060026: ("LO", "MÜ7".encode("latin-1"))})
    assert values.words(own, 0x30060026) == "MÜ7"


def test_a_plain_reader_has_the_set_too(tmp_path):
    path = ct(tmp_path, SpecificCharacterSet="ISO_IR 144", PatientID="Иванов")[0]
    with open(path, "rb") as handle:
        plain = elements(handle, frozenset({NUMBER}))
    assert values.text(plain.values, NUMBER) == "Иванов"
    assert values.text(values.dataset(path, tags=[NUMBER]), NUMBER) == "Иванов"
    assert identity(path).number == "Иванов"


def test_a_value_without_end_is_read_in_a_moment():
    for value in (b"\x1b" * 2**15, b"\x1b$)C\xb1" * 2**13, b"\xff" * 2**15, b"\x1b$B" + b";" * 2**15):
        assert number("\\ISO 2022 IR 149", value)
    assert number("ISO_IR 144\\" * 2**15, b"\xd8") == "и"


def whose(place, sets, number):
    return patient(ct(place, stored(1), SpecificCharacterSet=sets, PatientID=number)[0], "it")[0]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (("ISO_IR 100", "MÜ7"), ("ISO_IR 100", "MÄ7"), True),
        (("ISO_IR 144", "Иванов"), ("ISO_IR 144", "Петров"), True),
        (("ISO_IR 100", "MÜ7"), ("ISO_IR 192", "MÜ7"), False),
        (("ISO_IR 192", "MÜ7"), ("ISO_IR 192", "MU\N{COMBINING DIAERESIS}7"), False),
        (("GB18030", "张7"), ("ISO_IR 192", "张7"), False),
        (("ISO_IR 100", "canary-id "), ("ISO_IR 192", "CANARY-ID"), False),
    ],
)
def test_whose_files_are(tmp_path, one, other, apart):
    assert differ(whose(tmp_path / "a", *one), whose(tmp_path / "b", *other)) == apart


@pytest.mark.parametrize("kind", [b"XX", b"WH"])
@pytest.mark.parametrize("tag", [0x00080050, 0x00080020, 0x00100010])
def test_an_empty_element_of_no_known_kind_is_no_words(tmp_path, kind, tag):
    path = ct(tmp_path, stored(1), AccessionNumber="", StudyDate="", PatientName="")[0]
    content = path.read_bytes()
    at = content.index(tag.to_bytes(4, "big")[1::-1] + tag.to_bytes(4, "big")[:1:-1])
    path.write_bytes(content[: at + 4] + kind + content[at + 6 :])
    assert values.letters(values.dataset(path), tag) == ""
    assert identity(path).day is None or tag != 0x00080020


def test_numbers_in_letters_of_no_stated_set_are_apart_and_no_placeholders():
    one, other = (of_patient(number("", name.encode("iso8859-5")), "", "", "", "") for name in ("Иванов", "Петров"))
    assert differ(one, other)
