"""A specimen's course: rotation against the load, and what discs, facets and ligaments carry on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinesim.plots.style import (
    INK,
    NORMAL,
    SMALL,
    axis_label,
    new_figure,
    set_figure_title,
    set_panel_title,
    tidy,
    title_height,
)
from spinesim.plots.view import Floats, values

# Dark to light, so that grey print and the colour-blind tell levels apart; dashes tell neighbours apart as well.
_LOOKS = (
    ("#1a1a1a", "-"),
    ("#0072b2", "--"),
    ("#c65a00", "-"),
    ("#009e73", "--"),
    ("#cc79a7", "-"),
    ("#e0a800", "--"),
)
_WHOLE = {"color": INK, "linewidth": 2.2}
_LOADS = {
    "moment": "specimen_moment",
    "compression": "specimen_force",
    "shear": "specimen_force",
    "follower_load": "follower_load",
}
_SLIGHT = 0.02  # of what changes most: less is what a machine that holds something adds about other axes
_NAMES = {
    "moment": "moment",
    "compression": "compression",
    "shear": "shear force",
    "follower_load": "follower load",
}


def plot_curves(result: xr.Dataset, axes: Sequence[Axes] | None = None) -> tuple[Axes, Axes]:
    """Draw the rotation of every level, and of the whole specimen, against the load of the course.

    The rotation drawn is the one that spans most.

    Parameters
    ----------
    result : xarray.Dataset
        As `spinesim.simulate` returns it for a specimen.
    axes : two matplotlib Axes, optional
        Where to draw; a new figure with the scenario's name above it by default.

    Returns
    -------
    tuple of two matplotlib Axes
        Levels, whole specimen.
    """
    own = axes is None
    chosen = new_figure(11.0, 5.0 + title_height(result)).subplots(1, 2) if axes is None else axes
    load, label = course_load(result)
    turn = main_turn(result)
    words = turn.replace("_", " ")
    levels, whole = chosen
    _draw_levels(levels, result, load, lambda level: values(result["disc_rotation"], level=level, rotation=turn))
    whole.plot(load, values(result["specimen_rotation"], rotation=turn), **_WHOLE, marker="o", markersize=3)
    for ax, what in ((levels, "each level"), (whole, "the whole specimen, top body against the held one")):
        _finish(ax, label, f"{words} (deg)", what)
    if own:
        set_figure_title(levels, result)
    return levels, whole


def plot_course(result: xr.Dataset, axes: Sequence[Axes] | None = None) -> tuple[Axes, Axes, Axes]:
    """Draw disc pressure, facet force (both sides) and the ligaments' largest share of failure against the load.

    Parameters and returns as `plot_curves`, with three axes.
    """
    own = axes is None
    chosen = new_figure(13.0, 5.0 + title_height(result)).subplots(1, 3) if axes is None else axes
    load, label = course_load(result)
    pressure, facets, ligaments = chosen
    share = result["ligament_failure_share"].max("ligament")
    _draw_levels(pressure, result, load, lambda level: values(result["intradiscal_pressure"], level=level))
    _draw_levels(
        facets, result, load, lambda level: values(result["facet_force"].sum("side", skipna=False), level=level)
    )
    _draw_levels(ligaments, result, load, lambda level: values(share, level=level))
    ligaments.axhline(1.0, color=INK, linewidth=0.8, linestyle=":")
    _finish(pressure, label, axis_label(result, "intradiscal_pressure", "disc pressure"), "discs")
    _finish(facets, label, axis_label(result, "facet_force", "contact force, left and right"), "facet joints")
    _finish(ligaments, label, "strain as a share of failure strain", "ligament nearest to failure (dotted: fails)")
    if own:
        set_figure_title(pressure, result)
    return pressure, facets, ligaments


def specimen_figures(result: xr.Dataset) -> dict[str, Figure]:
    """Return the figures of a specimen by name."""
    figures = {"curves": plot_curves(result)[0], "course": plot_course(result)[0]}
    return {name: figure for name, ax in figures.items() if isinstance(figure := ax.get_figure(root=True), Figure)}


def course_load(result: xr.Dataset) -> tuple[Floats, str]:
    """Return the signed size of the load that makes the course, by step, and its axis label.

    Positive is the direction of the first leg; a moment about one axis has the sign of that axis.
    """
    kind = str(result.attrs.get("course", ""))
    if kind not in _LOADS:
        return values(result["step"]), "step"
    name = _LOADS[kind]
    loads = _own_load(result, name)
    spans = np.ptp(loads, axis=0)
    used = np.flatnonzero(spans > _SLIGHT * spans.max())
    loads = loads[:, used]
    label = axis_label(result, name, _NAMES[kind])
    if kind == "moment" and used.size == 1:
        turn = str(result["rotation"].values[used[0]]).replace("_", " ")
        return loads[:, 0], axis_label(result, name, f"moment, positive in {turn}")
    sizes = np.sqrt((loads**2).sum(axis=1))
    first = int(np.argmax(sizes >= 0.5 * sizes.max(initial=0.0)))  # a step of the first leg
    return (loads @ loads[first] / sizes[first] if used.size else values(result["step"])), label


def _own_load(result: xr.Dataset, name: str) -> Floats:
    """Return the components (step, component) of a load but those that a machine needs to hold the specimen."""
    loads = values(result[name]).reshape(result.sizes["step"], -1)
    held = str(result.attrs.get("held", "")).split(", ")
    labels = [str(label) for dim in result[name].dims if dim != "step" for label in result[dim].values]
    return loads * [label not in held for label in labels] if labels else loads


def main_turn(result: xr.Dataset) -> str:
    """Return the rotation that spans most over the course."""
    spans = np.nan_to_num(values(result["specimen_range_of_motion"]))
    return str(result["rotation"].values[int(spans.argmax())])


def _draw_levels(ax: Axes, result: xr.Dataset, load: Floats, numbers: Callable[[str], Floats]) -> None:
    for place, level in enumerate(result["level"].values):
        color, dash = _LOOKS[place % len(_LOOKS)]
        ax.plot(load, numbers(str(level)), dash, color=color, linewidth=1.6, label=str(level))


def _finish(ax: Axes, load: str, what: str, title: str) -> None:
    ax.set_xlabel(load, fontsize=NORMAL)
    ax.set_ylabel(what, fontsize=NORMAL)
    ax.axhline(0.0, color=INK, linewidth=0.5)
    ax.axvline(0.0, color=INK, linewidth=0.5)
    tidy(ax, grid="y")
    set_panel_title(ax, title)
    if ax.get_legend_handles_labels()[0]:
        place: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, 0.0), "borderaxespad": 4.5}
        ax.legend(ncols=3, fontsize=SMALL, frameon=False, **place)
