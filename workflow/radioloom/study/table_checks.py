"""Tables of features, read before any job: their rows and cases, and whether all cohorts have the same features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from radioloom.errors import StudyError
from radioloom.settings import Origin
from radioloom.stages.tables.combined_names import ids_of_models
from radioloom.study.feature_tables import features_in, named_features
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, bare, how_read, read_or_fault, some, with_file
from radioloom.study.sheet import Row
from radioloom.tables.cohorts import LEARNT_OR_VALIDATED, USED_BY_MODELS
from radioloom.tables.columns import PARTS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from radioloom.stages.tables.column_doubts import Columns
    from radioloom.stages.tables.tabulate import Usable

LARGE = 50_000_000  # bytes of a table beyond which only its ids are read before the jobs (some 10 s)
PLAIN = (".csv", ".tsv", ".tab", ".txt")
COMPRESSED = 4  # times that a table in .gz, .xlsx or Parquet is larger once it is read


ROW_OF_FEATURES = ("cohort", "case", "replicate", *PARTS)  # index of a table of features with a row of each


class Start(NamedTuple):
    """What a cohort starts from: the key of the study, and what messages call it."""

    key: str
    word: str


def start_of(study: Study, cohort: str) -> Start:
    """Whether a cohort starts from a sheet of images or from a table of features."""
    return Start("features", "table of features") if cohort in study.has.tables else Start("sheet", "sheet")


def patients_named(study: Study, cohort: str) -> str:
    """Where a cohort says which patient a case is of."""
    of_table = cohort in study.has.tables
    return "the column of `features.columns.patient`" if of_table else "the column `patient` of the sheet"


def two_of_one(cohort: str, file: str, patients: Mapping[str, str]) -> list[str]:
    """A note where a table of patients gives ids that are almost alike to several cases."""
    from radioloom.io.patients import cases_of_one

    groups = cases_of_one(patients)
    almost = f"cohort {cohort}: {file}: {some(groups, 'group')} of cases whose patient ids are almost alike"
    return [f"{almost}; where they are one person, name the patient in the column `patient`"] if groups else []


class Read(NamedTuple):
    """What is kept by cohort of tables whose values are read."""

    tables: dict[str, Columns]  # features
    values: dict[str, pd.DataFrame]  # of the rows that are used: ROW_OF_FEATURES x feature id


def table_rows(study: Study, origin: Origin, remarks: Remarks, known: Read) -> dict[str, list[Row] | None]:
    """Rows that will be used of each table of features, as a cohort sheet would list them; None of a faulty table.

    known : what tables that are read whole hold is added to it
    """
    rows = {cohort: _rows(study, cohort, origin, remarks, known) for cohort in study.has.tables}
    if rows:
        _same_features(study, origin, remarks)
    remarks.notes.extend(_tools(study))
    _on_one_scale(study, known.tables, origin, remarks)
    for cohort, values in known.values.items():
        remarks.notes.extend(_hollow(cohort, values))
    return rows


def _rows(study: Study, cohort: str, origin: Origin, remarks: Remarks, known: Read) -> list[Row] | None:
    """The same of one table; what it holds is added to `known` where its values are read."""
    block, place = study.settings["cohorts"][cohort]["features"], ("cohorts", cohort, "features")
    patients = None
    if linked := block["ids"].get("patients"):
        from radioloom.io.patients import cases_by_patient

        at = origin.at(*place, "ids", "patients", "file")
        patients = read_or_fault(
            lambda _: cases_by_patient(study.data, **linked, key="features.ids.patients"),
            (study.data, linked["file"]),
            at,
            remarks,
        )
        if patients is None:
            return None
        remarks.notes.extend(two_of_one(cohort, linked["file"], patients))
    remarks.notes.extend(f"cohort {cohort}: {note}" for note in how_read(study.data / block["file"]))
    try:
        ids, reasons = _identified(study, cohort, patients, known)
    except StudyError as error:
        remarks.faults.append(f"{origin.at(*place)}: {with_file(bare(error), block['file'])}")
        return None
    left_out = Counter(reason for reason in reasons if reason)
    if not (kept := reasons == "").any():
        why = "; ".join(left_out) or "it has no row"
        remarks.faults.append(f"{origin.at(*place)}: {block['file']}: no row can be used: {why}")
        return None
    for reason, n in left_out.items():
        remarks.notes.append(f"cohort {cohort}: {n} of {len(reasons)} rows of its table will be excluded: {reason}")
    columns = {name: each[kept].tolist() for name, each in ids.items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _identified(
    study: Study, cohort: str, patients: dict[str, str] | None, known: Read
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Case, replicate, PARTS and patient, and the reason to be left out, of each row, as tabulate will see them."""
    from radioloom.io import feature_tables
    from radioloom.io.user_tables.read import read_below
    from radioloom.stages.tables.long_tables import widened
    from radioloom.stages.tables.parts import of_part
    from radioloom.stages.tables.row_choice import chosen_rows
    from radioloom.stages.tables.row_ids import IDS, identified, parts_of, patients_of
    from radioloom.stages.tables.tabulate import columns_used, usable

    block, split = study.settings["cohorts"][cohort]["features"], study.settings["cohorts"][cohort].get("split")
    listing = read_below(study.data, split["file"]).frame() if split and "file" in split else None
    file = Path(study.table(block["file"]))
    size = file.stat().st_size * (1 if file.suffix.lower() in PLAIN else COMPRESSED)
    if size > LARGE:
        ids = [block["columns"][key] for key in IDS if block["columns"][key]]
        ids += [split["column"]] if split and listing is None and split["column"] not in ids else []
        ids += [name for name in block["rows"] if name not in ids]
        frame = chosen_rows(
            feature_tables.read(study.data, block["file"], ids), block
        ).drop_duplicates()  # of a long table one line a row
        frame = of_part(frame, cohort, block, split, patients, listing)
        cases, replicates, reasons = identified(frame, cohort, block, patients)
        parts = parts_of(frame, cohort, block)
        whose = patients_of(frame, cohort, block)
        return {"case": cases, "replicate": replicates, **parts, "patient": whose}, reasons
    reserved = study.no_features(cohort)
    frame = chosen_rows(feature_tables.read(study.data, block["file"]), block)
    frame = widened(frame, cohort, block, reserved)
    frame = of_part(frame, cohort, block, split, patients, listing)
    table = usable(frame, cohort, block, patients, reserved)
    known.tables[cohort], known.values[cohort] = columns_used(table, block), _wide(table, cohort, block)
    whose = patients_of(frame, cohort, block)
    return {"case": table.cases, "replicate": table.replicates, **table.parts, "patient": whose}, table.reasons


def _wide(table: Usable, cohort: str, block: dict[str, Any]) -> pd.DataFrame:
    """The rows of a table that are used: ROW_OF_FEATURES (index) x feature id."""
    import pandas as pd

    from radioloom.stages.tables.tabulate import feature_ids

    kept = table.reasons == ""
    keys = {"case": table.cases, "replicate": table.replicates, **table.parts}
    rows = pd.DataFrame({name: each[kept] for name, each in keys.items()}).assign(cohort=cohort)
    index = pd.MultiIndex.from_frame(rows[list(ROW_OF_FEATURES)])
    return pd.DataFrame(table.values[kept], index, feature_ids(table.columns, block["columns"]))


def _tools(study: Study) -> Iterator[str]:
    """A note on cohorts that models use whose tables are of different programs, or versions of one."""
    blocks = {name: study.settings["cohorts"][name].get("features", {}) for name in study.cohorts(*USED_BY_MODELS)}
    tools = {name: block["tool"] for name, block in blocks.items() if block.get("tool")}
    if len({" ".join(tool.casefold().split()) for tool in tools.values()}) > 1:
        listed = "; ".join(f"{name}: {tool}" for name, tool in tools.items())
        yield (
            f"features are of several programs ({listed}), of which "
            "even versions measure some features otherwise: measure all cohorts with one, or name the difference"
        )


def _on_one_scale(study: Study, tables: Mapping[str, Columns], origin: Origin, remarks: Remarks) -> None:
    """Faults where coefficients would be taken to features on another scale than those that they were learnt on."""
    from radioloom.stages.tables.scales import standardised

    ways = {name: way for name, way in standardised(tables).items() if name in study.cohorts(*LEARNT_OR_VALIDATED)}
    for cohort, way in ways.items():
        others = [name for name, other in ways.items() if not other]
        if way and (study.handed or others):
            whose = f"the signature of {study.settings['signature']}" if study.handed else f"cohort {others[0]}"
            remarks.faults.append(
                f"{origin.at('cohorts', cohort, 'features')}: its table was standardised ({way}), and {whose} is of "
                "features as they were measured: coefficients of the one mean nothing for the other; hand in the "
                "features as they were measured"
            )


def _hollow(cohort: str, values: pd.DataFrame) -> Iterator[str]:
    """A note on features that no case of a cohort has a value of."""
    if names := values.columns[values.isna().all()].tolist():
        yield (
            f"cohort {cohort}: no case has a value of {some(names, 'feature')}: models that take one cannot be judged "
            "there, and none is learnt from them; correct the columns, or leave them out of `features.columns`"
        )


def _same_features(study: Study, origin: Origin, remarks: Remarks) -> None:
    """Which features the cohorts that models use share, by the headers of tables; baselines take no others."""
    from radioloom.stages.images.plan import feature_ids as measured
    from radioloom.stages.tables.collect import shared
    from radioloom.stages.tables.tabulate import feature_ids

    has: dict[str, set[str]] = {}
    for cohort in study.cohorts(*USED_BY_MODELS):
        if cohort in study.has.images:
            has[cohort] = set().union(*map(measured, study.profile.each))
            continue
        columns = study.settings["cohorts"][cohort]["features"]["columns"]
        has[cohort] = set(feature_ids(features_in(study.settings, cohort, study.data), columns))
    try:
        both, lines = shared(has)
    except StudyError as error:
        remarks.faults.append(f"{origin.at('cohorts')}: {error}")
        return
    remarks.notes.extend(lines)
    shared_by_all = set(ids_of_models(both, study.settings))
    there = ids_of_models(set().union(*has.values()), study.settings)
    for place, feature in named_features(study.settings, origin):
        if feature in there and feature not in shared_by_all:
            remarks.faults.append(f"{place}: not all cohorts have the feature {feature!r}; name one that all have")
