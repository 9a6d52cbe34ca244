"""Why a job or a command failed, in one line for a person, which quotes nothing of a file."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from radioloom.errors import RadioloomError

ROOM = "make room, and run again"
RIGHTS = "give yourself the right to it, and run again"
AGAIN = "run again once the disk or file server answers"
REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), ROOM),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), RIGHTS),
    **dict.fromkeys((errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.ELOOP), "correct the path"),
    **dict.fromkeys((errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENXIO, errno.ENOTCONN, errno.EHOSTDOWN), AGAIN),
}
MEMORY = "memory ran out; run fewer jobs at once (--cores), or on a machine with more memory"
NOWHERE = "the folder that you are in is not there any more; change into another (cd), and run again"
RESULTS = "results"
TOLD = "the name that it bears is one that messages show"  # note of an error


def in_words(error: BaseException, typed: Collection[str] = ()) -> str:
    """What went wrong and what to do: an error of ours in its own words, any other by its kind.

    typed : paths that the user has typed, and may be shown; a path in results is always shown, and no other, since
        names of files may be patients'
    """
    if isinstance(error, RadioloomError):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return "interrupted; run again to go on"
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
        return MEMORY
    if isinstance(error, OSError):
        return _of_the_system(error, typed) if _is_somewhere() else NOWHERE
    return f"a fault of Radioloom, not of the study ({type(error).__name__}); please report it"


@contextmanager
def explained(notes: Iterable[str]) -> Iterator[None]:
    """An error of ours bears what was noted before it, in the order of the notes: that often says why it came to it."""
    try:
        yield
    except RadioloomError as error:
        for note in dict.fromkeys(notes):
            if note not in notes_of(error):
                error.add_note(note)
        raise


def notes_of(error: BaseException) -> tuple[str, ...]:
    """What was noted before an error of ours; see `explained`."""
    return tuple(getattr(error, "__notes__", ())) if isinstance(error, RadioloomError) else ()


def with_notes(error: BaseException) -> str:
    """The notes that an error of ours bears, each in a line, and last what went wrong and what to do."""
    return "\n".join([*(f"note: {note}" for note in notes_of(error)), in_words(error)])


def is_of_the_machine(error: BaseException) -> bool:
    """Whether a file could not be read for want of memory, rights or a disk that answers: no fault of its content.

    Readers of zip and Parquet raise an OSError without a number, or of a place before the begin, for what is damaged.
    """
    return isinstance(error, MemoryError) or getattr(error, "errno", None) not in (None, errno.EINVAL)


@contextmanager
def reading(path: Path | str) -> Iterator[BinaryIO]:
    """An open file; a fault of the machine bears its name, which the system forgets once the file is open."""
    try:
        with open(path, "rb") as handle:
            yield handle
    except OSError as error:
        if is_of_the_machine(error):
            error.filename = error.filename or str(path)
        raise


def is_of_memory(error: RuntimeError) -> bool:
    """Whether an error of ITK, which has but one kind, says that memory ran out."""
    return any(word in str(error) for word in ("allocat", "bad_alloc"))


def in_results(path: Path | str) -> str:
    """A path from its folder `results` on, the name alone where it lies elsewhere."""
    parts = Path(path).parts
    return "/".join(parts[parts.index(RESULTS) :]) if RESULTS in parts else parts[-1]


def damaged(path: Path | str, why: str) -> str:
    """What to say of a file of results, or of a folder that was written as a whole, that is not as it was written."""
    what = "this whole folder" if Path(path).is_dir() else "it"
    return f"{in_results(path)}: {why}; delete {what}, and run the study again"


def _of_the_system(error: OSError, typed: Collection[str]) -> str:
    words = os.strerror(error.errno) if error.errno else f"a file cannot be read or written ({type(error).__name__})"
    names = [str(name) for name in (error.filename, error.filename2) if isinstance(name, str | os.PathLike)]
    typed = names if TOLD in getattr(error, "__notes__", ()) else typed
    shown = [in_results(name) if RESULTS in Path(name).parts else name for name in names if _may_show(name, typed)]
    place = f" ({', '.join(shown)})" if shown else ""
    return f"{words}{place}; {REMEDIES.get(error.errno or 0, 'run again, and report it if it stays')}"


def _is_somewhere() -> bool:
    try:
        return bool(os.getcwd())
    except FileNotFoundError:
        return False


def _may_show(name: str, typed: Collection[str]) -> bool:
    return RESULTS in Path(name).parts or name in typed
