"""A simulated study with a planted truth: a hidden heterogeneity drives texture, one gene module and the hazard.

`cohort` writes the files of one cohort, `truth` and `write_truth` the planted truth, `write_sheets` the cohort sheets;
`lesion` gives a single image with mask and contours to those who need no files.
"""

from radioloom.simulate.cohorts import sheet, write_sheets
from radioloom.simulate.image import Lesion, View, lesion
from radioloom.simulate.latent import Latent, latent
from radioloom.simulate.planted import truth, write_truth
from radioloom.simulate.scanners import SCANNERS, Scanner
from radioloom.simulate.write import cohort

__all__ = [
    "SCANNERS",
    "Latent",
    "Lesion",
    "Scanner",
    "View",
    "cohort",
    "latent",
    "lesion",
    "sheet",
    "truth",
    "write_sheets",
    "write_truth",
]
