"""One study: its record, its loading and its checks."""

from radioloom.study.load import load
from radioloom.study.record import Study

__all__ = ["Study", "load"]
