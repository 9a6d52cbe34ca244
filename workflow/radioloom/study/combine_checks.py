"""The study's `combine`, held against the rows of its sheets and tables before any job."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping

from radioloom.settings import Origin, meant
from radioloom.stages.tables.combined_names import EACH, LARGEST, LISTS, WORDS, words_of
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, some
from radioloom.study.sheet import Row
from radioloom.study.table_checks import start_of
from radioloom.tables.cohorts import USED_BY_MODELS
from radioloom.tables.columns import FIRST, PARTS

Rows = Mapping[str, list[Row] | None]  # by cohort; None of a table that is at fault itself
Check = Callable[[Study, Rows, Origin, Remarks], None]


def combine_remarks(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """Remarks of every check."""
    for check in CHECKS if study.has.combined else (_one_row_of_a_case,):
        check(study, rows, origin, remarks)


def by_patient(study: Study, rows: Rows) -> Rows:
    """The rows with the cases that models know: patients, where the study combines their images."""
    if not study.has.combined:
        return rows
    return {
        cohort: None if each is None else [{**row, "case": row["patient"] or row["case"]} for row in each]
        for cohort, each in rows.items()
    }


def _place(study: Study, cohort: str, origin: Origin) -> str:
    return origin.at("cohorts", cohort, start_of(study, cohort).key)


def _one_row_of_a_case(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """Cases of tables with rows of several modalities or visits, which nothing brings together."""
    for cohort in study.has.tables:
        counts = Counter((row["case"], row["replicate"], row["roi"]) for row in rows[cohort] or ())
        if several := sorted({case for (case, _, _), n in counts.items() if n > 1}):
            remarks.faults.append(
                f"{_place(study, cohort, origin)}: {some(several, 'case')} with rows of several modalities or visits; "
                "models take one: keep its rows (`features.rows`), or say what becomes of several with `combine`"
            )


def _unknown(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """Regions, modalities and visits that no row of a cohort has, which models would take for missing in everybody."""
    block = study.settings["combine"]
    for part, key in LISTS.items():
        for cohort in study.cohorts(*USED_BY_MODELS):
            known = {row[part] for row in rows[cohort] or ()}
            for word in words_of(block, key) if rows[cohort] else ():
                if word not in known:
                    there = ", ".join(sorted(known - {""})) or "none"
                    remarks.faults.append(
                        f"{origin.at('combine', key)}: no row of cohort {cohort} has the {WORDS[part]} {word!r}; "
                        f"{meant(word, sorted(known)) or f'there are: {there}'}{_column(study, cohort, part)}"
                    )


def _column(study: Study, cohort: str, part: str) -> str:
    """Where the words of a part are written."""
    if cohort in study.has.tables:
        return f" (features.columns.{part} names their column)"
    return f" (the column `{part}` of the sheet)"


def _undeclared(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """Patients with several of what is not declared, and rows of what is declared not."""
    block = study.settings["combine"]
    for cohort, each in rows.items():
        for part, key in LISTS.items():
            words = words_of(block, key)
            of_patient: dict[str, set[str]] = defaultdict(set)
            for row in each or ():
                of_patient[row["patient"] or row["case"]].add(row[part])
            several = sorted(patient for patient, there in of_patient.items() if len(there) > 1)
            if not words and several:
                there = ", ".join(sorted(of_patient[several[0]] - {""}))
                remarks.faults.append(
                    f"{_place(study, cohort, origin)}: {some(several, 'patient')} with several {key} ({there}), and "
                    f"combine.{key} does not say which models take; list them"
                )
            left = Counter(row[part] for row in each or () if words and row[part] not in words)
            if empty := left.pop("", 0):
                remarks.faults.append(
                    f"{_place(study, cohort, origin)}: {empty} rows without {WORDS[part]}, where combine.{key} takes "
                    f"{', '.join(words)}; fill the cells{_column(study, cohort, part)}"
                )
            for word, n in sorted(left.items()):
                told = f"{n} rows of the {WORDS[part]} {word} are left out, which combine.{key} does not list"
                remarks.notes.append(f"cohort {cohort}: {told}")


def _taken(study: Study, rows: Rows) -> Iterator[tuple[str, dict[str, dict[tuple[str, ...], set[str]]]]]:
    """Cohort, and by patient the cases of each region, modality and visit that is combined, of one replicate each."""
    block = study.settings["combine"]
    for cohort, each in rows.items():
        of: dict[str, dict[tuple[str, ...], set[str]]] = defaultdict(lambda: defaultdict(set))
        for row in each or ():
            if all(row[part] in (words_of(block, key) or [row[part]]) for part, key in LISTS.items()):
                parts = (*(row[part] for part in PARTS), row["replicate"])
                of[row["patient"] or row["case"]][parts].add(row["case"])
        yield cohort, of


def _lesions(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """Patients with several lesions, where the study does not say which counts or follows them over time."""
    block = study.settings["combine"]
    for cohort, of in _taken(study, rows):
        several = sorted(patient for patient, kinds in of.items() if any(len(cases) > 1 for cases in kinds.values()))
        if several and block["lesions"] == EACH:
            remarks.faults.append(
                f"{origin.at('combine', 'lesions')}: {some(several, 'patient')} of cohort {cohort} with several cases "
                "of one region, modality and visit; say what counts: largest, sum or mean"
            )
        elif several and block["lesions"] == LARGEST:
            modality = PARTS.index("modality")
            both = any(len({parts[modality] for parts in of[patient]}) > 1 for patient in several)
            if each_of := [word for word, there in (("visit", "visits" in block), ("modality", both)) if there]:
                remarks.notes.append(
                    f"cohort {cohort}: {some(several, 'patient')} with several lesions: the largest of each "
                    f"{' and '.join(each_of)} is taken, which may be two lesions; to follow one, give it a `roi` of "
                    "its own"
                )


def _named(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """Cases called as a patient whom other cases of their cohort name, and cases with two visits."""
    for cohort, each in rows.items():
        named = {row["patient"] for row in each or ()} - {""}
        if torn := sorted({row["case"] for row in each or () if not row["patient"] and row["case"] in named}):
            remarks.faults.append(
                f"{_place(study, cohort, origin)}: {some(torn, 'case')} called as a patient of other cases; name the "
                "patient in all of their rows"
            )
        visits: dict[str, set[str]] = defaultdict(set)
        for row in (each or ()) if cohort in study.has.images else ():
            visits[row["case"]].add(row["visit"])
        if two := sorted(case for case, there in visits.items() if len(there) > 1):
            remarks.faults.append(
                f"{_place(study, cohort, origin)}: {some(two, 'case')} with rows of two visits; a case is of one "
                "image: give each visit a case, and name the patient of both"
            )


def _lacking(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """Notes on how many patients lack a region, modality or visit."""
    block = study.settings["combine"]
    for cohort, of in _taken(study, rows):
        if cohort not in study.cohorts(*USED_BY_MODELS):
            continue
        for place, (part, key) in enumerate(LISTS.items()):
            for word in words_of(block, key):
                have = [any(k[place] == word and k[-1] == FIRST for k in kinds) for kinds in of.values()]
                if lack := len(have) - sum(have):
                    required = word in map(str, block["required"].get(key, ()))
                    then = "they are excluded, as it is required" if required else "its features are missing in them"
                    remarks.notes.append(
                        f"cohort {cohort}: {lack} of {len(have)} patients lack the {WORDS[part]} {word}; {then}"
                    )


def _not_repeated(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """Notes on what cohorts of replicates do not have: features of it are dropped, for nobody knows their agreement."""
    from radioloom.stages.learning.reliability import ROLES

    for cohort in study.cohorts(*ROLES):
        known = {part: {row[part] for row in rows[cohort] or ()} for part in PARTS}
        for part, key in LISTS.items():
            lacking = [word for word in words_of(study.settings["combine"], key) if word not in known[part]]
            if rows[cohort] and lacking:
                remarks.notes.append(
                    f"cohort {cohort}: it has no {WORDS[part]} {' or '.join(lacking)}: features that need it were not "
                    "measured on its replicates, so that none of them is taken for reliable; add such rows, or take "
                    "the cohort out"
                )


CHECKS: tuple[Check, ...] = (_unknown, _undeclared, _lesions, _named, _lacking, _not_repeated)
