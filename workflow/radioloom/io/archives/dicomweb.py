"""Archives that speak DICOMweb: QIDO-RS lists a series, WADO-RS sends it.

A series is streamed, and each instance kept as it comes; once half of it is here the rest is asked for one by one.
Certificates are always verified; a password or a token is never sent in clear text over a network.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import requests
from dicomweb_client.api import DICOMwebClient
from requests.exceptions import (
    ChunkedEncodingError,
    ConnectionError,
    ContentDecodingError,
    HTTPError,
    RequestException,
    SSLError,
    Timeout,
)

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
from radioloom.io.dicom.headers import BROKEN

STUDY, SERIES, SOP, N_INSTANCES, SOP_CLASS = "0020000D", "0020000E", "00080018", "00201209", "00080016"
LARGEST_LIST = 2**26  # bytes of a list of instances
ANY = (("application/dicom", "*"),)  # whatever transfer syntax the archive has stored
BUSY = {408, 429, 500, 502, 503, 504}


class DicomWeb:
    """QIDO-RS and WADO-RS of one server."""

    named_by_sop = True

    def __init__(self, source: dict[str, Any], credentials: Credentials, hint: str):
        """An archive that is reached by DICOMweb.

        source : url
        hint : which variables hold the credentials, for messages
        """
        logging.getLogger("dicomweb_client").setLevel(logging.CRITICAL)  # its lines hold UIDs
        self._size = 0  # bytes of the answer since the last instance in it
        self._host, self._hint = urlsplit(source["url"]).netloc, hint
        self._client = DICOMwebClient(
            source["url"],
            session=_session(credentials),
            callback=self._bounded,
            permissive_uid=True,
            timeout=(CONNECT_S, ANSWER_S),
        )
        self._client.set_http_retry_params(retry=False)  # attempts are counted in one place

    def listed(self, study: str, series: str) -> list[Listed]:
        """Instances of a series by QIDO-RS; IncompleteSeries where the server counts more than it lists."""
        study, expected = self._study(study, series)
        instances: dict[str, Listed] = {}
        while len(instances) <= MOST:
            page = self._ask(self._client.search_for_instances, study, series, offset=len(instances) or None)
            new = {each.name: each for each in map(_listed, page) if each.name not in instances}
            if not new:
                break
            instances |= new
        if expected and len(instances) != expected:
            raise IncompleteSeries(f"the archive counts {expected} instances in the series, and lists {len(instances)}")
        return list(instances.values())

    def send(self, study: str, series: str, arrivals: Arrivals) -> None:
        """Missing instances by WADO-RS, as the archive stores them."""
        study, _ = self._study(study, series)
        missing = {each.name for each in arrivals.missing()}
        if 2 * len(missing) > len(arrivals.listed):
            for name, data in islice(self._stream(study, series), len(arrivals.listed)):
                if name in missing:
                    arrivals.put(name, data)
            return
        for name in sorted(missing):
            try:
                instance = self._ask(self._client.retrieve_instance, study, series, name, media_types=ANY)
            except CaseError:  # this one is not to be had; the others may be
                continue
            arrivals.put(name, instance.buffer.getvalue())

    def _stream(self, study: str, series: str) -> Iterator[tuple[str, bytes]]:
        """SOPInstanceUID and bytes of the instances of a series as they come."""
        with _faults_translated(self._host, self._hint):
            for instance in self._client.iter_series(study, series, media_types=ANY):
                self._size = 0
                yield str(instance.get("SOPInstanceUID", "")), instance.buffer.getvalue()

    def _bounded(self, response: requests.Response, **_: Any) -> requests.Response:
        """An answer none of whose instances may grow beyond what an instance can be, packed or unpacked."""
        limit = LARGEST_LIST if "json" in response.headers.get("Content-Type", "") else LARGEST
        whole, self._size = response.iter_content, 0

        def iter_content(*arguments: Any, **words: Any) -> Iterator[bytes]:
            for piece in whole(*arguments, **words):
                self._size += len(piece)
                if self._size > limit:
                    response.close()
                    raise CaseError(f"the archive sent an answer of more than {limit} bytes; nothing was kept of it")
                yield piece

        response.iter_content = iter_content
        return response

    def _study(self, study: str, series: str) -> tuple[str, int]:
        """The study of a series, and how many instances the server counts in it (0: it does not say)."""
        answers = self._ask(
            self._client.search_for_series,
            study or None,
            search_filters={"SeriesInstanceUID": series},
            fields=["NumberOfSeriesRelatedInstances"],
        )
        same = [each for each in answers if _value(each, SERIES) == series]
        if len(same) != 1:
            raise CaseError(f"the archive has {len(same)} series of this UID; correct it in the sheet")
        return study or str(_value(same[0], STUDY)), int(_value(same[0], N_INSTANCES) or 0)

    def _ask(self, request: Callable[..., Any], *arguments: Any, **words: Any) -> Any:
        with _faults_translated(self._host, self._hint):
            return request(*arguments, **words)


def _session(credentials: Credentials) -> requests.Session:
    session = requests.Session()
    # With the request and not of the session: REQUESTS_CA_BUNDLE would go before the session's.
    session.request = partial(session.request, verify=credentials.ca_file or True)
    session.cert = (credentials.certificate, credentials.key) if credentials.certificate else None

    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if credentials.token:
            request.headers["Authorization"] = f"Bearer {credentials.token}"
        elif credentials.user:
            requests.auth.HTTPBasicAuth(credentials.user, credentials.password)(request)
        return request

    session.auth = sign  # set in any case: without it requests would look into ~/.netrc
    return session


@contextmanager
def _faults_translated(host: str, hint: str) -> Iterator[None]:
    """Faults of the network and of the server in words; never with a UID, a query or a header in them.

    A CaseError reaches results: it does not name the host.
    """
    try:
        yield
    except SSLError as error:
        raise StudyError(
            f"{host}: its certificate is not trusted; set RADIOLOOM_CA_FILE to the file of the authority that signed it"
        ) from error
    except (Timeout, ConnectionError, ChunkedEncodingError, ContentDecodingError) as error:
        raise Interrupted(f"{host}: the archive does not answer ({type(error).__name__})") from error
    except HTTPError as error:
        raise _status(error.response.status_code, host, hint) from error
    except RequestException as error:
        raise StudyError(f"{host}: the request failed ({type(error).__name__}); correct `source.url`") from error
    except (*BROKEN, RecursionError, IndexError) as error:
        raise CaseError(f"the archive's answer is not DICOM ({type(error).__name__})") from error


def _status(code: int, host: str, hint: str) -> Exception:
    if code in (401, 403):
        return StudyError(f"{host}: the archive refuses us (HTTP {code}); {hint}")
    if code in BUSY:
        return Interrupted(f"{host}: the archive cannot answer now (HTTP {code})")
    if code in (404, 410):
        return CaseError(f"the archive does not have it (HTTP {code}); correct the UID in the sheet")
    return StudyError(f"{host}: the archive answers HTTP {code}; correct `source.url`")


def _listed(entry: dict[str, Any]) -> Listed:
    return Listed(str(_value(entry, SOP)), sop_class=str(_value(entry, SOP_CLASS)))


def _value(entry: Any, tag: str) -> Any:
    """The first value of an attribute in DICOM JSON, "" where it is absent or the entry is something else."""
    values = entry.get(tag, {}).get("Value", []) if isinstance(entry, dict) else []
    return values[0] if values else ""
