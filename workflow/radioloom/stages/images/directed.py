"""What of a profile depends on how an image's axes lie: where it is stored otherwise, the same patient gives others."""

from __future__ import annotations

from radioloom.filters import FILTERS
from radioloom.profile import Profile
from radioloom.stages.images.plan import kept_rows

IN_SPACE = "3D"  # aggregations that begin so take all directions alike; others go slice by slice


def directed(profile: Profile) -> list[str]:
    """Filters, families and the grid of a profile that tell one axis, or one end of it, from another, in words."""
    filters = [
        name for name, settings in profile.images.items() if name != "original" and FILTERS[name].directed(settings)
    ]
    sliced = [
        name
        for name, block in profile.families.items()
        if any(not each.startswith(IN_SPACE) for each in block["settings"].get("aggregations", ()))
    ]
    planes = {"diameters in planes" for _, row in kept_rows(profile) if row.startswith("maximum_2d_diameter")}
    one_sense = (
        [] if profile.families.get("glcm", {}).get("settings", {}).get("symmetric", True) else ["glcm of one sense"]
    )
    return [*filters, *(f"{name} by slice" for name in sliced), *planes, *one_sense, *_grid(profile)]


def _grid(profile: Profile) -> list[str]:
    if profile.grid is None:
        return []
    spacing = [f"the grid's spacing {profile.grid['spacing_mm']}"] if len(set(profile.grid["spacing_mm"])) > 1 else []
    corner = ["the grid's corner"] if profile.grid["align"] == "corner" else []
    return [*spacing, *corner]
