"""Feature families in the order of IBSI 1, each a module here; `radioloom.families` lists them."""

from importlib import import_module
from typing import Any

from radioloom.families import REACH_MM, checked
from radioloom.features.record import Family

NAMES = tuple(REACH_MM)


def family(name: str) -> Family:
    """One family; its module is imported when it is asked for, so that a job pays only for what it measures.

    Raises StudyError where there is none of that name.
    """
    return import_module(f"radioloom.features.{checked(name)}").FAMILY


def __getattr__(name: str) -> Any:
    if name == "FAMILIES":
        return tuple(family(each) for each in NAMES)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
