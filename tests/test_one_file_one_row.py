"""What a newcomer adds is one file and one row: a scratch copy of the library is given one of each kind, and runs it.

Every addition names its file (if it has one) and the rows that make it known, as (file, text, text with the row). No
schema, stage, script, rule or figure is touched; a kind that comes to need a third place fails here.
"""

import os
import shutil
import subprocess
import sys
from textwrap import dedent

import pytest

LIBRARY = "workflow/radioloom/"
FEATURE = 'Feature("mean", '
NEW_FEATURE = 'Feature("mean_doubled", "", lambda s: 2 * s.spread.mean, "twice the mean"),\n    '

# kind -> file, its text, rows that make it known, and what shows that it works.
ADDITIONS: dict[str, tuple[str, str, tuple[tuple[str, str, str], ...], str]] = {
    "feature": (
        "",
        "",
        ((LIBRARY + "features/intensity.py", FEATURE, NEW_FEATURE + FEATURE),),
        """
        rows = {row["feature_id"]: row for row in measured(["intensity"])}
        assert rows["intensity_mean_doubled"]["value"] == 2 * rows["intensity_mean"]["value"]
        assert rows["intensity_mean_doubled"]["group"] == "intensity"
        """,
    ),
    "family": (
        LIBRARY + "features/extremes.py",
        '''
        """Extremes of the intensities."""

        from dataclasses import dataclass

        from radioloom.features.record import Family, Feature, values


        @dataclass(frozen=True)
        class Settings:
            """What a profile may set."""

            rows: tuple[str, ...] | None = None


        FEATURES = (Feature("reach", "", lambda roi: roi.values.max() - roi.values.min(), "range"),)


        def measure(roi, settings):
            """Rows of one region."""
            return values("extremes", FEATURES, settings.get("rows"), roi)


        FAMILY = Family("extremes", "", FEATURES, measure, needs="roi", group="intensity")
        ''',
        ((LIBRARY + "families.py", '    "shape_2d"', '    "extremes": 0.0,\n    "shape_2d"'),),
        """
        rows = measured(["extremes"])
        assert [(row["family"], row["feature"], row["value"]) for row in rows] == [("extremes", "reach", 26.0)]
        """,
    ),
    "filter": (
        LIBRARY + "filters/negative.py",
        '''
        """The image with its sign turned, times a factor."""

        from radioloom.filters.record import Filter


        def negative(image, box, settings, spacing_mm):
            """One map."""
            yield "negative", -settings["factor"] * image[box]


        FILTER = Filter(
            "negative",
            negative,
            lambda settings, spacing_mm: (0, 0, 0),
            lambda settings: ["negative"],
            {"factor": {"description": "what values are multiplied by", "type": "number", "default": 3}},
        )
        ''',
        (
            (LIBRARY + "filters/__init__.py", "import gabor,", "import negative, gabor,"),
            (
                LIBRARY + "filters/__init__.py",
                "        lbp.FILTER,\n",
                "        lbp.FILTER,\n        negative.FILTER,\n",
            ),
        ),
        """
        rows = measured(["intensity"], {"original": {}, "negative": {}})
        rows = {row["feature_id"]: row["value"] for row in rows}
        assert rows["negative_intensity_mean"] == -3 * rows["intensity_mean"]
        """,
    ),
    "model": (
        LIBRARY + "prediction/models/votes.py",
        '''
        """A model without coefficients: how many of its columns are above the median of those with the event."""

        import numpy as np

        from radioloom.prediction.models.record import Fitted, Model


        def fit(columns, outcomes, settings, generator):
            """Takes the first columns alone."""
            chosen = tuple(range(min(columns.shape[1], settings["most"])))
            medians = [float(np.median(columns[outcomes.event][:, k])) for k in chosen]
            return Fitted({"medians": medians}, chosen)


        def predict(state, columns):
            """Votes, (m,)."""
            return (columns > np.array(state["medians"])).sum(axis=1).astype(float)


        MOST = {"most": {"description": "most columns", "type": "integer", "default": 2}}
        VOTES = Model("votes", "survival", "votes of columns", fit, predict, chooses=True, settings=MOST)
        ''',
        (
            (
                LIBRARY + "prediction/models/__init__.py",
                "from radioloom.prediction.models.record import Model\n",
                "from radioloom.prediction.models.record import Model\n"
                "from radioloom.prediction.models.votes import VOTES\n",
            ),
            (LIBRARY + "prediction/models/__init__.py", "    COX,\n", "    VOTES,\n    COX,\n"),
        ),
        """
        made = study(model={"kind": "votes"})
        assert len(made.signature.terms) == 2
        assert made.signature.terms[0].coefficient is None
        back = Signature.from_json(made.signature.to_json())
        assert back == made.signature
        assert metric(made, "signature", "c_index") > 0.6
        """,
    ),
    "model of the default list": (
        "",
        "",
        (
            (
                LIBRARY + "prediction/usual_models.py",
                "USUAL = (\n",
                'USUAL = (\n    Usual("ridge", "survival", "elastic_net_cox", "none", {}, {"mixing": 0}),\n',
            ),
        ),
        """
        from radioloom.study.learning_checks import with_models

        made = with_models({"models": "default", "model": {"kind": "cox"}, "outcome": {"kind": "survival"}})
        assert made["models"]["ridge"]["settings"] == {"mixing": 0}
        """,
    ),
    "selector": (
        LIBRARY + "prediction/selectors/last.py",
        '''
        """Selector: the least prognostic features."""

        from radioloom.prediction.selectors.record import Selector


        def last(candidates, n_features):
            """The weakest first."""
            return {int(place): "weakest" for place in candidates.ranked()[::-1][:n_features]}


        LAST = Selector("last", last, "the least prognostic features")
        ''',
        (
            (
                LIBRARY + "prediction/selectors/__init__.py",
                "from radioloom.prediction.selectors.none import NONE\n",
                "from radioloom.prediction.selectors.last import LAST\n"
                "from radioloom.prediction.selectors.none import NONE\n",
            ),
            (LIBRARY + "prediction/selectors/__init__.py", "STABILITY, MEDOIDS)", "STABILITY, MEDOIDS, LAST)"),
        ),
        """
        made = study(selector="last")
        assert set(made.selection.loc[made.selection["kept"], "reason"]) == {"weakest"}
        """,
    ),
    "clustering": (
        LIBRARY + "unsupervised/clusterings/halves.py",
        '''
        """Patients in clusters of equal size, by their distance from the first."""

        import numpy as np

        from radioloom.unsupervised.clusterings.record import Clustering


        def partitions(squared, most, rng):
            """Equal parts."""
            place = squared[0].argsort().argsort()
            return np.array([place * k // len(squared) for k in range(2, most + 1)])


        HALVES = Clustering("halves", partitions, "equal parts")
        ''',
        (
            (
                LIBRARY + "unsupervised/clusterings/__init__.py",
                "from radioloom.unsupervised.clusterings.record import Clustering\n",
                "from radioloom.unsupervised.clusterings.halves import HALVES\n"
                "from radioloom.unsupervised.clusterings.record import Clustering\n",
            ),
            (LIBRARY + "unsupervised/clusterings/__init__.py", "KMEANS)}", "KMEANS, HALVES)}"),
        ),
        """
        from radioloom.settings import plain_schema
        from radioloom.unsupervised.clusterings import CLUSTERINGS
        from radioloom.unsupervised.consensus import stabilities

        assert "halves" in plain_schema("study")["properties"]["unsupervised"]["properties"]["clustering"]["enum"]
        draws = np.random.default_rng(1)
        tried = stabilities(draws.normal(size=(20, 3)), CLUSTERINGS["halves"], 3, (5, 0), draws)
        assert [each.clusters for each in tried] == [2, 3]
        """,
    ),
    "baseline": (
        "",
        "",
        (
            (
                LIBRARY + "stages/learning/baselines.py",
                "OF_EVERY_STUDY = (\n",
                'OF_EVERY_STUDY = (\n    Baseline("signature alone", signature=True),\n',
            ),
        ),
        """
        made = study()
        assert metric(made, "signature alone", "c_index") == metric(made, "signature", "c_index")
        assert metric(made, "signature", "c_index", against="signature alone") == 0
        """,
    ),
    "metric": (
        LIBRARY + "prediction/metrics/spread.py",
        '''
        """Spread of the risks."""

        from radioloom.prediction.metrics.record import NONE, VALUE, Estimate, Metric

        SPREAD = Metric(
            "risk_sd", "SD of the risk", ("survival",), VALUE, None, NONE, lambda judged: Estimate(judged.risks.std())
        )
        ''',
        (
            (
                LIBRARY + "prediction/metrics/__init__.py",
                "from radioloom.prediction.metrics.uno import UNO_C\n",
                "from radioloom.prediction.metrics.spread import SPREAD\n"
                "from radioloom.prediction.metrics.uno import UNO_C\n",
            ),
            (LIBRARY + "prediction/metrics/__init__.py", "HAZARD_RATIO, NULL_P)", "HAZARD_RATIO, SPREAD, NULL_P)"),
        ),
        """
        assert metric(study(), "signature", "risk_sd") > 0
        """,
    ),
    "module method": (
        LIBRARY + "genomics/modules/halves.py",
        '''
        """Genes in the order of the file, cut in equal parts."""

        import numpy as np

        from radioloom.genomics.modules.record import Method


        def cluster(z, k, rng):
            """Labels (genes,)."""
            return np.arange(len(z)) * k // len(z)


        METHOD = Method("halves", cluster, "genes cut in equal parts")
        ''',
        (
            (LIBRARY + "genomics/modules/__init__.py", "import coexpression,", "import halves, coexpression,"),
            (LIBRARY + "genomics/modules/__init__.py", "(kmeans,", "(halves, kmeans,"),
        ),
        """
        from radioloom.genomics.modules.find import find
        from radioloom.genomics.modules.record import Rules

        draw = np.random.default_rng(0)
        shared = draw.normal(size=(2, 1, 30)).repeat(10, axis=1).reshape(20, 30) + 0.1 * draw.normal(size=(20, 30))
        frame = pd.DataFrame(shared, [f"G{k:02d}" for k in range(20)], [f"c{k}" for k in range(30)])
        modules = find(frame, Rules(method="halves", n_modules=2), draw)
        assert modules.members.groupby("module").size().tolist() == [10, 10]
        assert "halves" in names("gene_module_methods")
        """,
    ),
    "format of expression matrices": (
        LIBRARY + "io/matrices/lines.py",
        '''
        """A matrix of lines `gene case=value case=value`."""

        from pathlib import Path

        from radioloom.io.matrices.record import Format, Opened
        from radioloom.io.user_tables.record import Table


        def opened(place: Path) -> Opened:
            """The table."""
            rows = [line.split() for line in place.read_text().splitlines()[1:]]
            names = [cell.split("=")[0] for cell in rows[0][1:]]
            numbers = [[row[0], *(cell.split("=")[1] for cell in row[1:])] for row in rows]
            return Opened(Table(place.name, ["gene", *names], enumerate(numbers, start=2)), "gene")


        LINES = Format("lines", lambda head: head.startswith(b"LINES"), opened)
        ''',
        (
            (
                LIBRARY + "io/matrices/kinds.py",
                "from radioloom.io.matrices.parquet",
                "from radioloom.io.matrices.lines import LINES\nfrom radioloom.io.matrices.parquet",
            ),
            (LIBRARY + "io/matrices/kinds.py", "FORMATS = (", "FORMATS = (LINES, "),
        ),
        """
        from pathlib import Path
        from radioloom.io.expression import of_study

        Path("m.any").write_text("LINES\\nTP53 A=1 B=2\\nEGFR A=3 B=4\\n")
        given = of_study(Path(), {"file": "m.any"}, ["A", "B"])
        assert given.format == "lines"
        assert given.values.loc["EGFR"].to_dict() == {"A": 3.0, "B": 4.0}
        """,
    ),
    "rule that filters traits": (
        "",
        "",
        (
            (
                LIBRARY + "stages/genomics/trait_filters.py",
                "RULES: Mapping[str, tuple[str, ...]] = {",
                'RULES: Mapping[str, tuple[str, ...]] = {\n    "apart": (INDEPENDENCE,),',
            ),
        ),
        """
        from radioloom.settings import plain_schema
        from radioloom.stages.genomics.trait_filters import Rules

        assert Rules("apart").filter == "apart"
        genomics = plain_schema("study")["properties"]["genomics"]["properties"]
        assert "apart" in genomics["traits"]["properties"]["filter"]["enum"]
        """,
    ),
    "archive kind": (
        LIBRARY + "io/archives/shelf.py",
        '''
        """An archive that is a folder."""


        class Shelf:
            """Nothing is read until a series is asked for."""

            def __init__(self, source, credentials, hint):
                self.place = source["url"]
        ''',
        (
            (
                LIBRARY + "io/archives/kinds.py",
                "ARCHIVES: tuple[Archive, ...] = (\n",
                "def _shelf(source: dict[str, Any], credentials: Credentials, hint: str) -> Connection:\n"
                "    from radioloom.io.archives.shelf import Shelf\n\n"
                "    return Shelf(source, credentials, hint)\n\n\n"
                'ARCHIVES: tuple[Archive, ...] = (\n    Archive("shelf", ("url",), _shelf),\n',
            ),
        ),
        """
        from radioloom.io.archives.kinds import connect

        assert connect({"kind": "shelf", "url": "here"}, "train", {}).place == "here"
        assert "shelf" in names("archives")
        """,
    ),
    "report section": (
        LIBRARY + "stages/report/sections/colophon.py",
        '''
        """Section: who set the page."""

        from radioloom.stages.report.record import Section

        COLOPHON = Section("colophon", "Colophon", ("metrics",), lambda study: {"n": len(study.metrics)})
        ''',
        (
            (
                LIBRARY + "stages/report/sections/__init__.py",
                "from radioloom.stages.report.sections.contact import",
                "from radioloom.stages.report.sections.colophon import COLOPHON\n"
                "from radioloom.stages.report.sections.contact import",
            ),
            (LIBRARY + "stages/report/sections/__init__.py", "    PROVENANCE,\n", "    PROVENANCE,\n    COLOPHON,\n"),
            ("workflow/report/sections/colophon.html.j2", "", "<p>Set in {{ it.n }} rows.</p>\n"),
        ),
        """
        from made.synthetic_study import survival_study
        from radioloom.stages.report.report import report
        from radioloom.stages.report.sections import inputs

        made = survival_study()
        assert f"<p>Set in {len(made.metrics)} rows.</p>" in report(made)
        assert "metrics" in inputs()
        """,
    ),
    "checklist": (
        "resources/checklists/short.yaml",
        """
        name: SHORT
        title: a short list
        source: nobody
        licence: none
        items:
          - {item: "1", asks: who was asked, by: [cohorts], authors: who they are}
        """,
        ((LIBRARY + "stages/report/checklists/__init__.py", '"metrics")', '"metrics", "short")'),),
        """
        from made.synthetic_study import binary_study
        from radioloom.stages.report.checklists import answers
        row = answers(binary_study())[-1]
        assert row["checklist"] == "SHORT"
        assert row["answer"] == "sts (training, 25 cases)"
        """,
    ),
    "command": (
        LIBRARY + "commands/greet.py",
        '''
        """`radioloom greet`: say a name."""

        from radioloom.commands.record import Command

        COMMAND = Command("greet", "say a name", lambda parser: parser.add_argument("name"), lambda it: print(it.name))
        ''',
        (
            (LIBRARY + "commands/__init__.py", "    features,\n", "    features,\n    greet,\n"),
            (LIBRARY + "commands/__init__.py", "    new.COMMAND,\n", "    new.COMMAND,\n    greet.COMMAND,\n"),
        ),
        """
        from radioloom.cli import main

        assert main(["greet", "Ada"]) == 0
        """,
    ),
    "table": (
        LIBRARY + "tables/visits.py",
        '''
        """Table of visits."""

        from radioloom.tables.columns import CASE, COHORT
        from radioloom.tables.record import Column, Table

        DAY = Column("day", "int64", "day of the visit")
        VISITS = Table("VISITS", "visits", ("cohort", "case"), (COHORT, CASE, DAY))
        ''',
        (
            (
                LIBRARY + "tables/__init__.py",
                "TABLES = (\n",
                "from radioloom.tables.visits import VISITS\n\nTABLES = (\n    VISITS,\n",
            ),
        ),
        """
        from radioloom import tables

        tables.VISITS.write([{"cohort": "a", "case": "1", "day": 3}], "visits.parquet")
        assert tables.VISITS.read("visits.parquet")["day"].tolist() == [3]
        """,
    ),
}
# What the checks have at hand: a small image, a small study with planted risks.
PRELUDE = """
import numpy as np
import pandas as pd

from made.planted_tables import Made
from radioloom.names import names
from radioloom.profile import load
from radioloom.stages.images.extract import extract
from radioloom.stages.images.plan import feature_ids
from radioloom.stages.learning.signature import Signature
from radioloom.volume import Grid, Volume


def measured(families, images=None):
    import yaml

    with open("config/extraction/demo.yaml", encoding="utf-8") as handle:
        content = yaml.safe_load(handle)
    known = {"intensity": {**content["families"]["intensity"], "features": "all"}}
    families = {name: known.get(name, {"settings": {}, "features": "all"}) for name in families}
    content |= {"name": "scratch", "families": families, "images": images or {"original": {}}}
    with open("scratch.yaml", "w", encoding="utf-8") as handle:
        yaml.safe_dump(content, handle)
    profile = load("scratch.yaml")
    mask = np.zeros((5, 5, 5), bool)
    mask[1:4, 1:4, 1:4] = True
    values = np.zeros((5, 5, 5))
    values[mask] = np.arange(27.0)
    grid = Grid(mask.shape, (1.0, 1.0, 1.0))
    rows = extract(Volume(values, grid), Volume(mask, grid), profile)
    assert {row["feature_id"] for row in rows} == set(feature_ids(profile))
    return rows


def study(model=None, **changes):
    made = Made(sizes={"train": 60, "valid1": 40}, **changes)
    made.study["model"] |= model or {}
    return made


def metric(made, model, name, against=""):
    rows = made.metrics.reset_index().query("evaluation == 'validation' and cohort == 'valid1'")
    rows = rows[(rows["model"] == model) & (rows["metric"] == name) & (rows["against"] == against)]
    return rows["estimate"].item()
"""


@pytest.fixture(scope="module")
def scratch(root, tmp_path_factory):
    """A copy of the project with one more of each kind."""
    place = tmp_path_factory.mktemp("scratch")
    for name in ("workflow", "config", "resources", "tests/made"):
        shutil.copytree(root / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file, text, rows, _ in ADDITIONS.values():
        if file:
            assert not (place / file).exists()
            (place / file).write_text(dedent(text).lstrip())
        for list_of, before, after in rows:
            path = place / list_of
            known = path.read_text() if path.exists() else ""
            assert known.count(before) >= 1 or not before, f"{list_of}: {before!r} is not there any more"
            path.write_text(known.replace(before, after, 1) if before else after)
    return place


@pytest.mark.parametrize("kind", ADDITIONS)
def test_one_more_is_one_file_and_one_row(kind, scratch):
    paths = os.pathsep.join(str(scratch / name) for name in ("workflow", "tests"))
    environment = {**os.environ, "PYTHONPATH": paths}
    command = [sys.executable, "-c", PRELUDE + dedent(ADDITIONS[kind][3])]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=scratch, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stderr
