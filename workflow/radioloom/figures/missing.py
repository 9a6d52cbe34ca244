"""Missing data: what was not measured, what was done about it, and which models cannot be judged for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from radioloom.figures import verdicts
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import count, joined, percent, where
from radioloom.prediction.imputation import METHODS, NONE
from radioloom.tables.columns import APPARENT, BASELINE, MAIN_METRIC, OUTCOME, SIGNATURE

if TYPE_CHECKING:
    import pandas as pd

ROLES = {OUTCOME: "outcome", "covariate": "covariate", BASELINE: "of a baseline", SIGNATURE: "of the signature"}
OUTCOMES = "A case without an outcome takes no part; an outcome is never imputed."
POOLED = "Coefficients of models with covariates are pooled over {} imputations of the training cases (Rubin’s rules)."
OF_NOTHING, OF_SOMETHING = "of whom nothing is missing", "of whom any feature of the signature is known"
SEVERAL = {OUTCOME: "outcome", "covariate": "covariates", BASELINE: "features of baselines"}
SEVERAL |= {SIGNATURE: "features of the signature"}
MANY = 0.1  # of the features, from which it is told in brief that they were left out


def table(missing: pd.DataFrame) -> Exhibit | None:
    """Variables with gaps, by cohort; None where there are none. missing : MISSING."""
    gaps = missing[missing["missing"] > 0]
    rows = [
        (each.variable, ROLES[each.role], each.cohort, str(each.n), str(each.missing), percent(each.share))
        for each in gaps.sort_values(["role", "variable", "cohort"], kind="stable").itertuples()
    ]
    heads = ("variable", "what it is", "cohort", "cases", "missing", "share")
    return Exhibit(heads, tuple(rows), (3, 4, 5), grouped=True) if rows else None


def amount(missing: pd.DataFrame) -> str:
    """How much is missing, in one sentence. missing : MISSING."""
    variables = missing.groupby(["role", "variable"])["missing"].sum()
    gaps = variables[variables > 0]
    every = count(len(variables), "variable")
    if gaps.empty:
        roles = set(missing["role"])
        of = joined([words for role, words in SEVERAL.items() if role in roles])
        return f"Nothing is missing of the {every} that models take: {of}."
    unknown = of_nobody(missing)
    return f"{len(gaps)} of the {every} that models take {'has' if len(gaps) == 1 else 'have'} gaps." + (
        f" {joined(unknown)[0].upper()}{joined(unknown)[1:]}." if unknown else ""
    )


def of_nobody(missing: pd.DataFrame) -> list[str]:
    """Which variables no case of a cohort has a value of, each in words once. missing : MISSING."""
    whole = missing[(missing["missing"] == missing["n"]) & (missing["n"] > 0)]
    return list(dict.fromkeys(f"{each.variable} is known of nobody in {each.cohort}" for each in whole.itertuples()))


def many_left_out(dropped: int, searched: int) -> str:
    """That features were left out for their gaps, where these are a tenth of all or more; "" elsewhere."""
    if dropped < max(1, MANY * searched):
        return ""
    return f"{dropped} of {count(searched, 'feature')} have no value in too many training cases, and were left out."


def done(imputation: dict[str, Any], dropped: int) -> list[str]:
    """What was done about it. imputation : of the study; dropped : features that lacked too many training cases."""
    method = METHODS[imputation["method"]]
    lines = [OUTCOMES, f"Covariates and features: {method}."]
    if imputation["multiple"]:
        lines.append(POOLED.format(imputation["multiple"]))
    if dropped:
        were = "was" if dropped == 1 else "were"
        lines.append(f"{count(dropped, 'feature')} missing in too many training cases {were} dropped.")
    return lines


def judged(metrics: pd.DataFrame, missing: pd.DataFrame, method: str) -> list[tuple[str, str]]:
    """Where models are judged on others than they learnt from, and a sentence for each that lacks a value of somebody.

    metrics : METRICS as stages.report.reading gives them
    missing : MISSING; method : of imputation
    """
    own = (metrics["against"] == "") & metrics["metric"].isin(MAIN_METRIC.values())
    rows = metrics[own & metrics["kind"].isin([SIGNATURE, BASELINE]) & (metrics["evaluation"] != APPARENT)]
    lines = []
    for (evaluation, cohort), part in rows.groupby(["evaluation", "cohort"], sort=False):
        told = [verdicts.of_gaps(row) for _, row in part[part["n_measured"] < part["n"]].iterrows()]
        lines += [(where(evaluation, cohort), line) for line in (*_left_out(part, missing, method), *told)]
    return lines


def _left_out(part: pd.DataFrame, missing: pd.DataFrame, method: str) -> Iterator[str]:
    """How many cases are left to judge models on, where some are not."""
    cases = missing[missing["role"] == OUTCOME].set_index("cohort")
    cohort = part["cohort"].iloc[0]
    if cohort in cases.index:
        n, total = int(part["n"].max()), int(cases.loc[cohort, "n"] - cases.loc[cohort, "missing"])
        if n < total:
            yield f"models are judged on the {n} of {total} cases {OF_NOTHING if method == NONE else OF_SOMETHING}."
