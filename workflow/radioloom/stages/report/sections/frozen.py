"""Section: the signature of a file, in a study that validates it and learns nothing: what it is, and whence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import baseline, frozen
from radioloom.figures.words import count, joined
from radioloom.stages.report.record import Section

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs

LEFT_OUT = (
    "Reliability, acquisition, selection, learning curve, optimism and cross-validation are left out: they are of "
    "learning."
)
UNSEEN = (
    "Nobody here knows the patients that it was learnt on, so the identity checks compare the validation cohorts with "
    "each other alone: that none of these patients was learnt from has to be known from elsewhere."
)


def build(study: ReportInputs) -> dict[str, Any] | None:
    """Terms, cut-point and origin of the signature; None where the study learnt it itself."""
    model, origin = study.signature, study.adopted
    if model is None or origin is None:
        return None
    title = origin.get("title") or "The signature"
    whence = origin.get("source") or "the file signature.json of another study"
    learnt = f"{count(model.n, 'training case')} ({count(model.n_events, 'event')})" if model.n else ""
    baselines = joined(list(model.baselines))
    without = _without_risk(study)
    line = f"{title}, of {whence}: {count(len(model.terms), 'term')}, validated here and not learnt. {UNSEEN}"
    return {
        "model": model,
        "title": title,
        "whence": whence,
        "by_hand": bool(origin.get("source")),
        "file": origin.get("file", ""),
        "measured": _measured(study, origin),
        "origin": frozen.origin(origin.get("learnt", {})),
        "learnt": learnt,
        "table": frozen.table(model),
        "baseline": baseline.table(model, study.settings["outcome"].get("horizons", ())),
        "formula": baseline.formula(model),
        "baselines": baselines,
        "horizons": frozen.horizons(model),
        "without": without,
        "left_out": LEFT_OUT,
        "unseen": UNSEEN,
        "brief": [("Signature", line), *([("Without a risk", without)] if without else [])],
    }


def _measured(study: ReportInputs, origin: dict[str, Any]) -> str:
    """What its features are measured with: the study's own, for no other is accepted."""
    if study.profile is not None:
        return f"the profile{'s' * (len(study.profile.each) > 1)} {study.profile.name}"
    return str(origin.get("tool") or "tables of features, declared as in the study that learnt it")


def _without_risk(study: ReportInputs) -> str:
    """Cases with an outcome that the signature gives no risk; "" where it gives all of them one, or takes the mean."""
    if study.signature is None or not study.signature.complete or study.clinical is None or study.predictions is None:
        return ""
    judged = set(zip(study.predictions["cohort"], study.predictions["case"], strict=True))
    known = list(zip(study.clinical["cohort"], study.clinical["case"], strict=True))
    left = sorted("/".join(key) for key in known if key not in judged)
    if not left:
        return ""
    named = ", ".join(left[:5]) + (", ..." if len(left) > 5 else "")
    return (
        f"{count(len(left), 'case')} with an outcome {'is' if len(left) == 1 else 'are'} not judged ({named}): without "
        "features, or without one of the signature's, whose training mean, which could stand for it, is not published."
    )


FROZEN = Section(
    "frozen", "The signature that is validated", ("signature", "adopted"), build, ("predictions", "clinical")
)
