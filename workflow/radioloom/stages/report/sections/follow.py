"""Section: cohorts that go on, period by period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from radioloom.figures import control_charts, followed, style
from radioloom.figures.words import in_days, metric
from radioloom.stages.report import reading
from radioloom.stages.report.record import Section
from radioloom.tables.columns import SIGNATURE, VALIDATION
from radioloom.tables.follow import ALONE

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any] | None:
    """Charts, a table and sentences of each cohort that is followed."""
    from radioloom.prediction.metrics.person_time import EXPECTED

    if study.entered.empty:
        return None
    rows = reading.in_order(study, study.followed.assign(evaluation=VALIDATION, variant=""))
    rows = rows.sort_values(["period", "span"], kind="stable")
    shown, brief = [], []
    for course, said in followed_courses(study.entered, rows, study.cusum, study.drift, study.scanners):
        asked = study.settings["cohorts"][course.cohort]["follow"]
        shown.append(
            {
                "name": course.cohort,
                "lines": said.lines,
                "todo": said.todo,
                "figures": list(_figures(course, reading.baselines(rows))),
                "table": control_charts.table(course),
                "level": asked["level"],
                "detect": asked["detect"],
                "every": asked["every"],
                "of_training": asked["reference"] != "first",
                "expected": bool((course.followed["metric"] == EXPECTED.name).any()),
            }
        )
        brief.append((f"{course.cohort}, as it goes on", said.brief))
    return {"cohorts": shown, "brief": brief, "learnt": not reading.alone(study)}


def followed_courses(*frames: pd.DataFrame | None) -> list[tuple[followed.Course, followed.Said]]:
    """Each cohort that is followed, and what it says. frames : see `courses`."""
    return [(course, followed.statements(course)) for course in followed.courses(*frames)]


def _figures(course: followed.Course, baselines: list[str]) -> Iterator[str]:
    """Control charts of every metric, cumulative sums, drift of the signature's features."""
    rows = course.followed[course.followed["span"] == ALONE]
    charts = rows.groupby(["metric", "horizon_days"], sort=False)
    for place, ((name, days), part) in enumerate(charts):
        if part.loc[part["kind"] == SIGNATURE, "estimate"].notna().any():
            title = metric(str(name)) + (f", {in_days(days)}" if days else "")
            drawn = control_charts.control_chart(part, f"{course.cohort}: {title}", baselines)
            yield style.svg(drawn, f"follow-{course.cohort}-{place}", f"{title} by period of {course.cohort}")
    if len(course.cusum):
        drawn = control_charts.sums_chart(course.cusum, f"{course.cohort}: events against the signature")
        yield style.svg(
            drawn, f"follow-{course.cohort}-sums", f"Cumulative sums of events by period of {course.cohort}"
        )
    of_signature = course.drift[course.drift["of_signature"]].dropna(subset=["difference"])
    if len(of_signature):
        drawn = control_charts.drift_chart(of_signature, f"{course.cohort}: features of the signature")
        yield style.svg(drawn, f"follow-{course.cohort}-drift", f"Drift of features by period of {course.cohort}")


FOLLOW = Section(
    "follow",
    "Cohorts that go on",
    ("entered", "followed", "cusum", "drift"),
    build,
    ("scanners",),
    empty="nobody of a followed cohort has a date of entry",
)
