"""Normalisation against its definitions, scikit-image, ITK and others; and that no image is normalised by another."""

import csv
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from made import heads
from radioloom.errors import BadImage, StudyError
from radioloom.imaging.normalise import METHODS, REGIONS, body, landmarks, standard_scale
from radioloom.profile import load
from radioloom.settings import schema
from radioloom.stages.images.normalise import normalise, words
from radioloom.volume import Grid, Volume

GOLDEN = Path(__file__).parents[1] / "golden" / "nyul.csv"
SHAPE = (20, 24, 28)
GRID = Grid(SHAPE, (3.0, 1.0, 1.0))
INSIDE = np.zeros(SHAPE, bool)
INSIDE[8:12, 8:14, 10:18] = True
Z_SCORE = {"method": "z_score", "region": "image", "scale": 1, "outliers": None}
PERCENTILES = {"method": "percentiles", "region": "body", "low": 1, "high": 99, "scale": 1, "clip": False}
NYUL = {"method": "nyul", "region": "body", "percentiles": [1, 25, 50, 90, 99]} | {
    "standard": [0, 11, 15.5, 80, 100],
    "clip": False,
}
N4 = {"method": "n4", "shrink": 1, "iterations": [20, 20]}


def head(seed=1, bias=0.0):
    """Air, a round head of two tissues in it, noise, and a smooth bias field of exp(+- bias)."""
    z, y, x = np.meshgrid(*(np.linspace(-1, 1, n) for n in SHAPE), indexing="ij")
    tissue = np.where(z**2 + y**2 + x**2 < 0.8, np.where(y > 0, 400.0, 300.0), 0.0)
    noise = np.random.default_rng(seed).normal(0, 4, SHAPE)
    return np.abs(tissue + noise) * np.exp(bias * (x + 0.5 * z))


def steps(*made, array=None):
    return normalise(Volume(head() if array is None else array, GRID), INSIDE, list(made)).array


def test_none_leaves_the_image_as_it_is():
    image = Volume(head(), GRID)
    assert normalise(image, INSIDE, None) is image


def test_the_body_is_above_the_threshold_of_otsu():
    filters = pytest.importorskip("skimage.filters")
    for seed in range(3):
        array = head(seed, 0.3)
        assert np.array_equal(body(array), array > filters.threshold_otsu(array, 256))


def test_the_body_is_that_of_itk(data_dir):
    """ITK puts the threshold on the other side of the same bin; on a real brain they part by that bin's voxels."""
    image = sitk.ReadImage(str(data_dir / "pyradiomics" / "brain1_image.nrrd"), sitk.sitkFloat64)
    array = sitk.GetArrayFromImage(image)
    otsu = sitk.OtsuThresholdImageFilter()
    otsu.SetNumberOfHistogramBins(256)
    otsu.Execute(image)
    bin_width = (array.max() - array.min()) / 256
    between = np.abs(array - otsu.GetThreshold()) <= bin_width
    assert np.array_equal(body(array)[~between], (array > otsu.GetThreshold())[~between])


@pytest.mark.parametrize("region", REGIONS)
def test_z_score_of_a_region(region):
    array = head()
    where = {"image": np.ones(SHAPE, bool), "body": body(array), "roi": INSIDE}[region]
    found = steps(Z_SCORE | {"region": region, "scale": 100})
    assert found[where].mean() == pytest.approx(0, abs=1e-9)
    assert found[where].std(ddof=1) == pytest.approx(100)
    assert np.corrcoef(found.ravel(), array.ravel())[0, 1] == pytest.approx(1)


def test_z_score_of_the_image_is_that_of_itk():
    itk = sitk.GetArrayFromImage(sitk.Normalize(sitk.GetImageFromArray(head())))
    assert np.allclose(steps(Z_SCORE), itk, rtol=1e-10, atol=1e-12)


def test_outliers_are_set_to_the_border():
    free, cut = steps(Z_SCORE), steps(Z_SCORE | {"outliers": 1})
    assert np.array_equal(cut, np.clip(free, -1, 1))


@pytest.mark.parametrize("clip", [False, True])
@pytest.mark.parametrize("region", REGIONS)
def test_percentiles_are_where_the_order_says(region, clip):
    """Of n sorted values the p-th percentile stands at (n - 1) p / 100, between its neighbours."""
    array = head()
    values = np.sort(array[{"image": np.ones(SHAPE, bool), "body": body(array), "roi": INSIDE}[region]])

    def at(p):
        place = (len(values) - 1) * p / 100
        low = int(place)
        return values[low] + (place - low) * (values[min(low + 1, len(values) - 1)] - values[low])

    expected = (array - at(1)) / (at(99) - at(1)) * 255
    found = steps(PERCENTILES | {"region": region, "scale": 255, "clip": clip})
    assert np.allclose(found, np.clip(expected, 0, 255) if clip else expected, rtol=1e-12, atol=1e-9)


def piecewise(value, marks, standard, clip):
    """One intensity by the definition: the line through the two landmarks around it, or through the two nearest."""
    if clip:
        value = min(max(value, marks[0]), marks[-1])
    k = 0
    while k < len(marks) - 2 and value > marks[k + 1]:
        k += 1
    share = (value - marks[k]) / (marks[k + 1] - marks[k])
    return (1 - share) * standard[k] + share * standard[k + 1]


@pytest.mark.parametrize("clip", [False, True])
@pytest.mark.parametrize("region", REGIONS)
def test_nyul_is_lines_between_landmarks(region, clip):
    array = head()
    values = np.sort(array[{"image": np.ones(SHAPE, bool), "body": body(array), "roi": INSIDE}[region]])
    places = [(len(values) - 1) * p / 100 for p in NYUL["percentiles"]]
    marks = [
        values[int(at)] + (at % 1) * (values[min(int(at) + 1, len(values) - 1)] - values[int(at)]) for at in places
    ]
    found = steps(NYUL | {"region": region, "clip": clip})
    expected = [piecewise(value, marks, NYUL["standard"], clip) for value in array.flat]
    assert np.allclose(found.flat, expected, rtol=1e-12, atol=1e-9)
    assert array.min() < marks[0]  # both ends are seen
    assert array.max() > marks[-1]


def golden(name):
    with open(GOLDEN, newline="", encoding="utf-8") as handle:
        return [row for row in csv.DictReader(handle) if row["set"] == name]


def test_nyul_is_that_of_another_package():
    """Scale and mapped voxels of intensity-normalization 3.0.1 on made-up heads."""
    rows = golden("head")
    scale = {float(row["what"][1:]): float(row["value"]) for row in rows if row["image"] == ""}
    step = NYUL | {"region": "image", "percentiles": list(scale)}
    images = [Volume(heads.head(seed), Grid(heads.SHAPE, (1.0, 1.0, 1.0))) for seed in range(heads.HEADS)]
    nowhere = np.zeros(heads.SHAPE, bool)
    learnt = standard_scale([landmarks(image, nowhere, step) for image in images], (0, 100))
    assert np.allclose(learnt, list(scale.values()), atol=0.51e-4)  # it is rounded
    mapped = [normalise(image, nowhere, [step | {"standard": list(scale.values())}]).array for image in images]
    for row in rows[len(scale) :]:
        image = mapped[int(row["image"])]
        found = getattr(image, row["what"])() if row["what"].isalpha() else image.flat[int(row["what"])]
        assert found == pytest.approx(float(row["value"]), rel=1e-10, abs=1e-10), row


def test_the_standard_scale_knows_neither_order_nor_unit_of_the_images():
    rng = np.random.default_rng(4)
    found = [np.cumsum(rng.uniform(1, 50, 5)) for _ in range(9)]
    ends = (-20, 70)
    scale = standard_scale(found, ends)
    assert (scale[0], scale[-1]) == ends
    assert np.all(np.diff(scale) > 0)
    assert standard_scale([found[i] for i in rng.permutation(9)], ends) == scale
    assert standard_scale([marks * gain - 40 for gain, marks in enumerate(found, 1)], ends) == scale
    assert standard_scale(found[:1], (found[0][0], found[0][-1])) == pytest.approx(found[0], abs=0.51e-4)


def test_an_image_on_the_standard_scale_stays_as_it_is():
    image = Volume(head(), GRID)
    own = NYUL | {"standard": landmarks(image, INSIDE, NYUL).tolist()}
    assert np.allclose(steps(own), image.array, rtol=1e-13, atol=1e-10)


def test_landmarks_come_to_lie_on_the_standard_scale():
    whole = NYUL | {"region": "image"}
    array = head().ravel()[:12801].reshape(1, 1, -1)  # 128 * 100 + 1: every percentile is the value of a voxel
    there = np.ones(array.shape, bool)
    mapped = normalise(Volume(array, Grid(array.shape, (1.0, 1.0, 1.0))), there, [whole])
    assert np.allclose(landmarks(mapped, there, whole), NYUL["standard"], rtol=1e-13, atol=1e-10)


@pytest.mark.parametrize("clip", [False, True])
def test_nyul_keeps_the_order_of_intensities(clip):
    order = np.argsort(head(), axis=None)
    differences = np.diff(steps(NYUL | {"clip": clip}).ravel()[order])
    assert np.all(differences >= 0) if clip else np.all(differences > 0)


def test_scanner_gain_and_offset_leave_no_trace():
    """What normalisation is for: another gain and offset give the same image."""
    for step in (Z_SCORE, Z_SCORE | {"region": "body"}, Z_SCORE | {"region": "roi"}, PERCENTILES, NYUL):
        assert np.allclose(steps(step), steps(step, array=3.7 * head() + 1000), atol=1e-9)


def test_a_bias_field_is_taken_out():
    """A planted field of up to 1.6 to 1: what is left of it in each tissue is a sixth, and the tissues stay apart."""
    true, spoilt = head(), head(bias=0.25)
    found = steps(N4, array=spoilt)
    for tissue in (np.abs(true - 300) < 15, np.abs(true - 400) < 15):
        before, after = (np.std(np.log(array[tissue])) for array in (spoilt, found))
        assert after < before / 4
    assert np.array_equal(steps(N4, array=spoilt), found)


def test_the_bias_field_is_the_one_that_itk_finds():
    array = head(bias=0.25)
    image = sitk.GetImageFromArray(array.astype(np.float32))
    mask = sitk.GetImageFromArray(body(array).astype(np.uint8))
    for each in (image, mask):
        each.SetSpacing((1.0, 1.0, 3.0))
    finder = sitk.N4BiasFieldCorrectionImageFilter()
    finder.SetMaximumNumberOfIterations([20, 20])
    itk = sitk.GetArrayFromImage(finder.Execute(image, mask))
    assert np.allclose(steps(N4, array=array), itk, rtol=1e-4)
    coarse = steps(N4 | {"shrink": 2}, array=array)
    assert np.abs(coarse / itk - 1)[body(array)].max() < 0.05


def test_steps_follow_each_other():
    array = head(bias=0.25)
    flat = steps(N4, array=array)
    assert np.array_equal(steps(N4, Z_SCORE, array=array), steps(Z_SCORE, array=flat))
    assert words([NYUL]) == ["normalised: Nyul's standard scale, by landmarks of the body"]
    assert words([N4, Z_SCORE | {"region": "body"}]) == ["normalised: N4 bias field", "normalised: z-score of the body"]


@pytest.mark.parametrize("step", [Z_SCORE, PERCENTILES | {"region": "image"}, NYUL | {"region": "image"}])
@pytest.mark.parametrize("value", [7, 0.1, 7.1])
def test_an_image_of_one_value_cannot_be_normalised(step, value):
    with pytest.raises(BadImage, match=f"every voxel of the image is {value:g}"):
        steps(step, array=np.full(SHAPE, value))


def test_what_cannot_be_done_is_named():
    with pytest.raises(BadImage, match="no voxel of the body is above 0"):
        steps(N4, array=-1 - head())
    with pytest.raises(BadImage, match="percentiles 1 and 2 of the image are both 0"):
        steps(PERCENTILES | {"region": "image", "high": 2}, array=np.where(INSIDE, 5.0, 0.0))
    with pytest.raises(BadImage, match="percentiles 1 and 25 of the image are both 0; take others, or a region"):
        steps(NYUL | {"region": "image"}, array=np.where(head() > 350, head(), np.where(INSIDE, -9.0, 0.0)))
    with pytest.raises(BadImage, match="every voxel of the body is 3"):
        steps(Z_SCORE | {"region": "body"}, array=np.full(SHAPE, 3.0))


def test_every_method_of_the_schema_is_there():
    assert set(schema("profile")["$defs"]["normalise"]["properties"]["method"]["enum"]) == {*METHODS, "n4"}


def test_percentiles_must_be_in_order(tmp_path, root):
    text = (root / "config" / "extraction" / "ibsi.yaml").read_text().replace("name: ibsi", "name: mine", 1)
    made = "normalise: [{method: percentiles, region: body, low: 99, high: 1, scale: 1, clip: false}]"
    (tmp_path / "mine.yaml").write_text(text.replace("normalise: null", made))
    with pytest.raises(StudyError, match="low 99 is not below high 1"):
        load(tmp_path / "mine.yaml")
    (tmp_path / "mine.yaml").write_text(
        text.replace("normalise: null", made.replace("low: 99, high: 1", "low: 1, high: 99"))
    )
    assert load(tmp_path / "mine.yaml").normalise[0]["method"] == "percentiles"


@pytest.mark.parametrize(
    ("percentiles", "standard", "said"),
    [
        ("[1, 50, 99]", "[0, 30, 100]", ""),
        ("[1, 50, 99]", "[0, 30, 60, 100]", "3 percentiles, but 4 landmarks"),
        ("[1, 50, 50, 99]", "[0, 30, 60, 100]", "do not rise within 0 and 100"),
        ("[1, 50, 101]", "[0, 30, 100]", "do not rise within 0 and 100"),
        ("[1, 50, 99]", "[0, 0, 100]", r"the standard scale \[0, 0, 100\] does not rise"),
        ("[1, 50, 99]", "null", "normalise.0"),
        ("[50]", "[0]", "normalise.0"),
    ],
)
def test_a_standard_scale_has_a_landmark_for_each_percentile(tmp_path, root, percentiles, standard, said):
    text = (root / "config" / "extraction" / "ibsi.yaml").read_text().replace("name: ibsi", "name: mine", 1)
    step = f"{{method: nyul, region: body, percentiles: {percentiles}, standard: {standard}, clip: false}}"
    (tmp_path / "mine.yaml").write_text(text.replace("normalise: null", f"normalise: [{step}]"))
    if said:
        with pytest.raises(StudyError, match=said):
            load(tmp_path / "mine.yaml")
    else:
        hashes = {load(tmp_path / "mine.yaml").hash}
        (tmp_path / "mine.yaml").write_text(text.replace("normalise: null", f"normalise: [{step}]").replace("30", "31"))
        assert len(hashes | {load(tmp_path / "mine.yaml").hash}) == 2  # another scale is another profile


def test_too_little_memory_for_n4_is_no_fault_of_the_image(monkeypatch):
    """ITK tells of it as of any other fault; the job has to fail, so that it can be run again."""

    def starved(*_):
        raise RuntimeError("itk::ERROR: Failed to allocate memory for image.")

    monkeypatch.setattr(sitk.N4BiasFieldCorrectionImageFilter, "Execute", starved)
    with pytest.raises(MemoryError):
        steps(N4, array=head())
