"""Annotations in DICOM structured reports (TID 1500): qualitative evaluations and measurements of every finding.

A trait is called after the coded finding that it is of: `Nodule: Diameter`, `Neoplasm, Primary: SUVbw, Mean`; an
evaluation of the whole report after itself. Evaluations in free text are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from radioloom.errors import BadAnnotation
from radioloom.io.annotations.record import Annotation, Answer, term
from radioloom.io.dicom import layout
from radioloom.io.dicom.headers import TAGS
from radioloom.io.dicom.values import BROKEN, beginning, files_own_fault, machines_own_fault, text, why
from radioloom.io.untrusted import refuse_inflation

LARGEST_BYTES = 64 * 2**20  # the image library names every slice; real ones: 10 kB to a few MB
REPORTS = "1.2.840.10008.5.1.4.1.1.88."
OBSERVERS = (codes.DCM.PersonObserverName, codes.DCM.DeviceObserverName, codes.DCM.DeviceObserverUID)
PATIENT = 0x00100020  # PatientID
WHOLE = Code("C0034375", "UMLS", "Qualitative Evaluations")  # of the report, beside those of its findings
CATEGORY = Code("276214006", "SCT", "Finding category")  # what kind of thing a finding is, not how it looks
# A file that breaks the template makes highdicom raise what it meets; deep nesting ends in RecursionError.
UNREADABLE = (*BROKEN, RuntimeError, IndexError, RecursionError)


def is_report(path: Path) -> bool:
    """Whether a DICOM file is a structured report of any kind, or unpacks to more than can be looked at."""
    try:
        with open(path, "rb") as handle:
            try:
                refuse_inflation(handle)
            except ValueError:  # `read` refuses it, so that it is reported
                return True
            return text(beginning(handle, TAGS["sop_class"]), TAGS["sop_class"]).startswith(REPORTS)
    except BROKEN:
        return False


def read(path: Path) -> Annotation:
    """The annotation of one report; BadAnnotation where it is damaged, too large or of another template."""
    from highdicom.sr import MeasurementReport, srread

    if path.stat().st_size > LARGEST_BYTES:
        raise BadAnnotation(f"{path.stat().st_size} bytes of report; {LARGEST_BYTES} are read at most")
    try:
        with open(path, "rb") as handle:
            layout.check(handle)
            with machines_own_fault(), files_own_fault():
                document = srread(layout.Bounded(handle))
        content = document.content
        if not isinstance(content, MeasurementReport):
            raise BadAnnotation("a structured report of another template; TID 1500 (measurement report) is read")
        with files_own_fault():
            answers = tuple(_answers(content))
            observer = ", ".join(_observers(content))
        patient = text(document, PATIENT)
    except UNREADABLE as error:
        raise BadAnnotation(f"a report that cannot be read: {why(error)}") from error
    time = "".join(filter(str.isdigit, f"{document.get('ContentDate', '')}{document.get('ContentTime', '')}"[:14]))
    return Annotation(patient, observer, time, answers)


def _observers(content: Any) -> Iterator[str]:
    """Names of the persons who observed; of the device where it was none."""
    for name in OBSERVERS:
        names = [str(item.value) for item in content[0].ContentSequence if item.name == name]
        if names:
            yield from names
            return


def _answers(content: Any) -> Iterator[Answer]:
    groups = [
        *content.get_planar_roi_measurement_groups(),
        *content.get_volumetric_roi_measurement_groups(),
        *content.get_image_measurement_groups(),
    ]
    for place, group in enumerate(groups):
        finding = f"{_meaning(group.finding_type)}: " if group.finding_type is not None else ""
        for measured in group.get_measurements():
            if measured.value is None:  # the report says why there is no value
                continue
            words = [_meaning(code) for code in (measured.name, measured.derivation) if code is not None]
            value = float(measured.value)
            trait = term(finding + ", ".join(words), "the name of a measurement")
            yield Answer(trait, repr(value), value, unit=measured.unit.value, finding=place)
        for evaluation in group.get_qualitative_evaluations():
            if evaluation.name == CATEGORY:
                continue
            yield _coded(finding, evaluation, place)
    for container in (item for item in content[0].ContentSequence if item.name == WHOLE):
        yield from (_coded("", item, 0) for item in container.ContentSequence if item.ValueType == "CODE")


def _coded(finding: str, item: Any, place: int) -> Answer:
    trait = term(finding + _meaning(item.name), "the name of an evaluation")
    code, scheme = item.value.value, item.value.scheme_designator
    return Answer(trait, _meaning(item.value), code=code, code_system=scheme, finding=place)


def _meaning(code: Any) -> str:
    return term(code.meaning, "the meaning of a code")
