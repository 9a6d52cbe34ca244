"""Settings of a study's simulation."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from radioloom.errors import StudyError


@dataclass(frozen=True, slots=True)
class Settings:
    """The planted effects: the `simulate` block of a study."""

    effect_heterogeneity: float = 1.0  # log hazard ratio per standard deviation of the hidden heterogeneity
    effect_volume: float = 0.5  # log hazard ratio per standard deviation of log volume
    correlation_module: float = 0.8  # of the planted gene module's score with the hidden heterogeneity, -1..1

    @classmethod
    def of(cls, block: dict[str, Any]) -> Settings:
        """The settings of a study's `simulate` block; StudyError names a key or value that has no meaning."""
        known = [field.name for field in fields(cls)]
        unknown = sorted(set(block) - set(known))
        if unknown:
            raise StudyError(f"simulate: unknown keys {', '.join(unknown)}; known are {', '.join(known)}")
        settings = cls(**block)
        wrong = [key for key, value in asdict(settings).items() if not isinstance(value, int | float)]
        if wrong:
            raise StudyError(f"simulate: {', '.join(wrong)} must be a number")
        if not -1 <= settings.correlation_module <= 1:
            raise StudyError(f"simulate.correlation_module is {settings.correlation_module}; it lies between -1 and 1")
        return settings
