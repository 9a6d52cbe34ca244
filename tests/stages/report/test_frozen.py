"""Section on a signature that was handed in: whence it comes, what it lacks, and who has no risk."""

import re
from dataclasses import replace
from html import unescape

import pandas as pd

from made.synthetic_study import survival_study
from radioloom.prediction.baseline_hazard import BaselineHazard
from radioloom.stages.report.report import report

ABSENT = ("selection", "reliability", "acquisition", "sample_size", "truth", "modules", "pictures")
ORIGIN = {"file": "0123456789ab", "title": "", "source": "", "tool": "", "learnt": {"stage_code": "ba9876543210"}}


def words(origin=ORIGIN, more=(), **signature) -> str:
    """The words of a report of a study that learnt nothing; more : rows of CLINICAL beside the study's."""
    study = survival_study()
    model = replace(study.signature, **signature, provenance={"adopted": origin})
    changed = dict.fromkeys(ABSENT) | {"signature": model, "settings": {**study.settings, "signature": "x.json"}}
    if len(more):
        changed["clinical"] = pd.concat([study.clinical, more])
    page = report(replace(study, **changed)).replace("<wbr>", "")
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)))


def test_one_s_own_of_another_study():
    text = words()
    assert "of the file signature.json of another study, is validated here" in text
    assert "has the digest 0123456789ab" in text
    assert "stage_code ba9876543210" in text
    assert "written by hand" not in text
    assert "A missing value counts as the training mean" in text
    assert "signature’s own risks beside outcomes that the validation patients exchanged" in text


def test_one_written_by_hand_says_what_it_lacks():
    origin = ORIGIN | {"title": "Invented 2020", "source": "doi:10.0000/x", "tool": "tables of T 1", "learnt": {}}
    hazard = BaselineHazard([365.0], [0.4], 0.0, 365.0, alone=True)
    more = survival_study().clinical.head(1).assign(cohort="a", case="nobody")
    text = words(origin, more, cut_point=None, complete=True, hazard=hazard, baselines={}, n=0)
    assert "Invented 2020 , of doi:10.0000/x, is validated here" in text
    assert "it was written by hand from the publication, and bears no seal" in text
    assert "The signature has no cut-point, so there are no groups of risk" in text
    assert "Absolute risks can be said at 365 days alone" in text
    assert "Its file has no baselines to compare it with" in text
    assert "coefficient per unit" in text
    assert re.search(r"with an outcome (is|are) not judged \(a/nobody", text)
    assert "It was learnt on" not in text
