"""Fetch a series from an archive of any kind: files arrive whole or not at all, and it is asked for until complete.

An archive lists the instances of a series and sends those that are wanted. Names that are safe as files, attempts and
errors are here; what is kept of it, and when it is complete, is told by `arrivals`.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from radioloom.errors import CaseError, RadioloomError, StudyError
from radioloom.io.archives.arrivals import (
    LARGEST,
    Arrivals,
    Listed,
    Manifest,
    alone,
    forget_changed,
    refuse_links,
    unchanged,
)

ATTEMPTS = 4
WAIT_S = 1.0  # before the second attempt; four times as long before each further one: 1, 4, 16 s
MOST = 20_000  # instances of one series
CONNECT_S, ANSWER_S = 10, 60  # how long an archive may take to accept a connection, and between two pieces of an answer
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Interrupted(RadioloomError):
    """The archive did not answer, or not to the end: worth another attempt, and after the last one the study stops."""


class IncompleteSeries(CaseError):
    """The archive does not give the whole series: worth another attempt, and after the last one the case drops out."""


class Connection(Protocol):
    """One archive that has been connected to: it lists the instances of a series and sends those that are wanted."""

    named_by_sop: bool
    whole_list: bool  # whether nothing speaks against the last list being that of the whole series

    def listed(self, study: str, series: str) -> Sequence[Listed]:
        """Instances of a series; CaseError if it is not there.

        study : "" where the sheet does not name it
        """

    def send(self, study: str, series: str, arrivals: Arrivals) -> None:
        """Give what is missing to `arrivals`; raises Interrupted."""


def bring(archive: Connection, place: Path, uids: str) -> Manifest:
    """Fetch a series into `place`, unless it is complete there already; its manifest (files, sizes, checksums).

    place : folder of the cohort; the series becomes `place/<uids>`
    uids : SeriesInstanceUID, or StudyInstanceUID/SeriesInstanceUID
    A run that was killed goes on with the files that arrived. Raises CaseError where the archive has no such series
    or never sends it whole, StudyError where it cannot be reached.
    """
    folder = place / uids
    refuse_links(place, uids)
    if manifest := unchanged(folder):
        return manifest
    with alone(folder):
        if manifest := unchanged(folder):  # another process has fetched it meanwhile
            return manifest
        forget_changed(folder)
        return _fetched(archive, folder, uids.split("/"))


def _fetched(archive: Connection, folder: Path, uids: Sequence[str]) -> Manifest:
    """Ask for a series until it is complete, or for as often as is decent."""
    study, series = "".join(uids[:-1]), uids[-1]
    last: RadioloomError | None = None
    unlisted: set[str] = set()  # what came and no list had so far
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(WAIT_S * 4 ** (attempt - 1))
        try:
            listed = _checked_list(archive.listed(study, series))
            unlisted.difference_update(listed)
            arrivals = Arrivals(folder, listed, archive.named_by_sop, unlisted=unlisted)
            arrivals.sweep()
            if not unlisted and (arrivals.missing() or not archive.whole_list):
                archive.send(study, series, arrivals)
            if not unlisted and not arrivals.missing():
                return arrivals.close()
            last = _unlisted(arrivals) if unlisted else _incomplete(arrivals)
        except (Interrupted, IncompleteSeries) as error:
            last = error
    if unlisted:
        shutil.rmtree(folder)  # what is listed of it would look complete to the next run
    if isinstance(last, IncompleteSeries):
        raise last
    raise StudyError(f"{last}; {ATTEMPTS} attempts were made. Run again later: what has arrived is kept") from last


def _checked_list(listed: Sequence[Listed]) -> dict[str, Listed]:
    """An archive's list by name; CaseError where it is empty, absurdly long, or has names that no file can have."""
    if not 0 < len(listed) <= MOST:
        raise CaseError(f"the archive lists {len(listed)} instances of the series; 1 to {MOST} are accepted")
    if not all(NAME.fullmatch(each.name) for each in listed):
        raise CaseError("the archive lists an instance under a name that is neither a UID nor a plain file name")
    by_name = {each.name: each for each in listed}
    if len(by_name) < len(listed) or any(each.size > LARGEST for each in listed):
        raise CaseError(f"the archive lists an instance twice, or one of more than {LARGEST} bytes")
    return by_name


def _unlisted(arrivals: Arrivals) -> IncompleteSeries:
    return IncompleteSeries(
        f"the archive lists {len(arrivals.listed)} instances of the series, and sends others of it too: its list is "
        "cut short; have its administrator raise the limit of its answers, then run again with --forcerun fetch"
    )


def _incomplete(arrivals: Arrivals) -> IncompleteSeries:
    missing = arrivals.missing()
    wrong = next((f" ({arrivals.faults[each.name]})" for each in missing if each.name in arrivals.faults), "")
    return IncompleteSeries(
        f"{len(missing)} of {len(arrivals.listed)} files did not arrive whole from the archive in {ATTEMPTS} attempts"
        f"{wrong}; have the archive correct the series, then run again with --forcerun fetch"
    )
