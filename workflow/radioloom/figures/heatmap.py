"""Heat map of patients by standardised features under bars of what is known of them (Aerts et al. 2014, Figure 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.figures.clusters import COLOURS
from radioloom.figures.words import feature, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 2.5  # standard deviations at which colours end
STEPS = 21
MOST_NAMES = 45  # features that are named beside the map
GROUPS = {"shape": "#5b6570", "intensity": "#E69F00", "texture": "#56B4E9", "filtered": "#009E73", "other": "#d4d9df"}
BAR, GAP, LINE = 0.17, 0.05, 0.165  # inches: of a bar, between parts, of a line of the legend
LEFT, RIGHT, TOP, BOTTOM = 1.5, 1.95, 0.32, 0.62


@dataclass(frozen=True, slots=True)
class Bar:
    """What is known of each patient of a map: of levels by their number, or a number."""

    name: str
    values: np.ndarray  # float (n,): place of the level, or the number; NaN where not known
    levels: tuple[str, ...] = ()  # none of a number
    yes: bool = False  # whether the levels are no and yes


@dataclass(frozen=True, slots=True)
class Map:
    """One place: n patients and f features in the order of their trees."""

    z: np.ndarray  # float (n, f), NaN where not measured
    clusters: np.ndarray  # int (n,)
    names: list[str]  # f features
    groups: list[str]  # their groups
    bars: list[Bar]


@style.drawn
def heat_map(given: Map, title: str) -> Figure:
    """Features down, patients across: cluster, what is known of each patient, and standardised values."""
    from matplotlib.figure import Figure

    named = len(given.names) <= MOST_NAMES
    body = max(1.6, 0.14 * len(given.names)) if named else 4.6
    legend = _legend(given)
    head = BAR * (1 + len(given.bars))
    height = max(TOP + head + 2 * GAP + body + BOTTOM, TOP + LINE * (len(legend) + 1))
    figure = Figure(figsize=(style.WIDE, height), layout="none")

    def axes(left: float, top: float, width: float, tall: float) -> Axes:
        """Axes at so many inches from left and top."""
        place = (left / style.WIDE, 1 - (top + tall) / height, width / style.WIDE, tall / height)
        return figure.add_axes(place)

    left = LEFT + (0.9 if named else 0.0)
    width = style.WIDE - left - RIGHT
    _strip(axes(left, TOP, width, BAR - 0.02), _colours(given.clusters - 1.0, COLOURS), "cluster")
    for k, bar in enumerate(given.bars, start=1):
        _strip(axes(left, TOP + k * BAR, width, BAR - 0.02), _of_bar(bar), bar.name)
    top = TOP + head + 2 * GAP
    main = axes(left, top, width, body)
    picture = _values(main, given)
    if named:
        main.set_yticks(range(len(given.names)), [_short(feature(name)) for name in given.names], size=6.4)
        main.tick_params(length=0, pad=12)
    else:
        main.set_yticks([])
    side = axes(left - 0.13, top, 0.09, body)
    of_groups = _rgb([GROUPS.get(each, GROUPS["other"]) for each in given.groups])
    side.imshow(of_groups[:, None], aspect="auto", interpolation="none")
    side.set_axis_off()
    figure.text(left / style.WIDE, 1 - 0.5 * TOP / height, title, weight="bold", size=9, va="center")
    bar = figure.colorbar(picture, cax=axes(left, top + body + 0.14, 2.2, 0.1), orientation="horizontal", extend="both")
    bar.set_label("standard deviations from the training mean", size=8)
    bar.outline.set_visible(False)
    _write(figure, legend, (style.WIDE - RIGHT + 0.2, TOP, height))
    return figure


def _values(axes: Axes, given: Map) -> object:
    from matplotlib import colormaps

    colours = colormaps["RdBu_r"].resampled(STEPS).with_extremes(bad="#9aa3ac")
    shown = np.ma.masked_invalid(np.clip(given.z, -MOST, MOST).T)
    picture = axes.imshow(shown, cmap=colours, vmin=-MOST, vmax=MOST, aspect="auto", interpolation="none")
    for end in np.flatnonzero(np.diff(given.clusters)) + 0.5:
        axes.axvline(end, color=style.INK, lw=0.9)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    return picture


def _short(name: str) -> str:
    """The end of a name, which tells more of a feature than its beginning."""
    return name if len(name) <= 40 else f"…{name[-39:]}"


def _strip(axes: Axes, colours: np.ndarray, name: str) -> None:
    """One bar. colours : (n, 3)."""
    axes.imshow(colours[None], aspect="auto", interpolation="none")
    axes.set_xticks([])
    axes.set_yticks([0], [name if len(name) <= 24 else f"{name[:23]}…"], size=7.5)
    axes.tick_params(length=0, pad=3)
    axes.spines[:].set_visible(False)


def _shades(bar: Bar) -> list[str]:
    """Colours of the levels of a bar, the first the lightest."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    if bar.yes:
        return [style.FAINT, style.INK]
    return [to_hex(colormaps["viridis_r"](place)) for place in np.linspace(0.0, 0.95, len(bar.levels))]


def _of_bar(bar: Bar) -> np.ndarray:
    from matplotlib import colormaps

    if bar.levels:
        return _colours(bar.values, _shades(bar))
    known = np.isfinite(bar.values)
    colours = np.ones((len(bar.values), 3))
    if known.any():
        low, span = bar.values[known].min(), np.ptp(bar.values[known])
        colours[known] = colormaps["Greys"](0.12 + 0.85 * (bar.values[known] - low) / (span or 1))[:, :3]
    return colours


def _colours(places: np.ndarray, colours: list[str] | tuple[str, ...]) -> np.ndarray:
    """Colours (n, 3) of the numbers of levels, white where not known."""
    known = np.isfinite(places)
    shown = np.ones((len(places), 3))
    shown[known] = _rgb(list(colours))[places[known].astype(int)]
    return shown


def _rgb(colours: list[str]) -> np.ndarray:
    from matplotlib.colors import to_rgb

    return np.array([to_rgb(each) for each in colours])


def _legend(given: Map) -> list[tuple[str, str]]:
    """Lines of the legend: colour and words; no colour of a heading."""
    lines = [("", "cluster")]
    lines += [(COLOURS[k - 1], f"{k} ({(given.clusters == k).sum()})") for k in np.unique(given.clusters)]
    for bar in given.bars:
        lines.append(("", bar.name if len(bar.name) <= 26 else f"{bar.name[:25]}…"))
        if bar.levels:
            told = zip(_shades(bar), bar.levels, strict=True)
            lines += [(colour, level if len(level) <= 24 else f"{level[:23]}…") for colour, level in told]
        elif (known := bar.values[np.isfinite(bar.values)]).size:
            lines += [("#dedede", plain(known.min())), ("#111111", plain(known.max()))]
        if not np.isfinite(bar.values).all():
            lines.append((style.PAPER, "not known"))
    lines.append(("", "features"))
    lines += [(colour, name) for name, colour in GROUPS.items() if name in given.groups]
    if np.isnan(given.z).any():
        lines.append(("#9aa3ac", "not measured"))
    return lines


def _write(figure: Figure, lines: list[tuple[str, str]], place: tuple[float, float, float]) -> None:
    """The legend from a place down: inches from the left and from the top, and the height of the figure."""
    from matplotlib.patches import Rectangle

    left, top, height = place
    for k, (colour, words) in enumerate(lines):
        y = 1 - (top + (k + 0.5) * LINE) / height
        if colour:
            box = (left / style.WIDE, y - 0.05 / height), 0.13 / style.WIDE, 0.1 / height
            figure.add_artist(Rectangle(*box, facecolor=colour, edgecolor=style.MUTED, lw=0.4))
        weight = "normal" if colour else "bold"
        figure.text((left + (0.2 if colour else 0)) / style.WIDE, y, words, size=7.5, weight=weight, va="center")
