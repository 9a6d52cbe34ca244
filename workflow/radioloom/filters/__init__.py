"""Image filters: a table of records; each key of a profile's `images` is a row of it."""

from radioloom.filters import wavelet
from radioloom.filters.record import Filter

FILTERS: dict[str, Filter] = {filter.name: filter for filter in (wavelet.FILTER,)}
