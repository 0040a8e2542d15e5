"""Two lumbar spines side by side, and what changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize

from spinesim.comparison import compare_results, largest_effect
from spinesim.errors import InputError
from spinesim.plots.frontal import draw_frontal, facet_changes, is_lopsided
from spinesim.plots.layout import drawing_board, lay_out
from spinesim.plots.lumbar import PRESSURE_TITLE, draw_lumbar, pressure_texts
from spinesim.plots.spine import (
    UNKNOWN_DISC,
    color_of,
    draw_color_bar,
    draw_pressure_bar,
    levels,
    pressure_by_level,
    pressure_looks,
    pressure_scale,
)
from spinesim.plots.style import INK, NORMAL, folded, nice_ceiling, quantity, set_title, signed, unit_of

RISE, FALL = "////", "...."
_SAME = 0.005  # MPa; less is not seen in two decimals
_SMALLEST_SCALE = {"MPa": 0.1, "N": 20.0}
_SENTENCE: dict[str, Any] = {"fontsize": NORMAL, "color": INK, "weight": "bold", "parse_math": False}


def plot_compare(a: xr.Dataset, b: xr.Dataset) -> tuple[Axes, ...]:
    """Draw the lumbar spine of two results side by side, under a sentence on what changes most.

    The discs of `a` are coloured by pressure; those of `b` by the change from `a`: orange and hatched with
    strokes where it rises, violet and dotted where it falls, white where it stays.

    Parameters
    ----------
    a, b : xarray.Dataset
        Results of `spinesim.simulate`, of persons with the same levels.

    Returns
    -------
    tuple of two or three matplotlib Axes
        Of `a` and of `b`, in one new figure; and a view from behind with facet joints and muscles, where left and right
        change differently.

    Raises
    ------
    InputError
        For specimens, or persons with different levels.
    """
    _check_persons(a, b)
    board = drawing_board(3 if is_lopsided(a, b) else 2)
    left, right = board[:2]
    scale, unit = pressure_scale(a, b), unit_of(a, "intradiscal_pressure")
    before, after = pressure_by_level(a), pressure_by_level(b)
    changes = {level: after.get(level, np.nan) - pressure for level, pressure in before.items()}
    draw_lumbar(left, a, pressure_looks(a, scale), pressure_texts(a))
    set_title(left, a, PRESSURE_TITLE, width=45)
    draw_pressure_bar(left, a, scale)
    differences = _change_scale(list(changes.values()), unit)
    looks = {level: _look(change, differences, _SAME) for level, change in changes.items()}
    draw_lumbar(right, b, looks, {level: _text(level, before[level], after[level], unit) for level in after})
    set_title(right, b, "lumbar spine, change of pressure in the discs", width=45)
    draw_color_bar(right, differences, f"change of pressure; strokes: higher, dots: lower ({unit})")
    if len(board) == 3:
        forces = _change_scale(facet_changes(a, b).ravel().tolist(), "N")
        draw_frontal(board[2], a, b, forces, _look)
        draw_color_bar(board[2], forces, "change of facet force; strokes: higher, dots: lower (N)")
    lay_out(board, folded(largest_effect(compare_results(a, b)), 60 * len(board)), _SENTENCE)
    return tuple(board)


def _check_persons(a: xr.Dataset, b: xr.Dataset) -> None:
    """Refuse what has no spine to draw."""
    if "step" in a.dims or "step" in b.dims:
        raise InputError("only persons are drawn side by side; 'spinesim run --plot' draws a specimen")
    if levels(a) != levels(b):
        raise InputError("the two spines have different levels: they cannot be drawn side by side")


def _change_scale(changes: list[float], unit: str) -> ScalarMappable:
    sizes = np.abs(changes)
    widest = nice_ceiling(float(np.max(sizes, initial=_SMALLEST_SCALE[unit], where=np.isfinite(sizes))))
    # The darkest ends are left out: hatches must be seen on them.
    colors = colormaps["PuOr_r"](np.linspace(0.2, 0.8, 256))
    return ScalarMappable(Normalize(-widest, widest), ListedColormap(colors))


def _look(change: float, scale: ScalarMappable, same: float) -> dict[str, Any]:
    if not np.isfinite(change):
        return UNKNOWN_DISC
    if abs(change) < same:
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
