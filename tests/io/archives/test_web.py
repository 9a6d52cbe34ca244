"""DICOMweb over real sockets: slow, endless and enormous answers, and answers that lead elsewhere."""

import itertools
import json
import subprocess
import sys
import time
from functools import partial

import pydicom
import pytest

from made.hospital import ct
from made.servers import answering, head
from radioloom.errors import CaseError, StudyError
from radioloom.io.archives import archive, web
from radioloom.io.archives.archive import Interrupted, bring
from radioloom.io.archives.credentials import Credentials
from radioloom.io.archives.dicomweb import DicomWeb
from radioloom.io.archives.multipart import boundary, parts

STUDY, SERIES = "2.25.1", "2.25.1001"  # of hospital.ct
JSON, DICOM = "application/dicom+json", "multipart/related; type=application/dicom; boundary=frontier"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(archive, "WAIT_S", 0.0)
    monkeypatch.setattr(web, "ANSWER_S", 1)
    monkeypatch.setattr(web, "CONNECT_S", 1)


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    files = ct(tmp_path_factory.mktemp("ct"))
    return {str(pydicom.dcmread(path).SOPInstanceUID): path.read_bytes() for path in files}


def searches(held):
    """What a server with one series answers to searches, by the end of the path."""
    values = {"0020000D": STUDY, "0020000E": SERIES, "00201209": len(held)}
    series = [{tag: {"vr": "UI", "Value": [value]} for tag, value in values.items()}]
    instances = [{"00080018": {"vr": "UI", "Value": [name]}} for name in held]
    return {"series": json.dumps(series).encode(), "instances": json.dumps(instances).encode()}


def sound(held, sent=None):
    """An answer for every path; `sent` gives pieces of the series."""

    def answer(path):
        path, _, query = path.partition("?")
        told = searches(held)
        last = path.rpartition("/")[2]
        if last in told:
            again = last == "instances" and "offset" in query
            return [head(JSON), b"[]" if again else told[last]]
        return sent() if sent else [head(DICOM), *multipart(held.values()), b"\r\n--frontier--"]

    return answer


def multipart(instances):
    for each in instances:
        yield b"\r\n--frontier\r\nContent-Type: application/dicom\r\n\r\n" + each


def client(url, **credentials):
    return DicomWeb({"kind": "dicomweb", "url": url}, Credentials(**credentials), "")


def drip(*fast, slow=b"x", every_s=0.05):
    yield from fast
    until = time.monotonic() + 60
    while time.monotonic() < until:
        yield slow
        time.sleep(every_s)


def test_series_comes_over_a_socket(held, tmp_path):
    with answering(sound(held)) as (url, asked):
        assert bring(client(url), tmp_path, SERIES)["files"] == 8
    assert {path.stem: path.read_bytes() for path in (tmp_path / SERIES).iterdir()} == held
    assert all("Accept-Encoding: identity" in each for each in asked)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda path: drip(b"HTTP/1.1 200 OK\r\n", slow=b"X-A: 1\r\n"), "does not answer within 2 s"),
        (lambda path: drip(slow=b"H"), "does not answer within 2 s"),
        (lambda path: drip(head(JSON), b"["), "less than 1000 bytes a second"),
        (lambda path: drip(head(JSON, "Transfer-Encoding: chunked"), slow=b"1\r\n \r\n"), "less than 1000 bytes"),
        (lambda path: [head(JSON, "Content-Length: 99"), b"[]"], "does not answer (ProtocolError)"),
        (lambda path: [head(JSON, "Transfer-Encoding: chunked"), b"99\r\n["], "does not answer"),
        (lambda path: [b"\x00\xff" * 99 + b"\r\n"], "does not answer"),
    ],
)
def test_answer_that_would_never_end_is_given_up(answer, said):
    with answering(answer) as (url, _):
        began = time.monotonic()
        with pytest.raises(Interrupted) as caught:
            client(url).listed("", SERIES)
    assert said in str(caught.value)
    assert SERIES not in str(caught.value)
    assert time.monotonic() - began < 8


@pytest.mark.hostile
def test_series_that_drips_is_given_up_and_what_came_whole_is_kept(held, tmp_path):
    first = list(held)[:3]

    def sent():
        return drip(head(DICOM), *multipart([held[name] for name in first]), *multipart([b"\0" * 10]), slow=b"\0")

    with answering(sound(held, sent)) as (url, _), pytest.raises(StudyError, match="less than 1000 bytes a second"):
        bring(client(url), tmp_path, SERIES)
    assert {path.stem for path in (tmp_path / SERIES).iterdir()} == set(first)


def test_slow_line_is_no_reason_to_give_up(held, tmp_path):
    whole = b"".join([*multipart(held.values()), b"\r\n--frontier--"])

    def sent():
        yield head(DICOM)
        for at in range(0, len(whole), 500):  # some 5 KB a second: longer than an answer may be silent
            yield whole[at : at + 500]
            time.sleep(0.1)

    with answering(sound(held, sent)) as (url, _):
        assert bring(client(url), tmp_path, SERIES)["files"] == 8


def test_answer_that_ends_in_the_middle_of_an_instance_keeps_none_of_it(held, tmp_path):
    whole = list(held.values())
    turns = [[*multipart(whole[:6]), *multipart([whole[6][:-40]])], [*multipart(whole[6:]), b"\r\n--frontier--"]]
    with answering(sound(held, lambda: [head(DICOM), *turns.pop(0)])) as (url, _):
        archive_ = client(url)
        arrivals = archive.Arrivals(tmp_path / SERIES, {each.name: each for each in archive_.listed("", SERIES)}, True)
        arrivals.sweep()
        with pytest.raises(Interrupted, match="broke off in the middle of an instance"):
            archive_.send("", SERIES, arrivals)
    assert len(arrivals.missing()) == 2
    assert not list(arrivals.parts.iterdir())


REDIRECTS = ["http://localhost:{other}/x", "http://127.0.0.1:{other}/x", "//127.0.0.1:{other}/", "ftp://127.0.0.1/x",
             "http://127.0.0.1:99999/x", "https://127.0.0.1:{other}/x", "http://[::1]:{other}/x"]  # fmt: skip


@pytest.mark.parametrize("target", REDIRECTS)
def test_no_answer_leads_to_another_origin(target, held, tmp_path, monkeypatch):
    """Neither what is asked for nor ~/.netrc of that host goes there."""
    (tmp_path / "netrc").write_text("machine localhost login me password secret\nmachine 127.0.0.1 login a password b")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    place = []
    with (
        answering(sound(held)) as (other, theirs),
        answering(lambda path: [head(JSON, *place, status="302 Found")]) as (url, ours),
    ):
        place.append(f"Location: {target.format(other=other.rpartition(':')[2])}?uid={SERIES}")
        with pytest.raises(StudyError, match=r"the archive sends us on to .*`source.url`") as caught:
            client(url, token="own-secret").listed("", SERIES)
    assert not theirs
    assert len(ours) == 1
    assert SERIES not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_redirect_within_the_server_is_followed_and_credentials_are_ours_alone(held, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    answer = sound(held)

    def moved(path):
        if path.startswith("/new"):
            return answer(path)
        return [head(JSON, f"Location: /new{path}", status="307 Temporary Redirect")]

    with answering(moved) as (url, asked):
        assert len(client(url).listed("", SERIES)) == 8
    assert not any("authorization" in each.lower() for each in asked)


def test_proxies_of_the_environment_carry_encrypted_requests_only(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "pacs.inside")
    proxies = {
        url: client(url)._web.session.proxies
        for url in ("https://pacs.far/x", "https://pacs.inside", "http://localhost")
    }
    assert proxies["https://pacs.far/x"]["https"] == "http://proxy.example:3128"
    assert proxies["https://pacs.inside"] == proxies["http://localhost"] == {}
    assert client("https://pacs.far")._web.session.trust_env is False


FETCH = """
import os, sys
from pathlib import Path
from radioloom.io.archives.archive import bring
from radioloom.io.archives.kinds import connect
import resource
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
bring(connect({"kind": "dicomweb", "url": sys.argv[1]}, "train", os.environ), Path(sys.argv[2]), sys.argv[3])
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def test_large_instance_takes_no_more_memory_than_a_small_one(held, tmp_path, root):
    name, small = next(iter(held.items()))
    size, block = 300, bytes(2**20)

    def sent():
        yield from (head(DICOM), *multipart([small]))
        yield from (block for _ in range(size))
        yield b"\r\n--frontier--"

    with answering(sound({name: small}, sent)) as (url, _):
        command = [sys.executable, "-c", FETCH, url, str(tmp_path), SERIES]
        done = subprocess.run(command, cwd=root / "workflow", capture_output=True, text=True, check=True, timeout=100)
    assert (tmp_path / SERIES / f"{name}.dcm").stat().st_size == len(small) + size * 2**20
    assert float(done.stdout) < 60  # MB


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
def test_parts_are_the_same_however_their_bytes_come(step, tmp_path):
    contents = [b"one\r\n--fron", b"", b"\r\n\r\nthree\r\n", b"\r\n-", bytes(range(256)) * 3]
    body = (
        b"a preamble"
        + b"".join(b"\r\n--frontier\r\nA: b\r\n\r\n" + each for each in contents)
        + b"\r\n--frontier--junk"
    )

    def pieces():
        for at in range(0, len(body), step):
            yield body[at : at + step]

    n = iter(range(99))
    got = list(parts(pieces(), b"frontier", lambda: (tmp_path / str(next(n))).open("wb")))
    assert [path.read_bytes() for path, _ in got] == contents
    assert all(whole for _, whole in got)


def test_part_without_content_is_refused(tmp_path):
    def pieces():
        yield b"--frontier\r\n"
        yield b"A: b\r\n" * 20_000

    with pytest.raises(ValueError, match="a part without content"):
        list(parts(pieces(), b"frontier", lambda: (tmp_path / "x").open("wb")))


MARKED = {  # an answer -> contents of its parts, and whether their end came
    b"--xx\r\nA: b\r\n\r\n1\r\n--xxy\r\n2\r\n--xx--": [(b"1\r\n--xxy\r\n2", True)],
    b"--xx \t\r\nA: b\r\n\r\n1\r\n--xx \r\n\r\n2\r\n--xx--\r\n--xx\r\n\r\n3": [(b"1", True), (b"2", True)],
    b"--xxy\r\nA: b\r\n\r\n0\r\n--xx\r\n\r\n1\r\n--xx-\r\n--xx z\r\n--xx--": [(b"1\r\n--xx-\r\n--xx z", True)],
}


@pytest.mark.parametrize("sent", MARKED)
def test_a_mark_is_one_alone_on_its_line(sent, tmp_path):
    for n in (1, 2, 3, 7, len(sent)):
        names = map(f"{tmp_path}/{n}.{{}}".format, itertools.count())
        begin = map(partial(open, mode="wb"), names).__next__
        pieces = (sent[i : i + n] for i in range(0, len(sent), n))
        found = [(path.read_bytes(), whole) for path, whole in parts(pieces, b"xx", begin)]
        assert found == MARKED[sent], n


@pytest.mark.parametrize(
    ("kind", "between"),
    [
        ('multipart/related; type="application/dicom"; boundary="a b"', b"a b"), ("Multipart/Related;BOUNDARY=x", b"x"),
        ("multipart/related", b""), ("text/html; boundary=x", b""), ("", b""),
        ('multipart/related; boundary="a;b"; type="application/dicom"', b"a;b"),
        ('multipart/related; type="a; boundary=evil"; boundary=good', b"good"),
        ('multipart/related; x="\\"; boundary=evil"; boundary="go\\"od"', b'go"od'),
        ('multipart/related; boundary=""', b""), ("multipart/related; boundary=\xe9", b""),
    ],
)  # fmt: skip
def test_boundaries(kind, between):
    assert boundary(kind) == between


@pytest.mark.parametrize("kind", ["text/html", "multipart/related", "application/json", "", "x" * 5000])
def test_answer_of_another_type_is_no_image(kind, held, tmp_path):
    with (
        answering(sound(held, lambda: [head(kind), b"<html>please log in</html>"])) as (url, _),
        pytest.raises(CaseError, match="answer is not DICOM"),
    ):
        bring(client(url), tmp_path, SERIES)
    assert not list((tmp_path / SERIES).iterdir())


def test_single_instance_as_it_is(held, tmp_path):
    name = next(iter(held))
    with answering(sound({name: held[name]}, lambda: [head("application/dicom"), held[name]])) as (url, _):
        assert bring(client(url), tmp_path, SERIES)["files"] == 1
