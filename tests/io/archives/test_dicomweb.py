"""DICOMweb against written answers: what is asked, what is kept, and what every refusal says."""

import json
import warnings
from io import BytesIO

import pydicom
import pytest
import requests
from urllib3.response import HTTPResponse

from made.hospital import ct
from radioloom.errors import CaseError, StudyError
from radioloom.io.archives import archive, dicomweb, web
from radioloom.io.archives.archive import IncompleteSeries, Interrupted, bring
from radioloom.io.archives.credentials import Credentials
from radioloom.io.archives.dicomweb import DicomWeb

STUDY, SERIES = "2.25.1", "2.25.1001"  # of hospital.ct
URL = "https://pacs.example/dicom-web"
HINT = "set RADIOLOOM_TRAIN_USER and RADIOLOOM_TRAIN_PASSWORD, or RADIOLOOM_TRAIN_TOKEN, in the environment"


class Server(requests.adapters.BaseAdapter):
    """Answers by the end of the path; `lost` instances are left out of the stream, `status` refuses everything."""

    def __init__(self, held: dict[str, bytes], **changes):
        super().__init__()
        self.held, self.requests = held, []
        self.count, self.lost, self.status, self.body, self.page = len(held), set(), 200, None, 3
        vars(self).update(changes)

    def close(self):
        """Nothing is open."""

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
        self.requests.append(request)
        self.verify, self.timeout = verify, timeout
        if isinstance(self.status, Exception):
            raise self.status
        answer = requests.Response()
        kind, body = self._answer(request.path_url)
        answer.status_code, answer.request, answer.url = self.status, request, request.url
        answer.headers["Content-Type"] = kind
        answer.raw = HTTPResponse(BytesIO(body), preload_content=False, status=self.status)
        return answer

    def _answer(self, path):
        path, _, query = path.partition("?")
        if self.body is not None:
            return self.body
        if path.endswith("/series"):
            return _json([{"0020000D": [STUDY], "0020000E": [SERIES], "00201209": [self.count]}])
        if path.endswith("/instances"):
            low = int(dict(pair.split("=") for pair in query.split("&") if pair).get("offset", 0))
            names = list(self.held)[low : low + self.page]
            return _json([{"00080018": [name], "00080016": ["1.2.840.10008.5.1.4.1.1.2"]} for name in names])
        name = path.rpartition("/")[2]
        names = [name] if name in self.held else [each for each in self.held if each not in self.lost]
        parts = b"".join(b"\r\n--x\r\nContent-Type: application/dicom\r\n\r\n" + self.held[each] for each in names)
        return "multipart/related; type=application/dicom; boundary=x", parts + b"\r\n--x--"


def _json(entries):
    found = [{tag: {"vr": "UI", "Value": value} for tag, value in entry.items()} for entry in entries]
    return "application/dicom+json", json.dumps(found).encode()


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    files = ct(tmp_path_factory.mktemp("ct"))
    return {str(pydicom.dcmread(path).SOPInstanceUID): path.read_bytes() for path in files}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(archive, "WAIT_S", 0.0)


def client(server, **credentials):
    made = DicomWeb({"kind": "dicomweb", "url": URL}, Credentials(**credentials), HINT)
    made._web.session.mount("https://", server)
    return made


def test_series_is_listed_by_pages_and_streamed_as_it_is_stored(held, tmp_path):
    server = Server(held)
    assert bring(client(server), tmp_path, SERIES)["files"] == 8
    assert {path.stem: path.read_bytes() for path in (tmp_path / SERIES).iterdir()} == held
    asked = [request.path_url for request in server.requests]
    assert sum(path.endswith(f"/studies/{STUDY}/series/{SERIES}") for path in asked) == 1
    assert not any("/instances/" in path for path in asked)
    assert "*" in server.requests[-1].headers["Accept"]
    assert server.timeout == (archive.CONNECT_S, archive.ANSWER_S)


def test_certificates_are_verified_with_the_named_authority_before_any_other(held, monkeypatch):
    for elsewhere in ("", "/etc/other.pem"):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", elsewhere)
        monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
        for named, wanted in (("/etc/own.pem", "/etc/own.pem"), (None, elsewhere or True)):
            server = Server(held)
            client(server, ca_file=named).listed("", SERIES)
            assert server.verify == wanted


def test_what_the_stream_left_out_is_asked_for_by_name(held, tmp_path):
    lost = set(list(held)[2:4])
    server = Server(held, lost=lost)
    assert bring(client(server), tmp_path, f"{STUDY}/{SERIES}")["files"] == 8
    asked = [request.path_url.rpartition("/")[2] for request in server.requests if "/instances/" in request.path_url]
    assert sorted(asked) == sorted(lost)


def test_server_that_ignores_offset_does_not_hold_us(held):
    server = Server(held, page=100)
    server._answer_all = server._answer
    server._answer = lambda path: server._answer_all(path.partition("?")[0])
    assert len(client(server).listed("", SERIES)) == 8


def test_list_that_is_shorter_than_the_count_is_said(held, tmp_path):
    with pytest.raises(IncompleteSeries, match="counts 9 instances in the series, and lists 8"):
        bring(client(Server(held, count=9)), tmp_path, SERIES)


@pytest.mark.parametrize("here", [0, 1, 4, 5])
@pytest.mark.parametrize("count", [None, "5"])
@pytest.mark.parametrize("shown", [range(5), (1, 3, 4, 6, 7)], ids=["first", "others"])
def test_series_whose_list_is_cut_short_is_not_whole(held, tmp_path, shown, count, here):
    """A server lists five of eight whatever offset is asked, and streams all; a killed run may have left some."""
    listed = [list(held)[k] for k in shown]
    server = Server(held, count=count)
    streamed = server._answer
    cut = _json([{"00080018": [name], "00080016": ["1.2.840.10008.5.1.4.1.1.2"]} for name in listed])
    server._answer = lambda path: cut if path.partition("?")[0].endswith("/instances") else streamed(path)
    for run in range(2 if count is None or here < 3 else 0):  # five counted and five here are taken for five
        (tmp_path / SERIES).mkdir(exist_ok=True)
        for name in listed[: here if not run else 0]:
            (tmp_path / SERIES / f"{name}.dcm").write_bytes(held[name])
        with pytest.raises(IncompleteSeries, match="lists 5 instances of the series, and sends others of it too: its"):
            bring(client(server), tmp_path, SERIES)
        assert not list(tmp_path.rglob("*.*"))
    streamed_once = [each for each in server.requests if each.path_url.endswith(SERIES)]
    assert len(streamed_once) == (2 if count is None or here < 3 else 0)  # the list alone is asked for again


def test_list_that_was_made_before_the_last_instance_came_is_asked_for_again(held, tmp_path):
    server, lists = Server(held, count=None), []
    streamed = server._answer

    def answer(path):
        if not path.partition("?")[0].endswith("/instances"):
            return streamed(path)
        lists.append(path)
        return _json([{"00080018": [name]} for name in list(held)[: 5 if len(lists) < 3 else 8]])

    server._answer = answer
    assert bring(client(server), tmp_path, SERIES)["files"] == 8


def test_whole_series_of_a_server_that_neither_counts_nor_pages(held, tmp_path):
    """What its stream leaves out and lists is asked for by name, as of any other."""
    server = Server(held, count=None, page=100, lost=set(list(held)[2:4]))
    answer = server._answer
    server._answer = lambda path: answer(path.partition("?")[0])
    assert bring(client(server), tmp_path, SERIES)["files"] == 8


def test_stream_without_end_is_left(held, tmp_path, monkeypatch):
    monkeypatch.setattr(dicomweb, "MOST", 5)
    with pytest.raises(CaseError, match="sends more than 5 instances as one series"):
        client(Server(held, page=100)).send("", SERIES, arrivals_of(held, tmp_path))


def arrivals_of(held, place):
    made = archive.Arrivals(place / SERIES, {name: archive.Listed(name) for name in held}, named_by_sop=True)
    made.sweep()
    return made


def test_series_of_another_uid_is_none(held):
    with pytest.raises(CaseError, match=r"^the archive has 0 series of this UID; correct it in the sheet"):
        client(Server(held)).listed("", "2.25.404")


@pytest.mark.parametrize(
    ("status", "fault", "said"),
    [
        (401, StudyError, f"pacs.example: the archive refuses us (HTTP 401); {HINT}"),
        (403, StudyError, HINT),
        (404, CaseError, "does not have it (HTTP 404)"),
        (503, Interrupted, "cannot answer now (HTTP 503)"),
        (400, StudyError, "correct `source.url`"),
        (requests.exceptions.SSLError("self-signed"), StudyError, "set RADIOLOOM_CA_FILE"),
        (requests.exceptions.ConnectTimeout("slow"), Interrupted, "does not answer (ConnectTimeout)"),
        (requests.exceptions.ConnectionError("down"), Interrupted, "does not answer (ConnectionError)"),
    ],
)
def test_every_refusal_says_what_to_do_and_shows_nothing_secret(held, status, fault, said):
    with pytest.raises(fault) as caught:
        client(Server(held, status=status), user="reader", password="secret").listed("", SERIES)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)
    assert SERIES not in str(caught.value)
    assert ("pacs.example" in str(caught.value)) is not (fault is CaseError)  # what drops out reaches results


STUDY_UID, SERIES_UID, SOP, COUNT = "0020000D", "0020000E", "00080018", "00201209"
SOUND = {"Value": [SERIES]}
# What a server may answer instead of DICOM JSON, and what is said of it.
NO_JSON = {
    "a web page": (b"<html>please log in</html>", "it is a web page"),
    "an open brace": (b"{", "ends too early, or is no JSON"),
    "cut off": (b'[{"0020000E": {"Value": ["2.2', "ends too early, or is no JSON"),
    "words": (b"not found", "ends too early, or is no JSON"),
    "two lists": (b"[][]", "ends too early, or is no JSON"),
    "latin-1": (b'[{"00100010": {"Value": ["M\xfcller"]}}]', "no text in UTF-8"),
    "utf-16": ('[{"0020000E": {}}]'.encode("utf-16"), "no text in UTF-8"),
    "nested": (b"[" * 100_000, "nested too deeply"),
    "nested objects": (b'{"0020000E":' * 100_000, "nested too deeply"),
    "a number with many digits": (b"[" + b"9" * 5000 + b"]", "ends too early, or is no JSON"),
    "null": (b"null", "it is no list"),
    "true": (b"true", "it is no list"),
    "a number": (b"17", "it is no list"),
    "a text": (b'"2.25.1001"', "it is no list"),
    "a list with null": (b"[1, null]", "an entry of its list is no object"),
    "a list of lists": (b'[["0020000E"]]', "an entry of its list is no object"),
}
# What an entry may hold, and what is said of it.
ENTRIES = {
    "null": (None, "no list of values"),
    "a list": ([SERIES], "no list of values"),
    "a text": (SERIES, "no list of values"),
    "a number": (17, "no list of values"),
    "values null": ({"Value": None}, "no list of values"),
    "values a text": ({"Value": SERIES}, "no list of values"),
    "values an object": ({"Value": {"0": SERIES}}, "no list of values"),
    "value an object": ({"Value": [{}]}, "neither text nor a whole number"),
    "value a list": ({"Value": [[SERIES]]}, "neither text nor a whole number"),
    "value true": ({"Value": [True]}, "neither text nor a whole number"),
    "value not finite": ({"Value": [float("nan")]}, "neither text nor a whole number"),
    "value too large": ({"Value": [float("inf")]}, "neither text nor a whole number"),
    "no element": ({}, "archive"),
    "no value": ({"Value": []}, "archive"),
    "value null": ({"Value": [None]}, "archive"),
    "value empty": ({"Value": [""]}, "archive"),
    "another place": ({"Value": ["../../../etc/passwd"]}, "archive"),
    "control characters": ({"Value": ["1.2\x00\r\n\u202e3"]}, "archive"),
    "half a letter": ({"Value": ["\ud800"]}, "archive"),
    "enormous": ({"Value": ["1" * 100_000]}, "archive"),
    "a whole number": ({"Value": [10**60]}, "archive"),
}


def refused(server):
    """What is said of an answer: an error of ours, which names the archive by its part and not by its address."""
    with pytest.raises((StudyError, CaseError)) as caught:
        bring(client(server), server.place, SERIES)
    told = str(caught.value)
    assert "archive" in told
    assert "pacs.example" not in told
    assert told.isprintable()
    assert len(told) < 300
    assert SERIES not in told
    assert "ller" not in told  # of Mueller: what the answer says is not quoted
    assert not list(server.place.rglob("*.dcm"))
    return told


@pytest.mark.parametrize(("body", "said"), NO_JSON.values(), ids=NO_JSON)
@pytest.mark.parametrize("kind", ["application/dicom+json", "text/html"])
def test_answer_that_is_no_json(held, tmp_path, kind, body, said):
    server = Server(held, body=(kind, body))
    server.place = tmp_path
    assert said in refused(server)


@pytest.mark.parametrize(("element", "said"), ENTRIES.values(), ids=ENTRIES)
@pytest.mark.parametrize("tag", [STUDY_UID, SERIES_UID, SOP])
def test_entry_that_is_not_as_it_should_be(held, tmp_path, tag, element, said):
    entry = {STUDY_UID: {"Value": [STUDY]}, SERIES_UID: SOUND, SOP: {"Value": ["1.2.3"]}, tag: element}
    server = Server(held, body=("application/json", json.dumps([entry]).encode()))
    server.place = tmp_path
    assert said in refused(server)


@pytest.mark.parametrize("count", ["many", "-1", -1, 8.5, True, 1e400, "8" * 5000, "8 ", "\u0668", {}, []])
def test_count_that_is_none_is_refused_and_an_absent_one_is_not_needed(held, tmp_path, count):
    server = Server(held, count=count)
    server.place = tmp_path
    refused(server)
    for absent in (None, ""):
        assert len(client(Server(held, count=absent)).listed("", SERIES)) == 8
    assert len(client(Server(held, count="8")).listed("", SERIES)) == 8


def test_a_single_entry_and_a_byte_order_mark_are_understood(held):
    server = Server(held)
    listing = server._answer
    server._answer = lambda path: (
        ("application/json", b"\xef\xbb\xbf" + listing(path)[1][1:-1]) if "/series?" in path else listing(path)
    )
    assert len(client(server).listed("", SERIES)) == 8


def test_answer_without_end_is_cut(held, tmp_path, monkeypatch):
    monkeypatch.setattr(dicomweb, "LARGEST", 10_000)
    huge = {name: data + b"\0" * 10_000 for name, data in held.items()}
    with pytest.raises(CaseError, match="more than 10000 bytes"):
        bring(client(Server(huge)), tmp_path, SERIES)
    monkeypatch.setattr(dicomweb, "LARGEST_LIST", 100)
    with pytest.raises(CaseError, match="more than 100 bytes"):
        client(Server(held)).listed("", SERIES)


def test_instances_together_may_be_larger_than_the_largest(held, tmp_path, monkeypatch):
    size = max(map(len, held.values()))
    monkeypatch.setattr(dicomweb, "LARGEST", 2 * size)
    monkeypatch.setattr(web, "PIECE", 512)
    made = client(Server(held))
    assert bring(made, tmp_path, SERIES)["bytes"] > 2 * size


def test_credentials_go_where_they_belong(held):
    for credentials, header in (
        ({}, None),
        ({"user": "reader", "password": "pw"}, "Basic cmVhZGVyOnB3"),
        ({"token": "abc", "user": "reader"}, "Bearer abc"),
    ):
        server = Server(held)
        client(server, **credentials).listed("", SERIES)
        assert server.requests[0].headers.get("Authorization") == header


def test_netrc_is_not_read(held, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine pacs.example login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server = Server(held)
    client(server).listed("", SERIES)
    assert "Authorization" not in server.requests[0].headers


def test_libraries_write_no_line_with_a_uid(held, tmp_path, caplog, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bring(client(Server(held)), tmp_path, SERIES)
    assert SERIES not in caplog.text + "".join(capfd.readouterr())
