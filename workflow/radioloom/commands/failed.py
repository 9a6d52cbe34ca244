"""At which file a command has failed, as messages may say it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def failed_file(error: BaseException, given: Sequence[str]) -> list[str]:
    """What messages call the file of an error at or below a path that was typed; the error bears it from here on."""
    from radioloom.io.failed import bear_name

    if isinstance(error, OSError) and any(bear_name(error, Path(typed), typed) for typed in filter(None, given)):
        return [error.filename]
    return []
