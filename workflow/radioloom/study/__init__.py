"""One study: its record, its loading, and its checks before any job."""

from radioloom.study.load import load
from radioloom.study.record import Study
from radioloom.study.verify import verify

__all__ = ["Study", "load", "verify"]
