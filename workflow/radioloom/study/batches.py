"""Cases in batches whose membership does not change when another patient is added."""

from __future__ import annotations

from radioloom.provenance import stable_hash
from radioloom.study.sheet import Row


def batched(rows: list[Row], size: int) -> dict[str, list[Row]]:
    """Rows in batches of about `size` cases, all rows of a case together.

    Cases stand in the order of a hash of their name, and a batch ends with a case whose hash is divisible by `size`
    (content-defined chunks): a case that is added or taken out changes one batch, or cuts one in two, wherever
    it stands in the sheet. A batch is named after its last case, so its name survives too.
    """
    batches: dict[str, list[Row]] = {}
    chunk: list[Row] = []
    for row in sorted(rows, key=lambda row: (stable_hash(row["case"]), row["case"], row["replicate"], row["roi"])):
        ended = chunk and chunk[-1]["case"] != row["case"] and stable_hash(chunk[-1]["case"]) % size == 0
        if ended:
            batches[f"{stable_hash(chunk[-1]['case']):08x}"] = chunk
            chunk = []
        chunk.append(row)
    return {**batches, "last": chunk} if chunk else batches


def repeated(rows: list[Row]) -> bool:
    """Whether one image has several segmentations of a region."""
    return len({(row["case"], row["roi"], row["image"]) for row in rows}) < len(rows)
