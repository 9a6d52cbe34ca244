"""Installed anywhere, the library brings its profiles, schemas and reference tables with it."""

import os
import subprocess
import sys
import zipfile

import pytest


@pytest.fixture(scope="module")
def installed(tmp_path_factory, root):
    """The unpacked wheel, away from the repository."""
    place = tmp_path_factory.mktemp("installed")
    build = [
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        str(place),
        str(root),
    ]
    subprocess.run([sys.executable, *build], check=True, capture_output=True)
    zipfile.ZipFile(next(place.glob("*.whl"))).extractall(place / "site")
    return place / "site"


def radioloom(installed, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-c", "import sys; from radioloom.cli import main; sys.exit(main())", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=installed, env=environment)


def test_features_are_listed_with_their_profiles(installed):
    done = radioloom(installed, "features")
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert ["glcm", "contrast", "ACUI"] in [row[:3] for row in rows]
    assert any("aerts2014" in row[3] for row in rows)


def test_annotations_are_marked_for_type_checkers_and_the_package_is_a_program(installed):
    assert (installed / "radioloom" / "py.typed").is_file()
    assert (installed / "radioloom" / "__main__.py").is_file()


def test_the_report_has_its_templates(installed, root):
    """Those of its sections lie a folder deeper."""
    source, copied = root / "workflow" / "report", installed / "radioloom" / "report"
    templates = {path.relative_to(source) for path in source.rglob("*.j2")}
    assert len(templates) > 10
    assert {path.relative_to(copied) for path in copied.rglob("*.j2")} == templates


def test_the_checklists_are_there(installed, root):
    names = {path.name for path in (root / "resources" / "checklists").iterdir()}
    assert len(names) > 2
    assert {path.name for path in (installed / "radioloom" / "checklists").glob("*.yaml")} == names


def test_digital_phantom_conforms(installed):
    done = radioloom(installed, "conformance")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# digital_phantom: 482 within tolerance" in done.stdout


def test_errors_are_one_line(installed):
    done = radioloom(installed, "extract", "absent.nii.gz", "absent.nii.gz")
    assert done.returncode == 1
    assert done.stderr.startswith("radioloom: ")
    assert "Traceback" not in done.stderr
