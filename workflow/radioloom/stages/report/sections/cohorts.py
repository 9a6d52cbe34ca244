"""Section: the study, its cohorts, the flow of cases, and a summary of all sections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from radioloom.figures import combined, covariates, flow, style
from radioloom.figures.words import count
from radioloom.stages.report.record import Section
from radioloom.stages.tables.regions import listed, several, taken
from radioloom.tables.cohorts import LEARNT_OR_VALIDATED, TRAINING, USED_BY_MODELS, VALIDATION, roles

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.figures.exhibit import Exhibit
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any]:
    """Cases, images and events of each cohort, and what became of them."""
    counted = study.counted
    imaged = [name for name, cohort in study.settings["cohorts"].items() if "features" not in cohort]
    heading = "On the sheet" if imaged else "In the table"
    rows = [
        f"{row.cohort}: {row.cases} cases {heading.lower()}, {row.cases_in} analysed" for row in counted.itertuples()
    ]
    used = [name for name, role in roles(study.settings).items() if role in USED_BY_MODELS]
    of_images = study.combinations is None  # else the models' cases are of several regions, and the table has them
    regions = taken(study.sheets, used if of_images else [])
    return {
        "regions": listed(regions),
        "combined": None if of_images else combined.combinations(study.combinations),
        "how_combined": "" if of_images else combined.sentence(study.combinations, study.settings["combine"]),
        "table": flow.cohorts(counted, roles(study.settings), study.series, study.clinical),
        "flow": style.svg(flow.flow(counted, heading), "flow", f"Flow of cases. {'; '.join(rows)}."),
        "covariates": _covariates(study, counted),
        "divided": list(_divided(study, counted)),
        "origin": _origin(len(imaged), len(counted)),
        "followed": study.clinical is not None and study.clinical["time_days"].notna().any(),
        "exclusions": flow.exclusions(study.exclusions),
        "n_cases": int(counted["cases"].sum()),
        "n_images": None if study.series is None else int(counted.loc[counted["cohort"].isin(imaged), "images"].sum()),
        "n_cases_in": int(counted["cases_in"].sum()),
        "nameless": sum(not row.get("known", True) for sheet in study.sheets.values() for row in sheet),
        "brief": [("Features", line) for line in _doubts_of_features(study)]
        + [("Regions", f"{line[0].upper()}{line[1:]}.") for line in [several(regions)] if line]
        + [("Clinical tables", line) for line in _doubts(study)],
    }


def _covariates(study: ReportInputs, counted: pd.DataFrame) -> Exhibit | None:
    """Covariates of the cases analysed, by cohort; None where the study declares none."""
    declared = study.settings.get("model", {}).get("covariates", ())
    if not declared or study.covariates is None or study.covariates.empty:
        return None
    return covariates.table(flow.analysed(study.covariates, counted), declared)


def _doubts_of_features(study: ReportInputs) -> list[str]:
    """What is unlikely in the tables of features that another program wrote."""
    from radioloom.stages.tables.column_doubts import columns_of
    from radioloom.stages.tables.scales import feature_doubts

    tabulated = [name for name, cohort in study.settings["cohorts"].items() if "features" in cohort]
    if study.features is None or not tabulated:
        return []
    tables = columns_of(study.features[study.features["cohort"].isin(tabulated)], "feature_id")
    return list(
        map(_sentence, [*_not_shared(study.features, study.n_in_tables), *feature_doubts(tables, study.clinical)])
    )


def _not_shared(features: pd.DataFrame, n_in_tables: dict[str, int]) -> Iterator[str]:
    """Features of tables that no model takes, since another cohort lacks them."""
    left = features.groupby("cohort")["feature_id"].nunique()
    for cohort, n in n_in_tables.items():
        if (out := n - int(left.get(cohort, n))) > 0:
            yield f"cohort {cohort}: {out} of the {n} features of its table are left out, for not all cohorts have them"


def _sentence(line: str) -> str:
    return f"{line[0].upper()}{line[1:]}{'' if line[-1] == '?' else '.'}"


def _doubts(study: ReportInputs) -> list[str]:
    """What is unlikely in the clinical tables, and cohorts in which nobody can be judged."""
    from radioloom.stages.learning.doubts import dated, doubts, without
    from radioloom.stages.learning.events import event_doubts
    from radioloom.tables import COVARIATES

    if study.clinical is None:
        return []
    covariates = COVARIATES.frame([]) if study.covariates is None else study.covariates
    cohorts = study.settings["cohorts"]
    declared = event_doubts(cohorts, study.settings["outcome"]["kind"])
    unlikely = doubts(study.clinical, covariates, dated(cohorts))
    return [*map(_sentence, (*without(study.clinical), *declared, *unlikely))]


def _divided(study: ReportInputs, counted: pd.DataFrame) -> Iterator[str]:
    """How each cohort was split into a training and a validation part, and how many cases each has."""
    cases = counted.set_index("cohort")["cases"]
    blocks = {name: cohort for name, cohort in study.settings["cohorts"].items() if "split" in cohort}
    for of in dict.fromkeys(cohort["split"]["of"] for cohort in blocks.values()):
        part = {cohort["role"]: name for name, cohort in blocks.items() if cohort["split"]["of"] == of}
        learnt, validated = (f"{count(int(cases[part[role]]), 'case')}" for role in LEARNT_OR_VALIDATED)
        cohort = blocks[part[TRAINING]]
        split = cohort["split"]
        start = "the sheet" if "sheet" in cohort else "the table of features"
        column = f"the column “{split['column']}” of {'a table of its own' if 'file' in split else start}"
        says = {role: f" ({', '.join(map(str, split.get(role, ())))})" for role in LEARNT_OR_VALIDATED}
        how = f"by {column}"
        if "before" in split:
            how = f"by date ({column}), which is temporal validation"
            says = {TRAINING: f" from before {split['before']}", VALIDATION: " from that day or later"}
        yield (
            f"{of} was split {how}. {part[TRAINING]}, which is learnt from, has {learnt}{says[TRAINING]}; "
            f"{part[VALIDATION]}, which nothing was learnt from, has {validated}{says[VALIDATION]}. No "
            "patient is in both."
        )


def _origin(imaged: int, n: int) -> str:
    """Where the cases of the flow diagram stand: on sheets of images, in tables of features, or some of either."""
    if imaged == n:
        return "Cases on the cohort sheets"
    return (
        "Cases of the rows of the tables of features" if not imaged else "Cases on the cohort sheets or in the tables"
    )


USED = ("series", "clinical", "covariates", "features", "combinations")
COHORTS = Section("cohorts", "The study", ("exclusions",), build, USED)
