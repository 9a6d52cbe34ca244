"""How other programs name what they measure: a module and a row of `PROGRAMS` each."""

from radioloom.compat import cerr, pyradiomics, tags
from radioloom.compat.record import Named

PROGRAMS = (cerr, tags, pyradiomics)  # cerr's few words, all its own, before pyradiomics' any word
NO_FEATURE = (*pyradiomics.NO_FEATURE, *tags.NO_FEATURE)  # what columns that are no features begin with


def named(column: str) -> Named | None:
    """What a column's name says of the feature in it; None where it is no known program's."""
    return next((known for program in PROGRAMS if (known := program.named(column))), None)
