"""The lumbar spine, large, with numbers on every level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from spinesim.plots.layout import drawing_board, lay_out
from spinesim.plots.spine import (
    discs,
    draw_pressure_bar,
    draw_spine,
    levels,
    pressure_by_level,
    pressure_looks,
    pressure_scale,
    vertebrae,
)
from spinesim.plots.style import (
    FAINT,
    INK,
    NORMAL,
    SMALL,
    draw_scale_bar,
    quantity,
    set_title,
    spread,
    tidy,
    unit_of,
)
from spinesim.plots.view import Floats, View, spine_view, values

PRESSURE_TITLE = "lumbar spine, pressure in the discs"
_COLUMN = 1.2  # cm between the spine and its labels
_LABEL_GAP = 1.1  # cm
_LETTER = 0.33  # cm, width of a label's letter on the drawing board
_ROW = 3.5  # cm, between labels of discs whose place is not known
_BAR = 2.0  # cm


def plot_lumbar(result: xr.Dataset, ax: Axes | None = None, pressure_bar: bool = True) -> Axes:
    """Draw vertebrae T12 to S1 and the discs between them, with the pressure of each disc.

    Parameters
    ----------
    result : xarray.Dataset
        As `spinesim.simulate` returns it.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default. Its axes are in centimetres from the endplate of S1, turned so
        that T12 stands above S1; an arrow shows gravity.
    pressure_bar : bool
        Whether to draw the key to the discs' colours.

    Returns
    -------
    matplotlib Axes
        Anterior to the right.
    """
    own = ax is None
    ax = drawing_board(1)[0] if ax is None else ax
    scale = pressure_scale(result)
    draw_lumbar(ax, result, pressure_looks(result, scale), pressure_texts(result))
    set_title(ax, result, PRESSURE_TITLE)
    if pressure_bar:
        draw_pressure_bar(ax, result, scale)
    if own:
        lay_out([ax])
    return ax


def pressure_texts(result: xr.Dataset) -> dict[str, str]:
    """Return the level's name and the pressure of its disc, by level."""
    unit = unit_of(result, "intradiscal_pressure")
    return {level: f"{level}  {quantity(value, unit, 2)}" for level, value in pressure_by_level(result).items()}


def draw_lumbar(ax: Axes, result: xr.Dataset, looks: Mapping[str, Mapping[str, Any]], texts: Mapping[str, str]) -> None:
    """Draw the lumbar spine upright with its discs in the given looks and a text to each disc."""
    view = lumbar_view(result)
    draw_spine(ax, view, result, looks)
    _name_vertebrae(ax, view, result)
    right = _set_limits(ax, view, result, _LETTER * max(len(text) for text in texts.values()))
    _write_texts(ax, view, result, texts, right)
    _draw_gravity(ax, view, result)
    _draw_scale_bar(ax)
    ax.xaxis.set_major_locator(MultipleLocator(2.0))
    ax.yaxis.set_major_locator(MultipleLocator(5.0))
    ax.set_xlabel("across the lumbar spine, anterior to the right (cm)")
    ax.set_ylabel("along the lumbar spine, from S1 (cm)")
    tidy(ax)


def lumbar_view(result: xr.Dataset) -> View:
    """Return the view, in cm from the endplate of S1, with the line from there to T12 upright."""
    bones = list(vertebrae(result).values())
    return spine_view(bones[-1][:2].mean(axis=0), bones[0][2:].mean(axis=0))


def _name_vertebrae(ax: Axes, view: View, result: xr.Dataset) -> None:
    for name, corners in vertebrae(result).items():
        across, up = view.points(corners).mean(axis=0).tolist()
        if np.isfinite([across, up]).all():
            ax.text(across, up, name, fontsize=NORMAL, color=INK, ha="center", va="center", zorder=7)


def _corners(view: View, result: xr.Dataset) -> Floats:
    points = np.concatenate([view.points(corners) for corners in vertebrae(result).values()])
    points = points[np.isfinite(points).all(axis=1)]
    return points if len(points) else np.array([[-2.0, 0.0], [2.0, 20.0]])


def _set_limits(ax: Axes, view: View, result: xr.Dataset, room: float) -> float:
    """Set limits with room (cm) for the labels; return the right edge of the spine."""
    low, high = _corners(view, result).min(axis=0), _corners(view, result).max(axis=0)
    ax.set_xlim(low[0] - 3.5, high[0] + _COLUMN + room)
    ax.set_ylim(low[1] - 1.5, high[1] + 0.8)
    ax.set_aspect("equal", adjustable="box")
    return float(high[0])


def _write_texts(ax: Axes, view: View, result: xr.Dataset, texts: Mapping[str, str], right: float) -> None:
    """Write a text to every disc in a column beside the spine, with a line to the disc where it is known."""
    fronts = {level: view.points(corners)[[0, 3]].mean(axis=0) for level, corners in discs(result).items()}
    top = float(_corners(view, result)[:, 1].max())
    rows = [(float(front[1]), top - _ROW * i) for i, front in enumerate(fronts.values())]
    heights = spread([wanted if np.isfinite(wanted) else row for wanted, row in rows], _LABEL_GAP)
    for level, height in zip(levels(result), heights, strict=True):
        place = (right + _COLUMN, height)
        ax.text(*place, texts[level], fontsize=NORMAL, color=INK, va="center", gid=f"text {level}", zorder=7)
        if np.isfinite(fronts[level]).all():
            line = np.array([fronts[level], (place[0] - 0.15, place[1])])
            ax.plot(*line.T, color=FAINT, linewidth=0.7, zorder=4)


def _draw_gravity(ax: Axes, view: View, result: xr.Dataset) -> None:
    """Show where gravity points, in the upper left corner; nothing when it leaves the plane."""
    down = view.directions(values(result["gravity"]))
    size = float(np.hypot(*down))
    if not size > 0.5 * float(np.linalg.norm(values(result["gravity"]))):
        return
    middle = np.array([ax.get_xlim()[0] + 1.4, ax.get_ylim()[1] - 1.4])
    half = 0.9 * down / size
    arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.5, "shrinkA": 0.0, "shrinkB": 0.0}
    tip, tail = (middle + half).tolist(), (middle - half).tolist()
    ax.annotate("", (tip[0], tip[1]), (tail[0], tail[1]), gid="gravity", arrowprops=arrow)
    ax.text(middle[0], middle[1] - 1.5, "gravity", fontsize=SMALL, color=INK, ha="center", va="center")


def _draw_scale_bar(ax: Axes) -> None:
    left, bottom = ax.get_xlim()[0] + 0.4, ax.get_ylim()[0] + 0.4
    draw_scale_bar(ax, (left, bottom), _BAR, f"{_BAR:.0f} cm")
