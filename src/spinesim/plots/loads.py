"""Loads as arrows to scale, with their names."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from spinesim.plots.style import SMALL, nice_ceiling, printable, quantity, spread, unit_of
from spinesim.plots.view import View, values

LOAD_COLOR = "#a50026"
_LONGEST_ARROW = 0.3  # m on paper
_LEAST_SCALE = 500.0  # N/m; so that pictures of light loads share one scale
_MOST_LABELS = 8
_LONGEST_NAME = 24
_LABEL_GAP = 0.075  # m
_ARROW = {"arrowstyle": "-|>,head_width=0.25,head_length=0.5", "color": LOAD_COLOR, "linewidth": 2.0}
_LEADER = {"arrowstyle": "-", "color": LOAD_COLOR, "linewidth": 0.7, "relpos": (0.0, 0.5), "shrinkB": 4.0}

Place = tuple[float, float]


@dataclass(frozen=True)
class DrawnLoad:
    """A load on paper: from where to where its arrow runs (m); its whole force, seen or not (N)."""

    name: str
    start: Place
    tip: Place
    size: float


def drawn_loads(view: View, result: xr.Dataset) -> list[DrawnLoad]:
    """Return the loads whose place and force are known."""
    starts, forces = view.points(values(result["load_position"])), values(result["load_force"])
    tips = starts + view.directions(forces) / newtons_per_metre(result)
    sizes = np.linalg.norm(forces, axis=1)
    rows = zip(result["load"].values, starts.tolist(), tips.tolist(), sizes.tolist(), strict=True)
    return [
        DrawnLoad(printable(name), (start[0], start[1]), (tip[0], tip[1]), size)
        for name, start, tip, size in rows
        if np.isfinite([*start, *tip, size]).all()
    ]


def newtons_per_metre(result: xr.Dataset) -> float:
    """Return how many newtons one metre of a load's arrow stands for; a round number."""
    forces = np.linalg.norm(values(result["load_force"]), axis=-1)
    largest = float(np.max(forces, initial=1.0, where=np.isfinite(forces)))
    return max(nice_ceiling(largest / _LONGEST_ARROW), _LEAST_SCALE)


def draw_loads(ax: Axes, loads: list[DrawnLoad], result: xr.Dataset, column: float) -> list[Line2D]:
    """Draw the loads with their names in a column; return the entries of the key, which says the scale."""
    if not loads:
        return []
    for load in loads:
        arrow = {**_ARROW, "shrinkA": 0.0, "shrinkB": 0.0}
        ax.annotate("", load.tip, load.start, gid=f"load {load.name}", zorder=9, arrowprops=arrow)
    unit = unit_of(result, "load_force")
    _name(ax, loads, unit, column)
    across, up = zip(*(load.start for load in loads), strict=True)
    label = f"load on the person; arrow: 10 cm is {quantity(newtons_per_metre(result) / 10.0, unit)}"
    look = {"marker": "s", "color": LOAD_COLOR, "markersize": 8, "markeredgecolor": "white"}
    return ax.plot(across, up, linestyle="none", gid="loads", label=label, zorder=10, **look)


def _name(ax: Axes, loads: list[DrawnLoad], unit: str, column: float) -> None:
    """Write name and force of the greatest loads below each other."""
    shown = sorted(loads, key=lambda load: -load.size)[:_MOST_LABELS]
    heights = spread([load.start[1] + _LABEL_GAP / 2.0 for load in shown], _LABEL_GAP)
    for load, height in zip(shown, heights, strict=True):
        name = textwrap.shorten(load.name, _LONGEST_NAME, placeholder="…")
        ax.annotate(
            f"{name}: {quantity(load.size, unit)}", load.start, (column, height), color=LOAD_COLOR,
            fontsize=SMALL, va="center", parse_math=False, arrowprops=_LEADER, zorder=9,
        )  # fmt: skip
    if len(loads) > len(shown):
        more = f"and {len(loads) - len(shown)} smaller"
        ax.text(column, min(heights) - _LABEL_GAP, more, fontsize=SMALL, color=LOAD_COLOR, va="center")
