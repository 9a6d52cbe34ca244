"""One section of the report by itself, without the pictures of all others."""

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from radioloom.figures.words import count, number, plain, probability
from radioloom.settings import shipped
from radioloom.stages.report.record import ReportInputs
from radioloom.stages.report.report import _breakable
from radioloom.tables.columns import FEWEST_EVENTS, SIGNIFICANT


def shown_alone(section, settings=None, **inputs):
    """The HTML of a section of what the report is given."""
    study = ReportInputs(settings=settings or {}, sheets={}, **inputs)
    environment = Environment(
        loader=FileSystemLoader(shipped("report")), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"number": number, "plain": plain, "probability": probability, "count": count}
    environment.filters["breakable"] = _breakable
    environment.globals |= {"significant": SIGNIFICANT, "fewest": FEWEST_EVENTS}
    return environment.get_template(f"sections/{section.name}.html.j2").render(it=section.build(study))
