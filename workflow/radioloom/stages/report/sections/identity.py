"""Section: which cases share a patient, an examination, an image, a region or a row of features, and why they may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures.exhibit import Exhibit
from radioloom.stages.report.record import Section
from radioloom.stages.tables.identify import DIGITS, FEWEST, UIDS, fillers
from radioloom.tables.cases import EXAMINATION, IMAGE, PATIENT, REGION, ROW

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.report.record import ReportInputs

NAMED = {IMAGE: "an image", EXAMINATION: "an examination", REGION: "a region", PATIENT: "a patient"}
NAMED |= {ROW: "a row of features"}


def build(study: ReportInputs) -> dict[str, Any]:
    """What no two cases share, and the pairs of cases that share something."""
    kinds = set(study.identities["kind"])
    kinds |= {EXAMINATION} if IMAGE in kinds else set()  # an image that two share is of one
    headers = study.cases is not None and bool(study.cases[list(UIDS)].notna().to_numpy().any())
    known = {PATIENT, ROW, *([IMAGE, REGION] if study.series is not None else []), *([EXAMINATION] if headers else [])}
    possible = [kind for kind in NAMED if kind in known]
    first, free = possible[0], [NAMED[kind] for kind in possible if kind not in kinds]
    lead = "no two cases share" if first not in kinds else "some cases share"
    return {
        "free": _sentence(free),
        "shared": _table(study.identities),
        "fillers": fillers(study.cases) if headers else [],
        "headers": headers,
        "images": study.series is not None,
        "fewest": FEWEST,
        "digits": DIGITS,
        "brief": [("Identity of cases", f"{lead} {NAMED[first]}.")],
    }


def _sentence(free: list[str]) -> str:
    """What no two cases share, the first of it in a sentence of its own."""
    others = (
        f" Nor do any two share {' or '.join(filter(None, [', '.join(free[1:-1]), free[-1]]))}." if free[1:] else ""
    )
    return f"No two cases share {free[0]}.{others}" if free else ""


def _table(identities: pd.DataFrame) -> Exhibit:
    """Pairs of cases by cohorts, by what they share and why that is allowed.

    identities : IDENTITIES
    """
    pair = ["cohort", "case", "other_cohort", "other_case"]
    pairs = identities.groupby([*pair, "reason"], sort=True)["shared"].agg("; ".join).reset_index()
    rows = []
    for (cohort, other, shared, reason), part in pairs.groupby(["cohort", "other_cohort", "shared", "reason"]):
        names = [
            row.case if row.case == row.other_case else f"{row.case} = {row.other_case}"
            for row in part.head(3).itertuples()
        ]
        listed = ", ".join(names) + (" ..." if len(part) > 3 else "")
        cohorts = cohort if cohort == other else f"{cohort} and {other}"
        rows.append((cohorts, shared, reason, str(len(part)), listed))
    return Exhibit(("cohorts", "what they share", "why that is allowed", "pairs", "cases"), tuple(rows), (3,))


IDENTITY = Section("identity", "Identity of cases", ("identities",), build, ("series", "cases"))
