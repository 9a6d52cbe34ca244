"""Answers of web servers that are asked for patients' images: bounded in size and time, and from where we asked.

Certificates are always verified. Of the environment only what is meant for us counts: credentials that bear the
cohort's name, HTTPS_PROXY and NO_PROXY, and files of authorities; ~/.netrc is not read. No answer leads elsewhere.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.exceptions import (
    ChunkedEncodingError,
    ConnectionError,
    ContentDecodingError,
    HTTPError,
    RequestException,
    SSLError,
    Timeout,
)
from urllib3.exceptions import HTTPError as BrokenOff

from radioloom.errors import CaseError, StudyError
from radioloom.io.archives.archive import ANSWER_S, CONNECT_S, Interrupted
from radioloom.io.archives.credentials import Credentials

PIECE = 2**20  # bytes that are read at once
SLOWEST = 1000  # bytes a second, on average since the answer began: below, the archive is given up for now
BUSY = {408, 429, 500, 502, 503, 504}
PORTS = {"http": 80, "https": 443}
AUTHORITIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # which other programs read too
JSON = "application/dicom+json, application/json"
DICOM = 'multipart/related; type="application/dicom"; transfer-syntax=*'  # in whatever syntax it is stored


class Web:
    """One web server, with our credentials."""

    def __init__(self, url: str, credentials: Credentials, hint: str):
        """`hint` : which variables hold the credentials, for messages."""
        self.session, self._hint = _session(url, credentials), hint
        self._host = urlsplit(url).netloc

    @contextmanager
    def answer(self, url: str, accept: str, **query: Any) -> Iterator[requests.Response]:
        """A server's answer, whose content is still to come; faults of network and server in words.

        Never with a UID, a query or a header in them. A CaseError reaches results: it does not name the host.
        """
        try:
            with self._begun(url, accept, query) as response:
                response.raise_for_status()
                yield response
        except SSLError as error:
            raise StudyError(
                f"{self._host}: its certificate is not trusted; set RADIOLOOM_CA_FILE to the file of the authority "
                "that signed it"
            ) from error
        except (Timeout, ConnectionError, ChunkedEncodingError, ContentDecodingError, BrokenOff) as error:
            raise Interrupted(f"{self._host}: the archive does not answer ({type(error).__name__})") from error
        except HTTPError as error:
            raise self._refused(error.response.status_code) from error
        except (RequestException, UnicodeError) as error:  # UnicodeError: a header with bytes that are no text
            kind = type(error).__name__
            raise StudyError(f"{self._host}: the request failed ({kind}); correct `source.url`") from error

    def pieces(self, response: requests.Response, limit: int) -> Iterator[bytes]:
        """The content as it comes. CaseError beyond so many bytes (which may be counted anew: send the new count).

        Interrupted where it comes so slowly that it would never end.
        """
        began, total, size = time.monotonic(), 0, 0
        while piece := response.raw.read1(PIECE, decode_content=True):
            total, size = total + len(piece), size + len(piece)
            if size > limit:
                raise CaseError(f"the archive sent an answer of more than {limit} bytes; nothing was kept of it")
            elapsed = time.monotonic() - began
            if elapsed > ANSWER_S and total < elapsed * SLOWEST:
                raise Interrupted(f"{self._host}: the archive sends less than {SLOWEST} bytes a second")
            size = size if (anew := (yield piece)) is None else anew

    def _begun(self, url: str, accept: str, query: dict[str, Any]) -> requests.Response:
        """The beginning of an answer, for which a server has so many seconds, however it deals them out.

        Its parts have limits of their own in the library, and their number has none: another thread waits for it.
        """
        got: list[requests.Response | BaseException] = []
        given_up = threading.Event()

        def ask() -> None:
            try:
                response = self.session.get(
                    url, params=query, headers={"Accept": accept}, stream=True, timeout=(CONNECT_S, ANSWER_S)
                )
                got.append(response)
                if given_up.is_set():
                    response.close()
            except BaseException as error:  # noqa: BLE001 - it is raised in the thread that asked
                got.append(error)

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(CONNECT_S + ANSWER_S)
        given_up.set()
        if not got:
            raise Interrupted(f"{self._host}: the archive does not answer within {CONNECT_S + ANSWER_S} s")
        if isinstance(got[0], BaseException):
            raise got[0]
        return got[0]

    def _refused(self, code: int) -> Exception:
        if code in (401, 403):
            return StudyError(f"{self._host}: the archive refuses us (HTTP {code}); {self._hint}")
        if code in BUSY:
            return Interrupted(f"{self._host}: the archive cannot answer now (HTTP {code})")
        if code in (404, 410):
            return CaseError(f"the archive does not have it (HTTP {code}); correct the UID in the sheet")
        return StudyError(f"{self._host}: the archive answers HTTP {code}; correct `source.url`")


class _Session(requests.Session):
    """A session that follows no redirect to another origin: neither in clear text, nor to a host that nobody named."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target: str | None = super().get_redirect_target(resp)
        if target is not None and _origin(urljoin(resp.url, target)) != _origin(resp.url):
            resp.close()
            raise StudyError(
                f"{_shown(resp.url)}: the archive sends us on to {_shown(urljoin(resp.url, target))}, and we ask only "
                "where the study says; if that is right, write that address in `source.url`"
            )
        return target


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    try:
        return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port or PORTS.get(parts.scheme.lower(), 0)
    except ValueError:  # a port that is no number
        return "", "", -1


def _shown(url: str) -> str:
    """Scheme and host of an address as a message may show them."""
    scheme, host, port = _origin(url)
    named = "".join(letter for letter in f"{scheme}://{host}" if letter.isprintable())[:100]
    return named if port in (PORTS.get(scheme), -1) else f"{named}:{port}"


def _session(url: str, credentials: Credentials) -> requests.Session:
    session = _Session()
    session.trust_env = False  # which would read ~/.netrc, also of hosts that an answer leads to
    # In clear text we speak to our own machine alone (settings check that), and through nobody.
    session.proxies = requests.utils.get_environ_proxies(url) if url.lower().startswith("https:") else {}
    elsewhere = next((path for name in AUTHORITIES if (path := os.environ.get(name))), None)
    session.verify = credentials.ca_file or elsewhere or True
    session.cert = (credentials.certificate, credentials.key) if credentials.certificate else None
    session.headers["Accept-Encoding"] = "identity"  # images are compressed already, and nothing has to be unpacked

    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if credentials.token:
            request.headers["Authorization"] = f"Bearer {credentials.token}"
        elif credentials.user:
            requests.auth.HTTPBasicAuth(credentials.user, credentials.password)(request)
        return request

    session.auth = sign
    return session
