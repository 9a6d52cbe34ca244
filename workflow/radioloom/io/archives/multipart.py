"""Take a multipart answer (RFC 2046) apart as it comes, each part into a file: memory never holds an instance."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import IO, Any

MOST_HEADERS = 2**16  # bytes before the content of a part
BLANK = b"\r\n\r\n"


def boundary(content_type: str) -> bytes:
    """What stands between the parts, as the answer's Content-Type says; b"" where it is not multipart."""
    kind, *parameters = content_type.split(";")
    if kind.strip().lower() != "multipart/related":
        return b""
    named = (each.partition("=") for each in parameters)
    values = [value.strip().strip('"') for key, _, value in named if key.strip().lower() == "boundary"]
    return values[0].encode("ascii", "ignore")[:70] if values else b""


def parts(
    pieces: Generator[bytes, int | None, Any], between: bytes, begin: Callable[[], IO[bytes]]
) -> Iterator[tuple[Path, bool]]:
    """The file of each part, and whether its end came; where it did not, the answer broke off.

    pieces : content of the answer; it is sent 0 where a part begins, so that its limit is that of one part
    begin : opens a new file for a part
    Raises ValueError where a part does not begin as it should.
    """
    mark, held = b"\r\n--" + between, bytearray(b"\r\n")
    file: IO[bytes] | None = None
    anew: int | None = None
    try:
        while piece := _next(pieces, anew):
            held += piece
            anew = None
            while file or (at := _content(held, mark)) >= 0:
                if not file:
                    del held[:at]
                    file, anew = begin(), 0
                end = held.find(mark)
                keep = end if end >= 0 else max(len(held) - len(mark) + 1, 0)
                file.write(held[:keep])
                del held[:keep]
                if end < 0:
                    break
                file.close()
                yield Path(file.name), True
                file = None
        if file:
            file.close()
            yield Path(file.name), False
    finally:
        if file:
            file.close()


def _next(pieces: Generator[bytes, int | None, Any], sent: int | None) -> bytes:
    try:
        return pieces.send(sent)
    except StopIteration:
        return b""


def _content(held: bytearray, mark: bytes) -> int:
    """Where the content of the next part begins; -1 where that has not come yet."""
    at = held.find(mark)
    if at < 0:
        del held[: max(len(held) - len(mark) + 1, 0)]
        return -1
    if held.startswith(b"--", at + len(mark)):  # the end of them all: what comes after is nobody's
        del held[at + len(mark) + 2 :]
        return -1
    blank = held.find(BLANK, at + len(mark))
    if blank < 0 and len(held) - at > MOST_HEADERS:
        raise ValueError("a part without content")
    return blank + len(BLANK) if blank >= 0 else -1
