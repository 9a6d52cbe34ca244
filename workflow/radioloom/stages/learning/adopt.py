"""Stage adopt: the signature of a file takes the place of one that is learnt, in a study of validation alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from radioloom.stages.learning.published import HandedIn
from radioloom.stages.learning.signature import COVARIATE, Signature


def adopt(handed: HandedIn, covariates: Collection[str], profile_hash: str) -> Signature:
    """The signature as it was handed in, without baselines whose covariates the study does not have.

    covariates : names of those that the study has
    profile_hash : of what the study's features are measured with; a published signature of a tool is bound to it
    Its provenance says where it comes from: digest of the file, of a published one title and source, of one's own what
    its study wrote.
    """
    lacking = left_out(handed.signature, covariates)
    return replace(
        handed.signature,
        baselines={name: each for name, each in handed.signature.baselines.items() if name not in lacking},
        profile=profile_hash if handed.tool else handed.signature.profile,
        provenance={
            "file": handed.file,
            "title": handed.title,
            "source": handed.source,
            "tool": handed.measured if handed.tool else "",
            "learnt": {} if handed.by_hand else handed.signature.provenance,
        },
    )


def left_out(signature: Signature, covariates: Collection[str]) -> dict[str, list[str]]:
    """Baselines that cannot be judged, each with the covariates that the study does not have."""
    lacking = {
        name: [term.feature_id for term in each.terms if term.group == COVARIATE and term.feature_id not in covariates]
        for name, each in signature.baselines.items()
    }
    return {name: each for name, each in lacking.items() if each}
