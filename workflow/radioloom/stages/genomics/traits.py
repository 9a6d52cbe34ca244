"""Stage traits: readers' annotations as traits of the study's cases; readers and patients become pseudonyms here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from radioloom.errors import BadAnnotation, StudyError
from radioloom.io.annotations.record import Annotation, Answer
from radioloom.io.user_tables.ids import alike, bare, composed
from radioloom.io.user_tables.quoted import shown
from radioloom.patterns import compiled
from radioloom.provenance import digest
from radioloom.settings import meant
from radioloom.stages.genomics.trait_scales import agreement
from radioloom.tables import TRAITS

Row = dict[str, Any]
OLDER = "an older annotation of this case by the same reader; the latest counts"
RARE = 10  # annotations with one answer to a trait for each that has several, where those may be slips
TWINS = "several annotations of this case by one reader, of one time or of none: which one counts is not known"


@dataclass(frozen=True, slots=True)
class Traits:
    """Rows of the tables of the same names, from the annotations of one cohort."""

    traits: list[Row] = field(default_factory=list)
    trait_agreement: list[Row] = field(default_factory=list)
    unread: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Placed:
    """An annotation with the case that it is of, and the pseudonym of its reader."""

    annotation: Annotation
    case: str
    reader: str = ""


def traits(
    annotations: Sequence[Annotation],
    cohort: str,
    cases: Iterable[str],
    settings: dict[str, Any],
    patients: dict[str, str] | None = None,
) -> Traits:
    """TRAITS, TRAIT_AGREEMENT and UNREAD rows of the `cases` of one cohort.

    annotations : as io.annotations.read gives them
    settings : the cohort's `traits`: `pattern` finds the patient in a file's name (group `case`), else the document's
        own patient id counts; `ordinal` gives traits their levels, the least first
    patients : patient id (or what the pattern matched) -> case; None: they are the same

    Of several annotations of one case by one reader the latest counts. A trait that a reader answers for several
    findings of a case, or measures several times, is not used: which one is meant is not known.
    Raises StudyError where there is no annotation at all, or `pattern` or `ordinal` does not fit them.
    """
    if not annotations:
        raise StudyError(
            f"cohorts.{cohort}.traits.files: no AIM 4 file, DICOM SR or line of a CSV with a value is there"
        )
    faults: list[tuple[_Placed, str]] = []
    latest = _latest(_named(_placed(annotations, cohort, set(cases), settings, patients, faults)), faults)
    answers = [(placed, answer) for placed in latest for answer in _clear(placed, faults)]
    levels = _levels(cohort, settings["ordinal"], answers)
    measured = _measured(answer for _, answer in answers)
    rows = [_row(cohort, placed, answer, levels, measured) for placed, answer in answers]
    rows = list({(row["case"], row["reader"], row["trait"], row["value"]): row for row in rows}.values())
    return Traits(rows, agreement(TRAITS.frame(rows)), _unread(cohort, faults))


def spellings(annotations: Iterable[Annotation]) -> Iterator[str]:
    """Notes on traits, answers and readers that are several by their spelling alone; where they stand, not their words.

    Agreement takes `Absent` and `absent` for two answers.
    """
    written: dict[str, dict[tuple[str, str], dict[str, str]]] = {"traits": {}, "answers of a trait": {}, "readers": {}}
    for each in annotations:
        if each.reader:
            written["readers"].setdefault(("", bare(each.reader)), {}).setdefault(each.reader.casefold(), each.document)
        for answer in each.answers:
            trait = bare(answer.trait)
            written["traits"].setdefault(("", trait), {}).setdefault(answer.trait, each.document)
            if answer.number is None:
                same = written["answers of a trait"].setdefault((trait, bare(answer.value)), {})
                same.setdefault(answer.value, each.document)
    for what, groups in written.items():
        for places in (list(each.values()) for each in groups.values() if len(each) > 1):
            yield (
                f"two {what} differ in spelling alone (letters, blanks or signs), and count as two; write one"
                f" (first in {places[0]} and {places[1]})"
            )


def contradictions(annotations: Iterable[Annotation]) -> Iterator[str]:
    """A note on several answers of one reader to one trait of a case, where they may be two readers', or a slip.

    A reader may choose several values of a trait, and agreement is told by value then. So it is told where a table
    names no reader, and where of a trait one annotation, or fewer than one in ten, has several.
    """
    known = [each for each in annotations if each.answers]
    answered: Counter[tuple[int, str, int]] = Counter()  # differing answers by annotation, trait and finding
    for k, each in enumerate(known):
        words = {(bare(one.trait), one.finding, bare(one.value)) for one in each.answers if one.number is None}
        answered.update((k, trait, finding) for trait, finding, _ in words)
    n = Counter(trait for _, trait, _ in answered)
    n_several = Counter(trait for (_, trait, _), values in answered.items() if values > 1)
    nameless = all(each.of_table and not each.reader for each in known)
    rare = {trait for trait, m in n_several.items() if m == 1 < n[trait] or RARE * m < n[trait]}
    told = sorted({k for (k, trait, _), values in answered.items() if values > 1 and (nameless or trait in rare)})
    if not told:
        return
    some = f"{len(told)} of {len(known)} {'cases' if nameless else 'annotations'} (first in {known[told[0]].document})"
    taken = "they count as one reader's, who chose all of them"
    if nameless:
        yield (
            f"no reader is named, and {some} have several differing answers to one trait: {taken}; where they are of "
            "several readers, say whose each is in a column `reader`"
        )
    else:
        yield (
            f"{some} have several differing answers to one trait, where the others have one: {taken}, and agreement on "
            "the trait is told value by value; where that is a slip, correct it"
        )


def _placed(
    annotations: Sequence[Annotation],
    cohort: str,
    cases: set[str],
    settings: dict[str, Any],
    patients: dict[str, str] | None,
    faults: list[tuple[_Placed, str]],
) -> list[_Placed]:
    """Annotations of the cohort's cases; the others become faults."""
    rule, known = case_pattern(cohort, settings["pattern"]), alike(cases if patients is None else patients)
    placed = []
    for annotation in annotations:
        try:
            if annotation.fault:
                raise BadAnnotation(annotation.fault)
            patient = _patient(annotation, rule)
            case = patient if patients is None else patients.get(patient, "")
            if case not in cases:
                near = patients is None or patients.get(known.get(bare(patient), "")) in cases
                raise BadAnnotation(_of_nobody(known.get(bare(patient), "") if near else "", patients))
        except BadAnnotation as problem:
            faults.append((_Placed(annotation, ""), str(problem)))
        else:
            placed.append(_Placed(annotation, case))
    return placed


def _of_nobody(near: str, patients: dict[str, str] | None) -> str:
    """Why an annotation is of no case.

    near : the known id that its patient's is almost like; the patient's own is not told
    """
    if not near:
        return "of no case of the cohort sheet: the patient that it names is not listed there"
    if patients is None:
        return f"of no case of the cohort sheet, but almost called like {near}; write both the same"
    return f"its patient id is almost that of case {patients[near]} in `traits.patients`; write both the same"


def case_pattern(cohort: str, pattern: str) -> re.Pattern[str] | None:
    """The study's `traits.pattern`, compiled; None where it is empty. StudyError where it finds no group `case`."""
    try:
        rule = compiled(pattern) if pattern else None
    except StudyError as error:
        raise StudyError(f"cohorts.{cohort}.traits.pattern: {error}; correct it") from None
    if rule and "case" not in rule.groupindex:
        raise StudyError(f"cohorts.{cohort}.traits.pattern: has no group `case`; write (?P<case>...) around the name")
    return rule


def _patient(annotation: Annotation, rule: re.Pattern[str] | None) -> str:
    if rule is None:
        return composed(annotation.patient.strip())
    match = rule.search(composed(annotation.name))
    if match is None:
        raise BadAnnotation("its file's name does not fit the study's `traits.pattern`")
    return match["case"]


def _named(placed: list[_Placed]) -> list[_Placed]:
    """Readers as reader-1, reader-2 ... in the order of a hash of what their files call them."""
    known = sorted({_who(each) for each in placed}, key=lambda who: (digest(who), who))
    width = len(str(len(known)))
    names = {who: f"reader-{place:0{width}d}" for place, who in enumerate(known, start=1)}
    return [_Placed(each.annotation, each.case, names[_who(each)]) for each in placed]


def _who(placed: _Placed) -> str:
    return placed.annotation.reader.strip().casefold()


def _latest(placed: list[_Placed], faults: list[tuple[_Placed, str]]) -> list[_Placed]:
    """One annotation per case and reader, in the order of these."""
    groups: dict[tuple[str, str], list[_Placed]] = {}
    for each in placed:
        groups.setdefault((each.case, each.reader), []).append(each)
    kept = []
    for _, group in sorted(groups.items()):
        last = max(each.annotation.time for each in group)
        newest = [each for each in group if each.annotation.time == last]
        faults += [(each, OLDER) for each in group if each.annotation.time != last]
        if len({each.annotation.answers for each in newest}) == 1:
            kept.append(newest[0])  # copies of one annotation are one
        else:
            faults += [(each, TWINS) for each in newest]
    return kept


def _clear(placed: _Placed, faults: list[tuple[_Placed, str]]) -> list[Answer]:
    """Answers without the ambiguous ones, which become faults."""
    by_trait: dict[str, list[Answer]] = {}
    for answer in placed.annotation.answers:
        by_trait.setdefault(answer.trait, []).append(answer)
    clear = []
    for trait, answers in by_trait.items():
        findings, numbers = {answer.finding for answer in answers}, {answer.number for answer in answers} - {None}
        if len(findings) > 1:
            faults.append((placed, f"{trait!r} is answered for {len(findings)} findings of the case; not used"))
        elif len(numbers) > 1:
            place = f"trait {list(by_trait).index(trait) + 1} of {len(by_trait)}"
            called = place if placed.annotation.of_table else repr(trait)
            faults.append((placed, f"{called} has {len(numbers)} differing numbers; not used"))
        else:
            clear += answers
    return clear


def _levels(
    cohort: str, ordinal: dict[str, list[Any]], answers: list[tuple[_Placed, Answer]]
) -> dict[str, dict[str, int]]:
    """Place of each level of the ordered traits; StudyError where an answer is none of them."""
    levels = {trait: {str(level): place for place, level in enumerate(order)} for trait, order in ordinal.items()}
    where = f"cohorts.{cohort}.traits.ordinal"
    given = {answer.trait for _, answer in answers}
    for trait in sorted(set(levels) - given) if answers else ():
        terms = sorted({answer.trait for placed, answer in answers if not placed.annotation.of_table})
        others = f"there are {', '.join(map(repr, terms))}" if terms else f"traits that were answered: {len(given)}"
        raise StudyError(f"{where}: nobody answered {trait!r}; {meant(trait, given) or others}")
    for placed, answer in answers:
        if answer.trait in levels and answer.value not in levels[answer.trait]:
            known = ", ".join(repr(level) for level in levels[answer.trait])
            told = shown(answer.value, levels[answer.trait]) if placed.annotation.of_table else repr(answer.value)
            raise StudyError(
                f"{where}: {answer.trait!r} is answered {told} ({placed.annotation.document}), which is none of {known}"
            )
    return levels


def _measured(answers: Iterable[Answer]) -> set[str]:
    """Traits whose every answer is a number."""
    numeric: dict[str, bool] = {}
    for answer in answers:
        numeric[answer.trait] = numeric.get(answer.trait, True) and answer.number is not None
    return {trait for trait, whole in numeric.items() if whole}


def _row(cohort: str, placed: _Placed, answer: Answer, levels: dict[str, dict[str, int]], measured: set[str]) -> Row:
    level = levels.get(answer.trait, {}).get(answer.value)
    return {
        "cohort": cohort, "case": placed.case, "reader": placed.reader, "trait": answer.trait, "value": answer.value,
        "number": answer.number if answer.trait in measured and level is None else None, "level": level,
        "unit": answer.unit or None, "code": answer.code or None, "code_system": answer.code_system or None,
    }  # fmt: skip


def _unread(cohort: str, faults: list[tuple[_Placed, str]]) -> list[Row]:
    """One row per document, with all its reasons."""
    keys: dict[str, Row] = {}
    reasons: dict[str, dict[str, None]] = {}  # each once, in order
    for placed, reason in faults:
        document = placed.annotation.document
        keys.setdefault(document, {"cohort": cohort, "case": placed.case or None, "reader": placed.reader or None})
        reasons.setdefault(document, {})[reason] = None
    return [{**key, "document": document, "reason": "; ".join(reasons[document])} for document, key in keys.items()]
