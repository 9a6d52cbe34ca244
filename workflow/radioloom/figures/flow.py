"""Cohorts and the flow of cases: who was on the sheets, who was excluded at which stage, who was analysed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from radioloom.figures import style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, STAGES, count, percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DAYS_A_MONTH = 365.25 / 12
NOT_REACHED = "not reached"  # too few were followed without the event for that quantile
Image = tuple[str, str]  # case and replicate
WHOLE = ("clinical", "combine")  # stages that exclude a case with all of its images
ROW = 0.86  # inches per cohort
LINE = 0.19  # share of a row from one line of text to the next
ARROW = {
    "arrowstyle": "-|>,head_width=0.18,head_length=0.3",
    "color": style.MUTED,
    "lw": 0.8,
    "shrinkA": 1,
    "shrinkB": 1,
}
BOXES = ((0.0, 0.27), (0.315, 0.40), (0.76, 0.24))  # left edge and width, share of the figure


def counts(sheets: dict[str, list[dict[str, Any]]], exclusions: pd.DataFrame, combined: bool = False) -> pd.DataFrame:
    """What became of each cohort's cases and images.

    sheets : cohort -> rows of its sheet; exclusions : EXCLUSIONS; combined : whether a patient's images are one case

    One row per cohort, in the order of the sheets: cohort, role, cases, images (on the sheet), cases_out, images_out,
    by_stage (dict stage -> images), cases_in, images_in, left (set of case and replicate), people (cases that models
    know of them), regions_out (of images that others are measured on). An image is out where all of its regions are;
    an exclusion by a stage of WHOLE takes all images of its case.
    """
    import pandas as pd

    rows = []
    for cohort, sheet in sheets.items():
        images: dict[Image, set[str]] = {}
        for row in sheet:
            images.setdefault((row["case"], row["replicate"]), set()).add(row["roi"])
        whose = {row["case"]: (row["patient"] or row["case"]) if combined else row["case"] for row in sheet}
        stage_of, regions_out = _stages(images, whose, exclusions[exclusions["cohort"] == cohort])
        left = set(images) - set(stage_of)
        cases, cases_in = set(whose.values()), {whose[case] for case, _ in left}
        by_stage = {stage: list(stage_of.values()).count(stage) for stage in dict.fromkeys(stage_of.values())}
        rows.append(
            {
                "cohort": cohort, "role": sheet[0]["role"] if sheet else "", "cases": len(cases), "images": len(images),
                "cases_out": len(cases) - len(cases_in), "images_out": len(stage_of), "by_stage": by_stage,
                "cases_in": len(cases_in), "images_in": len(left), "left": left,
                "people": cases_in, "regions_out": regions_out,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _stages(
    images: dict[Image, set[str]], whose: dict[str, str], exclusions: pd.DataFrame
) -> tuple[dict[Image, str], int]:
    """The first stage at which regions of each image of a cohort dropped out that lost all, and regions of the others.

    images : their regions; whose : case -> the case that models know
    """
    lost: dict[Image, dict[str, str]] = {}  # region -> stage
    for out in exclusions.itertuples():
        for image, regions in images.items():
            if out.stage in WHOLE and whose[image[0]] == out.case:
                of_image = lost.setdefault(image, {})
                of_image.update(dict.fromkeys(regions - set(of_image), out.stage))
            elif image == (out.case, out.replicate):
                lost.setdefault(image, {}).setdefault(out.roi, out.stage)
    gone = {image: next(iter(stages.values())) for image, stages in lost.items() if images[image] <= set(stages)}
    return gone, sum(len(stages) for image, stages in lost.items() if image not in gone)


def analysed(frame: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """Rows of the images (of a table without `replicate`: of the cases) that went through every stage.

    frame : a table with cohort, case and, of images, replicate; counted : `counts`
    """
    keys = ["cohort", "case", *(["replicate"] if "replicate" in frame else [])]
    which = "left" if "replicate" in frame else "people"
    left = {
        (cohort, *(each if which == "left" else (each,)))
        for cohort, all_of in zip(counted["cohort"], counted[which], strict=True)
        for each in all_of
    }
    return frame[[key in left for key in zip(*(frame[name] for name in keys), strict=True)]]


@style.drawn
def flow(frame: pd.DataFrame, first: str = "On the sheet") -> Figure:
    """The flow diagram of the cohorts in `counts`, one row each: all (their heading is `first`), excluded, analysed."""
    figure, axes = style.canvas(style.PANEL, ROW * len(frame) + 0.3)
    axes.set(xlim=(0, 1), ylim=(len(frame), -0.32))
    axes.axis("off")
    for heading, (left, width) in zip((first, "Excluded", "Analysed"), BOXES, strict=True):
        axes.text(left + width / 2, -0.12, heading, ha="center", va="center", weight="bold", size=8.5)
    for level, row in enumerate(frame.itertuples()):
        _row(axes, level, row)
    return figure


def _row(axes: Axes, level: int, row: Any) -> None:
    out = bool(row.images_out or row.regions_out)
    looks = (
        ("#eef3f8", style.BLUE),
        ("#fdf3ec", style.VERMILION) if out else ("#f6f7f8", style.FAINT),
        ("#e9f4f0", style.GREEN),
    )
    for box, (face, edge) in zip(BOXES, looks, strict=True):
        _box(axes, box, level, face, edge)
    role = "" if row.role == row.cohort else f"{row.role}\n"
    _write(axes, BOXES[0], level, (row.cohort, role + _amount(row.cases, row.images)))
    _write(axes, BOXES[1], level, _out(row) if out else ("", "none"))
    _write(axes, BOXES[2], level, ("", _amount(row.cases_in, row.images_in)))
    for first, second in ((0, 1), (1, 2)):
        start, end = BOXES[first][0] + BOXES[first][1], BOXES[second][0]
        axes.annotate("", (end, level + 0.5), (start, level + 0.5), arrowprops=ARROW)


def _out(row: Any) -> tuple[str, str]:
    """What dropped out: in cases where none keeps an image, else in images; then the stages."""
    parts = f"{count(row.regions_out, 'region')}{' of other images' if row.images_out else ''}"
    if not row.images_out:
        return parts, "of images that stay"
    lost = count(row.cases_out, "case") if row.cases_out == row.images_out else count(row.images_out, "image")
    stages = sorted(row.by_stage.items(), key=lambda item: list(STAGES).index(item[0]) if item[0] in STAGES else 99)
    lines = [STAGES.get(name, name) + (f": {n}" if len(stages) > 1 else "") for name, n in stages]
    return lost, "\n".join([*lines, *([parts] if row.regions_out else [])])


def _box(axes: Axes, box: tuple[float, float], level: int, face: str, edge: str) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((box[0], level + 0.07), box[1], 0.86, facecolor=face, edgecolor=edge, linewidth=0.9))


def _write(axes: Axes, box: tuple[float, float], level: int, text: tuple[str, str]) -> None:
    """A bold first line and plain lines below it, centred in the box together."""
    first, rest = text
    lines = bool(first) + (rest.count("\n") + 1 if rest else 0)
    top = level + 0.5 - LINE * (lines - 1) / 2
    x = box[0] + box[1] / 2
    if first:
        axes.text(x, top, first, ha="center", va="center", size=8, weight="bold")
    for place, line in enumerate(rest.split("\n") if rest else [], start=bool(first)):
        axes.text(x, top + LINE * place, line, ha="center", va="center", size=7.8)


def _amount(cases: int, images: int) -> str:
    return count(cases, "case") if cases == images else f"{count(cases, 'case')}\n{count(images, 'image')}"


def cohorts(
    flow: pd.DataFrame, roles: dict[str, str], series: pd.DataFrame | None, clinical: pd.DataFrame | None
) -> Exhibit:
    """One row per cohort, all of the cases and images analysed: their number, events, follow-up, and how acquired.

    flow : `counts`; roles : cohort -> role; series, clinical : None where a study has no images, no outcomes
    """
    survival = clinical is not None and bool(len(clinical)) and bool(clinical["time_days"].notna().any())
    series = None if series is None else analysed(series, flow)
    clinical = None if clinical is None else analysed(clinical, flow)
    rows = []
    for row in flow.itertuples():
        outcomes = None if clinical is None else clinical[clinical["cohort"] == row.cohort]
        cells = [row.cohort, roles[row.cohort], str(row.cases_in)]
        cells += [] if series is None else [str(row.images_in)]
        cells += [] if outcomes is None else [_events(outcomes)]
        cells += [_followup(outcomes)] if survival else []
        cells += [] if series is None else _scans(series[series["cohort"] == row.cohort])
        rows.append(tuple(cells))
    heads = ["cohort", "role", "cases"]
    heads += [] if series is None else ["images"]
    heads += [] if clinical is None else ["events"]
    numeric = tuple(range(2, len(heads)))
    heads += ["follow-up, months: median (quartiles)"] if survival else []
    heads += [] if series is None else ["modality", "vendor", "slice thickness, mm: median (range)"]
    return Exhibit(tuple(heads), tuple(rows), numeric)


def exclusions(frame: pd.DataFrame) -> Exhibit:
    """Every exclusion with its reason."""
    rows = [
        (r.cohort, r.case, r.replicate, r.roi or DASH, STAGES.get(r.stage, r.stage), r.reason)
        for r in frame.itertuples()
    ]
    return Exhibit(("cohort", "case", "replicate", "region", "what happened", "reason"), tuple(rows))


def _events(outcomes: pd.DataFrame) -> str:
    return f"{int(outcomes['event'].sum())} ({percent(outcomes['event'].mean())})" if len(outcomes) else DASH


def _followup(outcomes: pd.DataFrame) -> str:
    """Median and quartiles of follow-up in months, by the reverse Kaplan-Meier method."""
    from radioloom.prediction.metrics.kaplan_meier import follow_up

    known = outcomes.dropna(subset=["time_days"])
    if known.empty:
        return DASH
    days = follow_up(known["time_days"].to_numpy(float), known["event"].to_numpy(bool))
    median, low, high = (NOT_REACHED if math.isnan(end) else f"{end / DAYS_A_MONTH:.0f}" for end in days)
    return f"{median} ({low}{DASH if high != NOT_REACHED else ' to '}{high})" if median != NOT_REACHED else NOT_REACHED


def _scans(series: pd.DataFrame) -> list[str]:
    """Modality, vendors and slice thickness of the usable series of one cohort."""
    scans = series[series["choice"] == "usable"]
    return [_mix(scans["modality"]), _mix(scans["manufacturer"]), _range(scans["slice_thickness_mm"])]


def _mix(values: pd.Series) -> str:
    """Siemens 12, GE 3: most frequent first."""
    known = values.fillna("not recorded").replace("", "not recorded")
    counts = sorted(known.value_counts().items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(name if len(counts) == 1 else f"{name} {n}" for name, n in counts) or DASH


def _range(values: pd.Series) -> str:
    known = values.dropna()
    if known.empty:
        return DASH
    low, high = known.min(), known.max()
    return f"{low:g}" if low == high else f"{known.median():g} ({low:g}{DASH}{high:g})"
