"""All that a study names is held against the tables and the files that are there, once, before any job starts."""

from __future__ import annotations

from pathlib import Path

from radioloom.failures import explained
from radioloom.study.alone import signature_notes
from radioloom.study.feature_tables import tables
from radioloom.study.files_checks import file_remarks
from radioloom.study.learning_checks import learning_notes
from radioloom.study.load import origin_of, raise_all
from radioloom.study.names_checks import name_faults
from radioloom.study.record import Study
from radioloom.study.targets import target_faults
from radioloom.study.whose import check_own


def verify(study: Study, source: Path | None = None) -> list[str]:
    """Notes on a loaded study, for a person: what will be left out, and why.

    source : the configuration file
    Raises StudyError with every fault that would end a job hours from now: file, line, key and remedy. It bears the
    notes, which may say why; see `failures.notes_of`.
    """
    origin = origin_of(source, study.settings["cohorts"])
    check_own(study, source)
    tables(study.settings, study.data, origin)
    raise_all([*name_faults(study, origin), *target_faults(study.settings, study.published, study.targets_place)])
    remarks = file_remarks(study, origin)
    notes = [*signature_notes(study), *learning_notes(study.settings), *remarks.notes]
    with explained(notes):
        raise_all(remarks.faults)
    return notes
