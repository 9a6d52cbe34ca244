"""Studies of validation alone: what they may say, what the signature says in its place, and what is told."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from made.alone import PROFILE, alone, signature
from made.planted_tables import Made
from radioloom.errors import StudyError
from radioloom.sealed import write_json
from radioloom.settings import read
from radioloom.stages.learning.apply import otherwise
from radioloom.stages.learning.signature import COVARIATE, Term
from radioloom.study import load, verify

MADE = Made(sizes={"train": 60, "valid1": 20}, covariates=["age"])


@pytest.fixture
def study(tmp_path):
    """The notes of a study that was changed, checked as `radioloom check` does."""

    def checked(change=None, **changes):
        alone(tmp_path, MADE, **changes)
        path = tmp_path / "study.yaml"
        if change:
            content = yaml.safe_load(path.read_text())
            change(content, tmp_path)
            path.write_text(yaml.safe_dump(content, sort_keys=False))
        found = load(read(path), Path("/"), path)
        return found, verify(found, path)

    return checked


def test_the_signature_says_what_is_not_learnt(study):
    found, notes = study()
    assert found.settings["model"]["kind"] == "cox"
    assert found.settings["baselines"] == {"volume": ["morphology_f00"]}
    assert found.settings["validation"]["cross_validation"]["repeats"] == 0
    assert found.profile_hash == PROFILE
    assert found.has.training == ()
    assert "signature: signature.json" in found.sheet_files
    assert [note for note in notes if "cannot be seen, and has to be known from elsewhere" in note]


def test_baselines_whose_covariates_are_not_here_are_left_out_and_told(study):
    _, notes = study(model={"covariates": []})
    left = [note for note in notes if "is left out, for the study has no covariate age" in note]
    assert len(left) == 2
    assert left[0].startswith("signature: its baseline clinical ")


def test_horizons_that_the_signature_does_not_reach_are_told(study):
    _, notes = study(outcome={"kind": "survival", "name": "death", "horizons": [99999]})
    assert [n for n in notes if "no risk at 99999 days can be said: the signature was learnt on patients followed" in n]


def _by_hand(profile_or_tool: dict, **more):
    def change(content, place):
        terms = [{"feature": "glcm_f00", "coefficient": 1.0}]
        made = {"name": "Invented", "source": "none", "model": "cox", "terms": terms, **profile_or_tool, **more}
        (place / "hand.yaml").write_text(yaml.safe_dump(made))
        content["signature"] = "hand.yaml"

    return change


def _edited(_, place):
    content = json.loads((place / "signature.json").read_text())
    (place / "signature.json").write_text(json.dumps(content | {"cut_point": 9.0}))


def _of(**changes):
    def change(_, place):
        write_json(replace(signature(MADE), **changes).to_json(), place / "signature.json")

    return change


def _tool(content, _):
    content["cohorts"]["valid1"]["features"]["tool"] = "another"


def _train(content, _):
    content["cohorts"]["valid1"]["role"] = "training"


LEARNS_NOTHING = "the study validates the signature of a file, and learns nothing; take it out"
FAULTS = {
    "a training cohort": (_train, {}, "cohorts.valid1.role: the study validates the signature of a file"),
    "no file": (None, {"signature": "gone.json"}, "signature: gone.json: there is no such file; correct the path"),
    "edited": (_edited, {}, "was changed after it was written"),
    "a kind of model": (None, {"model": {"kind": "cox"}}, f"model.kind: {LEARNS_NOTHING}"),
    "baselines": (None, {"baselines": {}}, f"baselines: {LEARNS_NOTHING}"),
    "folds": (
        None,
        {"validation": {"cross_validation": {"folds": 5}}},
        "validation.cross_validation: the study",
    ),
    "another outcome": (None, {"outcome": {"kind": "binary", "name": "death"}}, "line 5: signature: "),
    "other tables": (_tool, {}, "the tables of features are not declared as those that the signature was learnt from"),
    "another tool": (
        _by_hand({"tool": "T 2"}),
        {},
        "of tables of maker 1.0, and the signature is of tables of T 2",
    ),
    "a covariate": (
        _by_hand({"tool": "maker 1.0"}, covariates=[{"covariate": "ages", "coefficient": 1.0}]),
        {},
        r"model.covariates: the signature takes the covariate 'ages'; name its column there \(did you mean 'age'",
    ),
    "a feature": (
        _by_hand({"tool": "maker 1.0"}, terms=[{"feature": "glcm_f000", "coefficient": 1.0}]),
        {},
        "the table has no feature 'glcm_f000', which the signature takes; did you mean 'glcm_f00'",
    ),
    "another code": (
        _of(terms=(*signature(MADE).terms, Term("age", COVARIATE, 0.4, 0.24**0.5, coefficient=1.0))),
        {},
        "model.covariates: the covariate 'age' was 0 or 1 of every training case, and case .* write 1 where",
    ),
    "harmonised": (_of(harmonisation={"batch": ["kernel"], "learned": {}}), {}, "which names no scanner"),
    "no signature": (lambda content, _: content.pop("signature"), {}, "the key 'kind' is missing"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_what_contradicts_the_signature_is_refused(study, what):
    change, changes, said = FAULTS[what]
    with pytest.raises(StudyError, match=said):
        study(change, **changes)


def test_a_study_without_training_is_told_of_the_way_out(study):
    def change(content, _):
        del content["signature"]
        content["model"]["kind"] = "cox"

    with pytest.raises(StudyError, match=r"none has the role 'training'; .* name its file: `signature: FILE`"):
        study(change)


def test_another_feature_is_no_spelling_of_the_one_that_is_lacking():
    taken = [Term("wavelet-HLH_glcm_Contrast", "other", 0.0, 1.0)]
    there = ["wavelet-HLH_glcm_Contrast", "original_glrlm_LongRunEmphasis"]
    assert otherwise("original_glcm_Contrast", there, taken) == ""
    assert "'original_glcm_contrast'" in otherwise("original_glcm_Contrast", [*there, "original_glcm_contrast"], taken)
    assert otherwise("wavelet-HLL_glcm_Contrast", there, taken) == ""


def test_a_signature_of_a_patient_s_images_together_needs_the_same_block(study):
    """It is bound to them by its profile; on images one by one `apply` refuses it, and says what to run."""
    from radioloom.stages.learning.published import handed_in

    block = {"lesions": "largest", "volume": "", "regions": ["tumour", "node"], "modalities": [], "required": {}}

    def bound(content, place):
        written = replace(signature(MADE), combine=block, profile="abc").to_json()
        write_json(written, place / "signature.json")
        handed = handed_in(place / "signature.json")
        assert handed.signature.combine == block
        with pytest.raises(StudyError, match=r"images together \(regions tumour, node\), and here each image"):
            handed.profile_for_images("")

    with pytest.raises(StudyError, match=r"combine: it takes one image of each patient, and the signature regions"):
        study(bound)
    assert "combine" not in signature(MADE).to_json()
