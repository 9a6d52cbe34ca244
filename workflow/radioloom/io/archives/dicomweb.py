"""Archives that speak DICOMweb: QIDO-RS lists a series, WADO-RS sends it.

A series is streamed to disk, and each instance kept as it comes; once half of it is here the rest is asked for one by
one. What a server answers is believed only where it is DICOM JSON (PS3.18, Annex F).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from radioloom.errors import CaseError, StudyError
from radioloom.io.archives.archive import LARGEST, MOST, Arrivals, IncompleteSeries, Interrupted, Listed
from radioloom.io.archives.credentials import Credentials
from radioloom.io.archives.multipart import boundary, parts
from radioloom.io.archives.web import DICOM, JSON, Web

STUDY, SERIES, SOP, N_INSTANCES, SOP_CLASS = "0020000D", "0020000E", "00080018", "00201209", "00080016"
LARGEST_LIST = 2**26  # bytes of a list of instances
UID = re.compile(r"[0-9.]{1,64}")
WRONG = "the archive's answer to a search is not DICOM JSON"


class DicomWeb:
    """QIDO-RS and WADO-RS of one server."""

    named_by_sop = True

    def __init__(self, source: dict[str, Any], credentials: Credentials, hint: str):
        """An archive that is reached by DICOMweb.

        source : url
        hint : which variables hold the credentials, for messages
        """
        self._url = source["url"].rstrip("/")
        self._web = Web(self._url, credentials, hint)
        self.whole_list = True

    def listed(self, study: str, series: str) -> list[Listed]:
        """Instances of a series by QIDO-RS; IncompleteSeries where the server counts more than it lists.

        `whole_list` is False where it counts none and answers with the same page again, so that there may be more.
        """
        study, expected = self._study(study, series)
        instances: dict[str, Listed] = {}
        page: list[dict[str, Any]] = []
        while len(instances) <= MOST:
            offset = {"offset": len(instances)} if instances else {}
            page = self._search(f"/studies/{study}/series/{series}/instances", **offset)
            new = {each.name: each for each in map(_listed, page) if each.name not in instances}
            if not new:
                break
            instances |= new
        if expected and len(instances) != expected:
            raise IncompleteSeries(f"the archive counts {expected} instances in the series, and lists {len(instances)}")
        self.whole_list = bool(expected or not page)
        return list(instances.values())

    def send(self, study: str, series: str, arrivals: Arrivals) -> None:
        """Missing instances by WADO-RS, as the archive stores them; all where there may be more than listed."""
        study, _ = self._study(study, series)
        place = f"/studies/{study}/series/{series}"
        stream = 2 * len(arrivals.missing()) > len(arrivals.listed)
        if stream or not self.whole_list:
            self._receive(place, arrivals)
        for name in [] if stream or arrivals.unlisted else sorted(each.name for each in arrivals.missing()):
            try:
                self._receive(f"{place}/instances/{name}", arrivals)
            except CaseError:  # this one is not to be had; the others may be
                continue

    def _receive(self, place: str, arrivals: Arrivals) -> None:
        """Keep what the server sends, until it is of the series and not listed."""
        with self._web.answer(self._url + place, DICOM) as response:
            kind = response.headers.get("Content-Type", "")
            pieces = self._web.pieces(response, LARGEST)
            if between := boundary(kind):
                files = parts(pieces, between, arrivals.open_part)
                try:
                    for n, (part, whole) in enumerate(files):
                        _keep(part, whole, arrivals)
                        if arrivals.unlisted:
                            return
                        if n >= MOST:
                            raise CaseError(f"the archive sends more than {MOST} instances as one series")
                except ValueError as error:
                    raise CaseError(f"the archive's answer is not DICOM ({error})") from error
                finally:
                    files.close()
            elif kind.lower().startswith("application/dicom"):  # some send a single instance as it is
                with arrivals.open_part() as file:
                    file.writelines(pieces)
                _keep(Path(file.name), True, arrivals)
            else:
                raise CaseError("the archive's answer is not DICOM: it is of another type")

    def _study(self, study: str, series: str) -> tuple[str, int]:
        """The study of a series, and how many instances the server counts in it (0: it does not say)."""
        query = {"SeriesInstanceUID": series, "includefield": "NumberOfSeriesRelatedInstances"}
        answers = self._search(f"/studies/{study}/series" if study else "/series", **query)
        same = [each for each in answers if _value(each, SERIES) == series]
        if len(same) != 1:
            raise CaseError(f"the archive has {len(same)} series of this UID; correct it in the sheet")
        found, count = study or _value(same[0], STUDY), _value(same[0], N_INSTANCES)
        if not UID.fullmatch(found):
            raise CaseError("the archive does not say in which study the series is; name it in the sheet: study/series")
        if count and not (count.isascii() and count.isdecimal() and len(count) < 10):
            raise CaseError(f"{WRONG}: the number of instances is no number")
        return found, int(count or 0)

    def _search(self, place: str, **query: Any) -> list[dict[str, Any]]:
        """The entries of a server's answer to a search, of which nothing is known but that each is an object."""
        with self._web.answer(self._url + place, JSON, **query) as response:
            body = b"".join(self._web.pieces(response, LARGEST_LIST))
        if not body.strip():  # nothing was found (HTTP 204)
            return []
        try:
            answer = json.loads(body.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise StudyError(f"{WRONG} ({_kind(error, body)}); correct `source.url`, or log in") from None
        entries = [answer] if isinstance(answer, dict) else answer  # some send a single one as it is
        if not isinstance(entries, list):
            raise StudyError(f"{WRONG} (it is no list); correct `source.url`")
        if not all(isinstance(each, dict) for each in entries):
            raise CaseError(f"{WRONG}: an entry of its list is no object")
        return entries


def _kind(error: Exception, body: bytes) -> str:
    if body.lstrip()[:1] == b"<":
        return "it is a web page"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "it is no text in UTF-8"
    return "it ends too early, or is no JSON"


def _keep(part: Path, whole: bool, arrivals: Arrivals) -> None:
    if not whole:
        part.unlink()
        raise Interrupted("the archive broke off in the middle of an instance")
    arrivals.take_any(part)


def _listed(entry: dict[str, Any]) -> Listed:
    return Listed(_value(entry, SOP), sop_class=_value(entry, SOP_CLASS))


def _value(entry: dict[str, Any], tag: str) -> str:
    """The first value of an attribute in DICOM JSON as text, "" where it has none; CaseError where it is malformed."""
    element = entry.get(tag, {})
    values = element.get("Value", []) if isinstance(element, dict) else None
    if not isinstance(values, list):
        raise CaseError(f"{WRONG}: attribute {tag} has no list of values")
    first = values[0] if values else None
    if first is None:
        return ""
    if isinstance(first, bool) or not isinstance(first, str | int):
        raise CaseError(f"{WRONG}: attribute {tag} has a value that is neither text nor a whole number")
    return str(first)
