"""Stage report: one HTML file that shows a study, its results, and the data and software behind them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from radioloom.figures.words import count, joined, number, plain, probability
from radioloom.settings import shipped
from radioloom.stages.report.planted import compare
from radioloom.stages.report.rerun import shown
from radioloom.stages.report.sections import SECTIONS
from radioloom.stages.report.sections.truth import TRUTH
from radioloom.tables.columns import FEWEST_EVENTS, SIGNIFICANT
from radioloom.tables.text import visible

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs, Section

INPUTS_OF_IMAGES = ("series", "masks", "pictures")  # what only a study of images has to show
NEED_IMAGES = "Controls, perturbations and ComBat need images too."


def report(study: ReportInputs) -> str:
    """The report of a study as one HTML text that needs no network; the same inputs give the same bytes.

    Of what the study and its tables say no letter can hide, or turn the direction of others: `visible` marks it.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    study, place = replace(study, settings=shown(study.settings)), shipped("report")
    environment = Environment(
        loader=FileSystemLoader(place), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "plain": plain, "probability": probability, "count": count}
    environment.globals |= {"significant": SIGNIFICANT, "fewest": FEWEST_EVENTS}
    environment.filters["breakable"] = _breakable
    template = environment.get_template("template.html.j2")
    page = template.render(css=(place / "style.css").read_text(encoding="utf-8"), **context(study))
    return re.sub(r"[^\n\t]+", lambda line: visible(line[0]), page)


def _breakable(text: str) -> Any:
    """Text in which a long feature id may break after an underscore; copied, it is unchanged."""
    from markupsafe import Markup, escape

    return Markup(str(escape(text)).replace("_", "_<wbr>"))


def context(study: ReportInputs) -> dict[str, Any]:
    """What the page shows: `sections` in reading order, `shown`: what their templates show, by name."""
    if _given(study, TRUTH):
        study = replace(study, comparison=compare(study))
    if study.signature is not None:
        study = replace(study, adopted=study.signature.provenance.get("adopted"))
    given = [section for section in SECTIONS if _given(study, section)]
    built = {section.name: section.build(study) for section in given}
    shown = {name: content for name, content in built.items() if content is not None}
    return {
        "settings": study.settings,
        "sections": [section for section in given if section.name in shown],
        "shown": shown,
        "brief": [line for content in shown.values() for line in content.get("brief", [])],
        "left_out": " ".join(
            [
                _left_out(study, [section for section in SECTIONS if section not in given]),
                *(
                    f"{each.title} is left out: {each.empty}."
                    for each in given
                    if each.name not in shown and each.empty
                ),
            ]
        ).strip(),
    }


def _given(study: ReportInputs, section: Section) -> bool:
    """Whether the study has all that a section needs; an empty dict is nothing, an empty table is a table."""
    values = [getattr(study, name) for name in section.needs]
    return not any(value is None or (isinstance(value, dict) and not value) for value in values)


def _left_out(study: ReportInputs, lacking: list[Section]) -> str:
    """One sentence on cohorts without images, and on the sections that a study without any image does not have."""
    tabulated = [name for name, cohort in study.settings["cohorts"].items() if "features" in cohort]
    titles = [section.title for section in lacking if set(section.needs) & set(INPUTS_OF_IMAGES)]
    if study.series is not None and not tabulated:
        return ""
    start = "starts from a table" if len(tabulated) == 1 else "start from tables"
    measured = f"of features that another program measured{_sources(study, tabulated)}"
    lead = f"{joined(tabulated)} {start} {measured}" if tabulated else "There are no images"
    if study.series is not None:
        return f"{lead}: what this report shows of images is of the other cohorts."
    return f"{lead}: {joined(titles)} {'is' if len(titles) == 1 else 'are'} left out. {NEED_IMAGES}"


def _sources(study: ReportInputs, tabulated: list[str]) -> str:
    """Tool and file of each cohort's table of features in brackets, as far as the study names them."""
    tables = {name: study.settings["cohorts"][name]["features"] for name in tabulated}
    named = {name: ", ".join(filter(None, [each.get("tool"), each.get("file")])) for name, each in tables.items()}
    parts = [f"{name}: {text}" if len(tabulated) > 1 else text for name, text in named.items() if text]
    return f" ({'; '.join(parts)})" if parts else ""
