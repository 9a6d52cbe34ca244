"""Archives on loopback, each started for the tests and ended with them: Orthanc (a PACS) and moto (S3)."""

import contextlib
import hashlib
import json
import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PLUGINS = ("/usr/share/orthanc/plugins", "/usr/lib/orthanc")
PACKAGES = ("orthanc", "orthanc-dicomweb", "gcc", "libc6-dev", "openssl")


@dataclass(frozen=True)
class Orthanc:
    """A running Orthanc: where it listens."""

    http: int
    dicom: int
    auth: tuple[str, str] | None = None

    @property
    def web(self) -> str:
        """Root of its DICOMweb service."""
        return f"http://localhost:{self.http}/dicom-web"

    def ask(self, method: str, path: str, **other) -> requests.Response:
        """Its own interface, for putting files there and taking them out."""
        url = f"http://localhost:{self.http}{path}"
        answer = requests.request(method, url, auth=self.auth, timeout=60, **other)
        answer.raise_for_status()
        return answer

    def upload(self, *places: Path) -> int:
        """Store every file below the places; how many there were."""
        files = [path for place in places for path in sorted(place.rglob("*")) if path.is_file()]
        for path in files:
            self.ask("POST", "/instances", data=path.read_bytes())
        return len(files)


def install() -> None:
    """Orthanc from Debian's packages; skips with the reason where that cannot be."""
    if shutil.which("Orthanc") and shutil.which("gcc") and shutil.which("openssl"):
        return
    if os.geteuid() or not shutil.which("apt-get"):
        pytest.skip(f"Orthanc is not installed, and only root on Debian can: apt-get install {' '.join(PACKAGES)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
        subprocess.run(["apt-get", *command], check=True, env=quiet, stdout=subprocess.DEVNULL)


@contextmanager
def orthanc(place: Path, password: str = "", certificate: Path | None = None) -> Iterator[Orthanc]:
    """Orthanc with an empty store.

    password : of the user `reader`; "" lets everybody in
    certificate : folder of `certify`; the DICOM port speaks TLS then
    """
    install()
    shim = place / "loopback.so"
    place.mkdir(parents=True)
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", shim, HERE / "loopback_bind.c", "-ldl"], check=True)
    running = Orthanc(free_port(), free_port(), ("reader", password) if password else None)
    (place / "orthanc.json").write_text(json.dumps(_settings(place, running, certificate)))
    with (place / "orthanc.log").open("w") as log:
        process = subprocess.Popen(
            ["Orthanc", place / "orthanc.json"],
            env={**os.environ, "LD_PRELOAD": str(shim)},
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: running.ask("GET", "/system"), process, place / "orthanc.log")
        yield running
    finally:
        process.terminate()
        process.wait(20)


def _settings(place: Path, running: Orthanc, certificate: Path | None) -> dict:
    plugin = next(path for folder in PLUGINS for path in Path(folder).glob("libOrthancDicomWeb.so*"))
    found = {
        "StorageDirectory": str(place / "store"),
        "IndexDirectory": str(place / "store"),
        "Plugins": [str(plugin)],
        "HttpPort": running.http,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": bool(running.auth),
        "RegisteredUsers": dict([running.auth]) if running.auth else {},
        "DicomAet": "ORTHANC",
        "DicomPort": running.dicom,
        "DicomCheckCalledAet": True,
        "DicomAlwaysAllowFind": True,
        "DicomAlwaysAllowGet": True,
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/", "Host": "localhost"},
    }
    if certificate:
        own, key, ca = (str(certificate / name) for name in ("server.pem", "server.key", "ca.pem"))
        found |= {"DicomTlsEnabled": True, "DicomTlsCertificate": own, "DicomTlsPrivateKey": key}
        found |= {"DicomTlsTrustedCertificates": ca}
    return found


@contextmanager
def https(port: int, certificate: Path) -> Iterator[int]:
    """A port that speaks TLS and hands on to another (Debian's Orthanc 1.10 dies of its first HTTPS request)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "server.pem", certificate / "server.key")

    class Relay(socketserver.BaseRequestHandler):
        def handle(self):
            with (
                contextlib.suppress(OSError),
                context.wrap_socket(self.request, server_side=True) as ours,
                closing(socket.create_connection(("127.0.0.1", port))) as theirs,
            ):
                pipe = threading.Thread(target=_copy, args=(theirs, ours), daemon=True)
                pipe.start()
                _copy(ours, theirs)
                pipe.join(20)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def certify(place: Path) -> Path:
    """An authority of our own and certificates of `localhost` and of a client that it signed."""
    install()
    place.mkdir()
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run([*make, "-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.pem"], cwd=place, check=True)
    for name in ("server", "client"):
        names = ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=CA:FALSE"]
        signed = [*make, "-CA", "ca.pem", "-CAkey", "ca.key", "-subj", f"/CN={name}", *names]
        subprocess.run(
            [*signed, "-keyout", f"{name}.key", "-out", f"{name}.pem"], cwd=place, check=True, capture_output=True
        )
    return place


@dataclass(frozen=True)
class Bucket:
    """An S3 server with buckets like those of the Imaging Data Commons."""

    url: str

    def put(self, bucket: str, key: str, data: bytes) -> None:
        """One object, for everybody to read."""
        requests.put(f"{self.url}/{bucket}", timeout=30)
        requests.put(
            f"{self.url}/{bucket}/{key}", data=data, headers={"x-amz-acl": "public-read"}, timeout=30
        ).raise_for_status()

    def upload(self, place: Path, bucket: str, folder: str) -> None:
        """A series as the Commons lay it out: a folder a series, names of their own."""
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file():
                self.put(bucket, f"{folder}/{uuid_of(path)}.dcm", path.read_bytes())


@contextmanager
def s3(place: Path) -> Iterator[Bucket]:
    """moto's S3 server, empty."""
    server = ROOT / ".archives" / "bin" / "moto_server"
    if not server.is_file():
        pytest.skip("the S3 server is not installed: make test-archives")
    port = free_port()
    place.mkdir(parents=True)
    with (place / "s3.log").open("w") as log:
        process = subprocess.Popen([server, "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log)
    running = Bucket(f"http://127.0.0.1:{port}")
    try:
        until(lambda: requests.get(running.url, timeout=5).raise_for_status(), process, place / "s3.log")
        yield running
    finally:
        process.terminate()
        process.wait(20)


def uuid_of(path: Path) -> str:
    """A name of the form that the Commons use, from a file's content."""
    text = hashlib.sha256(path.read_bytes()).hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32]))


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(ready, process: subprocess.Popen, log: Path) -> None:
    """Wait until a server answers; what it wrote where it does not."""
    for _ in range(200):
        try:
            ready()
        except requests.RequestException:
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    print(log.read_text(), file=sys.stderr)
    raise RuntimeError(f"{log.stem} does not answer")
