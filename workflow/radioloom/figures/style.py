"""One look for every figure: sizes, colours, and how a figure becomes text or bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import TYPE_CHECKING, Any

from radioloom.tables.columns import CONTROL, NULL, SIGNATURE, TRUTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours: distinct under every common colour blindness, and in grey print by their lightness.
BLUE, VERMILION, GREEN, ORANGE, SKY, PURPLE = "#0072B2", "#D55E00", "#00795A", "#E69F00", "#56B4E9", "#AA4499"
INK, MUTED, FAINT, PAPER = "#1b1f24", "#5b6570", "#d4d9df", "#ffffff"
# Colour and marker of a model, by its kind; baselines take theirs in the order of the study.
LOOKS = {SIGNATURE: (BLUE, "o"), CONTROL: (VERMILION, "X"), NULL: (MUTED, "D"), TRUTH: (PURPLE, "*")}
BASELINES = ((ORANGE, "s"), (GREEN, "^"), (SKY, "v"), ("#8A6D3B", "P"), ("#3F4E8C", "<"))
PANEL = 4.9  # inches: 470 CSS pixels, so that text stays legible when a phone shows the panel at 350
WIDE = 9.6

SETTINGS = {
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.labelsize": 8.5,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "lines.linewidth": 1.4,
    "lines.solid_capstyle": "butt",
    "legend.frameon": False,
    "legend.fontsize": 8,
    "figure.facecolor": PAPER,
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 0.02,
    "figure.constrained_layout.w_pad": 0.02,
    "svg.fonttype": "none",  # text stays text: searched, read aloud, drawn with the reader's font
    "svg.hashsalt": "radioloom",
    "axes.unicode_minus": True,
    "text.parse_math": False,  # names of models, cases and features may hold two dollars
    "path.simplify": True,
}


def _own_style() -> AbstractContextManager[None]:
    """Matplotlib's own defaults under `SETTINGS`: the user's file `matplotlibrc`, read on import, changes no figure."""
    from matplotlib import rc_context, rcParamsDefault

    return rc_context({key: value for key, value in rcParamsDefault.items() if key != "backend"} | SETTINGS)


def drawn(figure_of: Callable[..., Figure]) -> Callable[..., Figure]:
    """A figure function that draws under this style."""

    @wraps(figure_of)
    def wrapper(*args: Any, **kwargs: Any) -> Figure:
        with _own_style():
            return figure_of(*args, **kwargs)

    return wrapper


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure of so many inches with one pair of axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    return figure, figure.add_subplot()


def look(kind: str, model: str, baselines: list[str]) -> tuple[str, str]:
    """Colour and marker of a model, the same in every figure; baselines : the study's, in its order."""
    return LOOKS[kind] if kind in LOOKS else BASELINES[baselines.index(model) % len(BASELINES)]


def legend_below(axes: Axes) -> None:
    """The legend under the axes, where it hides no curve."""
    axes.figure.legend(loc="outside lower center", ncols=3, handlelength=2.2, columnspacing=1.2)


def svg(figure: Figure, name: str, title: str) -> str:
    """A figure as an inline SVG element, byte-equal between runs.

    name : prefix of the ids inside, unique in the page; title : what a screen reader reads aloud
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.StringIO()
    with _own_style():  # the canvas itself draws once, `savefig` twice
        FigureCanvasSVG(figure).print_svg(
            buffer, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    return _inline(buffer.getvalue(), name, title)


def _inline(text: str, name: str, title: str) -> str:
    """The svg element alone, scaling with its box; only ids that are referred to stay, and they carry the name."""
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    used = set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", text))
    text = re.sub(r' id="([^"]+)"', lambda m: f' id="{name}-{m[1]}"' if m[1] in used else "", text)
    text = re.sub(r"(url\(#|href=\"#)", rf"\1{name}-", text)
    text = text.replace("'DejaVu Sans'", "system-ui")
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text).groups()
    pixels = f"{float(width) * 4 / 3:.0f}"
    head = (
        f'<svg class="figure" role="img" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" style="--width:{pixels}px;max-width:{pixels}px">'
        f"<title>{_escaped(title)}</title>"
    )
    return head + text[text.index(">") + 1 :].strip()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
