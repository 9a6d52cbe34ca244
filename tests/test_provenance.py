"""Digests change when what they stand for changes, and only then."""

import shutil

import numpy as np
import pytest

from radioloom import provenance


@pytest.fixture
def library(tmp_path, monkeypatch, root):
    shutil.copytree(
        root / "workflow" / "radioloom", tmp_path / "radioloom", ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setattr(provenance, "LIBRARY", tmp_path / "radioloom")
    provenance._imports.cache_clear()
    yield tmp_path / "radioloom"
    provenance._imports.cache_clear()


def touched(library, file, entry):
    before = provenance.code_digest(entry)
    path = library / file
    path.write_text(path.read_text() + "\n# a change\n")
    provenance._imports.cache_clear()
    return provenance.code_digest(entry) != before


@pytest.mark.parametrize(
    ("text", "file", "changes"),
    [
        ("from radioloom.tables import CASES", "tables/__init__.py", True),
        ("from radioloom.tables import CASES", "errors.py", True),  # through tables
        ("from radioloom.tables import CASES", "roi.py", False),
        ("from radioloom import roi", "roi.py", True),
        ("def f():\n    import radioloom.roi", "roi.py", True),
        ("import numpy", "__init__.py", False),
        ("from radioloom.features import family", "features/record.py", True),  # imported by name, lazily
        ("from radioloom.features import family", "errors.py", True),
    ],
)
def test_code_digest_follows_imports(library, tmp_path, text, file, changes):
    entry = tmp_path / "script.py"
    entry.write_text(text)
    assert touched(library, file, entry) is changes


JUDGED = {"validate", "beside", "models", "follow", "succeed", "subgroups", "pooled", "incidence", "targets"}
GENES = {"associate", "number", "regroup", "adjust", "replicate", "relearn", "scan", "reconstruct"}  # maps of genes
GENES |= {"foretell", "enrich", "regress"}
VIEWS = {"cluster", "mine", "similar"}  # of the material that models learn from
RESTS_ON = {  # a file of the library -> scripts whose jobs run again when it is edited
    "features/glcm.py": {"extract", "control", "perturb", "compile", "adopt", "report"},
    "filters/mean.py": {"prepare", "extract", "control", "perturb", "compile", "adopt", "report"},
    "prediction/models/cox.py": JUDGED | VIEWS | {"reduce", "fit", "size", "adopt", "acquisition", *GENES, "report"},
    "genomics/modules/kmeans.py": {*GENES, "sift"},
    "io/matrices/gct.py": {*GENES, "sift"},
    "figures/flow.py": {"report"},
    "stages/learning/targets.py": {"targets"},
    "io/dicom/suv.py": {"curate"},
    "commands/extract.py": set(),
    "study/sheet.py": set(),
}


def test_an_edit_runs_again_what_rests_on_it_and_nothing_else(root):
    """Of the scripts themselves: what one reaches by accident would measure every image again."""
    scripts = sorted((root / "workflow" / "scripts").glob("*.py"))
    reach = {path.stem: provenance._reach(path.resolve()) for path in scripts}
    places = {file: provenance.LIBRARY / file for file in RESTS_ON}
    assert {file: {name for name in reach if place in reach[name]} for file, place in places.items()} == RESTS_ON


def test_streams_of_cases_are_their_own():
    first, again, other = (provenance.rng(7, case).random(4) for case in ("A", "A", "B"))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_stable_hash_is_stable():
    assert provenance.stable_hash("LUNG1-001") == 2716473443
    assert provenance.digest({"b": 1, "a": [2]}) == provenance.digest({"a": [2], "b": 1})
