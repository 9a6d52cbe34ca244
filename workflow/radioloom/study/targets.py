"""Published numbers that a study is held against: its file of targets, read and checked before any job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.io.files import is_file
from radioloom.settings import Origin, check, meant, read
from radioloom.study.alone import place_of
from radioloom.tables.columns import APPARENT, CROSS_VALIDATION, LEFT_OUT, MAIN_METRIC, VALIDATION
from radioloom.tables.targets import MEDIAN_SURVIVAL, OF_GENES, RECONSTRUCTION, SURVIVAL

KEY = "targets"
Settings = dict[str, Any]
Fault = tuple[tuple[str, ...], str]  # key below the target, and what is wrong


def with_targets(settings: Settings, root: Path, source: Path | None, origin: Origin) -> tuple[Settings | None, Path]:
    """The study's file of targets, checked by itself, and where it lies; None where the study names none.

    Raises StudyError with line and remedy of every fault.
    """
    if KEY not in settings:
        return None, root
    place = place_of(settings[KEY], root, source)
    if not is_file(place):
        raise StudyError(
            f"{origin.at(KEY)}: {settings[KEY]!r} is neither in the folder of the run nor beside the study's file; "
            "write it (docs/targets.md), or correct the path"
        )
    published = check(read(place), KEY, place.name, place)
    own = Origin(place.name, place)
    faults = [
        f"{own.at(KEY, name, *key)}: {fault}"
        for name, target in published[KEY].items()
        for key, fault in _alone(target, published["sources"])
    ]
    if faults:
        raise StudyError("\n".join(faults))
    return published, place


def target_faults(settings: Settings, published: Settings | None, place: Path) -> Iterator[str]:
    """Numbers of the study that targets are compared with, and that it will not have.

    published, place : as `with_targets` gives them
    """
    own = Origin(place.name, place)
    for name, target in (published or {KEY: {}})[KEY].items():
        if "compare" in target:
            for key, fault in _compared(settings, target["compare"]):
                yield f"{own.at(KEY, name, 'compare', *key)}: {fault}"


def _alone(target: Settings, sources: Settings) -> Iterator[Fault]:
    """What is wrong with a target whatever the study."""
    if target["source"] not in sources:
        yield ("source",), f"none of `sources` is called so; {_choice(target['source'], sources)}, or add it there"
    if ("compare" in target) == ("not_comparable" in target):
        both = "say one of both" if "compare" in target else "say which, or why there is none"
        yield (), f"`compare` names a number of the study, `not_comparable` the reason why there is none; {both}"
    published = float(target["published"])
    for key in ("interval", "band"):
        low, high = target.get(key, (0, 0))
        if low > high:
            yield (key,), f"its ends are exchanged; write [{high:g}, {low:g}]"
    low, high = target.get("interval", (published, published))
    if low <= high and not low <= published <= high:
        yield ("interval",), f"it does not hold the published number {target['published']}; correct one of both"
    for key in ("tolerance", "band", "interval"):
        if target["bound"] and key in target:
            yield (key,), "of a bound no more is asked than its side; take it out"


def _choice(value: str, known: Iterable[str]) -> str:
    """The near name that was meant, else all of them."""
    names = list(known)
    return meant(value, names) or f"choose one of {', '.join(names)}"


def _compared(settings: Settings, asked: Settings) -> Iterator[Fault]:
    """What the study will not have of a number that is asked for."""
    if asked["metric"] in OF_GENES:
        yield from _of_genes(settings.get("genomics"), asked)
        return
    yield from _evaluation(settings, asked)
    yield from _models(settings, asked)
    yield from (_of_curves if asked["group"] else _of_metrics)(settings, asked)


def _of_genes(genomics: Settings | None, asked: Settings) -> Iterator[Fault]:
    """Of a number of gene modules."""
    if not genomics or (OF_GENES[asked["metric"]][1][0] == RECONSTRUCTION and RECONSTRUCTION not in genomics):
        needed = "genomics.reconstruction" if genomics else "genomics"
        yield ("metric",), f"the study has no `{needed}`; add it, or say why the number is `not_comparable`"
    for key in ("cohort", "against", "days", "group"):
        if asked.get(key):
            yield (key,), "a number of gene modules is of none; take it out"


def _evaluation(settings: Settings, asked: Settings) -> Iterator[Fault]:
    kind, cohort, validation = asked["evaluation"], asked.get("cohort"), settings["validation"]
    named = {
        role: [k for k, v in settings["cohorts"].items() if v["role"] == role] for role in ("training", VALIDATION)
    }
    offered = {VALIDATION: named[VALIDATION], LEFT_OUT: named["training"]}.get(kind, [])
    lacking = {
        APPARENT: not named["training"],
        CROSS_VALIDATION: not validation["cross_validation"]["repeats"],
        LEFT_OUT: not validation["leave_one_cohort_out"],
        VALIDATION: not named[VALIDATION],
    }
    if lacking[kind]:
        yield ("evaluation",), f"this study has no {kind}; choose another, or say why it is `not_comparable`"
    elif offered and cohort not in offered:
        found = f"{cohort!r} is none" if cohort else "no cohort is named"
        yield ("cohort",), f"{found}; choose one of {', '.join(offered)}"
    elif not offered and cohort is not None:
        yield ("cohort",), f"{kind} is of all training cohorts; leave `cohort` out"


def _models(settings: Settings, asked: Settings) -> Iterator[Fault]:
    from radioloom.imaging.controls import named
    from radioloom.stages.learning.baselines import baselines, reserved
    from radioloom.stages.learning.judge import compared
    from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey
    from radioloom.stages.learning.targets import kind_of

    if any(reserved(settings["baselines"])):
        return  # which is told elsewhere
    rows = baselines(settings["baselines"], bool(settings["model"]["covariates"]))
    names = [THE_SIGNATURE.model, *(row.name for row in rows), *named(settings["controls"])]
    if asked["model"] not in names:
        yield ("model",), f"{asked['model']!r} is no model of the study; {_choice(asked['model'], names)}"
    elif asked["against"]:
        keys = [ModelKey(kind_of(name), name) for name in names]
        pairs = [(first.model, other.model) for first, other in compared(keys, rows)]
        if (asked["model"], asked["against"]) not in pairs:
            known = ", ".join(f"{first} against {other}" for first, other in pairs)
            yield ("against",), f"{asked['model']} is not compared with {asked['against']}; choose one of {known}"


def _of_metrics(settings: Settings, asked: Settings) -> Iterator[Fault]:
    """Of a number of METRICS."""
    from radioloom.prediction.metrics import METRICS

    outcome, horizons = settings["outcome"]["kind"], settings["outcome"]["horizons"]
    known = [name for name, metric in METRICS.items() if outcome in metric.outcomes]
    if asked["metric"] not in known:
        of_group = asked["metric"] in (SURVIVAL, MEDIAN_SURVIVAL)
        remedy = "name the `group` that it is of" if of_group else _choice(asked["metric"], known)
        yield ("metric",), f"no metric of this outcome is called so; {remedy}"
        return
    metric, days = METRICS[asked["metric"]], asked.get("days")
    if asked["against"] and metric.evaluate and metric.name != MAIN_METRIC[outcome]:
        yield ("metric",), f"models are compared by {MAIN_METRIC[outcome]}; take that, or leave `against` out"
    wrong = {
        APPARENT: not metric.of_training,
        CROSS_VALIDATION: not metric.within_folds,
        LEFT_OUT: metric.absolute,
    }
    if wrong.get(asked["evaluation"]) and metric.evaluate:
        yield ("evaluation",), f"{metric.name} is not told of {asked['evaluation']}; choose another"
    if metric.absolute and outcome == "survival" and days not in horizons:
        listed = ", ".join(f"{each:g}" for each in horizons) or "none"
        yield (
            ("days",),
            f"it is told at a horizon of the study, which has {listed} (outcome.horizons); name one of them",
        )
    elif days is not None and not (metric.absolute and outcome == "survival"):
        yield ("days",), f"{metric.name} is of no horizon; take it out"


def _of_curves(settings: Settings, asked: Settings) -> Iterator[Fault]:
    """Of a number of CURVES."""
    from radioloom.prediction.cut_points import QUANTILES, WORDS

    cuts = settings["model"]["cut_points"]
    groups = WORDS[len(QUANTILES[cuts]) + 1] if isinstance(cuts, str) else ()
    if settings["outcome"]["kind"] != "survival":
        yield ("group",), "a binary outcome has no curves of groups; take it out"
    elif groups and asked["group"] not in groups:
        yield ("group",), f"{asked['group']!r} is no group of risk of this study; choose one of {', '.join(groups)}"
    if asked["metric"] not in (SURVIVAL, MEDIAN_SURVIVAL):
        yield ("metric",), f"of a group there is {SURVIVAL} (at `days`) and {MEDIAN_SURVIVAL}; choose one"
    elif (asked["metric"] == SURVIVAL) != ("days" in asked):
        yield ("days",), "survival is of a day, which is wanted; a median is of none"
    if asked["evaluation"] not in (APPARENT, VALIDATION) or asked["against"]:
        yield ("evaluation",), f"curves are of one model, {APPARENT} or in {VALIDATION}; choose one"
