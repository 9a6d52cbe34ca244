"""The grid in the report: what each combination reached, and which was chosen how often."""

from dataclasses import replace

from made.synthetic_study import survival_study
from radioloom.figures.tuning import table
from radioloom.stages.report.checklists.models import tuning as fact
from radioloom.stages.report.sections.signature import SIGNATURE
from radioloom.tables import TUNING

VALUES = {1: ("2", "0.05"), 2: ("2", "0.5"), 3: ("4", "0.05"), 4: ("4", "0.5")}
SCORES = {"frozen": (0.6, 0.71, 0.65, 0.71), "r01f1": (0.5, 0.5, 0.6, 0.4), "r01f2": (float("nan"),) * 4}
CHOSEN = {"frozen": 2, "r01f1": 3, "r01f2": 1}
ROWS = [
    {"split": split, "combination": k, "setting": setting, "value": value, "score": SCORES[split][k - 1], "folds": 5,
     "chosen": k == CHOSEN[split]}
    for split in SCORES
    for k, values in VALUES.items()
    for setting, value in zip(("n_features", "selector_settings.fdr"), values, strict=True)
]  # fmt: skip


def test_combinations_stand_from_the_best_with_what_was_chosen():
    found = table(TUNING.frame(ROWS))
    heads = ("n_features", "selector_settings.fdr", "concordance in folds of training", "chosen")
    assert found.columns == (*heads, "chosen in folds (of 2)")
    assert found.rows == (
        ("2", "0.5", "0.710", "yes", "0"),
        ("4", "0.5", "0.710", "", "0"),
        ("4", "0.05", "0.650", "", "1"),
        ("2", "0.05", "0.600", "", "1"),
    )


def test_the_report_shows_them_where_there_is_a_grid_and_checklists_say_so():
    study = survival_study()
    assert SIGNATURE.build(study)["tuning"] is None
    assert SIGNATURE.build(replace(study, tuning=TUNING.frame([])))["tuning"] is None
    grid = {"n_features": [2, 4], "selector_settings": {"fdr": [0.05, 0.5]}}
    declared = {**study.settings, "model": {**study.settings["model"], "grid": grid}}
    tuned = replace(study, tuning=TUNING.frame(ROWS), settings=declared)
    assert SIGNATURE.build(tuned)["tuning"] == table(TUNING.frame(ROWS))
    words = "searched: n_features, selector_settings.fdr, among the values of model.grid, in inner folds"
    assert fact(tuned).words == f"{words}; all else is declared"
    net = replace(tuned, settings={**declared, "model": {**declared["model"], "kind": "elastic_net_cox"}})
    also = "with each of them the strength of the penalty, in inner folds"
    assert fact(net).words == f"{words}; {also}; all else is declared"
    assert fact(study).words == "no setting is searched: all are declared"
