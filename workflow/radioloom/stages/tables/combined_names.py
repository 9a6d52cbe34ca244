"""Names of features that models read: of one image their labels, of a study that combines images those of COMBINED."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, product
from typing import Any

from radioloom.tables.columns import PARTS

EACH, LARGEST, SUM, MEAN = RULES = ("each", "largest", "sum", "mean")  # `combine.lesions` of a study
LISTS = dict(zip(PARTS, ("regions", "modalities", "visits"), strict=True))  # part -> key of `combine`
WORDS = {"roi": "region", "modality": "modality", "visit": "visit"}  # of parts
MOST = 5  # near names that a message lists


def combined(settings: Mapping[str, Any]) -> bool:
    """Whether a study (its settings) makes one case of several images of a patient."""
    block = settings.get("combine", {})
    return any(block.get(key) for key in ("regions", "modalities", "visits")) or block.get("lesions", EACH) != EACH


def words_of(block: Mapping[str, Any], key: str) -> list[str]:
    """What the study declares under regions, modalities or visits: of visits the two; none where it declares nothing.

    block : the study's `combine`
    """
    declared = block.get(key) or ()
    return [str(declared["first"]), str(declared["second"])] if isinstance(declared, Mapping) else list(declared)


def names_of(parts: Iterable[tuple[str, str, str, str]], block: Mapping[str, Any]) -> list[str]:
    """Name of each feature: modality, region and visit, where a study takes several, and its own label.

    parts : region, modality, visit and label; block : the study's `combine`
    """
    told = len(block["modalities"]) > 1, len(block["regions"]) > 1, "visits" in block
    return [
        "_".join([*(word for word, several in zip((modality, roi, visit), told, strict=True) if several), label])
        for roi, modality, visit, label in parts
    ]


def ids_of_models(labels: Iterable[str] | Mapping[str, Iterable[str]], settings: Mapping[str, Any]) -> list[str]:
    """Every name that features have in what models read.

    labels : of features, or by the modality of which they are measured where that matters; settings : of the study
    """
    if not combined(settings):
        return list(dict.fromkeys(chain.from_iterable(labels.values())) if isinstance(labels, Mapping) else labels)
    block = settings["combine"]
    words = (block["regions"] or [""], block["modalities"] or [""], block.get("visits", {"as": [""]})["as"])
    of = labels if isinstance(labels, Mapping) else {modality: list(labels) for modality in words[1]}
    parts = ((*part, label) for part in product(*words) for label in of.get(part[1], ()))
    return list(dict.fromkeys(names_of(parts, block)))


def summary(block: Mapping[str, Any]) -> str:
    """What a study combines, in words: `regions tumour, node; visits 1, 2`. block : its `combine`."""
    declared = [f"{key} {', '.join(words)}" for key in LISTS.values() if (words := words_of(block, key))]
    return "; ".join(declared or [f"lesions: {block['lesions']}"])


def of_parts(name: str, known: Iterable[str]) -> str:
    """What to say where a feature is named without its modality, region and visit; "" where that is not so."""
    names = [each for each in known if each.endswith(f"_{name}")]
    more = f" ... ({len(names)} in all)" if len(names) > MOST else ""
    return f"`combine` calls it {', '.join(names[:MOST])}{more}; name the one that you mean" if names else ""
