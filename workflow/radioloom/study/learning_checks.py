"""How a study learns: which selector it has where it names none, settings of the selector, and the grid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from radioloom.prediction.grid import COUNT, MOST, Block, combinations, lists
from radioloom.prediction.models import MODELS, misfit, of_baselines
from radioloom.prediction.models.centres import across
from radioloom.prediction.selectors import SELECTORS
from radioloom.prediction.selectors.forward import FORWARD
from radioloom.prediction.usual_models import DEFAULT, usual
from radioloom.settings import Origin

KEY, MANY = "model", "models"
Place = tuple[str, ...]  # keys in the study
EVERY = "n_features does not count with the selector {}; take it out, or name another selector"


def with_selector(config: Any) -> Any:
    """The configuration, with the selector `none` where it names none and its model chooses features by itself.

    Such a model would be given the four features that the default selector takes, and choose among them alone.
    """
    block = config.get("model") if isinstance(config, dict) else None
    filled = _own_selector(block)
    return config if filled is block else {**config, "model": filled}


def with_models(config: Any) -> Any:
    """The configuration with its list `models` written out: `default` by its outcome, selector and scaling of each."""
    listed = config.get("models") if isinstance(config, dict) else None
    if listed == DEFAULT and isinstance(outcome := config.get("outcome"), dict):
        listed = usual(str(outcome.get("kind")))
    model = config.get("model") if isinstance(config, dict) else None
    if not isinstance(listed, dict) or not isinstance(model, dict):
        return config
    shared = {key: model[key] for key in ("scaling",) if key in model}
    filled = {n: shared | _own_selector(each) if isinstance(each, dict) else each for n, each in listed.items()}
    return {**config, "models": filled}


def _own_selector(block: Any) -> Any:
    if not isinstance(block, dict) or "selector" in block or not isinstance(block.get("kind"), str):
        return block
    chooses = block["kind"] in MODELS and MODELS[block["kind"]].chooses
    return {**block, "selector": "none"} if chooses else block


def learning_faults(settings: dict[str, Any], origin: Origin) -> Iterator[str]:
    """Models of another outcome, settings of model and selector that are unknown or against their rule, and grids."""
    for place, declared in _declared(settings).items():
        if fault := misfit(declared["kind"], settings["outcome"]["kind"]):
            yield f"{origin.at(*place, 'kind')}: {fault}"
        yield from _faults(declared, place, origin)


def _declared(settings: dict[str, Any]) -> dict[Place, Block]:
    """The block `model` and those of `models`, by their keys in the study."""
    return {(KEY,): settings[KEY], **{(MANY, name): block for name, block in settings.get(MANY, {}).items()}}


def _faults(declared: Block, place: Place, origin: Origin) -> Iterator[str]:
    model, selector = MODELS[declared["kind"]], SELECTORS[declared["selector"]]
    found = {"settings": model.faults, "selector_settings": selector.faults}
    for part, faults in found.items():
        for key, fault in faults(declared[part]):
            yield f"{origin.at(*place, part, key)}: {fault}"
    if selector is FORWARD and of_baselines(model) is not model:
        fault = f"{FORWARD.name} compares likelihoods of plain models, which {model.name} is not; take top or none"
        yield f"{origin.at(*place, 'selector')}: {fault}"
    if not selector.counts and (*place, COUNT) in origin.lines:
        yield f"{origin.at(*place, COUNT)}: {EVERY.format(selector.name)}"
    yield from _grid_faults(declared, found, place, origin)
    yield from _size_faults(declared["grid"], place, origin)


def _grid_faults(declared: Block, found: Block, place: Place, origin: Origin) -> Iterator[str]:
    """Lists of the grid that are too short, of nothing, or of values against their rule; found : faults by part."""
    selector, of = SELECTORS[declared["selector"]], ".".join(place)
    for keys, values in lists(declared["grid"]).items():
        at_fault = origin.at(*place, "grid", *keys)
        if len(values) < 2:
            n, remedy = len(values), f"give more, or write {of}.{'.'.join(keys)}"
            yield f"{at_fault}: nothing can be chosen among {n} value{'s' * (n != 1)}; {remedy}"
        if keys == (COUNT,):
            if not selector.counts:
                yield f"{at_fault}: {EVERY.format(selector.name)}"
            elif (*place, COUNT) in origin.lines:
                yield f"{at_fault}: {of} has a value of it too; take one of them out"
            continue
        part, key = keys
        if key in declared[part]:
            yield f"{at_fault}: {of}.{part} has a value of it too; take one of them out"
        told = {fault: None for value in values for at, fault in found[part]({key: value}) if at == key}
        yield from (f"{at_fault}: {fault}" for fault in told)


def learning_notes(settings: dict[str, Any]) -> Iterator[str]:
    """Where a selector leaves few features to a model that chooses by itself, or centres are fitted as one."""
    declared = settings[KEY]
    model, selector = MODELS[declared["kind"]], SELECTORS[declared["selector"]]
    if model.chooses and selector.counts:
        most = max(lists(declared["grid"]).get((COUNT,), [declared[COUNT]]))
        yield (
            f"model: the selector {selector.name} leaves {model.name} at most {most} features to choose from "
            "(n_features); `selector: none` leaves it all"
        )
    if warning := across(settings):
        yield f"model: {warning}"


def _size_faults(grid: dict[str, Any], place: Place, origin: Origin) -> Iterator[str]:
    n, at_fault = len(combinations(grid)), origin.at(*place, "grid")
    if grid and not n:
        yield f"{at_fault}: it lists no value; give values of n_features or of settings, or take it out"
    elif n > MOST:
        yield f"{at_fault}: {n} combinations, each learnt in every fold of every training set; list {MOST} at most"
