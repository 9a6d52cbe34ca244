"""Small studies on disk, and Snakemake run on them as a user would."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[2]
SHAPE, SPACING = (16, 28, 28), (3.0, 2.0, 2.0)
PROFILE = """\
name: quick
description: a few families, so that workflow tests are quick
modality: [CT]
unit: HU
names: ibsi
labels: {original: "", families: {}}
normalise: null
orientation: null
grid: null
resegment: {range: null, sigma: null}
discretise: {method: fixed_width, width: 25, origin: zero}
ivh: null
images: {original: {}}
filtered: null
families:
  morphology: {settings: {mesh: watertight, ddof: 1}, features: [volume, sphericity]}
  intensity: {settings: {shift: 0, percentiles: linear, width_2014: 25}, features: [mean, variance, maximum]}
  glcm: {settings: {aggregations: ["3D, averaged"], distance: 1, symmetric: true}, features: [contrast, joint_entropy]}
"""


def scan(case: str) -> tuple[np.ndarray, np.ndarray, float]:
    """Image (HU), mask and heterogeneity of one made-up patient."""
    rng = np.random.default_rng(list(case.encode()))
    z, y, x = np.meshgrid(*(np.arange(n) - n / 2 for n in SHAPE), indexing="ij")
    size = rng.uniform(4, 8)
    mask = (1.4 * z) ** 2 + y**2 + x**2 < size**2
    spread = rng.uniform(10, 60)
    image = np.where(mask, 40 + spread * rng.standard_normal(SHAPE), -700 + 10 * rng.standard_normal(SHAPE))
    return np.rint(image), mask, spread


@dataclass
class Bench:
    """A folder with data, sheets and a study, and Snakemake to run it."""

    place: Path
    rows: dict[str, list[dict]] = field(default_factory=dict)
    outcomes: dict[str, list[tuple]] = field(default_factory=dict)
    changes: dict = field(default_factory=dict)
    snakefile: Path = ROOT / "Snakefile"

    def add(self, cohort: str, case: str, **row: str) -> None:
        """One NIfTI patient with an outcome that heterogeneity drives."""
        from radioloom.io.write.objects import nifti
        from radioloom.volume import Grid

        image, mask, spread = scan(case)
        folder = self.place / "data" / case
        folder.mkdir(parents=True, exist_ok=True)
        grid = Grid(SHAPE, SPACING)
        nifti(image.astype(np.int16), grid, folder / "image.nii.gz")
        nifti(mask.astype(np.uint8), grid, folder / "mask.nii.gz")
        made = {"case": case, "image": f"{case}/image.nii.gz", "segmentation": f"{case}/mask.nii.gz", "modality": "CT"}
        self.rows.setdefault(cohort, []).append({**made, **row})
        rng = np.random.default_rng(list(f"outcome {case}".encode()))
        days = int(1000 * rng.exponential() * np.exp(-spread / 20)) + 1
        self.outcomes.setdefault(cohort, []).append((case, days, int(rng.random() < 0.8)))

    def write(self) -> Path:
        """Sheets, outcomes, profile and study.yaml; the path of the last."""
        roles = {"train": "training", "valid": "validation", "retest": "test-retest"}
        cohorts = {}
        for cohort, rows in self.rows.items():
            columns = list(dict.fromkeys(key for row in rows for key in row))
            lines = ["\t".join(columns), *("\t".join(row.get(key, "") for key in columns) for row in rows)]
            _put(self.place / f"{cohort}.tsv", "\n".join(lines) + "\n")
            cohorts[cohort] = {"role": roles[cohort], "sheet": str(self.place / f"{cohort}.tsv")}
            if cohort != "retest":
                text = "\n".join(["id,days,dead", *(",".join(map(str, row)) for row in self.outcomes[cohort])])
                _put(self.place / "data" / f"{cohort}.csv", text + "\n")
                cohorts[cohort]["clinical"] = {
                    "file": f"{cohort}.csv",
                    "case": "id",
                    "time_days": "days",
                    "event": "dead",
                }
        _put(self.place / "quick.yaml", PROFILE)
        study = {
            "study": "bench",
            "title": "A study of the tests",
            "seed": 1,
            "profile": str(self.place / "quick.yaml"),
            "batch_size": 8,
            "data": "data",  # relative to where snakemake runs
            "cohorts": cohorts,
            "outcome": {"kind": "survival", "name": "death"},
            "model": {"kind": "cox", "n_features": 2},
            "validation": {"bootstrap": 20, "cross_validation": {"folds": 2, "repeats": 1}, "null_models": 2},
            **self.changes,
        }
        path = self.place / "study.yaml"
        _put(path, yaml.safe_dump(study, sort_keys=False))
        return path

    def command(self, *arguments: str, cores: int = 2) -> list[str]:
        """The command line of a run."""
        study = ["--configfile", str(self.place / "study.yaml"), "--directory", str(self.place)]
        return [sys.executable, "-m", "snakemake", "-s", str(self.snakefile), "--cores", str(cores), *study, *arguments]

    def run(self, *arguments: str, cores: int = 2, ok: bool = True) -> subprocess.CompletedProcess:
        """Run Snakemake to its end; with `ok` a failure shows the output."""
        done = subprocess.run(
            self.command(*arguments, cores=cores),
            capture_output=True,
            text=True,
            check=False,
            timeout=1800,
            env=environment(),
        )
        assert not ok or done.returncode == 0, done.stdout + done.stderr + self.logs()
        return done

    def planned(self) -> dict[str, int]:
        """Jobs of a dry run, by rule."""
        done = self.run("-n")
        text = done.stdout + "\n" + done.stderr
        return {rule: int(n) for rule, n in re.findall(r"^(\w+) +(\d+)$", text, flags=re.M) if rule != "total"}

    def logs(self) -> str:
        """What jobs wrote, for a failed test."""
        texts = [path.read_text()[-2000:] for path in sorted(self.results.glob("logs/**/*.log"))]
        return "\n".join(text for text in texts if "Traceback" in text)

    @property
    def results(self) -> Path:
        """Folder of the study's results."""
        return self.place / "results" / "bench"

    def tables(self) -> dict[str, bytes]:
        """Content of every table and of the signature."""
        paths = [*self.results.glob("tables/*"), self.results / "signature.json"]
        return {path.name: path.read_bytes() for path in sorted(paths)}


def _put(path: Path, text: str) -> None:
    """Write a file, unless it says this already: its time tells Snakemake that something changed."""
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)


def environment() -> dict[str, str]:
    """The environment of a user: no settings of the test runner, data only where the study says."""
    return {key: value for key, value in os.environ.items() if key != "RADIOLOOM_DATA" and not key.startswith("PYTEST")}


def fill(bench: Bench, train: int = 12, valid: int = 6) -> Bench:
    """A study with a training and a validation cohort."""
    for number in range(train):
        bench.add("train", f"T{number:03d}")
    for number in range(valid):
        bench.add("valid", f"V{number:03d}")
    bench.write()
    return bench
