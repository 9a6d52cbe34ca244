"""One study: its record, its loading and its checks."""

from radioloom.study.record import Study, load

__all__ = ["Study", "load"]
