"""Tables that stand in for those of Segal et al. 2007: traits, outcomes, and expression with planted modules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from radioloom.io.files import check_new
from radioloom.provenance import rng
from radioloom.sealed import complete
from radioloom.simulate.networks import Size, planted
from radioloom.tables.text import write_rows

# The two traits of the published outcome, present or absent, are the first and the third; others are named by us.
ARTERIES, SIZE, HALO, DIFFERENCE = "internal_arteries", "tumour_size", "hypodense_halo", "tumour_liver_difference"
HAZARD = 3.0  # ratio of internal arteries, and of no halo
DAYS, FOLLOWED = 4000.0, 1800  # mean survival of a patient with neither, and last day of the follow-up
MAP, TEST = "map", "test"
TABLES = (MAP, TEST, "clinical", "expression", "planted_genes", "planted_trees")


def stand_in(folder: Path, size: Size, n_test: int, seed: int) -> list[Path]:
    """Write traits, outcomes, expression and what was planted below a folder; the files.

    size : of the map; n_test : patients of the test, whose genes follow the same trees
    Raises StudyError where a file is there already.
    """
    files = [folder / f"{name}.csv" for name in TABLES]
    check_new(*files)
    whole = replace(size, cases=size.cases + n_test)
    truth = planted(whole, rng(seed, "stand-in"))
    cases = [f"{MAP}-{k:03d}" for k in range(1, size.cases + 1)] + [f"{TEST}-{k:03d}" for k in range(1, n_test + 1)]
    traits = names(size.traits)
    genes = [f"G{k:04d}" for k in range(1, size.genes + 1)]
    modules = [f"P{k + 1:03d}" for k in truth.labels]
    days, died = _survival(truth.traits, traits, rng(seed, "stand-in", "survival"))
    scores = [[case, *map(int, row)] for case, row in zip(cases, truth.traits, strict=True)]
    levels = _levels(truth.expression, rng(seed, "stand-in", "levels"))
    values = ([gene, *(f"{value:.4f}" for value in row)] for gene, row in zip(genes, levels, strict=True))
    asked = ([f"P{module + 1:03d}", traits[trait]] for module, trait in np.argwhere(truth.asked))
    tables = (
        (["case", *traits], scores[: size.cases]),
        (["case", *traits], scores[size.cases :]),
        (["case", "days", "died"], zip(cases, days, died, strict=True)),
        (["gene", *cases], values),
        (["gene", "module"], zip(genes, modules, strict=True)),
        (["module", "trait"], asked),
    )
    for file, (heads, rows) in zip(files, tables, strict=True):
        with complete(file) as part, open(part, "w", newline="", encoding="utf-8") as handle:
            write_rows(handle, heads, rows)
    return files


def names(n: int) -> list[str]:
    """Names of so many traits."""
    return [ARTERIES, SIZE, HALO, DIFFERENCE, *(f"trait_{k:02d}" for k in range(5, n + 1))][:n]


def _levels(z: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Expression (genes, cases) on a scale of log2: genes differ in mean and standard deviation."""
    return draw.uniform(4, 11, (len(z), 1)) + draw.uniform(0.3, 1.5, (len(z), 1)) * z


def _survival(x: np.ndarray, traits: list[str], draw: np.random.Generator) -> tuple[list[int], list[int]]:
    """Days (at most FOLLOWED) and deaths: exponential, by internal arteries and the absence of a halo."""
    risk = sum(x[:, traits.index(name)] == bad for name, bad in ((ARTERIES, 1), (HALO, 0)) if name in traits)
    days = np.ceil(DAYS * draw.exponential(size=len(x)) / HAZARD ** np.asarray(risk, float)).astype(int)
    return np.minimum(days, FOLLOWED).tolist(), (days <= FOLLOWED).astype(int).tolist()
