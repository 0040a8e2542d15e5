"""Two lumbar spines side by side, and what changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize

from spinesim.plots.layout import drawing_board, lay_out
from spinesim.plots.lumbar import PRESSURE_TITLE, draw_lumbar, pressure_texts
from spinesim.plots.spine import (
    UNKNOWN_DISC,
    color_of,
    draw_color_bar,
    draw_pressure_bar,
    pressure_by_level,
    pressure_looks,
    pressure_scale,
)
from spinesim.plots.style import nice_ceiling, quantity, set_title, signed, unit_of

RISE, FALL = "////", "...."
_SAME = 0.005  # MPa; less is not seen in two decimals
_SMALLEST_SCALE = 0.1  # MPa


def plot_compare(a: xr.Dataset, b: xr.Dataset) -> tuple[Axes, Axes]:
    """Draw the lumbar spine of two results side by side.

    The discs of `a` are coloured by pressure; those of `b` by the change from `a`: orange and hatched with
    strokes where it rises, violet and dotted where it falls, white where it stays.

    Parameters
    ----------
    a, b : xarray.Dataset
        Results of `spinesim.simulate` with the same levels.

    Returns
    -------
    tuple of two matplotlib Axes
        Of `a` and of `b`, in one new figure.
    """
    left, right = drawing_board(2)
    scale, unit = pressure_scale(a, b), unit_of(a, "intradiscal_pressure")
    before, after = pressure_by_level(a), pressure_by_level(b)
    changes = {level: after.get(level, np.nan) - pressure for level, pressure in before.items()}
    draw_lumbar(left, a, pressure_looks(a, scale), pressure_texts(a))
    set_title(left, a, PRESSURE_TITLE, width=45)
    draw_pressure_bar(left, a, scale)
    differences = _change_scale(changes)
    looks = {level: _look(change, differences) for level, change in changes.items()}
    draw_lumbar(right, b, looks, {level: _text(level, before[level], after[level], unit) for level in after})
    set_title(right, b, "lumbar spine, change of pressure in the discs", width=45)
    draw_color_bar(right, differences, f"change of pressure; strokes: higher, dots: lower ({unit})")
    lay_out([left, right])
    return left, right


def _change_scale(changes: dict[str, float]) -> ScalarMappable:
    sizes = np.abs(list(changes.values()))
    widest = nice_ceiling(float(np.max(sizes, initial=_SMALLEST_SCALE, where=np.isfinite(sizes))))
    # The darkest ends are left out: hatches must be seen on them.
    colors = colormaps["PuOr_r"](np.linspace(0.2, 0.8, 256))
    return ScalarMappable(Normalize(-widest, widest), ListedColormap(colors))


def _look(change: float, scale: ScalarMappable) -> dict[str, Any]:
    if not np.isfinite(change):
        return UNKNOWN_DISC
    if abs(change) < _SAME:
        return {"facecolor": "white"}
    return {"facecolor": color_of(scale, change), "hatch": RISE if change > 0.0 else FALL}


def _text(level: str, before: float, after: float, unit: str) -> str:
    """Return the pressure after and its change."""
    change = after - before
    told = f"{level}  {quantity(after, unit, 2)}"
    if not np.isfinite(change):
        return told
    if abs(change) < _SAME:
        return f"{told} (same)"
    share = f", {signed(100.0 * change / before)} %" if before > 0.0 else ""
    return f"{told} ({signed(change, 2)}{share})"
