"""Radioloom: radiomics and radiogenomics studies that others can re-run to the byte."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from radioloom.api import extract

__version__ = "0.1.0"
__all__ = ["__version__", "extract"]


def __getattr__(name: str) -> Any:
    """`radioloom.extract`: imported when it is first asked for, so that `import radioloom` stays cheap."""
    if name == "extract":
        from radioloom.api import extract

        return extract
    raise AttributeError(f"module 'radioloom' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__} - {"Any", "TYPE_CHECKING"})
