"""Annotation and Image Markup (AIM) 4: the answers that a reader gave to a template's questions.

Two dialects are about. Of `<typeCode code="RID5828" codeSystem="..." codeSystemName="RadLex">` the meaning of the code
is the child `displayName` (ISO 21090, as the standard says), or, in files of older exporters, the attribute
`codeSystem`. A second `typeCode` qualifies the first (partially solid + solid part over 5 mm).

Read are anatomy, observations, their characteristics with numerical or scale quantifications, and calculations with one
number and a coded name. Comments, names and descriptions are free text and are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from radioloom.errors import BadAnnotation
from radioloom.io.annotations.record import Annotation, Answer, as_number, term

LARGEST_BYTES, MOST_ELEMENTS, DEEPEST = 2 * 2**20, 100_000, 100  # real ones: 10 kB, 300 elements, 14 levels
ROOT = "ImageAnnotationCollection"
ENTITIES = (
    "ImagingPhysicalEntity", "ImagingPhysicalEntityCharacteristic", "ImagingObservationEntity",
    "ImagingObservationCharacteristic",
)  # fmt: skip


def read(path: Path) -> Annotation:
    """The annotation of one AIM 4 file.

    Raises BadAnnotation for what is not XML or not AIM 4, declares entities or a document type, or is absurdly large.
    """
    root = _tree(path)
    kind, version = _name(root), root.get("aimVersion", "")
    if kind != ROOT or "4" not in version:
        old = kind == "ImageAnnotation" or version.startswith("3")
        raise BadAnnotation(
            f"AIM 3 ({version[:20] or 'version unknown'}); convert it to AIM 4, which is read (ePAD exports it)"
            if old
            else f"XML, but not AIM 4: its root is {kind[:40]!r}"
        )
    findings = _all(root, "ImageAnnotation")
    answers = [answer for place, finding in enumerate(findings) for answer in _answers(finding, place)]
    user = _child(root, "user")
    reader = _value(_child(user, "loginName")) or _value(_child(user, "name"))
    time = "".join(filter(str.isdigit, _value(_child(root, "dateTime"))))
    return Annotation(_value(_child(_child(root, "person"), "id")), reader, time, tuple(answers))


def _tree(path: Path) -> Element:
    """The root of a file that is read with bounded memory; neither document type nor entities are let in."""
    if path.stat().st_size > LARGEST_BYTES:
        raise BadAnnotation(f"{path.stat().st_size} bytes of XML; an annotation has at most {LARGEST_BYTES}")
    first, depth, count = None, 0, 0
    with open(path, "rb") as handle:
        try:
            for event, element in iterparse(handle, events=("start", "end"), forbid_dtd=True):
                first = element if first is None else first
                depth, count = (depth + 1, count + 1) if event == "start" else (depth - 1, count)
                if depth > DEEPEST or count > MOST_ELEMENTS:
                    raise BadAnnotation(f"more than {DEEPEST} levels or {MOST_ELEMENTS} elements of XML")
        except DefusedXmlException as error:
            raise BadAnnotation(f"XML with a document type or entities ({type(error).__name__}); not read") from error
        except (ParseError, ValueError, LookupError) as error:
            raise BadAnnotation("broken XML; export it again") from error
    return first


def _answers(finding: Element, place: int) -> Iterator[Answer]:
    for entity in finding.iter():
        kind = _name(entity)
        if kind in ENTITIES:
            label = term(_value(_child(entity, "label")), "the label of an answer")
            yield _coded(label, [child for child in entity if _name(child) == "typeCode"], place)
            grades = _child(entity, "characteristicQuantificationCollection")
            for graded in grades if grades is not None else ():
                yield from _number(f"{label}, grade", _child(graded, "value"), graded, place)
        elif kind == "CalculationEntity":
            values = [item for data in _all(entity, "CalculationData") for item in data if _name(item) == "value"]
            label = _meaning(_child(entity, "typeCode"))  # its description is free text
            if label and len(values) == 1:
                unit = next(_all(entity, "unitOfMeasure"), None)
                yield from _number(term(label, "the name of a calculation"), values[0], unit, place)


def _coded(label: str, codes: list[Element], place: int) -> Answer:
    """A coded answer; its qualifiers stand behind it."""
    meanings = [term(_meaning(code), f"the answer to {label!r}") for code in codes]
    joined, systems = (
        "+".join(term(code.get(key), f"{name} of {label!r}") for code in codes)
        for name, key in (("code", "code"), ("code_system", "codeSystemName"))
    )
    answer = term(", ".join(meanings), f"the answer to {label!r}")
    return Answer(label, answer, code=joined, code_system=systems, finding=place)


def _number(label: str, value: Element | None, unit: Element | None, place: int) -> Iterator[Answer]:
    text = _value(value)
    number = as_number(text)
    if number is not None:
        ucum = _child(unit, "ucumString")
        yield Answer(label, text, number, unit=_value(ucum if ucum is not None else unit), finding=place)


def _meaning(code: Element | None) -> str:
    """What a code means, in either dialect."""
    return _value(_child(code, "displayName")) or (code.get("codeSystem", "") if code is not None else "")


def _all(element: Element, name: str) -> Iterator[Element]:
    return (each for each in element.iter() if _name(each) == name)


def _child(element: Element | None, name: str) -> Element | None:
    return next((child for child in element if _name(child) == name), None) if element is not None else None


def _value(element: Element | None) -> str:
    return element.get("value", "").strip() if element is not None else ""


def _name(element: Element) -> str:
    """Name without the namespace, which differs from version to version."""
    return element.tag.rpartition("}")[2]
