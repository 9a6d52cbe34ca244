"""Stage reliability: agreement of each feature over replicates: visits of a pair, readers, perturbed images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.stats.agreement import Agreement, concordance_correlation
from radioloom.stats.agreement_scales import AUTOMATIC, icc_on
from radioloom.stats.ranks import friedman
from radioloom.tables.columns import FROZEN, MEASURED

if TYPE_CHECKING:
    import pandas as pd

ROLES = ("test-retest", "observers")
ONCE = "one replicate only"
NOBODY = "all its subjects are in the part that is tested on"
CONSTANT = "the same value everywhere"
FEW = "fewer than two subjects with all replicates"
UNDEFINED = "agreement is undefined"


def reliability(features: pd.DataFrame, roles: dict[str, str], settings: dict[str, Any]) -> list[dict[str, Any]]:
    """RELIABILITY rows, one per feature for each cohort of replicates; none where the study has no such cohort.

    features : FEATURES of all cohorts
    roles : role by cohort
    settings : the study's `reliability`
    A subject counts where it has every replicate that its cohort has, and the feature is defined in all of them; the
    column n counts these subjects (forms of one way count every subject, see `icc`), and scale says on which the
    agreement was measured (see `icc_on`; the published rule `stability_rank` ranks features as measured unless the
    study says otherwise). Cohorts with one replicate give rows without a value; the column note says why.
    """
    rows: list[dict[str, Any]] = []
    for source in sorted(cohort for cohort, role in roles.items() if role in ROLES):
        measured = features[features["cohort"] == source]
        keys = {"split": FROZEN, "source": source, "role": roles[source], "form": settings["form"]}
        if len(measured):
            names, _, cube = _cube(measured)
            rows += rows_of(cube, names, keys, scale_of(settings))
    return rows


def scale_of(settings: dict[str, Any]) -> str:
    """The scale that the study's `reliability` asks for."""
    published = settings["rule"] == "stability_rank" and settings["scale"] == AUTOMATIC
    return MEASURED if published else str(settings["scale"])


def robustness(
    perturbed: pd.DataFrame, splits: pd.DataFrame, settings: dict[str, Any] | None, scale: str = AUTOMATIC
) -> list[dict[str, Any]]:
    """RELIABILITY rows of the perturbed images of each cohort, by the study's `robustness`; none without it.

    scale : as `icc_on` takes it

    Every perturbed image is one replicate of its case; the unperturbed one is not among them, as in Zwanenburg 2019. An
    image that was skipped is a replicate that is missing. Of SPLITS each split in which a cohort has test cases gets
    rows of its own, without them: what a fold learns knows nothing of the cases that it is tested on.
    """
    if settings is None or perturbed.empty:
        return []
    rows: list[dict[str, Any]] = []
    tested: dict[Any, set[str]] = (
        splits[splits["part"] == "test"].groupby(["cohort", "split"], sort=True)["case"].agg(set).to_dict()
    )
    for cohort, measured in perturbed.drop(columns="replicate").groupby("cohort", sort=True):
        names, subjects, cube = _cube(measured.rename(columns={"variant": "replicate"}))
        cases = subjects.get_level_values("case")
        source = f"{cohort}, perturbed {settings['chain']}"
        left_out: dict[str, set[str]] = {FROZEN: set()}
        left_out |= {split: those for (where, split), those in tested.items() if where == cohort}
        for split, those in left_out.items():
            keys = {"split": split, "source": source, "role": "perturbations", "form": settings["form"]}
            rows += rows_of(cube[:, ~cases.isin(those)], names, keys, scale)
    return rows


def _cube(features: pd.DataFrame) -> tuple[list[str], pd.Index, np.ndarray]:
    """Names (f,), subjects (n,) as case and roi, and values float64 (f, n, replicates), NaN where one is missing."""
    table = features.pivot(index=["feature_id", "case", "roi"], columns="replicate", values="value")
    names = table.index.get_level_values("feature_id").unique()
    index: Any = table.index
    subjects = index.droplevel("feature_id").unique()
    wanted = [(name, *subject) for name in names for subject in subjects]
    cube = table.reindex(wanted).to_numpy(np.float64).reshape(len(names), len(subjects), table.shape[1])
    return list(names), subjects, cube


def rows_of(cube: np.ndarray, names: list[str], keys: dict[str, str], scale: str) -> list[dict[str, Any]]:
    """RELIABILITY rows of a table float64 (features, subjects, replicates).

    keys : split, source, role and form; scale : as `icc_on` takes it
    """
    n_replicates = cube.shape[2]
    keys = {**keys, "k": n_replicates}
    if n_replicates < 2 or not cube.shape[1]:
        nothing: dict[str, Any] = dict.fromkeys(("estimate", "low", "high", "concordance", "friedman", "friedman_p"))
        n = np.isfinite(cube).any(axis=2).sum(axis=1).tolist()
        nothing |= {"scale": MEASURED, "note": ONCE if cube.shape[1] else NOBODY}
        return [{**keys, **nothing, "feature_id": name, "n": m} for name, m in zip(names, n, strict=True)]
    (agreement, scales), ranked = icc_on(cube, keys["form"], scale), friedman(cube)
    lin = concordance_correlation(cube).estimate if n_replicates == 2 else np.full(len(cube), np.nan)
    columns = {
        "feature_id": names,
        "scale": scales.tolist(),
        "estimate": agreement.estimate.tolist(),
        "low": agreement.low.tolist(),
        "high": agreement.high.tolist(),
        "n": agreement.n.tolist(),
        "concordance": lin.tolist(),
        "friedman": ranked.statistic.tolist(),
        "friedman_p": ranked.p.tolist(),
        "note": _notes(cube, agreement),
    }
    return [{**keys, **dict(zip(columns, row, strict=True))} for row in zip(*columns.values(), strict=True)]


def _notes(cube: np.ndarray, agreement: Agreement) -> list[str]:
    """Why a feature has no estimate."""
    few = np.where(agreement.n < 2, FEW, UNDEFINED)
    return np.where(~np.isnan(agreement.low), "", np.where(agreement.constant, CONSTANT, few)).tolist()
