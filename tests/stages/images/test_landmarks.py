"""The standard scale of a study: from its training cohorts alone, to the last byte, and as another package finds it."""

import csv
from pathlib import Path

import numpy as np
import pytest
import yaml

from made.hospital import ct
from made.studies import PROFILE, SHAPE, SPACING, Bench, scan
from radioloom.cli import main
from radioloom.imaging.normalise import body
from radioloom.io.write.objects import nifti
from radioloom.profile import load
from radioloom.sealed import write_json
from radioloom.stages.images.curate import curate
from radioloom.stages.images.landmarks import landmarks
from radioloom.stages.images.normalise import normalise
from radioloom.stages.images.prepare import whole
from radioloom.stages.images.segment import segment
from radioloom.volume import Grid, Volume

GOLDEN = Path(__file__).parents[2] / "golden" / "nyul.csv"
ROUNDED = 0.51e-4  # of a scale from 0 to 100
FEW = ("--percentiles", "1", "25", "50", "75", "99")


@pytest.fixture
def bench(tmp_path, monkeypatch):
    made = Bench(tmp_path)
    for cohort, cases in {"train": ["T1", "T2", "T3", "T4"], "valid": ["V1", "V2"]}.items():
        for case in cases:
            made.add(cohort, case)
    made.write()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RADIOLOOM_DATA", raising=False)  # of the tests, not of this study
    return made


@pytest.fixture
def learnt(bench, capsys):
    """What the command prints on stdout and stderr; exit code 0."""

    def run(*options):
        assert main(["landmarks", "study.yaml", *FEW, *options]) == 0
        told = capsys.readouterr()
        return told.out, told.err

    return run


def put(bench, case, array):
    nifti(array.astype(np.int16), Grid(SHAPE, SPACING), bench.place / "data" / case / "image.nii.gz")


def by_hand(arrays, inside, ends=(0, 100)):
    """The mean of landmarks, image by image and number by number."""
    total = np.zeros(5)
    for array, where in zip(arrays, inside, strict=True):
        marks = np.percentile(array[where], [1, 25, 50, 75, 99])
        total += [(mark - marks[0]) / (marks[-1] - marks[0]) for mark in marks]
    return ends[0] + (ends[1] - ends[0]) * total / len(arrays)


def test_the_mean_of_the_training_images(learnt):
    images, masks, _ = zip(*(scan(f"T{k}") for k in range(1, 5)), strict=True)
    out, err = learnt()
    (step,) = yaml.safe_load(out)
    assert out.startswith("# learnt from 4 image(s) of train\n- method: nyul\n")
    assert "normalise" in err
    assert np.allclose(step.pop("standard"), by_hand(images, [body(each) for each in images]), atol=ROUNDED)
    assert step == {"method": "nyul", "region": "body", "percentiles": [1, 25, 50, 75, 99], "clip": False}
    (step,) = yaml.safe_load(learnt("--region", "roi", "--range", "-1", "3")[0])
    assert np.allclose(step["standard"], by_hand(images, masks, (-1, 3)), atol=0.51e-6)


def test_no_other_cohort_is_looked_at(bench, learnt):
    first = learnt()
    for case in ("V1", "V2"):
        put(bench, case, scan("other")[0] * 5 + 1000)
    assert learnt() == first
    for case in ("V1", "V2"):
        (bench.place / "data" / case / "image.nii.gz").unlink()
    assert learnt() == first
    put(bench, "T2", scan("other")[0] ** 2 / 100)
    assert learnt()[0] != first[0]


def test_the_order_of_the_sheet_and_the_batches_leave_no_trace(bench, learnt):
    first = learnt()
    bench.rows["train"].reverse()
    bench.changes["batch_size"] = 1
    bench.write()
    assert learnt() == first


def test_several_regions_of_an_image_count_once_unless_they_are_learnt_from(bench, learnt):
    first = learnt()[0]
    again = [row | {"roi": "again"} for row in bench.rows["train"][:1]]
    bench.rows["train"] = [row | {"roi": "tumour"} for row in bench.rows["train"]] + again
    bench.write()
    assert learnt()[0] == first
    assert learnt("--region", "roi")[0].startswith("# learnt from 5 region(s) of train\n")


def test_who_cannot_be_learnt_from_is_named_and_left_out(bench, learnt, capsys):
    put(bench, "T1", np.full(SHAPE, 7))
    (bench.place / "data" / "T2" / "mask.nii.gz").unlink()
    (bench.place / "data" / "T3" / "image.nii.gz").write_bytes(b"no image")
    out, err = learnt()
    assert out.startswith("# learnt from 1 image(s) of train\n")
    assert "train/T1 left out: normalise: " in err
    assert "train/T2 left out: " in err
    assert "train/T3 left out: " in err
    assert "T4" not in err
    put(bench, "T4", np.full(SHAPE, 7))
    assert main(["landmarks", "study.yaml", *FEW]) == 1
    assert "no image of a training cohort can be learnt from" in capsys.readouterr().err


def test_the_step_is_pasted_and_learnt_again_after_the_steps_before_it(bench, learnt):
    """The profile that has it loads; it does not learn from itself; what comes first in the profile is done first."""
    plain = yaml.safe_load(learnt()[0])[0]["standard"]
    first = "- {method: percentiles, region: image, low: 0, high: 99.9, scale: 1, clip: true}\n"
    (bench.place / "quick.yaml").write_text(PROFILE.replace("normalise: null", f"normalise:\n{first}"))
    out, _ = learnt()
    assert out.startswith("# learnt from 4 image(s) of train after percentiles\n")
    pasted = PROFILE.replace("normalise: null", f"normalise:\n{first}{out}")
    (bench.place / "quick.yaml").write_text(pasted)
    assert learnt()[0] == out
    profile = load(bench.place / "quick.yaml")
    cut, step = profile.normalise
    images = [Volume(scan(f"T{k}")[0], Grid(SHAPE, SPACING)) for k in range(1, 5)]
    scored = [normalise(each, np.zeros(SHAPE, bool), [cut]).array for each in images]
    assert np.allclose(step["standard"], by_hand(scored, [body(each) for each in scored]), atol=ROUNDED)
    assert not np.allclose(step["standard"], plain, rtol=1e-3)


def test_a_cohort_in_an_archive_must_have_come(bench, capsys):
    study = yaml.safe_load((bench.place / "study.yaml").read_text())
    study["cohorts"]["train"]["source"] = {"kind": "idc"}
    here = Grid(SHAPE, (3.0, 1.5, 1.5), (-100.0, -20.0, -10.0))  # of hospital.ct
    place = bench.place / "data" / "fetched" / "train"
    for k, row in enumerate(bench.rows["train"]):
        image, mask, _ = scan(row["case"])
        row["image"] = f"1.2.3.{k}"
        ct(place / row["image"], image.astype(np.int16), series=row["image"])
        nifti(mask, here, bench.place / "data" / row["segmentation"])
    bench.write()
    (bench.place / "study.yaml").write_text(yaml.safe_dump(study))
    assert main(["landmarks", "study.yaml", *FEW]) == 1
    assert "cohort train: batch last is still in its archive; fetch it" in capsys.readouterr().err
    brought = [row | {"image": f"fetched/train/{row['image']}"} for row in bench.rows["train"]]
    manifest = place / f"{study['study']}-last.json"
    write_json({"rows": [*brought[:2], brought[2] | {"image": "fetched/train/1.2.4"}]}, manifest)
    assert main(["landmarks", "study.yaml", *FEW]) == 0
    assert capsys.readouterr().out.startswith("# learnt from 2 image(s) of train\n")


def test_a_study_that_is_not_there(capsys):
    assert main(["landmarks", "nowhere.yaml"]) == 1
    assert "nowhere.yaml: no such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--percentiles", "1", "1", "99"], "landmarks: percentiles [1.0, 1.0, 99.0] do not rise"),
        (["--percentiles", "50"], "landmarks: percentiles [50.0] do not rise"),
        (["--percentiles", "1", "500"], "do not rise within 0 and 100"),
        (["--range", "5", "5"], "the standard scale [5.0, 5.0, 5.0, "),
    ],
)
def test_options_that_make_no_scale(bench, capsys, options, said):
    assert main(["landmarks", "study.yaml", *options]) == 1
    assert said in capsys.readouterr().err


def test_real_t1_images_give_the_scale_of_another_package(data_dir):
    """Twelve soft-tissue sarcomas against intensity-normalization 3.0.1, in the body that scikit-image finds."""
    with open(GOLDEN, newline="", encoding="utf-8") as handle:
        golden = [row for row in csv.DictReader(handle) if row["set"] == "sts"]
    scale = {float(row["what"][1:]): float(row["value"]) for row in golden if not row["image"]}
    data = data_dir / "sts" / "nifti"
    folders = sorted(path.parent for path in data.glob("*/MR_T1_image.nii.gz"))
    empty = dict.fromkeys(["pattern", "series", "description", "kernel", "thickness_mm", "prefer"], "")
    rows = [
        {"cohort": "sts", "role": "training", "case": folder.name, "replicate": "1", "roi": "GTV", "modality": "MR"}
        | {"image": f"{folder.name}/MR_T1_image.nii.gz", "segmentation": f"{folder.name}/MR_T1_mask.nii.gz"}
        | empty
        for folder in folders
    ]
    evenly = np.linspace(0, 100, len(scale)).tolist()
    step = {"method": "nyul", "region": "body", "percentiles": list(scale), "standard": evenly, "clip": False}
    left_out = []
    found, n = landmarks([(rows, {})], data, None, step, left_out.append)
    assert (n, left_out) == (12, [])
    assert np.allclose(found["standard"], list(scale.values()), atol=ROUNDED)
    curated = curate(rows, data)
    masks = segment(curated.images, data).masks
    theirs = [float(row["value"]) for row in golden if row["image"]]
    ours = []
    for image in curated.images:
        mapped = whole(image, masks[image.name], data, [step | {"standard": list(scale.values())}]).array
        ours += [mapped.min(), mapped.max()]
    assert np.allclose(ours, theirs, rtol=1e-9)
