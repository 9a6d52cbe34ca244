"""At which file of the user's the machine has failed, as messages may say it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from radioloom.failures import RESULTS, TOLD
from radioloom.io.files import called, files_below


def bear_name(error: OSError, place: Path, shown: str) -> bool:
    """Whether the file of an error lies at or below a place, which messages show; the error bears its name so then."""
    name = error.filename
    if not isinstance(name, str) or RESULTS in Path(name).parts:  # shown as it is
        return False
    file, place = Path(name).absolute(), place.absolute()
    with suppress(OSError, ValueError):  # of the same disk; of a file that is not there
        files = list(files_below(place)) if file.is_relative_to(place) else []
        number = files.index(file) + 1
        error.filename = shown if file == place else f"{shown}: {called(file, place, number, len(files))}"
        return True
    return False


@contextmanager
def of_case(whose: str, data: Path, *paths: str) -> Iterator[None]:
    """A fault of the machine says of which case it is (`cohort/case`), and at which file that its sheet names.

    paths : of the sheet, below the folder `data`; their last parts are shown, as elsewhere in messages
    """
    try:
        yield
    except OSError as error:
        own = isinstance(error.filename, str) and RESULTS in Path(error.filename).parts
        if not own:
            named = any(bear_name(error, data / path, f"{whose}: {Path(path).name}") for path in paths if path)
            error.filename = error.filename if named else whose
            error.add_note(TOLD)
        raise
