"""The person in the sagittal plane, to scale: spine, loads, line of gravity."""

from __future__ import annotations

import textwrap

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from spinesim.plots.body import body_points, draw_body
from spinesim.plots.layout import drawing_board, lay_out
from spinesim.plots.spine import draw_pressure_bar, draw_spine, pressure_looks, pressure_scale
from spinesim.plots.style import (
    FAINT,
    INK,
    SMALL,
    axis_label,
    draw_key,
    draw_scale_bar,
    nice_ceiling,
    printable,
    quantity,
    set_title,
    spread,
    tidy,
    unit_of,
)
from spinesim.plots.view import Floats, View, upright_view, values

SCALE_BAR = 0.2  # m
LOAD_COLOR = "#a50026"
_LONGEST_ARROW = 0.4  # m on paper
_SMALLEST_NEWTONS_PER_METRE = 1000.0
_MOST_LABELS = 8
_LONGEST_NAME = 24
_LABEL_GAP = 0.075  # m
_SEEN = 2.0  # deg out of the plane; less is not worth a word
_ARROW = {"arrowstyle": "-|>,head_width=0.25,head_length=0.5", "shrinkA": 0.0, "shrinkB": 0.0}


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
    apart = draw_body(ax, view, result)
    draw_spine(ax, view, result, pressure_looks(result, scale))
    keys = [*_draw_hips(ax, view, result), *_draw_gravity(ax, view, result), *_draw_loads(ax, view, result)]
    if apart:
        dashed = {"color": FAINT, "linestyle": (0, (4, 2))}
        keys.append(Line2D([], [], label="left arm or leg, where it differs", **dashed))
    _set_limits(ax, view, result)
    _draw_scale_bar(ax)
    _label(ax, view, result, keys)
    if pressure_bar:
        draw_pressure_bar(ax, result, scale)
    if own:
        lay_out([ax])
    return ax


def newtons_per_metre(result: xr.Dataset) -> float:
    """Return how many newtons one metre of a load's arrow stands for; a round number."""
    forces = np.linalg.norm(values(result["load_force"]), axis=-1)
    largest = float(np.max(forces, initial=0.0, where=np.isfinite(forces)))
    return max(nice_ceiling(max(largest, 1.0) / _LONGEST_ARROW), _SMALLEST_NEWTONS_PER_METRE)


def _draw_hips(ax: Axes, view: View, result: xr.Dataset) -> list[Line2D]:
    look = {"marker": "o", "markersize": 7, "markerfacecolor": "white", "markeredgecolor": INK}
    hips = view.points(values(result["joint_position"], joint=["hip_left", "hip_right"]))
    return ax.plot(*hips.T, linestyle="none", gid="hips", label="hips", zorder=7, **look)


def _draw_gravity(ax: Axes, view: View, result: xr.Dataset) -> list[Line2D]:
    """Draw the centre of mass and, when gravity lies in the plane, its line from top to bottom."""
    center = view.points(values(result["center_of_mass"]))
    down = view.directions(values(result["gravity"]))
    look = {"marker": "D", "markersize": 8, "markerfacecolor": INK, "markeredgecolor": "white"}
    label = "centre of mass of all above the hips, with loads"
    symbol = ax.plot(*center, linestyle="none", gid="centre of mass", label=label, zorder=8, **look)
    if not abs(down[1]) > abs(down[0]):
        return symbol
    line = center + np.outer(_reach(view, result, center), down / down[1])
    dashes = {"color": INK, "linewidth": 1.2, "linestyle": (0, (8, 2, 1.5, 2))}
    return symbol + ax.plot(*line.T, gid="line of gravity", label="line of gravity", zorder=4, **dashes)


def _reach(view: View, result: xr.Dataset, center: Floats) -> Floats:
    """Return how far above and below a point the person reaches."""
    heights = np.append(body_points(view, result)[:, 1], center[1])
    return np.array([np.max(heights) + 0.12, np.min(heights) - 0.06]) - center[1]


def _draw_loads(ax: Axes, view: View, result: xr.Dataset) -> list[Line2D]:
    forces, points = values(result["load_force"]), view.points(values(result["load_position"]))
    known = np.flatnonzero(np.isfinite(points).all(axis=1) & np.isfinite(forces).all(axis=1))
    if not len(known):
        return []
    per_metre = newtons_per_metre(result)
    tips = points + view.directions(forces) / per_metre
    for i in known:
        ax.annotate(
            "", tips[i], points[i], gid=f"load {i}", zorder=9,
            arrowprops={**_ARROW, "color": LOAD_COLOR, "linewidth": 2.0},
        )  # fmt: skip
    _name_loads(ax, view, result, known, np.linalg.norm(forces, axis=1))
    look = {"marker": "s", "color": LOAD_COLOR, "markersize": 8, "markeredgecolor": "white"}
    label = f"load on the person; arrow: 10 cm is {quantity(per_metre / 10.0, unit_of(result, 'load_force'))}"
    return ax.plot(*points[known].T, linestyle="none", gid="loads", label=label, zorder=10, **look)


def _name_loads(ax: Axes, view: View, result: xr.Dataset, known: np.ndarray, sizes: Floats) -> None:
    """Write name and force of the greatest loads in a column beside the person."""
    shown = sorted(known, key=lambda i: -sizes[i])[:_MOST_LABELS]
    points = view.points(values(result["load_position"]))
    column = _right_edge(view, result)
    heights = spread([float(points[i][1]) + 0.04 for i in shown], _LABEL_GAP)
    for i, height in zip(shown, heights, strict=True):
        name = textwrap.shorten(printable(result["load"].values[i]), _LONGEST_NAME, placeholder="…")
        text = f"{name}: {quantity(sizes[i], unit_of(result, 'load_force'))}"
        leader = {"arrowstyle": "-", "color": LOAD_COLOR, "linewidth": 0.7, "shrinkA": 0.0, "shrinkB": 4.0}
        ax.annotate(
            text, points[i], (column, height), color=LOAD_COLOR, fontsize=SMALL, va="center",
            parse_math=False, arrowprops={**leader, "relpos": (0.0, 0.5)}, zorder=9,
        )  # fmt: skip
    if len(known) > len(shown):
        more = f"and {len(known) - len(shown)} smaller"
        ax.text(column, min(heights) - _LABEL_GAP, more, fontsize=SMALL, color=LOAD_COLOR, va="center")


def _right_edge(view: View, result: xr.Dataset) -> float:
    return float(np.max(_drawn(view, result)[:, 0], initial=0.2)) + 0.08


def _drawn(view: View, result: xr.Dataset) -> Floats:
    """Return all points that must be seen, shape (n, 2)."""
    loads = view.points(values(result["load_position"]))
    tips = loads + view.directions(values(result["load_force"])) / newtons_per_metre(result)
    points = np.concatenate([body_points(view, result), loads, tips])
    return points[np.isfinite(points).all(axis=1)]


def _set_limits(ax: Axes, view: View, result: xr.Dataset) -> None:
    points = _drawn(view, result)
    low, high = (points.min(axis=0), points.max(axis=0)) if len(points) else (np.full(2, -1.0), np.ones(2))
    room = 0.52 if result.sizes["load"] else 0.1
    ax.set_xlim(low[0] - 0.15, high[0] + room)
    ax.set_ylim(low[1] - 0.15, high[1] + 0.15)
    ax.set_aspect("equal", adjustable="box")


def _draw_scale_bar(ax: Axes) -> None:
    left, bottom = ax.get_xlim()[0] + 0.04, ax.get_ylim()[0] + 0.04
    draw_scale_bar(ax, (left, bottom), SCALE_BAR, f"{100 * SCALE_BAR:.0f} cm")


def _label(ax: Axes, view: View, result: xr.Dataset, keys: list[Line2D]) -> None:
    across, up = view.names()
    ax.set_xlabel(axis_label(result, "joint_position", f"{across} of the hips"))
    ax.set_ylabel(axis_label(result, "joint_position", f"{up} of the hips"))
    tidy(ax)
    draw_key(ax, keys)
    set_title(ax, result, describe(result))


def describe(result: xr.Dataset) -> str:
    """Return in words what the drawn posture is, and what of it this view cannot show."""
    names = ("pelvis_tilt", "lumbar_flexion")
    told = [(name.replace("_", " "), quantity(float(result[name]), unit_of(result, name))) for name in names]
    parts = [" ".join(words) for words in told]
    sideways = values(result["body_orientation"], body="thorax", axis="right").clip(-1.0, 1.0)
    turned, leaning = np.degrees(np.arcsin(sideways))[:2].tolist()
    for angle, word in ((leaning, "leaning"), (turned, "turned")):
        if abs(angle) >= _SEEN:
            side = "right" if angle > 0.0 else "left"
            parts.append(f"trunk {word} {quantity(abs(angle), 'deg')} to the {side}")
    gravity = values(result["gravity"])
    if abs(gravity[2]) > abs(gravity[:2]).max():
        parts.append(f"lying on the {'right' if gravity[2] > 0.0 else 'left'} side")
    return f"seen from the right: {', '.join(parts)}"
