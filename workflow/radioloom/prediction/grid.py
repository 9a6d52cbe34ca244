"""Grids of settings: every combination of the values that a study declares, among which training sets choose."""

from __future__ import annotations

from itertools import product
from typing import Any

Block = dict[str, Any]
COUNT = "n_features"
PARTS = ("settings", "selector_settings")  # blocks of `model` that a grid may have lists for, besides COUNT
MOST = 200  # combinations


def lists(grid: Block) -> dict[tuple[str, ...], list[Any]]:
    """Values by their keys in `model`: (n_features,), (settings, a setting), (selector_settings, a setting)."""
    counts = {(COUNT,): grid[COUNT]} if COUNT in grid else {}
    return counts | {(part, key): values for part in PARTS for key, values in grid.get(part, {}).items()}


def combinations(grid: Block) -> list[dict[tuple[str, ...], Any]]:
    """Every combination of a grid, the values of its last list varying first; none of a grid without lists."""
    declared = lists(grid)
    return [dict(zip(declared, values, strict=True)) for values in product(*declared.values())] if declared else []


def applied(model: Block, combination: dict[tuple[str, ...], Any]) -> Block:
    """The study's block `model` with a combination in the place of its grid."""
    block = {**model, "grid": {}}
    for (key, *inside), value in combination.items():
        block[key] = {**block.get(key, {}), inside[0]: value} if inside else value
    return block
