"""Feature families in the order of IBSI 1: a table of names, each a module here; the keys of a profile's `families`."""

from importlib import import_module
from typing import Any

from radioloom.errors import StudyError
from radioloom.features.record import Family

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
