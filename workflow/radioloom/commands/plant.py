"""`radioloom plant`: expression, traits and outcomes whose gene modules are known, as large as a study of one's own."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from radioloom.commands.record import Command

EXAMPLE = """\
  radioloom plant ../shared/data/segal2007     (as large as Segal et al. 2007)
  radioloom plant trial --genes 600 --modules 12 --cases 60 --share 0.3"""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="where the tables are written; none of them may be there")
    parser.add_argument("--genes", type=int, default=6732, help="genes (6732)")
    parser.add_argument("--modules", type=int, default=116, help="modules that they fall into (116)")
    parser.add_argument("--cases", type=int, default=38, help="patients from whom the map is learnt (38)")
    parser.add_argument("--test", type=int, default=32, help="patients of a second cohort (32)")
    parser.add_argument("--traits", type=int, default=32, help="traits that are scored (32)")
    parser.add_argument("--used", type=int, help="traits that trees of the modules may ask for (28, or all)")
    parser.add_argument("--share", type=float, default=0.5, help="of a gene's variance that the tree explains (0.5)")
    parser.add_argument("--seed", type=int, default=2007, help="of what is random (2007)")


def _run(chosen: Namespace) -> None:
    from radioloom.simulate.networks import USED, Size
    from radioloom.simulate.stand_in import stand_in

    used = min(USED, chosen.traits) if chosen.used is None else chosen.used
    size = Size(chosen.genes, chosen.cases, chosen.traits, used, chosen.modules, share=chosen.share)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for file in stand_in(chosen.folder, size, chosen.test, chosen.seed):
        print(file)


COMMAND = Command("plant", "made-up genes, traits and outcomes with planted modules", _add_arguments, _run, EXAMPLE)
