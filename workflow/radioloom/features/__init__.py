"""Feature families: a table of records, in the order of IBSI 1; each key of a profile's `families` is a row of it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from radioloom.errors import StudyError
from radioloom.features.record import Family

if TYPE_CHECKING:  # what `family` imports by name, for code digests and type checkers
    from radioloom.features import (  # noqa: F401
        glcm,
        gldzm,
        glrlm,
        glszm,
        histogram,
        intensity,
        ivh,
        local_intensity,
        morphology,
        ngldm,
        ngtdm,
        shape_2d,
    )

NAMES = (
    "morphology",
    "local_intensity",
    "intensity",
    "histogram",
    "ivh",
    "glcm",
    "glrlm",
    "glszm",
    "gldzm",
    "ngtdm",
    "ngldm",
    "shape_2d",  # beyond IBSI
)


def family(name: str) -> Family:
    """One family; its module is imported when it is asked for, so that a job pays only for what it measures.

    Raises StudyError where there is none of that name.
    """
    if name not in NAMES:
        raise StudyError(f"feature family {name!r} is not known; choose of {', '.join(NAMES)}")
    return import_module(f"radioloom.features.{name}").FAMILY


def __getattr__(name: str) -> Any:
    if name == "FAMILIES":
        return tuple(family(each) for each in NAMES)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
