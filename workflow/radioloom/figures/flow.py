"""From the cohort sheets to the cases analysed: every case that dropped out is counted, with the stage that says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import style
from radioloom.figures.words import STAGES, count

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.92  # inches a cohort
BOXES = ((0.0, 0.30), (0.345, 0.335), (0.725, 0.275))  # left edge and width, share of the figure


def counts(sheets: dict[str, list[dict[str, Any]]], exclusions: pd.DataFrame) -> pd.DataFrame:
    """What became of each cohort's cases and images.

    sheets : cohort -> rows of its sheet; exclusions : EXCLUSIONS

    One row a cohort, in the order of the sheets: cohort, role, cases, images (on the sheet), cases_out, images_out,
    by_stage (dict stage -> images), cases_in, images_in. An exclusion by the clinical stage takes all images of its case.
    """
    import pandas as pd

    rows = []
    for cohort, sheet in sheets.items():
        images = {(row["case"], row["replicate"]) for row in sheet}
        stage_of: dict[tuple[str, str], str] = {}
        for out in exclusions[exclusions["cohort"] == cohort].itertuples():
            for image in images:
                whole = out.stage == "clinical" and image[0] == out.case
                if whole or image == (out.case, out.replicate):
                    stage_of.setdefault(image, out.stage)
        left = images - set(stage_of)
        cases, cases_in = {case for case, _ in images}, {case for case, _ in left}
        by_stage = {stage: list(stage_of.values()).count(stage) for stage in dict.fromkeys(stage_of.values())}
        rows.append(
            {
                "cohort": cohort, "role": sheet[0]["role"] if sheet else "", "cases": len(cases), "images": len(images),
                "cases_out": len(cases) - len(cases_in), "images_out": len(stage_of), "by_stage": by_stage,
                "cases_in": len(cases_in), "images_in": len(left),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


@style.drawn
def flow(frame: pd.DataFrame) -> Figure:
    """The flow diagram of the cohorts in `counts`, one row each: on the sheet, excluded, analysed."""
    figure, axes = style.canvas(style.PANEL * 1.25, ROW * len(frame) + 0.3)
    axes.set(xlim=(0, 1), ylim=(len(frame), -0.32))
    axes.axis("off")
    for heading, (left, width) in zip(("On the sheet", "Excluded", "Analysed"), BOXES, strict=True):
        axes.text(left + width / 2, -0.12, heading, ha="center", va="center", weight="bold", size=8.5)
    for level, row in enumerate(frame.itertuples()):
        _row(axes, level, row)
    return figure


def _row(axes: Axes, level: int, row: Any) -> None:
    left = f"{row.cohort}\n{row.role}\n{_amount(row.cases, row.images)}"
    reasons = [f"{n} {STAGES.get(stage, stage)}" for stage, n in sorted(row.by_stage.items())]
    middle = "none" if not row.images_out else "\n".join([_amount(row.cases_out, row.images_out), *reasons])
    right = _amount(row.cases_in, row.images_in)
    faces = ("#eef3f8", "#fbf1ea" if row.images_out else "#f6f7f8", "#e9f4f0")
    edges = (style.BLUE, style.VERMILION if row.images_out else style.FAINT, style.GREEN)
    for text, (x, width), face, edge in zip((left, middle, right), BOXES, faces, edges, strict=True):
        _box(axes, (x, level, width), text, face, edge)
    for first, second in ((0, 1), (1, 2)):
        start, end = BOXES[first][0] + BOXES[first][1], BOXES[second][0]
        arrow = {
            "arrowstyle": "-|>,head_width=0.18,head_length=0.3",
            "color": style.MUTED,
            "lw": 0.8,
            "shrinkA": 1,
            "shrinkB": 1,
        }
        axes.annotate("", (end, level + 0.5), (start, level + 0.5), arrowprops=arrow)


def _box(axes: Axes, place: tuple[float, float, float], text: str, face: str, edge: str) -> None:
    from matplotlib.patches import Rectangle

    x, level, width = place
    axes.add_patch(Rectangle((x, level + 0.07), width, 0.86, facecolor=face, edgecolor=edge, linewidth=0.9))
    axes.text(x + width / 2, level + 0.5, text, ha="center", va="center", size=7.8, linespacing=1.35)


def _amount(cases: int, images: int) -> str:
    return count(cases, "case") if cases == images else f"{count(cases, 'case')}, {count(images, 'image')}"
