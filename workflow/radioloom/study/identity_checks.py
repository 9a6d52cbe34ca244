"""Patients, images and sheets that two cases or two cohorts share, as far as sheets and paths tell before any job.

What only files tell (copies under other names, series) is the stage `identify`'s, which the same rule decides.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product
from pathlib import Path

from radioloom.io.files import copies, is_file, is_folder, is_there
from radioloom.io.user_tables.ids import bare
from radioloom.provenance import digest
from radioloom.settings import Origin
from radioloom.stages.images.fetch import FETCHED
from radioloom.stages.tables.identify import Who, remedy, verdict
from radioloom.study.image_checks import FEW, KEYS, exchanged
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, some
from radioloom.study.sheet import Row
from radioloom.study.table_checks import start_of
from radioloom.tables.cases import EXAMINATION, IMAGE, PATIENT, REFUSED, REGION

Cohorts = tuple[str, str]
ASKED = "{}: were the columns `image` and `segmentation` exchanged? Equal masks are no equal images"
Names = Mapping[str, list[Row] | None]  # cohort -> rows; None of a table that is at fault itself


def identity_remarks(study: Study, rows: Names, origin: Origin, remarks: Remarks) -> set[str]:
    """Whether cases are told apart: each of one patient, and no patient or image where it may not be.

    Names the later cohorts of one sheet or table, which is a fault that is told once, and not by every case.
    """
    for cohort in rows:
        if torn := sorted(_torn(rows[cohort] or ())):
            remarks.faults.append(
                f"{_place(study, cohort, origin)}: {some(torn, 'case')} with two patients in the column `patient`; "
                "give all rows of a case one"
            )
    whose = {(who.cohort, who.case): who for who in people(study, rows)}
    if study.simulated:
        _refused_patients(study, whose, origin, remarks)
        return set()
    same_sheet = _same_sheets(study, origin, remarks)
    _refused_patients(study, {key: who for key, who in whose.items() if who.cohort not in same_sheet}, origin, remarks)
    drawn = [row for cohort in study.has.images if cohort not in same_sheet for row in study.sheets[cohort]]
    _refused_images(study, drawn, whose, origin, remarks)
    for cohort in study.has.images:
        _odd_rows(study, cohort, remarks)
    return same_sheet


def _place(study: Study, cohort: str, origin: Origin) -> str:
    return origin.at("cohorts", cohort, start_of(study, cohort).key)


def _torn(rows: Iterable[Row]) -> set[str]:
    """Cases whose rows name two patients."""
    first: dict[str, str] = {}
    return {row["case"] for row in rows if first.setdefault(row["case"], row["patient"]) != row["patient"]}


def people(study: Study, rows: Names) -> Iterator[Who]:
    """Every case once, and whose it is."""
    for cohort, each in rows.items():
        role = study.settings["cohorts"][cohort]["role"]
        patients = {row["case"]: row["patient"] for row in each or ()}
        yield from (Who(cohort, case, role, each or case, each != "") for case, each in patients.items())


def _same_sheets(study: Study, origin: Origin, remarks: Remarks) -> set[str]:
    """Later cohorts of one sheet or table whose cases may not be in both; each is a fault, told once."""
    first: dict[str, str] = {}
    told: set[str] = set()
    for cohort in study.cohorts():
        other = first.setdefault(_start(study, cohort), cohort)
        roles = [study.settings["cohorts"][each]["role"] for each in (other, cohort)]
        one, two = (Who(each, "", role, "", False) for each, role in zip((other, cohort), roles, strict=True))
        if other != cohort and not _parts(study, other, cohort) and verdict(one, two, {IMAGE, REGION})[0] == REFUSED:
            told.add(cohort)
            word = start_of(study, cohort).word
            remarks.faults.append(
                f"{_place(study, cohort, origin)}: the {word} is that of cohort {other} too: a {roles[0]} and a "
                f"{roles[1]} cohort may not have one; give each a {word} of its own, or divide one with `role: split`"
            )
    return told


def _start(study: Study, cohort: str) -> str:
    """The file that a cohort starts from, and by what ids: another pattern takes other rows of a table."""
    if cohort in study.has.images:
        return os.path.realpath(study.sheet_places[cohort])
    block = study.settings["cohorts"][cohort]["features"]
    ids = [block["columns"]["case"], block["columns"]["patient"], block["ids"]]
    return f"{os.path.realpath(study.data / block['file'])} {digest(ids)}"


def _parts(study: Study, one: str, other: str) -> bool:
    """Whether two cohorts are the parts of one, so that each row of their sheet is of one of them."""
    split = [study.settings["cohorts"][name].get("split", {}).get("of") for name in (one, other)]
    return split[0] is not None and split[0] == split[1]


def _refused_patients(study: Study, whose: Mapping[tuple[str, str], Who], origin: Origin, remarks: Remarks) -> None:
    """Patients of a training cohort who are in a validation cohort too; cases and patients (almost) of one name."""
    shared: dict[Cohorts, set[str]] = defaultdict(set)
    called: dict[Cohorts, set[str]] = defaultdict(set)
    almost: dict[Cohorts, set[str]] = defaultdict(set)
    for one, other in _learnt_and_validated(whose.values()):
        cohorts = one.cohort, other.cohort
        if one.patient != other.patient:
            almost[cohorts].add(f"{one.patient} and {other.patient}")
        elif verdict(one, other, {PATIENT})[0] == REFUSED:
            shared[cohorts].add(other.case)
        else:
            called[cohorts].add(other.case)
    for (learnt, validated), cases in shared.items():
        remarks.faults.append(
            f"{_place(study, validated, origin)}: {some(sorted(cases), 'case')} of cohort {validated} with a "
            f"patient of cohort {learnt}, which is learnt from: take them out of one; where they are other people, "
            "give each a name of its own in the column `patient`"
        )
    for (learnt, validated), cases in called.items():
        remarks.notes.append(
            f"cohort {validated}: {some(sorted(cases), 'case')} called as one of cohort {learnt}: a name "
            "alone is taken for two people's; name the patients of both in the column `patient`, which tells who is one"
        )
    for (learnt, validated), pairs in almost.items():
        remarks.notes.append(
            f"cohorts {learnt} and {validated}: {some(sorted(pairs), 'pair')} of patients almost called alike, and "
            "taken for other people; where they are one person, give both one name in the column `patient`"
        )


def _learnt_and_validated(people: Iterable[Who]) -> Iterator[tuple[Who, Who]]:
    """Every case that is learnt from, with every one that is validated on and whose patient is (almost) called so."""
    groups: dict[str, list[Who]] = defaultdict(list)
    for who in people:
        groups[bare(who.patient)].append(who)
    for group in groups.values():
        yield from product(*([who for who in group if who.role == role] for role in ("training", "validation")))


def _refused_images(
    study: Study, rows: list[Row], whose: Mapping[tuple[str, str], Who], origin: Origin, remarks: Remarks
) -> None:
    """Images that two cases share by their paths, where they may not."""
    copied = _copied(rows, study.data)
    groups = _by_image(rows, study.data, copied)
    shared: dict[Cohorts, list[str]] = defaultdict(list)
    told: dict[Cohorts, list[str]] = defaultdict(list)
    first: dict[Cohorts, Row] = {}
    for group in groups.values():
        for (one, as_one), (other, as_other) in combinations(group, 2):
            pair = [whose[row["cohort"], row["case"]] for row in (one, other)]
            regions = {(row["roi"], row["pattern"], _file(study.data / row["segmentation"])) for row in (one, other)}
            kinds = {IMAGE, *([REGION] if len(regions) == 1 else [])}
            kinds = kinds if {as_one, as_other} == {IMAGE} else {EXAMINATION}
            cohorts = (one["cohort"], other["cohort"])
            refused = pair[0] != pair[1] and verdict(pair[0], pair[1], kinds)[0] == REFUSED
            copies = len({*cohorts}) == 2 and one["image"] in copied and "observers" not in (pair[0].role, pair[1].role)
            first.setdefault(cohorts, one)
            if refused or copies:
                (shared if refused else told)[cohorts].append(
                    " = ".join(
                        row["case"] if len({*cohorts}) == 1 else f"{row['cohort']}/{row['case']}"
                        for row in (one, other)
                    )
                )
    for cohorts, pairs in shared.items():
        usual = remedy(study.settings["cohorts"][cohort]["role"] for cohort in cohorts)
        image, segmentation = (study.data / first[cohorts][key] for key in KEYS)
        doubt = exchanged(image, segmentation, FEW)
        what_to_do = ASKED.format(doubt) if doubt else usual
        same = f"{some(sorted(set(pairs)), 'pair')} of cases with one image; {what_to_do}"
        remarks.faults.append(f"{_place(study, cohorts[1], origin)}: {same}")
    for cohorts, pairs in told.items():
        remarks.notes.append(
            f"cohorts {' and '.join(cohorts)}: {some(sorted(set(pairs)), 'pair')} of cases whose image files are "
            "copies of each other, byte by byte: they are of one scan"
        )


def _by_image(rows: list[Row], data: Path, copied: Mapping[str, tuple[str]]) -> dict[str, list[tuple[Row, str]]]:
    """Rows by what images are known by, and whether it is a row's own image or one that its region was drawn on.

    copied : as `_copied` has it
    """
    groups: dict[str, list[tuple[Row, str]]] = defaultdict(list)
    for row in rows:
        for name in (*images_of(row, data), *copied.get(row["image"], ())):
            groups[name].append((row, IMAGE))
        if drawn_on := row.get("drawn_on"):
            known = images_of({**row, "image": drawn_on, "series": ""}, data)
            for name in (*known, *copied.get(drawn_on, ())):
                groups[name].append((row, EXAMINATION))
    return groups


def _copied(rows: list[Row], data: Path) -> dict[str, tuple[str]]:
    """What images that are copies of other rows' files are known by, besides their own; few files are read for it."""
    named = {row.get(key, "") for row in rows for key in ("image", "drawn_on")} - {""}
    places = {name: data / name for name in named if not name.startswith(f"{FETCHED}/")}
    files = {name: place for name, place in places.items() if is_file(place)}
    known = copies(files.values())
    return {name: (f"copy {known[place]}",) for name, place in files.items() if place in known}


def images_of(row: Row, data: Path) -> Iterator[str]:
    """What an image is known by before it is read; two rows of one such name are of one image.

    A folder may hold the series of many patients: it is known by the series that the row names, and by its
    segmentation, which is drawn on one of them.
    """
    path = data / row["image"]
    if row["image"].startswith(f"{FETCHED}/"):
        yield f"series {digest(path.name)}"
    elif is_file(path):
        yield f"file {_file(path)}"
    elif is_folder(path):
        named = row["series"]
        if named:
            yield f"series {digest(named) if '.' in named else named}"
        if is_file(drawn := data / row["segmentation"]):
            yield f"folder {_file(path)} {_file(drawn)}"


def _file(path: Path) -> str:
    """A file whatever it is called, by links too; its path where it is not there."""
    if not is_there(path):
        return str(path)
    stat = path.stat()
    return f"{stat.st_dev}:{stat.st_ino}"


def _odd_rows(study: Study, cohort: str, remarks: Remarks) -> None:
    """Rows that cannot be meant: an image as its own segmentation, replicates that are one image or two modalities."""
    rows = study.sheets[cohort]
    itself = [row["case"] for row in rows if _itself(row, study.data)]
    if itself:
        remarks.faults.append(
            f"cohort {cohort}: {some(sorted(set(itself)), 'case')} with one file as image and as segmentation; "
            "correct the paths in the sheet"
        )
    modalities: dict[tuple[str, str], set[str]] = defaultdict(set)
    replicates: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        modalities[row["case"], row["roi"]] |= {row["modality"]} - {""}
        for name in images_of(row, study.data):
            replicates[name].add((row["case"], row["replicate"]))
    if several := sorted({case for (case, _), each in modalities.items() if len(each) > 1}):
        remarks.faults.append(
            f"cohort {cohort}: {some(several, 'case')} with replicates of several modalities; a replicate repeats an "
            "image, so give each modality a study, or a cohort, of its own"
        )
    repeated = [[case for case, _ in each] for each in replicates.values()]
    once = sorted({case for each in repeated for case in each if each.count(case) > 1})
    if once and study.settings["cohorts"][cohort]["role"] == "test-retest":
        remarks.notes.append(
            f"cohort {cohort}: {some(once, 'case')} with one image for two visits: what they agree on says nothing of "
            "a second scan"
        )


def _itself(row: Row, data: Path) -> bool:
    image, drawn = data / row["image"], data / row["segmentation"]
    return is_file(image) and is_file(drawn) and _file(image) == _file(drawn)
