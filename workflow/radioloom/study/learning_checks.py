"""How a study learns: which selector it has where it names none, settings of the selector, and the grid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from radioloom.prediction.grid import COUNT, MOST, Block, combinations, lists
from radioloom.prediction.models import MODELS, of_baselines
from radioloom.prediction.selectors import SELECTORS
from radioloom.prediction.selectors.forward import FORWARD
from radioloom.prediction.selectors.record import Selector
from radioloom.settings import Origin

KEY = "model"
EVERY = "n_features does not count with the selector {}; take it out, or name another selector"


def with_selector(config: Any) -> Any:
    """The configuration, with the selector `none` where it names none and its model chooses features by itself.

    Such a model would be given the four features that the default selector takes, and choose among them alone.
    """
    block = config.get("model") if isinstance(config, dict) else None
    if not isinstance(block, dict) or "selector" in block or not isinstance(block.get("kind"), str):
        return config
    chooses = block["kind"] in MODELS and MODELS[block["kind"]].chooses
    return {**config, "model": {**block, "selector": "none"}} if chooses else config


def learning_faults(settings: dict[str, Any], origin: Origin) -> Iterator[str]:
    """Settings of model and selector that are unknown or against their rule, and faults of the grid."""
    declared = settings["model"]
    model, selector = MODELS[declared["kind"]], SELECTORS[declared["selector"]]
    found = {"settings": model.faults, "selector_settings": selector.faults}
    for part, faults in found.items():
        for key, fault in faults(declared[part]):
            yield f"{origin.at('model', part, key)}: {fault}"
    if selector is FORWARD and of_baselines(model) is not model:
        fault = f"{FORWARD.name} compares likelihoods of plain models, which {model.name} is not; take top or none"
        yield f"{origin.at('model', 'selector')}: {fault}"
    if not selector.counts and (KEY, COUNT) in origin.lines:
        yield f"{origin.at(KEY, COUNT)}: {EVERY.format(selector.name)}"
    yield from _grid_faults(declared, found, selector, origin)
    yield from _size_faults(declared["grid"], origin)


def _grid_faults(declared: Block, found: Block, selector: Selector, origin: Origin) -> Iterator[str]:
    """Lists of the grid that are too short, of nothing, or of values against their rule; found : faults by part."""
    for keys, values in lists(declared["grid"]).items():
        place = origin.at("model", "grid", *keys)
        if len(values) < 2:
            n, remedy = len(values), f"give more, or write model.{'.'.join(keys)}"
            yield f"{place}: nothing can be chosen among {n} value{'s' * (n != 1)}; {remedy}"
        if keys == (COUNT,):
            if not selector.counts:
                yield f"{place}: {EVERY.format(selector.name)}"
            elif (KEY, COUNT) in origin.lines:
                yield f"{place}: model has a value of it too; take one of them out"
            continue
        part, key = keys
        if key in declared[part]:
            yield f"{place}: model.{part} has a value of it too; take one of them out"
        told = {fault: None for value in values for at, fault in found[part]({key: value}) if at == key}
        yield from (f"{place}: {fault}" for fault in told)


def learning_notes(settings: dict[str, Any]) -> Iterator[str]:
    """Where a selector leaves few features to a model that chooses by itself."""
    declared = settings["model"]
    model, selector = MODELS[declared["kind"]], SELECTORS[declared["selector"]]
    if model.chooses and selector.counts:
        most = max(lists(declared["grid"]).get((COUNT,), [declared[COUNT]]))
        yield (
            f"model: the selector {selector.name} leaves {model.name} at most {most} features to choose from "
            "(n_features); `selector: none` leaves it all"
        )


def _size_faults(grid: dict[str, Any], origin: Origin) -> Iterator[str]:
    n, place = len(combinations(grid)), origin.at("model", "grid")
    if grid and not n:
        yield f"{place}: it lists no value; give values of n_features or of settings, or take it out"
    elif n > MOST:
        yield f"{place}: {n} combinations, each learnt in every fold of every training set; list {MOST} at most"
