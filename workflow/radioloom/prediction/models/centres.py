"""Several training cohorts (centres): whether the model of a study is fitted within them or across them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from radioloom.prediction.models import MODELS
from radioloom.prediction.models.cox import centres_apart
from radioloom.tables.cohorts import TRAINING, roles

STRATA = "strata"
MAY = (
    "what differs between them in outcome and in values enters coefficients, and can turn the sign of one against "
    "the order that its feature was chosen by"
)
WITHIN = "`model.settings: {strata: cohort}` fits within them (such a signature has no absolute risks)"
ALONE = "this kind of model has no setting that fits within them; see each cohort (validation.leave_one_cohort_out)"


def across(study: Mapping[str, Any]) -> str:
    """A warning where several training cohorts are fitted as one; "" elsewhere. study : its settings, checked."""
    cohorts, declared = list(roles(study).values()).count(TRAINING), study.get("model", {})
    kind, settings = MODELS.get(declared.get("kind", "")), declared.get("settings", {})
    tried = STRATA in declared.get("grid", {}).get("settings", {})
    if cohorts < 2 or kind is None or tried or centres_apart(settings):
        return ""
    remedy = WITHIN if STRATA in kind.settings else ALONE
    return (
        f"{cohorts} training cohorts: concordance compares patients of one cohort alone, but {kind.name} is fitted "
        f"across them as if they were one; {MAY}; {remedy}"
    )
