"""Settings of gene modules that files tell: the number that a rule has chosen, and gene sets that are given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from radioloom.io import gene_sets


def settled(read: Callable[..., dict[str, Any]], params: Any, numbered: bool = False) -> dict[str, Any]:
    """The study's `genomics` with gene sets beside the name of their file, and the number that a rule has chosen.

    read : gives the table module_numbers, as `Job.read` does; numbered : whether there is one
    params : of the job, read are settings (the study's `genomics`) and data
    """
    modules = dict(params.settings["modules"])
    if numbered:
        numbers = read("module_numbers")["module_numbers"]
        modules["n_modules"] = int(numbers.loc[numbers["chosen"], "n_modules"].item())
    if "file" in modules:
        modules["sets"] = gene_sets.read(Path(params.data, modules["file"]))
    return params.settings | {"modules": modules}
