"""Vertebrae and discs on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import Polygon

from spinesim.plots.style import INK, NORMAL, SMALL, axis_label, nice_ceiling
from spinesim.plots.view import Floats, View, values

BONE = {"facecolor": "#f7f3e8", "edgecolor": INK}
UNKNOWN_DISC = {"facecolor": "white", "hatch": "xxxx"}
_BODY_OF = {"T12": "thorax", "S1": "pelvis"}
_SMALLEST_SCALE = 1.0  # MPa; so that pictures of light loads share one colour scale


def levels(result: xr.Dataset) -> list[str]:
    """Return the names of the levels, cranial first."""
    return [str(level) for level in result["level"].values]


def vertebrae(result: xr.Dataset) -> dict[str, Floats]:
    """Return the sagittal corners of T12, L1 ... L5, S1 in m, each of shape (4, 3), cranial first.

    Corners are anterior superior, posterior superior, posterior inferior, anterior inferior.
    """
    names = [level.split("-")[0] for level in levels(result)] + [levels(result)[-1].split("-")[1]]
    outline = result["vertebra_outline"]
    return {name: values(outline, body=_BODY_OF.get(name, name)) for name in names}


def discs(result: xr.Dataset) -> dict[str, Floats]:
    """Return the sagittal corners of each level's disc in m, shape (4, 3), in the order of a vertebra's."""
    bones = vertebrae(result)
    pairs = {level: level.split("-") for level in levels(result)}
    return {level: np.vstack([bones[upper][[3, 2]], bones[lower][[1, 0]]]) for level, (upper, lower) in pairs.items()}


def draw_spine(ax: Axes, view: View, result: xr.Dataset, looks: Mapping[str, Mapping[str, Any]]) -> None:
    """Draw discs in the given looks (fill, hatch, by level) and vertebrae over them."""
    width = 1.0 if view.scale > 1.0 else 0.6
    for level, corners in discs(result).items():
        look = {"edgecolor": INK, "linewidth": width, **looks[level]}
        _draw(ax, view.points(corners), f"disc {level}", look, zorder=5)
    for name, corners in vertebrae(result).items():
        _draw(ax, view.points(corners), f"vertebra {name}", {**BONE, "linewidth": width}, zorder=6)


def _draw(ax: Axes, corners: Floats, name: str, look: Mapping[str, Any], zorder: int) -> None:
    if np.isfinite(corners).all():
        ax.add_patch(Polygon(corners, closed=True, joinstyle="round", gid=name, zorder=zorder, **look))


def pressure_scale(*results: xr.Dataset) -> ScalarMappable:
    """Return the colour scale of disc pressure, light to dark from 0 to a round number."""
    every = np.concatenate([values(result["intradiscal_pressure"]).ravel() for result in results])
    highest = float(np.max(every, initial=_SMALLEST_SCALE, where=np.isfinite(every)))
    return ScalarMappable(Normalize(0.0, nice_ceiling(highest)), colormaps["cividis_r"])


def pressure_looks(result: xr.Dataset, scale: ScalarMappable) -> dict[str, dict[str, Any]]:
    """Return the look of each disc by its pressure."""
    pressures = pressure_by_level(result)
    return {
        level: {"facecolor": color_of(scale, pressure)} if np.isfinite(pressure) else UNKNOWN_DISC
        for level, pressure in pressures.items()
    }


def color_of(scale: ScalarMappable, value: float) -> tuple[float, float, float, float]:
    """Return the colour of one number."""
    red, green, blue, alpha = scale.to_rgba(np.array([value]))[0].tolist()
    return red, green, blue, alpha


def pressure_by_level(result: xr.Dataset) -> dict[str, float]:
    """Return the pressure in the nucleus of each disc."""
    pressures = values(result["intradiscal_pressure"])
    return dict(zip(levels(result), pressures.tolist(), strict=True))


def draw_pressure_bar(ax: Axes, result: xr.Dataset, scale: ScalarMappable) -> None:
    """Draw the key to the colours of the discs beside the axes."""
    draw_color_bar(ax, scale, axis_label(result, "intradiscal_pressure"))


def draw_color_bar(ax: Axes, scale: ScalarMappable, label: str) -> None:
    """Draw a key to colours beside the axes."""
    bar = ax.figure.colorbar(scale, cax=ax.inset_axes((1.02, 0.2, 0.03, 0.6)))
    bar.set_label(label, fontsize=NORMAL, color=INK)
    bar.ax.tick_params(labelsize=SMALL, colors=INK)
