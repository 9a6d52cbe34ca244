"""Every gene against every feature: planted pairs pass, what is kept is the strongest, and it is told."""

import numpy as np
import pandas as pd

from made.sections import shown_alone
from radioloom.figures import scanned
from radioloom.stages.genomics.assembled import Mapped
from radioloom.stages.genomics.associate import Measured
from radioloom.stages.genomics.scan import scan
from radioloom.stages.report.sections.scanned import SCANNED
from radioloom.tables import GENE_COUNTS, GENE_PAIRS

CASES = [f"c{k:02d}" for k in range(40)]
BLOCK = {"cohort": "g", "expression": {"file": "e.csv"}, "modules": {}, "genes": {"permutations": 50}}


def test_planted_pairs_pass_and_the_strongest_are_kept():
    draw = np.random.default_rng(1)
    x = pd.DataFrame(draw.normal(size=(40, 3)), index=CASES, columns=["texture", "noise", "shape: round"])
    x["shape: round"] = (x["shape: round"] > 0).astype(float)
    genes = draw.normal(size=(60, 40))
    genes[:15] += 3 * x["texture"].to_numpy()
    expression = pd.DataFrame(genes, index=[f"G{k:02d}" for k in range(60)], columns=CASES)
    measured = Measured(x, {"shape: round": ("shape", "round")})
    study = Mapped(measured, expression, None, list(x.columns), BLOCK, [], None)
    pairs, rows = scan(study, BLOCK, 1)
    table, counts = GENE_PAIRS.frame(pairs), GENE_COUNTS.frame(rows)
    by_feature = counts.set_index("feature_id")
    assert by_feature["passing"].to_dict() == {"texture": 15, "noise": 0, "shape: round": 0}
    assert by_feature["family_wise"]["texture"] == 15
    assert table.groupby("feature_id").size().to_dict() == {"texture": 15, "noise": 10, "shape: round": 10}
    assert set(table[table["feature_id"] == "texture"]["gene"]) == {f"G{k:02d}" for k in range(15)}
    assert by_feature.loc["shape: round", ["kind", "trait", "value"]].tolist() == ["trait", "shape", "round"]
    words = scanned.in_words(counts)
    assert words.startswith("Of 180 pairs of gene and feature or annotation 15 have q < 0.05, of 1 of 3 features")
    assert words.replace("<", "&lt;") in shown_alone(SCANNED, gene_pairs=table, gene_counts=counts)
    again = scan(study, BLOCK, 1, threads=2)
    pd.testing.assert_frame_equal(again[0], pairs)
