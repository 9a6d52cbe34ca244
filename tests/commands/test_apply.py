"""`radioloom apply`: risks of new patients from tables and images, what it refuses, and what it tells of each."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from made.planted_tables import PROFILE, Made
from made.studies import PROFILE as QUICK
from made.studies import Bench
from radioloom.cli import main
from radioloom.errors import StudyError
from radioloom.prediction.models.cox import fit_cox
from radioloom.prediction.outcome import outcome
from radioloom.profile import load
from radioloom.provenance import file_digest
from radioloom.sealed import read_json, write_json
from radioloom.stages.images import single
from radioloom.stages.images.new_images import MeasuredCase
from radioloom.stages.learning.new_patients import from_images, from_table, with_covariates
from radioloom.stages.learning.signature import Signature
from radioloom.tables import FEATURES

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
MADE = Made(sizes={"train": 60, "valid1": 20}, covariates=["age"])
ROWS = MADE.features[MADE.features["cohort"] == "valid1"]


@pytest.fixture
def run(tmp_path, capsys):
    """Exit code, the table, and what is said of files of the test's folder."""

    def ended(*arguments):
        out = tmp_path / "risks.csv"
        out.unlink(missing_ok=True)
        out.with_suffix(".provenance.json").unlink(missing_ok=True)
        paths = [str(tmp_path / each) if (tmp_path / str(each)).exists() else str(each) for each in arguments]
        code = main(["apply", *paths, "--out", str(out)])
        return code, pd.read_csv(out) if out.is_file() else None, capsys.readouterr().err

    write_json(MADE.signature.to_json(), tmp_path / "signature.json")
    return ended


def by_hand(signature: Signature, values: pd.DataFrame) -> np.ndarray:
    """Linear predictor of the terms' own numbers, written out."""
    parts = [t.coefficient * np.nan_to_num((values[t.feature_id].to_numpy() - t.mean) / t.sd) for t in signature.terms]
    return np.sum(parts, axis=0)


def wide(rows: pd.DataFrame = ROWS) -> pd.DataFrame:
    return rows.pivot(index="case", columns="feature_id", values="value")


def test_risks_are_those_of_the_coefficients_from_every_form_of_a_table(run, tmp_path):
    values, signature = wide(), MADE.signature
    expected = by_hand(signature, values)
    FEATURES.write(ROWS, tmp_path / "long.parquet", profile_hash=PROFILE)
    FEATURES.write(ROWS, tmp_path / "long.csv")
    values.reset_index().to_csv(tmp_path / "wide.csv", index=False)
    values.reset_index().to_parquet(tmp_path / "wide.parquet")
    step = [h for t, h in zip(signature.hazard.time_days, signature.hazard.cumulative, strict=True) if t <= 300][-1]
    for name in ("long.parquet", "long.csv", "wide.csv", "wide.parquet"):
        said = [] if name == "long.parquet" else ["--profile", PROFILE]
        code, table, told = run("signature.json", name, "--horizon", "300", *said)
        assert code == 0, told
        assert table["case"].tolist() == values.index.tolist()
        np.testing.assert_allclose(table["risk"], expected, rtol=1e-12)
        assert (table["group"] == np.where(expected > signature.cut_point, "high", "low")).all()
        chance = 1 - np.exp(-step * np.exp(expected - signature.hazard.centre))
        np.testing.assert_allclose(table["absolute_risk"], chance, rtol=1e-12)
    provenance = read_json(tmp_path / "risks.provenance.json")
    assert provenance["patients"] == file_digest(tmp_path / "wide.parquet")
    assert provenance["signature"]["file"] == file_digest(tmp_path / "signature.json")
    assert provenance["output"] == file_digest(tmp_path / "risks.csv")
    assert str(tmp_path) not in json.dumps(provenance)


@pytest.mark.parametrize("which", [1, 2])
def test_absolute_risks_are_those_of_r(run, tmp_path, which):
    """survfit of R's survival, whose baseline hazard stands in a signature written by hand; see absolute_risk.R."""
    patients = pd.read_csv(GOLDEN / "absolute_risk_patients.csv").query("set == @which")
    found = pd.read_csv(GOLDEN / "absolute_risk.csv").query("set == @which").set_index(["what", "key"])["value"]
    train, test = (patients[patients["part"] == part] for part in ("train", "test"))
    names, days = ["x", "z"], [100, 300, 600]
    mean, sd = train[names].mean(), train[names].std(ddof=0)
    known = outcome("survival", train["event"].to_numpy() == 1, train["time"].to_numpy(float))
    beta = fit_cox(((train[names] - mean) / sd).to_numpy(), known).coefficients
    terms = [
        {"feature": name, "coefficient": float(b), "mean": float(mean[name]), "sd": float(sd[name])}
        for name, b in zip(names, beta, strict=True)
    ]
    centre = 0.0
    if which == 2:  # the same model per unit, whose risk at the mean is not 0
        centre = float(sum(each["coefficient"] * each["mean"] / each["sd"] for each in terms))
        terms = [{"feature": t["feature"], "coefficient": t["coefficient"] / t["sd"]} for t in terms]
    survival = [{"days": day, "survival": float(np.exp(-found["baseline cumulative hazard", day]))} for day in days]
    signature = {"name": "R", "source": "absolute_risk.R", "model": "cox", "tool": "R", "terms": terms}
    (tmp_path / "r.json").write_text(json.dumps(signature | {"baseline": {"centre": centre, "survival": survival}}))
    test.head(5).assign(case=[f"P{k}" for k in range(5)]).to_csv(tmp_path / "new.csv", index=False)
    code, table, told = run("r.json", "new.csv", "--profile", "R", "--horizon", *map(str, days))
    assert code == 0, told
    assert "note: the signature 'R' was written by hand after absolute_risk.R" in told
    for day in days:
        expected = [found[f"risk {day}", k] for k in range(1, 6)]
        np.testing.assert_allclose(table.query("horizon_days == @day")["absolute_risk"], expected, rtol=1e-9)
    assert table["group"].isna().all()  # no cut-point was published


def test_what_is_missing_is_told_of_each_patient(run, tmp_path):
    values, names = wide(), MADE.signature.feature_ids
    values.iloc[0, values.columns.get_loc(names[0])] = np.nan
    values.iloc[1] = np.nan
    values.reset_index().to_csv(tmp_path / "wide.csv", index=False)
    code, table, told = run("signature.json", "wide.csv", "--profile", PROFILE)
    assert code == 0
    np.testing.assert_allclose(table["risk"][0], by_hand(MADE.signature, values)[0])
    assert (table["missing"][0], table["n_missing"][0]) == (names[0], 1)
    assert np.isnan(table["risk"][1])
    assert table["note"][1] == "no risk: nothing that the model predicts from is known"
    assert f"note: {table['case'][0]}: {names[0]} missing, the training mean taken" in told
    assert table.loc[2:, "n_missing"].eq(0).all()


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("none", "no risk: {} missing, and the model was learnt without imputation"),
        ("mean", "{} missing, the training mean taken"),
        ("iterative", "{} missing, told by the model's other values"),
    ],
)
def test_a_missing_value_is_treated_as_the_file_says(run, tmp_path, method, words):
    made = Made(sizes={"train": 60, "valid1": 20}, covariates=["age"])
    made.study["imputation"] = {"method": method, "multiple": 0}
    write_json(made.signature.to_json(), tmp_path / "signature.json")
    values, names = wide(), made.signature.feature_ids
    values.iloc[0, values.columns.get_loc(names[0])] = np.nan
    values.reset_index().to_csv(tmp_path / "wide.csv", index=False)
    code, table, told = run("signature.json", "wide.csv", "--profile", PROFILE)
    assert code == 0, told
    assert table["note"][0] == words.format(names[0])
    assert f"note: {table['case'][0]}: {table['note'][0]}\n" in told
    expected = by_hand(made.signature, values)
    if method == "iterative":  # the equation of the file, by hand
        equation = made.signature.imputation
        standard = [(values[t.feature_id].iloc[0] - t.mean) / t.sd for t in made.signature.terms]
        guess = equation.constants[0] + np.dot(equation.weights[0][1:], standard[1:])
        assert abs(guess) > 1e-3
        expected[0] += made.signature.terms[0].coefficient * guess
    np.testing.assert_allclose(
        table["risk"], np.where(np.arange(20) == 0, np.nan, expected) if method == "none" else expected
    )
    clinical = pd.DataFrame({"case": values.index, "age": 60.0})
    clinical.to_csv(tmp_path / "clinical.csv", index=False)
    both = ("--model", "clinical+signature", "--clinical", "clinical.csv")
    table = run("signature.json", "wide.csv", "--profile", PROFILE, *both)[1]
    assert (table["note"][0], table["risk"].isna()[0]) == (words.format(names[0]), method == "none")


def test_a_model_with_covariates_takes_them_from_a_second_table(run, tmp_path):
    values = wide()
    values.reset_index().to_csv(tmp_path / "wide.csv", index=False)
    clinical = pd.DataFrame({"case": values.index, "age": 50.0 + np.arange(len(values)), "stage": "II"})[::-1]
    clinical.to_csv(tmp_path / "clinical.csv", index=False)
    arguments = ("signature.json", "wide.csv", "--profile", PROFILE, "--model", "clinical+signature")
    assert (
        "takes the covariate 'age'; give a table with the columns `case` and 'age': --clinical FILE"
        in run(*arguments)[2]
    )
    code, table, told = run(*arguments, "--clinical", "clinical.csv")
    assert code == 0, told
    both = MADE.signature.baselines["clinical+signature"]
    frame = values.assign(signature=by_hand(MADE.signature, values), age=50.0 + np.arange(len(values)))
    np.testing.assert_allclose(table["risk"], by_hand(both, frame), rtol=1e-12)
    assert "has no model 'nonsense'; it has signature, " in run(*arguments[:4], "--model", "nonsense")[2]
    clinical.assign(case="other").head(1).to_csv(tmp_path / "clinical.csv", index=False)
    assert "clinical.csv: none of its cases is among the patients" in run(*arguments, "--clinical", "clinical.csv")[2]


def test_a_covariate_of_both_tables_is_that_of_the_file_named_and_refused_where_they_differ(run, tmp_path):
    values = wide()
    clinical = pd.DataFrame({"case": values.index, "age": 50.0 + np.arange(len(values))})
    clinical.to_csv(tmp_path / "clinical.csv", index=False)
    arguments = ("signature.json", "wide.csv", "--profile", PROFILE, "--model", "clinical+signature")
    arguments += ("--clinical", "clinical.csv")
    values.reset_index().to_csv(tmp_path / "wide.csv", index=False)
    alone = run(*arguments)[1]
    gaps = clinical["age"].where(np.arange(len(values)) % 2 == 0).to_numpy()  # of each patient one table knows it
    values.reset_index().assign(age=gaps).to_csv(tmp_path / "wide.csv", index=False)
    code, table, told = run(*arguments)
    assert code == 0, told
    np.testing.assert_array_equal(table["risk"], alone["risk"])
    values.reset_index().assign(age=30.0).to_csv(tmp_path / "wide.csv", index=False)
    said = "clinical.csv, line 2, column '{}': cases with another value there than in the table of patients: {};"
    assert said.format("age", len(values)) in run(*arguments)[2]
    values.reset_index().assign(age=clinical["age"], batch="A").to_csv(tmp_path / "wide.csv", index=False)
    clinical.assign(batch=["B", "", *["A"] * (len(values) - 2)]).to_csv(tmp_path / "clinical.csv", index=False)
    assert said.format("batch", 1) in run(*arguments)[2]


def test_a_harmonised_signature_asks_for_the_batch(run, tmp_path):
    lines = {"A": [1.1, 0.2], "B": [1.0, 0.0]}
    terms = tuple(replace(term, batches=lines) for term in MADE.signature.terms)
    known = {"batch": ["manufacturer"], "learned": {"A": 30, "B": 30}, "training": {"A": 30, "B": 30}, "cohorts": {}}
    write_json(replace(MADE.signature, terms=terms, harmonisation=known).to_json(), tmp_path / "signature.json")
    values = wide().head(3)
    values.reset_index().to_csv(tmp_path / "wide.csv", index=False)
    said = run("signature.json", "wide.csv", "--profile", PROFILE)[2]
    assert "harmonised by manufacturer, and nothing says of what batch" in said
    assert "(learnt were: A; B)" in said
    values.reset_index().assign(batch=["A", "C", "B"]).to_csv(tmp_path / "wide.csv", index=False)
    code, table, told = run("signature.json", "wide.csv", "--profile", PROFILE)
    assert code == 0
    mapped = values.copy()
    mapped.iloc[0] = 1.1 * mapped.iloc[0] + 0.2
    np.testing.assert_allclose(table["risk"], by_hand(MADE.signature, mapped), rtol=1e-12)
    assert table["note"].fillna("").tolist() == ["", "not harmonised: training has none of C", ""]
    assert f"{values.index[1]}: not harmonised: training has none of C" in told


def test_of_images_the_headers_say_the_batch():
    """Batches as the study has them: attributes joined, unknown where a header does not state one."""
    known = {"batch": ["manufacturer", "kernel"], "learned": {}, "training": {}, "cohorts": {}}
    scans = [{"manufacturer": "A", "kernel": "B30f"}, {"manufacturer": "A", "kernel": None}, {}]
    cases = [MeasuredCase(f"P{k}", {"glcm_f00": 1.0 * k}, scan) for k, scan in enumerate(scans)]
    cases.append(MeasuredCase("P9", {}, {}, "no region"))
    patients = from_images(cases, replace(MADE.signature, harmonisation=known))
    assert patients.batches.tolist() == ["A / B30f", "", ""]
    assert patients.values["glcm_f00"].tolist() == [0.0, 1.0, 2.0]
    assert patients.faults == {("", "P9"): "no region"}
    assert from_images(cases, MADE.signature).batches is None


def _edited(folder: Path) -> None:
    content = json.loads((folder / "signature.json").read_text())
    (folder / "signature.json").write_text(json.dumps(content | {"cut_point": 9.0}))


def _cut(folder: Path) -> None:
    (folder / "signature.json").write_bytes((folder / "signature.json").read_bytes()[:100])


REFUSED = {
    "another profile": (lambda _: None, ["other.parquet"], "was measured with the profile ibsi ("),
    "no profile": (
        lambda _: None,
        ["wide.csv"],
        "with the same settings, type --profile ",
    ),
    "another profile said": (
        lambda _: None,
        ["wide.csv", "--profile", "ibsi"],
        "--profile ibsi: the signature is of",
    ),
    "a program said": (lambda _: None, ["wide.csv", "--profile", "pyradiomics 3.0.1"], "settings, type --profile "),
    "no such file": (lambda _: None, ["gone.csv"], "gone.csv: there is no such file or folder"),
    "a feature less": (lambda _: None, ["less.csv", "--profile", PROFILE], "was not measured here; did you mean"),
    "text": (
        lambda _: None,
        ["text.csv", "--profile", PROFILE],
        "column 'glcm_f00', line 3: 'high' is no number",
    ),
    "twice": (lambda _: None, ["twice.csv", "--profile", PROFILE], "case valid1-000 appears twice"),
    "a name": (lambda _: None, ["name.csv", "--profile", PROFILE], "the cell is no pseudonym"),
    "a date": (lambda _: None, ["date.csv", "--profile", PROFILE], "the cell is no pseudonym but a date"),
    "a cohort of a name": (lambda _: None, ["cohort.csv", "--profile", PROFILE], "column 'cohort': the cell is no"),
    "no cases": (lambda _: None, ["none.csv", "--profile", PROFILE], "no column 'case'"),
    "beyond follow-up": (lambda _: None, ["same.parquet", "--horizon", "99999"], "at 99999 days cannot be said"),
    "years": (lambda _: None, ["same.parquet", "--horizon", "0.01"], "give days (if these are years 4,"),
    "no horizon": (lambda _: None, ["same.parquet", "--horizon", "0"], "the model gives risks at days above 0; ask"),
    "visits from 0": (lambda _: None, ["visits.csv", "--profile", PROFILE], "visits.csv: rows with a replicate 0: mod"),
    "edited": (_edited, ["same.parquet"], "take it anew from the study that it is of, or use it as it is"),
    "images": (
        lambda _: None,
        ["images"],
        "no profile that ships with Radioloom is that; give its",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_is_told_with_its_remedy(run, tmp_path, what):
    change, arguments, said = REFUSED[what]
    values = wide().reset_index()
    FEATURES.write(ROWS, tmp_path / "same.parquet", profile_hash=PROFILE)
    FEATURES.write(ROWS, tmp_path / "other.parquet", profile_hash=load("ibsi").hash)
    tables = {
        "wide": values,
        "less": values.rename(columns={"glcm_f00": "glcm_f00_"}),
        "text": values.astype({"glcm_f00": object}).assign(glcm_f00=["1", "high", *["2"] * (len(values) - 2)]),
        "twice": pd.concat([values, values.head(1)]),
        "name": values.assign(case="Jane Doe"),
        "date": values.assign(case="1950-03-10"),
        "cohort": values.assign(cohort="of Jane Doe"),
        "none": values.drop(columns="case"),
        "visits": pd.concat([values.assign(replicate=visit) for visit in (0, 1)]),
    }
    for name, table in tables.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "images" / "P1").mkdir(parents=True)
    for name in ("image.nii.gz", "mask.nii.gz"):
        (tmp_path / "images" / "P1" / name).write_bytes(b"")
    change(tmp_path)
    code, table, told = run("signature.json", *arguments)
    assert (code, table) == (1, None)
    assert said in told
    assert "Jane" not in told


def test_a_covariate_may_be_called_as_anything_inside(tmp_path):
    (tmp_path / "features.csv").write_text("case,f\nP1,0\nP2,0\n")
    (tmp_path / "clinical.csv").write_text("case,line\nP1,20\nP2,10\n")
    told = with_covariates(from_table(tmp_path / "features.csv", ["f", "line"]), tmp_path / "clinical.csv", ["line"])
    assert told.values["line"].tolist() == [20, 10]


@pytest.mark.parametrize("name", ["case", "cohort", "replicate"])
def test_a_column_that_says_whose_a_row_is_is_no_covariate(tmp_path, name):
    (tmp_path / "clinical.csv").write_text("case,cohort,replicate\n1,1,1\n")
    with pytest.raises(StudyError, match=f"column '{name}' says whose a row is, and is no covariate; rename it"):
        from_table(tmp_path / "clinical.csv", [name])


def test_an_edited_signature_is_taken_where_that_is_asked_and_said(run, tmp_path):
    FEATURES.write(ROWS, tmp_path / "same.parquet", profile_hash=PROFILE)
    _edited(tmp_path)
    Path(tmp_path / "signature.json").rename(tmp_path / "mine.json")
    code, table, told = run("mine.json", "same.parquet", "--trust-edited")
    assert (code, set(table["group"])) == (0, {"low"})
    assert "note: mine.json was changed after it was written, and used as it is" in told
    assert read_json(tmp_path / "risks.provenance.json")["signature"]["edited"]


@pytest.fixture(scope="module")
def scans(tmp_path_factory) -> Path:
    """Three patients' folders, a sheet of them, a signature of their profile, and that profile."""
    place = tmp_path_factory.mktemp("scans")
    bench = Bench(place)
    for case in ("P1", "P2", "P3"):
        bench.add("valid", case)
    (place / "quick.yaml").write_text(QUICK)
    (place / "data" / "P3" / "mask.nii.gz").write_bytes(b"no mask")
    terms = [{"feature": f, "coefficient": b} for f, b in (("intensity_mean", 0.01), ("glcm_contrast", 0.02))]
    content = {"name": "Invented", "source": "none", "model": "cox", "profile": "quick.yaml", "terms": terms}
    (place / "hand.yaml").write_text(yaml.safe_dump(content))
    lines = ["case\timage\tsegmentation", *(f"{c}\t{c}/image.nii.gz\t{c}/mask.nii.gz" for c in ("P1", "P2", "P3"))]
    (place / "sheet.tsv").write_text("\n".join(lines) + "\n")
    return place


def test_images_of_a_folder_and_of_a_sheet_are_measured_with_the_signature_s_profile(scans, run):
    profile, expected = load(scans / "quick.yaml"), {}
    for case in ("P1", "P2"):
        folder = scans / "data" / case
        rows = single.measure(folder / "image.nii.gz", folder / "mask.nii.gz", profile).rows
        values = {row["feature_id"]: row["value"] for row in rows}
        expected[case] = 0.01 * values["intensity_mean"] + 0.02 * values["glcm_contrast"]
    for given in ([scans / "data"], [scans / "sheet.tsv", "--data", str(scans / "data")]):
        code, table, told = run(scans / "hand.yaml", *given)
        assert code == 0, told
        found = table.set_index("case")
        assert found["risk"].dropna().to_dict() == pytest.approx(expected)
        assert found.loc["P3", "note"].startswith("no risk: ")
        assert str(scans) not in table.to_csv()


def test_images_are_not_measured_with_another_profile(scans, run):
    said = run(scans / "hand.yaml", scans / "data", "--profile", "ibsi")[2]
    assert "the profile ibsi (" in said
    assert "is not that of the signature" in said


def test_a_table_of_extract_says_its_profile_in_parquet(scans, run, tmp_path):
    profile = load(scans / "quick.yaml")
    folder = scans / "data" / "P1"
    rows = single.measure(folder / "image.nii.gz", folder / "mask.nii.gz", profile).rows
    single.write(rows, tmp_path / "one.parquet", profile.hash)
    single.write(rows, tmp_path / "one.csv", profile.hash)
    risks = [run(scans / "hand.yaml", "one.parquet"), run(scans / "hand.yaml", "one.csv", "--profile", profile.hash)]
    assert [each[0] for each in risks] == [0, 0], risks
    assert risks[0][1]["risk"].tolist() == risks[1][1]["risk"].tolist()
    assert risks[0][1]["case"].tolist() == ["case"]
    assert "does not say what it was measured with" in run(scans / "hand.yaml", "one.csv")[2]


def test_it_prints_columns_separated_by_tabs(tmp_path, capsys):
    write_json(MADE.signature.to_json(), tmp_path / "signature.json")
    FEATURES.write(ROWS, tmp_path / "same.parquet", profile_hash=PROFILE)
    assert main(["apply", str(tmp_path / "signature.json"), str(tmp_path / "same.parquet")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split("\t")[:4] == ["cohort", "case", "model", "horizon_days"]
    assert len(lines) == 1 + len(wide())


def test_its_help_needs_no_heavy_package():
    code = "import sys; from radioloom.cli import main\n"
    code += "try:\n    main(['apply', '--help'])\nexcept SystemExit:\n    pass\n"
    code += "print([m for m in ('numpy', 'pandas', 'pyarrow', 'yaml') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_sheet_whose_images_lie_elsewhere_names_the_option(scans, run):
    assert "name the folder that its paths start from with --data" in run(scans / "hand.yaml", scans / "sheet.tsv")[2]
