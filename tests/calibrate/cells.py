"""The kinds of studies that are simulated, one row each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of study: what its patients are like, and how it is judged.

    n : cases in training; a validation cohort has `VALIDATED` more
    texture, volume, covariate : effect on the log hazard (log odds) per standard deviation; all 0 is noise
    censored_by : patients leave at a time between 0.05 and this; a hazard of 1 a unit of time
    skewed : features are lognormal
    tied : times are rounded to quarters of a year
    lesions : cases of each patient, which are alike
    centres : training centres, which differ in scanner and in hazard; the validation cohort is of the first
    repeats : of the cross-validation
    nulls : null models
    most : data sets of the whole table
    mixings : grid of an elastic net, which takes the place of the plain model and is tuned in each training set
    sts : real features of the study `sts` with permuted outcomes, in the place of patients made up
    """

    name: str
    kind: str
    n: int
    texture: float = 0.0
    volume: float = 0.0
    covariate: float = 0.0
    censored_by: float = 2.5
    skewed: bool = False
    tied: bool = False
    lesions: int = 1
    centres: int = 1
    repeats: int = 10
    nulls: int = 0
    most: int = 1000
    sts: bool = False
    mixings: tuple[float, ...] = ()

    @property
    def noise(self) -> bool:
        """Whether nothing foretells the outcome."""
        return self.sts or not (self.texture or self.volume or self.covariate)


EFFECT = {"texture": 0.7, "volume": 0.5, "covariate": 0.5}
NULLS = 19  # p of 1/20 is the least that so many null models can give
CELLS = (
    Cell("noise, binary, 51", "binary", 51, nulls=NULLS),
    Cell("noise, survival, 72", "survival", 72, nulls=NULLS),
    Cell("noise, binary, 51, 20 repeats", "binary", 51, repeats=20, most=200),
    Cell("noise, survival, 72, 20 repeats", "survival", 72, repeats=20, most=200),
    Cell("effect, binary, 51", "binary", 51, texture=1.2, volume=0.5, covariate=0.5),
    Cell("effect, survival, 72", "survival", 72, **EFFECT),
    Cell("volume alone, binary, 51", "binary", 51, volume=1.2),
    Cell("noise, survival, 72, about 16 events", "survival", 72, censored_by=0.45),
    Cell("effect, survival, 72, about 16 events", "survival", 72, censored_by=0.35, **EFFECT),
    Cell("effect, survival, 72, lognormal features, tied times", "survival", 72, skewed=True, tied=True, **EFFECT),
    Cell("noise, survival, 40 patients of two lesions", "survival", 80, lesions=2, nulls=NULLS),
    Cell("noise, survival, two centres of 36 that differ", "survival", 72, centres=2, nulls=NULLS),
    Cell("real features of sts, permuted outcomes", "binary", 51, most=200, sts=True),
    # At the end, so that what was stored of the others keeps its place.
    Cell(
        "noise, survival, 72, elastic net with nested tuning",
        "survival",
        72,
        repeats=1,
        nulls=NULLS,
        most=200,
        mixings=(1.0, 0.5),
    ),
)
