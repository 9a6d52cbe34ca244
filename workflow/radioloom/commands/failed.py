"""At which file a command has failed, as messages may say it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from radioloom.failures import RESULTS


def failed_file(error: BaseException, given: Sequence[str]) -> list[str]:
    """What messages call the file of an error at or below a path that was typed; the error bears it from here on."""
    from radioloom.io.files import called, files_below

    name = getattr(error, "filename", None)
    if not isinstance(error, OSError) or not isinstance(name, str) or RESULTS in Path(name).parts:  # shown as it is
        return []
    for typed in filter(None, given):
        with suppress(OSError, ValueError):  # of the same disk, or no folder to be in; of a file that is not there
            file, place = Path(name).absolute(), Path(typed).absolute()
            files = list(files_below(place)) if file.is_relative_to(place) else []
            number = files.index(file) + 1
            error.filename = typed if file == place else f"{typed}: {called(file, place, number, len(files))}"
            return [error.filename]
    return []
