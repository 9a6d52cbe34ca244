"""The errors that Radioloom raises: what the user can correct, and what excludes one case.

A `StudyError` stops before or during a run: the user corrects the study. A `CaseError` ends one case: the stage turns
it into a row of EXCLUSIONS and goes on. Anything else is a fault of ours and is left to crash.
"""


class RadioloomError(Exception):
    """Base of all errors that are ours; the message names the thing, the value found and the remedy."""


class StudyError(RadioloomError):
    """The study's configuration, sheets or tables contradict themselves; the user has to correct them first."""


class CaseError(RadioloomError):
    """One case cannot go on; its message is the reason that EXCLUSIONS and the report show."""


class BadImage(CaseError):
    """The image cannot be read, or its geometry is not one that features are defined on."""


class FailedCheck(BadImage):
    """The image fails a check of curation, which has a name of one word: `missing_slices`, `gantry_tilt` ..."""

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(reason)
        self.check = check


class BadMask(CaseError):
    """The segmentation cannot be read, found, or placed on the image."""


class UnclearRegion(BadMask):
    """No structure, segment or label has the name that was given, or none was given and there are several.

    Whoever asked adds how the region is named there: in a sheet, at the command line, in Python.
    """


class BadRoi(CaseError):
    """Image and mask are sound, but the region they give cannot be measured (empty, one voxel, non-finite ...)."""


class BadOutcome(CaseError):
    """The patient has no outcome of the kind that the study is about."""


class BadAnnotation(CaseError):
    """A reader's annotation cannot be read, or is of nobody in the study; the case itself goes on."""


class MeasurementWarning(UserWarning):
    """What the Python interface says of values that are there and may not mean what they seem to (one grey level)."""
