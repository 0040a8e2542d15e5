"""What changes on the left and on the right: facet joints and muscles, seen from behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import fill
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.patches import Rectangle

from spinesim.plots.lumbar import lumbar_view
from spinesim.plots.spine import BONE, discs, vertebrae
from spinesim.plots.style import INK, SMALL, number, set_panel_title, signed, tidy
from spinesim.plots.view import Floats, values

SIDES = ("left", "right")
LookOf = Callable[[float, ScalarMappable, float], dict[str, Any]]
MOST_MUSCLES = 6
_UNLIKE = {"facet_force": 10.0, "group_force": 20.0}  # N by which the two sides must change differently to be drawn
_SAME = 0.5  # N; less is not seen without decimals
_HALF = 2.4  # cm, half of a vertebra's width as drawn
_REACH = 11.5  # cm from the middle to the ends of the words
_WORDS = 20  # letters of a muscle's name beside the facets' numbers, more take a second line
_TALL = 0.55  # cm, half of a tile's height


def is_lopsided(a: xr.Dataset, b: xr.Dataset) -> bool:
    """Tell whether the loads of left and right change differently from `a` to `b`."""
    changes = {name: values(b[name]) - values(a[name]) for name in _UNLIKE if a[name].shape == b[name].shape}
    apart = {name: np.abs(change[:, 0] - change[:, 1]) for name, change in changes.items()}
    return any(np.nanmax(gap, initial=0.0) > _UNLIKE[name] for name, gap in apart.items())


def facet_changes(a: xr.Dataset, b: xr.Dataset) -> Floats:
    """Return the change of facet force, (level, side) with left first, N."""
    return values(b["facet_force"]) - values(a["facet_force"])


def draw_frontal(ax: Axes, a: xr.Dataset, b: xr.Dataset, scale: ScalarMappable, look_of: LookOf) -> None:
    """Draw the vertebrae of `b` from behind with a tile for each facet joint, and name the muscles that change most.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw; centimetres, the person's left on the left.
    a, b : xarray.Dataset
        Results with the same levels.
    scale : ScalarMappable
        Colours of a change of force, N.
    look_of : callable
        The look of a change: (change, scale, least change) to properties of a patch.
    """
    view = lumbar_view(b)
    for name, corners in vertebrae(b).items():
        heights = view.points(corners)[:, 1]
        if np.isfinite(heights).all():
            corner, tall = (-_HALF, float(heights.min())), float(np.ptp(heights))
            look: dict[str, Any] = {**BONE, "linewidth": 1.0, "alpha": 0.6, "gid": f"back {name}"}
            ax.add_patch(Rectangle(corner, 2.0 * _HALF, tall, **look))
    middles = {level: float(view.points(corners)[:, 1].mean()) for level, corners in discs(b).items()}
    for level, y in middles.items():
        _draw_facets(ax, a, b, level, y, scale, look_of)
    heights = [y for y in middles.values() if np.isfinite(y)] or [0.0, 1.0]
    for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
        _name_muscles(ax, a, b, side, sign, max(heights) + 3.2, min(heights) - 1.5)
    ax.set_xlim(-_REACH, _REACH)
    ax.set_ylim(min(heights) - 4.5, max(heights) + 4.6)
    ax.set_aspect("equal", adjustable="box")
    ax.set_xticks([-_REACH / 2.0, _REACH / 2.0], ["left", "right"])
    ax.set_yticks([])
    tidy(ax)
    ax.spines[["left", "bottom"]].set_visible(False)
    set_panel_title(ax, "from behind: facet joints and the muscles that change most (N)")


def _draw_facets(
    ax: Axes, a: xr.Dataset, b: xr.Dataset, level: str, y: float, scale: ScalarMappable, look_of: LookOf
) -> None:
    if not np.isfinite(y):
        return
    for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
        before, after = (float(x["facet_force"].sel(level=level, side=side)) for x in (a, b))
        look = look_of(after - before, scale, _SAME)
        left = 0.4 if sign > 0.0 else -1.9
        ax.add_patch(
            Rectangle((left, y - _TALL), 1.5, 2.0 * _TALL, edgecolor=INK, zorder=5, gid=f"facet {level} {side}", **look)
        )
        text = f"{number(before)} → {number(after)}" if abs(after - before) >= _SAME else f"{number(after)} (same)"
        ax.text(sign * (_HALF + 0.2), y, text, fontsize=SMALL, color=INK, va="center", ha=_toward(-sign))
    ax.text(0.0, y - _TALL - 0.1, level, fontsize=SMALL - 1.0, color=INK, ha="center", va="top", zorder=7)


def _name_muscles(ax: Axes, a: xr.Dataset, b: xr.Dataset, side: str, sign: float, top: float, bottom: float) -> None:
    """Write the muscle groups of a side that change most, in the outer column."""
    rows = _busiest_changes(a, b, side)
    heights = np.linspace(top, bottom, max(MOST_MUSCLES, 2))
    for y, (group, before, after) in zip(heights, rows, strict=False):
        name = fill(group.replace("_", " "), _WORDS)
        words = f"{name}\n{number(before)} → {number(after)} ({signed(after - before)})"
        ax.text(sign * _REACH, float(y), words, fontsize=SMALL, color=INK, va="top", ha=_toward(sign))


def _busiest_changes(a: xr.Dataset, b: xr.Dataset, side: str) -> Sequence[tuple[str, float, float]]:
    before, after = xr.align(a["group_force"].sel(side=side), b["group_force"].sel(side=side), join="inner")
    rows = [
        (str(group), float(x), float(y))
        for group, x, y in zip(before["group"].values, before.values, after.values, strict=True)
        if abs(y - x) >= 1.0
    ]
    return sorted(rows, key=lambda row: -abs(row[2] - row[1]))[:MOST_MUSCLES]


def _toward(sign: float) -> str:
    """Return the end of a text that is nearest to a side."""
    return "right" if sign > 0.0 else "left"
