"""Take a multipart answer (RFC 2046) apart as it comes, each part into a file: memory never holds an instance."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from email.message import Message
from pathlib import Path
from typing import IO, Any

MOST_HEADERS = 2**16  # bytes before the content of a part
BLANK = b"\r\n\r\n"
MARK = rb"\r\n--%b(?:(--)|[ \t]{0,64}\r\n)"  # the group is there in the last one
ROOM = 4 + 64 + 2  # bytes of a mark besides the boundary


def boundary(content_type: str) -> bytes:
    """What stands between the parts, as the answer's Content-Type says; b"" where it is not multipart."""
    head = Message()
    head["Content-Type"] = content_type
    if head.get_content_type() != "multipart/related":
        return b""
    between = head.get_boundary("")
    return between.encode("ascii") if between.isascii() and between.isprintable() else b""


def parts(
    pieces: Generator[bytes, int | None, Any], between: bytes, begin: Callable[[], IO[bytes]]
) -> Iterator[tuple[Path, bool]]:
    """The file of each part, and whether its end came; where it did not, the answer broke off.

    pieces : content of the answer; it is sent 0 where a part begins, so that its limit is that of one part
    begin : opens a new file for a part
    Raises ValueError where a part does not begin as it should.
    """
    mark, room, held = re.compile(MARK % re.escape(between)), ROOM + len(between), bytearray(b"\r\n")
    file: IO[bytes] | None = None
    anew: int | None = None
    try:
        while piece := _next(pieces, anew):
            held += piece
            anew = None
            while file or (at := _content(held, mark, room)) >= 0:
                if not file:
                    del held[:at]
                    file, anew = begin(), 0
                end = mark.search(held)
                keep = end.start() if end else max(len(held) - room, 0)
                file.write(held[:keep])
                del held[:keep]
                if not end:
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


def _content(held: bytearray, mark: re.Pattern[bytes], room: int) -> int:
    """Where the content of the next part begins; -1 where that has not come yet."""
    found = mark.search(held)
    if not found:
        del held[: max(len(held) - room, 0)]
        return -1
    if found[1]:  # the end of them all: what comes after is nobody's
        del held[found.end() :]
        return -1
    blank = held.find(BLANK, found.end() - 2)
    if blank < 0 and len(held) - found.start() > MOST_HEADERS:
        raise ValueError("a part without content")
    return blank + len(BLANK) if blank >= 0 else -1
