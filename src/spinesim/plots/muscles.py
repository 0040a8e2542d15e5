"""The forces of the muscle groups, left against right."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from spinesim.plots.style import (
    INK,
    LEFT,
    NORMAL,
    RIGHT,
    SMALL,
    axis_label,
    new_figure,
    number,
    set_title,
    tidy,
    title_height,
    unit_of,
)
from spinesim.plots.view import Floats, values

SMALLEST = 1.0  # N; groups below this on both sides are left out
_SIDES = (("left", -1.0, LEFT), ("right", 1.0, RIGHT))


def plot_muscles(result: xr.Dataset, ax: Axes | None = None) -> Axes:
    """Draw the force of each muscle group as mirrored bars, the biggest first, its activation at the end.

    Parameters
    ----------
    result : xarray.Dataset
        As `spinesim.simulate` returns it.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default. Left forces run to the left as negative widths.

    Returns
    -------
    matplotlib Axes
    """
    forces = np.column_stack([values(result["group_force"], side=side) for side, _, _ in _SIDES])
    rows = _order(forces)
    if ax is None:
        ax = new_figure(9.0, 2.2 + 0.3 * max(len(rows), 3) + title_height(result)).add_subplot()
    for column, (side, sign, look) in enumerate(_SIDES):
        sizes = forces[rows, column]
        ends = sign * np.nan_to_num(sizes)
        ax.barh(np.arange(len(rows)), ends, 0.8, label=side, **look)
        for row, (end, text) in enumerate(zip(ends.tolist(), _ends(result, rows, side), strict=True)):
            beside: dict[str, Any] = {"xytext": (3.0 * sign, 0.0), "ha": "right" if sign < 0.0 else "left"}
            ax.annotate(text, (end, row), va="center", textcoords="offset points", fontsize=SMALL, **beside)
    _set_limits(ax, forces[rows])
    _label(ax, result, rows)
    _note_what_is_left_out(ax, result, len(forces) - len(rows))
    return ax


def _order(forces: Floats) -> list[int]:
    """Return the rows to draw, biggest first; groups whose force is not known come last."""
    sums = np.nan_to_num(forces).sum(axis=1)
    shown = np.flatnonzero((forces >= SMALLEST).any(axis=1) | np.isnan(forces).any(axis=1))
    return sorted(shown.tolist(), key=lambda row: -sums[row])


def _ends(result: xr.Dataset, rows: list[int], side: str) -> list[str]:
    """Return the activation of each drawn group, with its limit where the scenario lowers it."""
    activations = values(result["group_activation"], side=side)[rows]
    limits = values(result["group_limit"], side=side)[rows]
    forces = values(result["group_force"], side=side)[rows]
    return [_end(*entry) for entry in zip(forces.tolist(), activations.tolist(), limits.tolist(), strict=True)]


def _end(force: float, activation: float, limit: float) -> str:
    if np.isnan(force):
        return number(force)
    if np.isnan(activation):
        return "activation not known"
    tail = f" of {number(100.0 * limit)} %" if limit < 1.0 - 1e-9 else ""
    return f"{number(100.0 * activation, 1 if 0.0005 <= activation < 0.0995 else 0)} %{tail}"


def _set_limits(ax: Axes, forces: Floats) -> None:
    widest = max(float(np.max(np.nan_to_num(forces), initial=0.0)), 1.0) * 1.3
    ax.set_xlim(-widest, widest)
    ax.set_ylim(max(len(forces), 1) - 0.4, -0.6)
    ax.xaxis.set_major_formatter(lambda value, _: number(abs(value)))


def _label(ax: Axes, result: xr.Dataset, rows: list[int]) -> None:
    names = [str(name).replace("_", " ") for name in result["group"].values[rows]]
    ax.set_yticks(np.arange(len(rows)), names)
    force = axis_label(result, "group_force", "force of the group, active and passive")
    ax.set_xlabel(f"{force}; its activation at the end of the bar")
    ax.axvline(0.0, color=INK, linewidth=0.8)
    tidy(ax, grid="x")
    for side, place, align in (("left", 0.02, "left"), ("right", 0.98, "right")):
        ax.text(place, 1.0, f"{side} side", transform=ax.transAxes, ha=align, va="bottom", fontsize=NORMAL)
    set_title(ax, result, "muscle forces by group")


def _note_what_is_left_out(ax: Axes, result: xr.Dataset, count: int) -> None:
    if not count:
        return
    limit = f"{number(SMALLEST)} {unit_of(result, 'group_force')}"
    groups = "1 group is" if count == 1 else f"{count} groups are"
    text = f"{groups} left out: below {limit} on both sides."
    below: dict[str, Any] = {"xytext": (0.0, -38.0), "textcoords": "offset points", "ha": "right"}
    ax.annotate(text, (1.0, 0.0), xycoords="axes fraction", fontsize=SMALL, color=INK, **below)
