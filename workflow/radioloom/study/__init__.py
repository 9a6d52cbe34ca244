"""One study: its record, its loading, and its checks before any job."""

from radioloom.study.load import load
from radioloom.study.record import Study, followed
from radioloom.study.verify import verify

__all__ = ["Study", "followed", "load", "verify"]
