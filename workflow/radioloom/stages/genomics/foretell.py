"""Stage foretell: what gene modules say of the outcome, and what images foretell of modules, and by them of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from radioloom.errors import StudyError
from radioloom.provenance import rng
from radioloom.stages.genomics.associate import FEWEST_CASES
from radioloom.stages.genomics.associate import Settings as OfGenomics
from radioloom.tables.columns import FEWEST_EVENTS

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.genomics.surrogate import Foretold
    from radioloom.prediction.outcome import Outcome
    from radioloom.stages.genomics.assembled import Mapped

ALONE = ""  # `beside` of a module by itself


@dataclass(frozen=True, slots=True)
class Settings:
    """The study's `genomics.outcomes`."""

    folds: int = 5
    repeats: int = 5
    permutations: int = 200


class Judged(NamedTuple):
    """The outcomes of a cohort, and what modules stand beside in models of them."""

    clinical: pd.DataFrame  # case -> event, time_days
    kind: str  # of the outcome
    beside: dict[str, pd.DataFrame]  # name -> case x column


def one_case_each(study: Mapped, patients: pd.DataFrame, cohort: str) -> Mapped:
    """The same map with the first case of each patient alone: a fold must not know a patient that it leaves out."""
    values = study.measured.values
    of_case = patients[patients["cohort"] == cohort].set_index("case")["patient"].reindex(values.index)
    first = ~of_case.fillna(of_case.index.to_series()).duplicated()
    return study._replace(measured=study.measured._replace(values=values[first.to_numpy()]))


def beside(
    study: Mapped, clinical: pd.DataFrame, covariates: pd.DataFrame, kind: str, features: dict[str, list[str]]
) -> Judged:
    """Outcomes, and what modules stand beside: named features as far as there are any, and the clinical covariates.

    clinical, covariates : CLINICAL and COVARIATES of the cohort
    """
    values = study.measured.values
    parts = {name: values[ids] for name, ids in features.items() if ids and set(ids) <= set(values.columns)}
    if len(covariates):
        parts["clinical"] = covariates.pivot_table(index="case", columns="covariate", values="value", dropna=False)
    known = clinical.set_index("case")
    return Judged(known, kind, {name: part.reindex(known.index) for name, part in parts.items()})


class Fold(NamedTuple):
    """Places of cases of one fold, and scores there: cases x modules, in standard deviations of those learnt from."""

    repeat: int
    train: np.ndarray
    test: np.ndarray
    known: np.ndarray
    new: np.ndarray


class Layout(NamedTuple):
    """Who is left out when, and whose outcome is known."""

    folds: list[Fold]
    labels: np.ndarray  # int (repeats, cases): fold of each case
    at: np.ndarray  # places of the cases with an outcome
    outcomes: Outcome  # of these


def foretell(study: Mapped, judged: Judged, settings: dict[str, Any], seed: int) -> tuple[Any, Any]:
    """MODULE_OUTCOMES and SURROGATES of the cases that have expression and features.

    study : the map; settings : the study's `genomics`; seed : the study's

    In each fold genes are standardised, weights of a module's genes found, scores foretold by ridge regression from
    features, and models of the outcome fitted without the cases left out. Which genes are of a module is of all cases:
    no outcome had a part in it, and features have where modules are learnt by them; then how well features foretell
    scores is not tested. Raises StudyError where there are fewer cases than folds, or fewer than 8 with an outcome.
    """
    import pandas as pd
    from threadpoolctl import threadpool_limits

    from radioloom.genomics.expression import Rules, check
    from radioloom.genomics.modules import METHODS
    from radioloom.genomics.modules.record import rules_of
    from radioloom.stages.genomics.scores import scores
    from radioloom.tables import MODULE_OUTCOMES, SURROGATES

    (measured, expression, members, family, *_), wanted = study, OfGenomics(**settings)
    rules = Settings(**settings["outcomes"])
    values = check(expression, Rules(**wanted.expression)).values
    cases = sorted(set(measured.values.index) & set(values.columns))
    known = [case for case in cases if case in judged.clinical.index]
    known = [case for case in known if all(part.loc[case].notna().all() for part in judged.beside.values())]
    if len(known) < max(FEWEST_CASES, rules.folds):
        raise StudyError(
            f"genomics.outcomes: {len(known)} cases have expression, features, an outcome and all covariates, and "
            f"{max(FEWEST_CASES, rules.folds)} are the fewest; add cases, or ask for fewer folds"
        )
    outcomes = _outcomes(judged, known)
    at = np.array([cases.index(case) for case in known])
    labels = _labels(len(cases), at, outcomes, rules, seed)
    x = measured.values.loc[cases, family].to_numpy(float)
    with threadpool_limits(1):  # sums in one order: the same bytes on any number of cores
        layout = Layout(list(_folds(values[cases], members, labels)), labels, at, outcomes)
        guesses, tests = _surrogates(layout.folds, x, rules, seed)
        bases = {name: part.loc[known].to_numpy(float) for name, part in judged.beside.items()}
        of_modules = list(_modules(layout, scores(members, values[cases]).iloc[at], bases))
        of_guesses = _guessed(layout, guesses)
    if METHODS[rules_of(wanted.modules).method].by_traits:
        tests |= dict.fromkeys(("p", "q", "p_max"), np.nan)
    names = sorted(members["module"].unique())
    surrogates = {"module": names, "n": len(cases), **tests, **of_guesses}
    return MODULE_OUTCOMES.frame(of_modules), SURROGATES.frame(pd.DataFrame(surrogates))


def _outcomes(judged: Judged, cases: list[str]) -> Outcome:
    from radioloom.prediction.outcome import outcome

    rows = judged.clinical.loc[cases]
    return outcome(judged.kind, rows["event"].to_numpy(bool), rows["time_days"].to_numpy(float))


def _labels(n: int, at: np.ndarray, outcomes: Outcome, rules: Settings, seed: int) -> np.ndarray:
    """Fold of each case in each repeat, int (repeats, n): as many with the event in each, as far as that goes."""
    kind = np.zeros(n, int)
    kind[at] = 1 + outcomes.event
    labels = np.empty((rules.repeats, n), int)
    for repeat, row in enumerate(labels):
        order = rng(seed, "foretell", "folds", repeat).permutation(n)
        row[order[np.argsort(kind[order], kind="stable")]] = np.arange(n) % rules.folds
    return labels


def _folds(values: pd.DataFrame, members: pd.DataFrame, labels: np.ndarray) -> Iterator[Fold]:
    from radioloom.genomics.modules.score import eigengene

    genes = values.to_numpy(float)
    places = {name: values.index.get_indexer(part["gene"]) for name, part in members.groupby("module", sort=True)}
    first = {name: part["weight"].to_numpy() for name, part in members.groupby("module", sort=True)}
    for repeat, row in enumerate(labels):
        for fold in np.unique(row):
            train, test = np.flatnonzero(row != fold), np.flatnonzero(row == fold)
            mean, spread = genes[:, train].mean(axis=1), genes[:, train].std(axis=1, ddof=1)
            z = (genes - mean[:, None]) / np.where(spread > 0, spread, np.inf)[:, None]
            scores = np.empty((genes.shape[1], len(places)))
            for number, (name, rows) in enumerate(places.items()):
                weight = eigengene(z[np.ix_(rows, train)])[0]
                score = np.sign(weight @ first[name] or 1.0) * (weight @ z[rows])
                scores[:, number] = score / score[train].std()
            yield Fold(repeat, train, test, scores[train], scores[test])


def _surrogates(
    folds: list[Fold], x: np.ndarray, rules: Settings, seed: int
) -> tuple[list[Foretold], dict[str, np.ndarray]]:
    """What features (cases, k) foretell in each fold, and R2, r, p, q and p_max of each module.

    p is of R2 with the features of cases permuted; permutations of all modules count together, as the same features
    foretell all of them.
    """
    from radioloom.genomics import association
    from radioloom.genomics.surrogate import held_out, ridge
    from radioloom.stats.multiplicity import benjamini_hochberg

    truth = np.vstack([fold.new for fold in folds])
    guesses = [ridge(x[fold.train], fold.known, x[fold.test]) for fold in folds]
    r2, r = held_out(truth, np.vstack([each.new for each in guesses]))
    null = []
    for order in association.orders(len(x), rules.permutations, rng(seed, "foretell", "permutations")):
        other = x[order]
        again = [ridge(other[fold.train], fold.known, other[fold.test]).new for fold in folds]
        null.append(held_out(truth, np.vstack(again))[0])
    chance = np.array(null)
    p = (1 + (chance[:, :, None] >= r2).sum(axis=(0, 1))) / (1 + chance.size)
    p_max = (1 + (chance.max(axis=1)[:, None] >= r2).sum(axis=0)) / (1 + len(chance))
    return guesses, {"r2": r2, "r": r, "p": p, "q": benjamini_hochberg(p), "p_max": p_max}


def _modules(layout: Layout, score: pd.DataFrame, bases: dict[str, np.ndarray]) -> Iterator[dict[str, Any]]:
    """Rows of MODULE_OUTCOMES. score : case x module; bases : columns (cases, b) that scores stand beside."""
    from radioloom.stats.multiplicity import benjamini_hochberg

    outcomes = layout.outcomes
    counts = {"n": len(outcomes), "n_events": outcomes.n_events}
    for beside, base in {ALONE: np.empty((len(outcomes), 0)), **bases}.items():
        nothing = [np.empty((layout.labels.shape[1], 0))] * len(layout.folds)
        without = _left_out(layout, nothing, base) if beside != ALONE else np.nan
        rows = []
        for number, name in enumerate(score.columns):
            columns = [np.vstack([fold.known, fold.new])[:, [number]] for fold in layout.folds]
            tested = _added(score[name].to_numpy(), base, outcomes)
            rows.append({"module": name, "beside": beside, **tested, "c": _left_out(layout, columns, base)})
        for row, q in zip(rows, benjamini_hochberg(np.array([row["p"] for row in rows])), strict=True):
            yield {**row, "q": q, "c_without": without, **counts}


def _added(score: np.ndarray, base: np.ndarray, outcomes: Outcome) -> dict[str, float]:
    """Coefficient of a score (n,) a standard deviation beside the columns of a base (n, b), with interval and p."""
    from scipy.special import chdtrc

    from radioloom.prediction.models import PLAIN

    fit, table = PLAIN[outcomes.kind].fit, _standard(np.column_stack([score, base]))
    fitted, without = fit(table, outcomes, {}, None), fit(table[:, 1:], outcomes, {}, None)
    told = outcomes.rarer >= FEWEST_EVENTS and not fitted.ridge and not without.ridge
    low, high = (ends[0] for ends in fitted.interval) if told and fitted.interval else (np.nan, np.nan)
    gain = 2 * (fitted.log_likelihood - without.log_likelihood) if told else np.nan
    p = float(chdtrc(1, max(0.0, gain))) if told else np.nan
    return {"coefficient": float(fitted.coefficients[0]), "low": low, "high": high, "p": p}


def _standard(table: np.ndarray) -> np.ndarray:
    return (table - table.mean(axis=0)) / np.where((spread := table.std(axis=0)) > 0, spread, 1.0)


def _left_out(layout: Layout, columns: list[np.ndarray], base: np.ndarray) -> float:
    """C, or AUC, of cases left out: pairs within folds, mean over the repeats; NaN where a fold cannot be learnt from.

    columns : of each fold what a model takes beside the base, for its cases learnt from and then those left out
    base : (n, b) of the cases with an outcome
    """
    from radioloom.prediction.metrics.concordance import concordance_of
    from radioloom.prediction.models import PLAIN
    from radioloom.prediction.outcome import learnable

    folds, labels, at, outcomes = layout
    model, place = PLAIN[outcomes.kind], np.full(labels.shape[1], -1)
    place[at] = np.arange(len(at))
    risk = np.full((len(labels), len(at)), np.nan)
    for fold, own in zip(folds, columns, strict=True):
        known, new = place[fold.train], place[fold.test]
        mine, theirs = own[: len(known)][known >= 0], own[len(known) :][new >= 0]
        known, new = known[known >= 0], new[new >= 0]
        part = outcomes.take(known)
        if not learnable(part):
            return float("nan")
        learnt, other = np.column_stack([mine, base[known]]), np.column_stack([theirs, base[new]])
        mean, spread = learnt.mean(axis=0), learnt.std(axis=0)
        spread = np.where(spread > 0, spread, np.inf)
        fitted = model.fit((learnt - mean) / spread, part, {}, None)
        risk[fold.repeat, new] = model.predict(fitted.state, ((other - mean) / spread)[:, list(fitted.chosen)])
    return float(np.mean([concordance_of(outcomes, r, row[at]) for r, row in zip(risk, labels, strict=True)]))


def _guessed(layout: Layout, guesses: list[Foretold]) -> dict[str, Any]:
    """What the foretold scores say of the outcome: C of cases left out, and p of scores foretold without the case.

    No outcome had a part in what is foretold, so that the score test is that of a measurement.
    """
    from radioloom.prediction.score_test import score_test
    from radioloom.stats.multiplicity import benjamini_hochberg

    outcomes, n_modules = layout.outcomes, guesses[0].new.shape[1]
    total = np.zeros((layout.labels.shape[1], n_modules))
    for fold, each in zip(layout.folds, guesses, strict=True):
        total[fold.test] += each.new / len(layout.labels)
    columns = [np.vstack([each.known, each.new]) for each in guesses]
    none = np.empty((len(outcomes), 0))
    c = [_left_out(layout, [each[:, [k]] for each in columns], none) for k in range(n_modules)]
    told = outcomes.rarer >= FEWEST_EVENTS
    p = score_test(_standard(total[layout.at]), outcomes) if told else np.full(n_modules, np.nan)
    of_outcome = {"c": np.array(c), "p_outcome": p, "q_outcome": benjamini_hochberg(p)}
    return of_outcome | {"n_outcome": len(outcomes), "n_events": outcomes.n_events}
