"""Archives that speak DIMSE, as most PACS do: C-FIND lists a series, C-GET sends it over the same association.

C-GET and not C-MOVE: the archive needs no way back to us, so nothing has to listen and no address has to be registered.
"""

from __future__ import annotations

import logging
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)
from pynetdicom import AE, build_role, evt
from pynetdicom.association import Association
from pynetdicom.presentation import PresentationContext, build_context
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind as Find
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelGet as Get

from radioloom.errors import CaseError, StudyError
from radioloom.io.archives.archive import (
    ANSWER_S,
    CONNECT_S,
    LARGEST,
    MOST,
    Arrivals,
    IncompleteSeries,
    Interrupted,
    Listed,
)
from radioloom.io.archives.credentials import Credentials
from radioloom.io.dicom.headers import IMAGES, RTSTRUCT, SEGMENTATIONS, text

# One context each, so that an archive sends what it has stored and converts nothing.
SYNTAXES = (
    [ExplicitVRLittleEndian, ImplicitVRLittleEndian], [JPEGLosslessSV1], [JPEG2000Lossless], [JPEGLSLossless],
    [RLELossless], [DeflatedExplicitVRLittleEndian], [JPEG2000], [JPEGBaseline8Bit], [JPEGExtended12Bit],
)  # fmt: skip
MOST_CONTEXTS = 128  # of one association (PS3.8); one is the C-GET itself
STUDY, SERIES, SOP, SOP_CLASS, N_INSTANCES = 0x0020000D, 0x0020000E, 0x00080018, 0x00080016, 0x00201209
INSTANCE_S = 600  # within which one instance comes whole; a silent archive is given up after that, too
MOST_PDU = 2**20  # bytes of one protocol data unit; we announce 16 KB
AT_ONCE = 100  # instances that one C-GET names
Answers = Iterator[tuple[Dataset, Dataset | None]]  # status and identifier
PENDING, SUCCESS, WRONG_DATA = (0xFF00, 0xFF01), 0x0000, 0xA900


class Dimse:
    """C-FIND and C-GET of one application entity."""

    named_by_sop, whole_list = True, True

    def __init__(self, source: dict[str, Any], credentials: Credentials, hint: str):
        """An archive that is reached by DIMSE.

        source : host, port, aet, calling, tls
        hint : not used here: only archives with passwords have one
        """
        logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)  # its lines hold what the archive answers
        self._source, self._tls = source, _context(credentials) if source["tls"] else None
        self._name = f"{source['aet']} at {source['host']}:{source['port']}"

    def listed(self, study: str, series: str) -> list[Listed]:
        """Instances of a series by C-FIND; IncompleteSeries where the archive counts more than it lists."""
        with self._association([build_context(Find)]) as association:
            study, expected = self._study(association, study, series)
            asked = _query("IMAGE", study, series, SOPInstanceUID="", SOPClassUID="")
            found = self._find(association, asked)
            instances = [Listed(text(each, SOP), sop_class=_uid(text(each, SOP_CLASS))) for each in found]
        if expected and len(instances) != expected:
            raise IncompleteSeries(f"the archive counts {expected} instances in the series, and lists {len(instances)}")
        return instances

    def send(self, study: str, series: str, arrivals: Arrivals) -> None:
        """Missing instances by C-GET: the whole series where nothing is here yet, else by their UIDs."""
        missing = arrivals.missing()
        if not study:
            with self._association([build_context(Find)]) as association:
                study, _ = self._study(association, study, series)
        contexts = _storage({each.sop_class for each in missing})
        if len(missing) == len(arrivals.listed):
            queries = [_query("SERIES", study, series)]
        else:
            names = [each.name for each in missing]
            batches = [names[low : low + AT_ONCE] for low in range(0, len(names), AT_ONCE)]
            queries = [_query("IMAGE", study, series, SOPInstanceUID=batch) for batch in batches]
        with self._association([build_context(Get), *contexts], arrivals) as association:
            for query in queries:
                self._get(association, query)

    def _study(self, association: Association, study: str, series: str) -> tuple[str, int]:
        """The study of a series, and how many instances the archive counts in it (0: it does not say)."""
        asked = _query("SERIES", study, series, NumberOfSeriesRelatedInstances="")
        answers = [each for each in self._find(association, asked) if text(each, SERIES) == series]
        if len(answers) != 1:
            raise CaseError(
                f"the archive finds {len(answers)} series of this UID; correct it in the sheet, or write "
                "StudyInstanceUID/SeriesInstanceUID there: some archives find a series by its study only"
            )
        # An archive need not count (PS3.4, C.3.4): its list of the instances has to do then.
        count = text(answers[0], N_INSTANCES)
        found = study or text(answers[0], STUDY)
        if not found:
            raise CaseError("the archive does not say in which study the series is; name it in the sheet: study/series")
        return found, int(count) if re.fullmatch("[0-9]{1,9}", count) else 0

    def _find(self, association: Association, query: Dataset) -> list[Dataset]:
        answers: list[Dataset] = []
        for status, answer in self._sent("C-FIND", association.send_c_find, query, Find):
            code = status.get("Status", None)
            if code in PENDING and answer is None:
                raise CaseError("an answer of the archive to a C-FIND cannot be read")
            if code in PENDING:
                answers.append(answer)
            elif code != SUCCESS:
                raise self._failed("C-FIND", code)
            if len(answers) > MOST:
                raise CaseError(f"the archive finds more than {MOST} instances of one series; none was taken")
        return answers

    def _get(self, association: Association, query: Dataset) -> None:
        """One C-GET to its end. Sub-operations that failed are seen by what has not arrived."""
        status = Dataset()
        for status, _ in self._sent("C-GET", association.send_c_get, query, Get):
            if "Status" not in status:
                break
        code = status.get("Status", None)
        if code is None or (code != SUCCESS and "NumberOfCompletedSuboperations" not in status):
            raise self._failed("C-GET", code)

    def _sent(self, what: str, send: Callable[..., Answers], query: Dataset, model: str) -> Answers:
        """The answers to a query, as they come."""
        try:
            return send(query, model)
        except ValueError as error:  # the archive accepts other contexts of the association, and not this one
            raise StudyError(
                f"{self._name}: the archive offers no {what}; use its DICOMweb, or have its administrator permit it"
            ) from error
        except RuntimeError as error:  # the association is gone
            raise self._failed(what, None) from error

    def _failed(self, what: str, code: int | None) -> Exception:
        if code is None:
            return Interrupted(f"{self._name}: the archive broke off in the middle of a {what}")
        return StudyError(f"{self._name}: the archive refuses the {what} (status 0x{code:04X}); ask its administrator")

    @contextmanager
    def _association(
        self, contexts: Sequence[PresentationContext], arrivals: Arrivals | None = None
    ) -> Iterator[Association]:
        entity = AE(self._source["calling"])
        entity.connection_timeout = entity.acse_timeout = CONNECT_S
        entity.network_timeout = ANSWER_S
        entity.dimse_timeout = INSTANCE_S if arrivals else ANSWER_S
        association = entity.associate(
            self._source["host"],
            self._source["port"],
            contexts=list(contexts),
            ae_title=self._source["aet"],
            ext_neg=[build_role(each.abstract_syntax, scp_role=True) for each in _first_of_each(contexts)],
            evt_handlers=[(evt.EVT_CONN_OPEN, _pace), *(_handlers(arrivals) if arrivals else [])],
            tls_args=(self._tls, self._source["host"]) if self._tls else None,
        )
        if association.is_rejected:
            raise StudyError(
                f"{self._name}: the archive does not know us as {self._source['calling']!r}; correct `source.aet` and "
                "`source.calling`, or have its administrator add us"
            )
        if not association.is_established:
            tls = " with TLS (is its certificate trusted? RADIOLOOM_CA_FILE)" if self._tls else " without TLS"
            raise Interrupted(f"{self._name}: no association{tls}")
        try:
            yield association
        finally:
            association.release()


def _uid(value: str) -> str:
    return value if UID(value).is_valid else ""


def _pace(event: evt.Event) -> None:
    """Have the connection broken off where a unit of the protocol does not come to its end in time."""
    connection = event.assoc.dul.socket
    connection.socket.settimeout(ANSWER_S)
    connection.recv = partial(_received, connection.socket)


def _received(line: socket.socket, wanted: int) -> bytearray:
    """So many bytes, fewer where the archive closes the connection; TimeoutError where it deals them out too slowly."""
    got, until = bytearray(), time.monotonic() + ANSWER_S
    if wanted > MOST_PDU:
        raise ConnectionAbortedError("a unit longer than any that was agreed on")
    while len(got) < wanted and (piece := line.recv(wanted - len(got))):
        got += piece
        if time.monotonic() > until:
            raise TimeoutError
    return got


def _handlers(arrivals: Arrivals) -> list[tuple[Any, Any]]:
    """Keep what is sent; break off where an instance grows beyond what an instance can be."""
    size = [0]

    def store(event: evt.Event) -> int:
        size[0] = 0
        kept = arrivals.put(str(event.request.AffectedSOPInstanceUID), event.encoded_dataset())
        return SUCCESS if kept else WRONG_DATA

    def count(event: evt.Event) -> None:
        size[0] += len(event.data)
        if size[0] > LARGEST:
            event.assoc.abort()
            event.assoc.dimse.msg_queue.put((None, None))  # who waits for the instance need not wait any longer

    return [(evt.EVT_C_STORE, store), (evt.EVT_DATA_RECV, count)]


def _storage(classes: set[str]) -> list[PresentationContext]:
    """What we accept: these classes (all that Radioloom reads, where one is not said) in each transfer syntax."""
    wanted = sorted(classes if classes and "" not in classes else IMAGES | SEGMENTATIONS | {RTSTRUCT})
    pairs = [(sop_class, syntaxes) for syntaxes in SYNTAXES for sop_class in wanted]
    return [build_context(*pair) for pair in pairs[: MOST_CONTEXTS - 1]]


def _first_of_each(contexts: Sequence[PresentationContext]) -> list[PresentationContext]:
    by_class = {each.abstract_syntax: each for each in contexts if each.abstract_syntax not in (Find, Get)}
    return list(by_class.values())


def _query(level: str, study: str, series: str, **other: Any) -> Dataset:
    query = Dataset()
    query.QueryRetrieveLevel, query.StudyInstanceUID, query.SeriesInstanceUID = level, study, series
    for key, value in other.items():
        setattr(query, key, value)
    return query


def _context(credentials: Credentials) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=credentials.ca_file)
    if credentials.certificate:
        context.load_cert_chain(credentials.certificate, credentials.key)
    return context
