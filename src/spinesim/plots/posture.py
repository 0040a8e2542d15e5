"""The person in the sagittal plane, to scale: spine, loads, line of gravity."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from spinesim.plots.body import body_points, draw_body
from spinesim.plots.layout import drawing_board, lay_out
from spinesim.plots.loads import DrawnLoad, draw_loads, drawn_loads
from spinesim.plots.spine import draw_pressure_bar, draw_spine, pressure_looks, pressure_scale
from spinesim.plots.style import (
    FAINT,
    INK,
    axis_label,
    draw_key,
    draw_scale_bar,
    folded,
    quantity,
    set_title,
    tidy,
    unit_of,
)
from spinesim.plots.view import Floats, View, upright_view, values

SCALE_BAR = 0.2  # m
_SEEN = 2.0  # deg out of the plane; less is not worth a word
_NARROWEST = 0.62  # width of the picture over its height
_LABEL_ROOM = 0.5  # m, beside the person


def plot_posture(result: xr.Dataset, ax: Axes | None = None, pressure_bar: bool = True) -> Axes:
    """Draw the person as seen from the right, gravity downwards, with loads as arrows to scale.

    Parameters
    ----------
    result : xarray.Dataset
        As `spinesim.simulate` returns it.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default. Its axes are in metres from the middle between the hips.
    pressure_bar : bool
        Whether to draw the key to the discs' colours.

    Returns
    -------
    matplotlib Axes
        Anterior to the right for a person upright; `ax.figure` has the figure.
    """
    own = ax is None
    ax = drawing_board(1)[0] if ax is None else ax
    view = upright_view(result)
    scale = pressure_scale(result)
    loads = drawn_loads(view, result)
    edge = _set_limits(ax, view, result, loads)
    keys = _draw_person(ax, view, result)
    draw_spine(ax, view, result, pressure_looks(result, scale))
    keys += _draw_gravity(ax, view, result) + draw_loads(ax, loads, result, edge)
    _label(ax, view, result, keys)
    if pressure_bar:
        draw_pressure_bar(ax, result, scale)
    if own:
        lay_out([ax])
    return ax


def describe(result: xr.Dataset) -> str:
    """Return in words what the drawn posture is, and what of it this view cannot show; lines of a title."""
    names = ("pelvis_tilt", "lumbar_flexion")
    told = [(name.replace("_", " "), quantity(float(result[name]), unit_of(result, name))) for name in names]
    parts = [" ".join(words) for words in told]
    for angle, words in ((_lean(result), "trunk leaning"), (_turn(result), "shoulders turned")):
        if abs(angle) >= _SEEN:
            parts.append(f"{words} {quantity(abs(angle), 'deg')} to the {'right' if angle > 0.0 else 'left'}")
    gravity = values(result["gravity"])
    if abs(gravity[2]) > abs(gravity[:2]).max():
        parts.append(f"lying on the {'right' if gravity[2] > 0.0 else 'left'} side")
    return folded(f"seen from the right: {', '.join(parts)}", 64)


def _lean(result: xr.Dataset) -> float:
    """Return the angle of the thorax out of the sagittal plane to the right; deg."""
    up = values(result["body_orientation"], body="thorax", body_axis="superior")
    return float(np.degrees(np.arcsin(up[2].clip(-1.0, 1.0))))


def _turn(result: xr.Dataset) -> float:
    """Return the angle that the shoulders are turned to the right about the trunk; deg."""
    right, left = values(result["joint_position"], joint=["shoulder_right", "shoulder_left"])
    forward = values(result["body_orientation"], body="thorax", body_axis="anterior")[:2]
    along = (right - left)[:2] @ forward / max(float(np.hypot(*forward)), 1e-9)
    return float(np.degrees(np.arctan2(-along, (right - left)[2])))


def _draw_person(ax: Axes, view: View, result: xr.Dataset) -> list[Line2D]:
    """Draw body and hips; return the entries of the key."""
    apart = draw_body(ax, view, result)
    hips = view.points(values(result["joint_position"], joint=["hip_left", "hip_right"]))
    look = {"marker": "o", "markersize": 7, "markerfacecolor": "white", "markeredgecolor": INK}
    keys = ax.plot(*hips.T, linestyle="none", gid="hips", label="hips", zorder=7, **look)
    if apart:
        dashed = {"color": FAINT, "linestyle": (0, (4, 2))}
        keys.append(Line2D([], [], label="left arm or leg, where it differs", **dashed))
    return keys


def _draw_gravity(ax: Axes, view: View, result: xr.Dataset) -> list[Line2D]:
    """Draw the centre of mass and, when gravity lies in the plane, its line from top to bottom."""
    center = view.points(values(result["center_of_mass"]))
    down = view.directions(values(result["gravity"]))
    look = {"marker": "D", "markersize": 7, "markerfacecolor": INK, "markeredgecolor": "white"}
    label = "centre of mass of all above the hips, with loads"
    keys = ax.plot(*center, linestyle="none", gid="centre of mass", label=label, zorder=8, **look)
    if abs(down[1]) > abs(down[0]):
        line = center + np.outer(_reach(view, result, center), down / down[1])
        dashes = {"color": INK, "linewidth": 1.2, "linestyle": (0, (8, 2, 1.5, 2))}
        keys += ax.plot(*line.T, gid="line of gravity", label="line of gravity", zorder=4, **dashes)
    return keys


def _reach(view: View, result: xr.Dataset, center: Floats) -> Floats:
    """Return how far above and below a point the person reaches."""
    heights = np.append(body_points(view, result)[:, 1], center[1])
    return np.array([np.max(heights) + 0.12, np.min(heights) - 0.06]) - center[1]


def _set_limits(ax: Axes, view: View, result: xr.Dataset, loads: list[DrawnLoad]) -> float:
    """Set limits that show person and loads; return where the column of the loads' names begins."""
    corners = [
        *body_points(view, result).tolist(),
        *(place for load in loads for place in (load.start, load.tip)),
    ]
    points = np.array(corners or [(-0.4, -1.0), (0.4, 1.0)])
    low, high = points.min(axis=0) - 0.15, points.max(axis=0) + 0.15
    right = high[0] + (_LABEL_ROOM if loads else 0.0)
    missing = max(_NARROWEST * (high[1] - low[1]) - (right - low[0]), 0.0)
    ax.set_xlim(low[0] - missing / 2.0, right + missing / 2.0)
    ax.set_ylim(low[1], high[1])
    ax.set_aspect("equal", adjustable="box")
    return float(high[0]) - 0.05


def _label(ax: Axes, view: View, result: xr.Dataset, keys: list[Line2D]) -> None:
    across, up = view.names()
    ax.set_xlabel(axis_label(result, "joint_position", f"{across} of the hips"))
    ax.set_ylabel(axis_label(result, "joint_position", f"{up} of the hips"))
    tidy(ax)
    corner = (ax.get_xlim()[0] + 0.04, ax.get_ylim()[0] + 0.04)
    draw_scale_bar(ax, corner, SCALE_BAR, f"{100 * SCALE_BAR:.0f} cm")
    draw_key(ax, keys)
    set_title(ax, result, describe(result))
