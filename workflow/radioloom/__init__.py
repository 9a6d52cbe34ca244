"""Radioloom: radiomics and radiogenomics studies that others can re-run to the byte."""

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`radioloom.extract`: imported when it is first asked for, so that `import radioloom` stays cheap."""
    if name == "extract":
        from radioloom.api import extract

        return extract
    raise AttributeError(f"module 'radioloom' has no attribute {name!r}")
