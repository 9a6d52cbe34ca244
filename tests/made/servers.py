"""Servers of the tests on loopback that answer byte by byte as they are told: slow, endless, elsewhere."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager


@contextmanager
def answering(answer: Callable[[str], Iterable[bytes]]) -> Iterator[tuple[str, list[str]]]:
    """A web server: what it is asked (whole requests) is noted, and each path answered with pieces, one sent at once.

    An answer of one connection ends where the connection is closed.
    """
    asked: list[str] = []

    def serve(line: socket.socket) -> None:
        with contextlib.suppress(OSError), line:
            request = b""
            while b"\r\n\r\n" not in request:
                if not (piece := line.recv(65536)):
                    return
                request += piece
            asked.append(request.decode("latin-1"))
            for piece in answer(asked[-1].split()[1]):
                line.sendall(piece)

    with listening(serve) as port:
        yield f"http://127.0.0.1:{port}", asked


@contextmanager
def dripping(port: int, fast: int, every_s: float) -> Iterator[int]:
    """A port that hands on to another; so many bytes come back fast, and each further one takes its time."""

    def serve(line: socket.socket) -> None:
        with contextlib.suppress(OSError), line, socket.create_connection(("127.0.0.1", port)) as theirs:
            threading.Thread(target=_copy, args=(line, theirs), daemon=True).start()
            count = 0
            while data := theirs.recv(65536):
                for at in range(len(data)):
                    time.sleep(every_s if count > fast else 0)
                    line.sendall(data[at : at + 1])
                    count += 1

    with listening(serve) as own:
        yield own


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port of loopback, each of whose connections is served in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def head(kind: str, *lines: str, status: str = "200 OK") -> bytes:
    """The head of an answer that ends with its connection."""
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close", *lines, "", ""]).encode()
