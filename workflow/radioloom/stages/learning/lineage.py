"""The lineage of a signature: the versions before it, each by the digest of its file and what it was learnt from.

A file's digest is of its whole content, its own lineage included, so each version holds all before it in place.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from radioloom.errors import StudyError
from radioloom.sealed import DIGEST, parsed
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.signature_rules import COUNTS


def superseding(new: Signature, place: Path | str) -> Signature:
    """A signature that takes the place of an earlier one, with its lineage.

    place : file of the earlier one
    Raises StudyError for an earlier one that was edited or bears no digest, of another profile or kind of outcome, or
    learnt from more patients or events: a later version has all of them, and more.
    """
    old, name = Signature.read(place), f"supersedes: {Path(place).name}"
    mark = parsed(place).get(DIGEST)
    if not mark:
        raise StudyError(f"{name}: it is of a version that bears no digest; fit it again with this Radioloom")
    if old.profile != new.profile:
        raise StudyError(
            f"{name}: its features are of the profile {old.profile}, those of this study of {new.profile}; a later "
            "version is of the same features: take the profile (or tool and columns) of the earlier study"
        )
    if (old.harmonisation or {}).get("batch") != (new.harmonisation or {}).get("batch"):
        raise StudyError(f"{name}: it is harmonised otherwise than this study's signature; set `harmonise` as it was")
    if old.ratio != new.ratio:
        raise StudyError(
            f"{name}: its {old.ratio or 'risk'} is no {new.ratio or 'risk'}; a later version is of the same outcome"
        )
    for key, words in zip(COUNTS, ("cases", "events"), strict=True):
        if getattr(new, key) < getattr(old, key):
            raise StudyError(
                f"{name}: it was learnt from {getattr(old, key)} {words}, and this study's from {getattr(new, key)}; "
                "a later version has all of the earlier one's cases and more: give its cohorts the role training"
            )
    before = {"digest": mark, **{key: getattr(old, key) for key in COUNTS}}
    return replace(new, lineage=(*old.lineage, before))


def in_words(signature: Signature) -> str:
    """Which version a signature is, and what it adds to the one before; "" of a first one."""
    if not signature.lineage:
        return ""
    before = signature.lineage[-1]
    n, events = (getattr(signature, key) - before[key] for key in COUNTS)
    return (
        f"version {len(signature.lineage) + 1} of its line: it supersedes the signature {before['digest']}, and was "
        f"learnt from {n} more cases with {events} more events"
    )
