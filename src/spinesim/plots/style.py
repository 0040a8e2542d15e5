"""Looks shared by all pictures: colours that stay apart in grey and for the colour-blind, sizes, titles.

Everything is set on the artists themselves: matplotlib's global settings and pyplot's state stay untouched.
"""

from __future__ import annotations

import math
import re
import textwrap
from typing import Any

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

SMALL, NORMAL, LARGE = 8.0, 9.0, 12.0  # pt
INK = "#1a1a1a"
FAINT = "#6b6b6b"
GRID = "#d9d9d9"
NOT_KNOWN = "not known"
_TIE = "\N{NO-BREAK SPACE}"

# Fill and hatch of each thing that is told apart; lightness differs too, so that grey print is enough.
JOINT = {"facecolor": "#0072b2", "edgecolor": INK, "linewidth": 0.6}
DISC = {"facecolor": "#f3c969", "edgecolor": INK, "linewidth": 0.6, "hatch": "////"}
LEFT = {"facecolor": "#b5d8f0", "edgecolor": INK, "linewidth": 0.6, "hatch": "...."}
RIGHT = {"facecolor": "#c65a00", "edgecolor": INK, "linewidth": 0.6}
_WARNING = {"boxstyle": "round,pad=0.4", "facecolor": "#fff3b0", "edgecolor": INK, "linewidth": 2.0}


def new_figure(width: float, height: float) -> Figure:
    """Return an empty white figure, inches, that keeps its parts from overlapping."""
    layout = ConstrainedLayoutEngine(h_pad=0.1, w_pad=0.1)  # room for the frame of a warning
    return Figure(figsize=(width, height), layout=layout, facecolor="white")


def printable(text: object) -> str:
    """Return a text on one line without control characters, which an SVG file cannot hold."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def scenario_name(result: xr.Dataset) -> str:
    """Return the name of the result's scenario."""
    return printable(result.attrs.get("scenario_name", "")) or "unnamed scenario"


def warning(result: xr.Dataset) -> str:
    """Return the sentence on how the solve ended, empty when it converged and all that might settle did."""
    status = result.get("status")
    if status is not None and float(status) == 0.0 and not result.attrs.get("unsettled"):
        return printable(result.attrs.get("unusual", ""))
    said = result.attrs.get("status_message") or str(result.attrs.get("status", "")).replace("_", " ")
    return printable(said) or "it is not known how the solve ended"


def folded(text: str, width: int) -> str:
    """Return a text in lines of at most `width` characters that do not end between a number and its unit."""
    tied = re.sub(r"(?<=\d) (?=\S)|(?<=\bN) (?=m\b)", _TIE, text)
    return textwrap.fill(tied, width).replace(_TIE, " ")


def headline(result: xr.Dataset, width: int = 90) -> tuple[str, dict[str, Any]]:
    """Return a title, lines at most `width` characters, and its style: the scenario and what went wrong."""
    lines = [folded(scenario_name(result), width)]
    style: dict[str, Any] = {"fontsize": LARGE, "color": INK, "parse_math": False, "weight": "bold"}
    wrong = warning(result)
    if wrong:
        lines.append(folded(f"Attention: {wrong}", width))
        style["bbox"] = dict(_WARNING)
    return "\n".join(lines), style


def title_height(result: xr.Dataset) -> float:
    """Return the height, inches, that a title needs beyond its first line."""
    return 0.2 * headline(result)[0].count("\n")


def set_title(ax: Axes, result: xr.Dataset, what: str, width: int = 60) -> None:
    """Write the scenario, what went wrong, and what is drawn above the axes."""
    text, style = headline(result, width)
    ax.set_title(f"{text}\n{what}", pad=12.0 if "bbox" in style else 8.0, **{**style, "fontsize": NORMAL})


def set_panel_title(ax: Axes, what: str) -> None:
    """Write only what is drawn, for a figure that names the scenario itself."""
    ax.set_title(what, fontsize=NORMAL, color=INK, bbox=None, weight="normal", pad=8.0)


def set_figure_title(ax: Axes, result: xr.Dataset) -> None:
    """Write the scenario and what went wrong above the whole figure of the axes."""
    text, style = headline(result)
    ax.figure.suptitle(text, **style)


def unit_of(result: xr.Dataset, name: str) -> str:
    """Return the unit of a variable as its attributes say."""
    return str(result[name].attrs.get("units", ""))


def axis_label(result: xr.Dataset, name: str, what: str = "") -> str:
    """Return ``what (unit)``, with the variable's long name for want of better words."""
    return f"{what or result[name].attrs.get('long_name', name)} ({unit_of(result, name)})"


def tidy(ax: Axes, grid: str = "") -> None:
    """Set letter sizes, take the upper and right frame away, draw a faint grid along 'x', 'y' or neither."""
    ax.tick_params(labelsize=SMALL, colors=INK)
    ax.xaxis.label.set(fontsize=NORMAL, color=INK)
    ax.yaxis.label.set(fontsize=NORMAL, color=INK)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_facecolor("white")
    ax.set_axisbelow(True)
    if grid:
        ax.grid(axis="x" if grid == "x" else "y", color=GRID, linewidth=0.6)


def draw_scale_bar(ax: Axes, place: tuple[float, float], length: float, text: str) -> None:
    """Draw a bar of a length from a place, in data units, with a text over it."""
    ends = ([place[0], place[0] + length], [place[1], place[1]])
    ax.plot(*ends, color=INK, linewidth=3, solid_capstyle="butt", gid="scale bar")
    middle = (place[0] + length / 2.0, place[1])
    above: dict[str, Any] = {"xytext": (0.0, 4.0), "textcoords": "offset points", "ha": "center"}
    ax.annotate(text, middle, fontsize=SMALL, color=INK, **above)


def draw_key(ax: Axes, handles: list[Line2D] | None = None) -> None:
    """Write the key below the axes and its label, whatever the height of the axes."""
    place: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, 0.0), "borderaxespad": 4.5}
    ax.legend(handles=handles, fontsize=SMALL, frameon=False, **place)


def number(value: float, digits: int = 0) -> str:
    """Return a number with thousands parted, or words when there is none."""
    if not math.isfinite(value):
        return NOT_KNOWN
    text = f"{value:,.{digits}f}"
    return text.replace("-", "\N{MINUS SIGN}") if float(text.replace(",", "")) != 0.0 else text.lstrip("-")


def signed(value: float, digits: int = 0) -> str:
    """Return a number with its sign even when it is positive."""
    return f"{'+' if value > 0.0 else ''}{number(value, digits)}"


def quantity(value: float, unit: str, digits: int = 0) -> str:
    """Return a number with its unit, or words when there is none."""
    return f"{number(value, digits)} {unit}" if math.isfinite(value) else NOT_KNOWN


def nice_ceiling(value: float) -> float:
    """Return the least of 1, 2, 5 times a power of ten that is not below a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= value * (1.0 - 1e-9))


def spread(places: list[float], gap: float) -> list[float]:
    """Return places for labels near the wanted ones, in their order and at least a gap apart."""
    order = sorted(range(len(places)), key=places.__getitem__)
    blocks: list[list[float]] = []  # [sum of what each member wants of the first one, count]
    for rank in order:
        blocks.append([places[rank], 1])
        while len(blocks) > 1 and _first(blocks[-1]) < _first(blocks[-2]) + gap * blocks[-2][1]:
            wanted, count = blocks.pop()
            blocks[-1][0] += wanted - count * gap * blocks[-1][1]
            blocks[-1][1] += count
    found = [_first(block) + gap * i for block in blocks for i in range(int(block[1]))]
    return [found[order.index(i)] for i in range(len(places))]


def _first(block: list[float]) -> float:
    return block[0] / block[1]
