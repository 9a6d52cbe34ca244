"""`radioloom compare`: a row a feature at the terminal, a summary beside it, and an exit code."""

from radioloom.cli import main


def test_two_files_are_compared_and_the_exit_code_says_whether_they_agree(tmp_path, capsys):
    one, other = tmp_path / "one.csv", tmp_path / "other.tsv"
    one.write_text("ID,f,g\n" + "".join(f"P{k},{k},{k * k}\n" for k in range(12)))
    other.write_text("case\tf\tg\n" + "".join(f"P{k}\t{k}\t{k * 7 % 12}\n" for k in range(12)))
    assert main(["compare", str(one), str(other), "--case", "ID", "case"]) == 1
    told = capsys.readouterr()
    header, *rows = told.out.splitlines()
    assert header.split("\t")[0] == "feature"
    assert [row.split("\t")[-1] for row in rows] == ["equal", "disagree"]
    assert "2 features of 2 and 2, 12 cases of 12 and 12; features that disagree: 1 (g)" in told.err
    assert main(["compare", str(one), str(one), "--case", "ID"]) == 0
    assert main(["compare", str(one), str(one), "--case", "a", "b", "c"]) == 1
    assert "--case takes one column" in capsys.readouterr().err
