"""The load on every level: the whole joint against its disc, and the facets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from spinesim.plots.spine import levels
from spinesim.plots.style import (
    DISC,
    INK,
    JOINT,
    LEFT,
    NORMAL,
    RIGHT,
    SMALL,
    axis_label,
    draw_key,
    new_figure,
    number,
    set_figure_title,
    set_panel_title,
    set_title,
    tidy,
    title_height,
)
from spinesim.plots.view import Floats, values

_TITLES = ("compression", "anterior shear", "contact of the facet joints")
_SIDES = (("left", LEFT), ("right", RIGHT))
_HEIGHT = 0.38  # of a row; two bars a row


def plot_levels(result: xr.Dataset, axes: Sequence[Axes] | None = None) -> tuple[Axes, Axes, Axes]:
    """Draw compression, anterior shear and facet forces of every level as bars, cranial at the top.

    The difference between the joint's bar and its disc's is what facets and ligaments carry.

    Parameters
    ----------
    result : xarray.Dataset
        As `spinesim.simulate` returns it.
    axes : three matplotlib Axes, optional
        Where to draw; a new figure with the scenario's name above it by default.

    Returns
    -------
    tuple of three matplotlib Axes
        Compression, anterior shear, facet force.
    """
    own = axes is None
    chosen = new_figure(11.0, 5.2 + title_height(result)).subplots(1, 3, sharey=True) if axes is None else axes
    compression, shear, facets = chosen
    _draw_joint_and_disc(compression, result, "compression", "")
    _draw_joint_and_disc(shear, result, "shear_anterior", "anterior shear (positive: upper body forward)")
    _draw_facets(facets, result)
    for ax, what in zip(chosen, _TITLES, strict=True):
        set_panel_title(ax, what)
    compression.set_ylabel("intervertebral level", fontsize=NORMAL)
    if own:
        set_figure_title(compression, result)
    else:
        set_title(compression, result, "compression", width=40)
    return compression, shear, facets


def _draw_joint_and_disc(ax: Axes, result: xr.Dataset, kind: str, words: str) -> None:
    bars = {
        "whole joint (disc, facets, ligaments)": (values(result[f"joint_{kind}"]), JOINT),
        "disc": (values(result[f"disc_{kind}"]), DISC),
    }
    _draw_pairs(ax, levels(result), bars)
    ax.set_xlabel(axis_label(result, f"joint_{kind}", words or kind))


def _draw_facets(ax: Axes, result: xr.Dataset) -> None:
    forces = result["facet_force"]
    bars = {f"{side} facet": (values(forces, side=side), look) for side, look in _SIDES}
    _draw_pairs(ax, levels(result), bars)
    ax.set_xlabel(axis_label(result, "facet_force", "contact force"))


def _draw_pairs(ax: Axes, rows: list[str], bars: Mapping[str, tuple[Floats, Mapping[str, Any]]]) -> None:
    """Draw two bars in every row, numbers at their ends, and the key below."""
    middle = np.arange(len(rows), dtype=float)
    for (name, (sizes, look)), shift in zip(bars.items(), (-_HEIGHT / 2, _HEIGHT / 2), strict=True):
        known = np.nan_to_num(sizes, nan=0.0, posinf=0.0, neginf=0.0)
        drawn = ax.barh(middle + shift, known, _HEIGHT, label=name, **look)
        ax.bar_label(drawn, [number(size) for size in sizes], padding=3, fontsize=SMALL, color=INK)
    ax.axvline(0.0, color=INK, linewidth=0.8)
    ax.set_yticks(middle, rows)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    _leave_room(ax, np.concatenate([sizes for sizes, _ in bars.values()]))
    tidy(ax, grid="x")
    draw_key(ax)


def _leave_room(ax: Axes, sizes: Floats) -> None:
    """Set limits that leave room for the numbers at the ends of the bars."""
    known = sizes[np.isfinite(sizes)]
    low, high = float(np.min(known, initial=0.0)), float(np.max(known, initial=0.0))
    room = 0.22 * (high - low)
    ax.set_xlim(low - (room if low < 0.0 else 0.0), high + room if high > low else 1.0)
    ax.locator_params(axis="x", nbins=6)
