"""Stage number: the number of gene modules by a declared rule, and what it has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.errors import StudyError
from radioloom.provenance import rng

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.genomics.associate import Measured


def number(
    measured: Measured, expression: pd.DataFrame, settings: dict[str, Any], family: list[str], seed: int
) -> pd.DataFrame:
    """MODULE_NUMBERS: what resamples tell of each number of modules, and which the study's rule takes.

    measured, expression : as `associate` takes them
    family : features and labels of traits that modules may be learnt by
    settings : the study's `genomics`
    Raises StudyError where a number is tried that is above that of the genes.
    """
    import pandas as pd
    from threadpoolctl import threadpool_limits

    from radioloom.genomics.expression import Rules, check
    from radioloom.genomics.module_numbers import RULES, Settings
    from radioloom.genomics.modules.find import check_asked, material
    from radioloom.genomics.modules.number import tried
    from radioloom.genomics.modules.record import rules_of
    from radioloom.tables import MODULE_NUMBERS

    wanted, rules = Settings(**settings.get("number", {})), rules_of(settings["modules"])
    values = check(expression, Rules(**settings["expression"])).values
    check_asked(len(values), rules)
    if max(wanted.candidates) > len(values):
        raise StudyError(
            f"genomics.number.candidates: {max(wanted.candidates)} modules of {len(values)} genes; try fewer"
        )
    z, x = material(values, rules, measured.values.reindex(columns=family))
    candidates = sorted(wanted.candidates)
    with threadpool_limits(1):  # sums in one order: the same bytes on any number of cores
        each = tried(z.to_numpy(), rules, candidates, wanted.resamples, rng(seed, "number"), x)
    best = max(each, key=RULES[wanted.rule].score).n_modules
    return MODULE_NUMBERS.frame(pd.DataFrame(each).assign(chosen=[one.n_modules == best for one in each]))
