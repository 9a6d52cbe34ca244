"""The tables of recovery in docs/genes.md: planted module networks, real expression with planted traits, and chance.

    PYTHONPATH=tests python -m recovery.run [--studies 5] [--quick] > tables.md

Three minutes on one idle core; `--quick` leaves out the size of Segal et al. 2007.
"""

from __future__ import annotations

import argparse
import datetime
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from radioloom.simulate.networks import Size
from recovery.measure import LEVEL, Recovered, by_chance, of_real_expression, of_simulation

SHARES = (0.1, 0.2, 0.35, 0.5, 0.7)
AGREEMENTS = (1.0, 0.9, 0.8, 0.7)
SMALL = (Size(600, 38, 32, 28, 12), Size(600, 100, 32, 28, 12))
PAPER = Size()
NULL = Size(300, 38, 32, 28, 12, share=0)
SEEDS = 20
DATA = Path(os.environ.get("RADIOLOOM_DATA", Path(__file__).parents[3] / "shared" / "data"))
HEAD = "| {} | {} | adjusted Rand | recall of traits | precision |\n| --- | --- | --- | --- | --- |"


def main() -> None:
    """Print the tables."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--studies", type=int, default=5, help="simulated studies of each kind")
    asked.add_argument("--quick", action="store_true", help="without the size of Segal et al. 2007")
    asked.add_argument("--data", type=Path, default=DATA, help="folder with lihc/expression.csv.gz")
    options = asked.parse_args()
    for line in tables(options):
        print(line, flush=True)


def tables(options: argparse.Namespace) -> Iterator[str]:
    yield f"Run of {datetime.date.today().isoformat()}.\n"
    yield HEAD.format("planted", "share of variance")
    for size in (*SMALL, *(() if options.quick else (PAPER,))):
        for share in SHARES:
            one = Size(size.genes, size.cases, size.traits, size.used, size.modules, share=share)
            many = [of_simulation(one, seed) for seed in range(1 if size is PAPER else options.studies)]
            what = f"{size.genes:,} genes x {size.cases}, {size.modules} modules, {size.traits} traits"
            yield row(what, f"{share:.0%}", many)
    file = options.data / "lihc" / "expression.csv.gz"
    if file.is_file():
        yield "\n" + HEAD.format("real expression (LIHC, 804 x 45), 20 modules, 32 traits", "cases in which they agree")
        for agreement in AGREEMENTS:
            yield row("", f"{agreement:.0%}", [of_real_expression(file, agreement, k) for k in range(options.studies)])
    null = [by_chance(NULL, seed) for seed in range(SEEDS)]
    yield "\n| nothing planted, 20 studies | |\n| --- | --- |"
    yield f"| pairs of module and trait with p at or below {LEVEL} | {np.mean([each.pairs for each in null]):.1%} |"
    yield f"| studies with any q below {LEVEL} | {sum(each.any_q for each in null)} |"
    yield f"| studies with any family-wise p below {LEVEL} | {sum(each.any_family_wise for each in null)} |"
    yield f"| studies whose network has p at or below {LEVEL} | {sum(each.whole <= LEVEL for each in null)} |"


def row(what: str, strength: str, many: Sequence[Recovered]) -> str:
    means = np.mean(many, axis=0)
    return f"| {what} | {strength} | " + " | ".join(f"{mean:.2f}" for mean in means) + " |"


if __name__ == "__main__":
    main()
