"""One HTML file that says what a study is, what it found, and what it rests on."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from radioloom.figures import contact, exhibits, flow, style
from radioloom.figures.words import count, number, plain, probability
from radioloom.settings import shipped
from radioloom.stages.report.record import ReportInputs

if TYPE_CHECKING:
    pass


def report(study: ReportInputs) -> str:
    """The report of a study as one HTML text that needs no network; the same inputs give the same bytes."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    place = shipped("report")
    environment = Environment(
        loader=FileSystemLoader(place), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "plain": plain, "probability": probability, "count": count}
    environment.filters["breakable"] = _breakable
    template = environment.get_template("template.html.j2")
    return template.render(css=(place / "style.css").read_text(encoding="utf-8"), **context(study))


def _breakable(text: str) -> Any:
    """Text in which a long feature id may break after an underscore; copied, it is unchanged."""
    from markupsafe import Markup, escape

    return Markup(str(escape(text)).replace("_", "_<wbr>"))


def context(study: ReportInputs) -> dict[str, Any]:
    """What the template shows, section by section; a section that a study has not is None."""
    from radioloom.stages.report import reading as sections
    from radioloom.stages.report.planted import compare

    found = compare(study.truth, study) if study.truth else None
    return {
        "settings": study.settings,
        "from_tables": [name for name, cohort in study.settings["cohorts"].items() if "features" in cohort],
        "cohorts": _cohorts(study),
        "contact": _contact(study),
        "segmentations": sections.segmentations(study),
        "reliability": sections.reliability(study),
        "acquisition": sections.acquisition(study),
        "signature": sections.signature(study),
        "performance": sections.performance(study, found),
        "traits": sections.traits(study),
        "genomics": sections.genomics(study),
        "truth": sections.truth(study, found) if found else None,
        "provenance": _provenance(study),
    }


def _cohorts(study: ReportInputs) -> dict[str, Any]:
    counted = flow.counts(study.sheets, study.exclusions)
    roles = {name: cohort["role"] for name, cohort in study.settings["cohorts"].items()}
    said = "; ".join(
        f"{row.cohort}: {row.cases} cases on the sheet, {row.cases_in} analysed" for row in counted.itertuples()
    )
    return {
        "table": exhibits.cohorts(counted, roles, study.series, study.clinical, study.exclusions),
        "flow": style.svg(flow.flow(counted), "flow", f"Flow of cases. {said}."),
        "exclusions": exhibits.exclusions(study.exclusions),
        "n_cases": int(counted["cases"].sum()),
        "n_images": int(counted["images"].sum()),
        "n_cases_in": int(counted["cases_in"].sum()),
        "n_images_out": int(counted["images_out"].sum()),
    }


def _contact(study: ReportInputs) -> list[dict[str, Any]]:
    """The tiles of each cohort; an excluded image has a tile with its reason, where it would have stood."""
    shown = []
    for cohort in study.sheets:
        pages = contact.pages(study.pictures.get(cohort, []))
        tiles = [
            {"label": name, "page": number, "place": page.place(index), "reason": ""}
            for number, page in enumerate(pages)
            for index, name in enumerate(page.labels)
        ]
        n_drawn = len(tiles)
        out = study.exclusions[study.exclusions["cohort"] == cohort]
        for row in out.itertuples():
            label = contact.label(row.case, row.replicate)
            late = [tile for tile in tiles if tile["label"] == label]  # dropped out after its picture was taken
            for tile in late:
                tile["reason"] = row.reason
            if not late:
                tiles.append({"label": label, "page": None, "place": None, "reason": row.reason})
        if tiles:
            shown.append(
                {
                    "cohort": cohort,
                    "role": study.settings["cohorts"][cohort]["role"],
                    "pages": [{"webp": base64.b64encode(page.webp).decode(), "size": page.size} for page in pages],
                    "tiles": sorted(tiles, key=lambda tile: tile["label"]),
                    "n": n_drawn,
                }
            )
    return shown


def _provenance(study: ReportInputs) -> dict[str, Any]:
    import yaml

    said = study.provenance
    return {
        "software": exhibits.pairs(said.get("software", {}), ("package", "version")),
        "hashes": exhibits.pairs(said.get("hashes", {}), ("what", "digest")),
        "command": said.get("command", ""),
        "settings": yaml.safe_dump(_shown(study.settings), sort_keys=False, allow_unicode=True, width=88),
    }


def _shown(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as a report may show them: of an archive its kind, and not the hospital's machine."""
    hidden = {
        name: {**cohort, "source": {"kind": cohort["source"]["kind"]}}
        for name, cohort in settings["cohorts"].items()
        if "source" in cohort
    }
    return {**settings, "cohorts": {**settings["cohorts"], **hidden}}
