"""Pictures of sweeps: response curves with bands, heat maps over two axes, panels by label, tornado."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from numpy.typing import NDArray

from spinesim.errors import InputError, did_you_mean, either
from spinesim.files import write_atomically
from spinesim.plots.style import FAINT, INK, LARGE, NORMAL, SMALL, folded, new_figure, printable, tidy
from spinesim.sweeps.sensitivity import told_of
from spinesim.sweeps.statistics import ENDINGS, INTERVAL, correlations, solved
from spinesim.units import unit_measures

DPI = 150
MOST_BINS, MOST_CELLS = 12, 12  # of drawn values along a curve, equally many samples in each, and along a heat map
ENOUGH, ENOUGH_IN_CELL = 20, 4  # samples: an interval of fewer says little, a median of fewer too
MOST_PANELS = 12
MOST_BARS = 15
MOST_LETTERS = 40  # of all words along an axis, before they are written slantwise
BAND, LINE, DOT = "#9ecae1", "#08519c", "#6b6b6b"
FORMATS = (".png", ".svg", ".pdf")


def draw_sweep(
    sweep: xr.Dataset, file: Path, *, x: str | None = None, y: str | None = None, by: str | None = None,
    of: str | None = None, at: Mapping[str, str] | None = None,
) -> Figure:  # fmt: skip
    """Draw a sweep into a file and return the figure.

    Parameters
    ----------
    sweep : xarray.Dataset
        As `spinesim.sweep` or `spinesim.open_sweep` returns it.
    file : Path
        Ends in .png, .svg or .pdf.
    x, y : str, optional
        Both varied: a heat map of `of`. `y` an output: its curve over `x`. Neither: the tornado of `of`.
    by : str, optional
        A dimension: one panel for each of its labels.
    of : str, optional
        The output of a heat map or a tornado.
    at : mapping, optional
        Labels of dimensions that are left.
    """
    if file.suffix not in FORMATS:
        raise InputError(f"a picture's name ends in {either(FORMATS)}, not {file.name!r}")
    output = _output(sweep, of if y is None or of is not None else y)
    _refuse_twice(sweep, x, None if y == output else y, by, at or {})
    values = _at(solved(sweep[[output, *ENDINGS]])[output], dict(at or {}))
    panels = _panels(values, by)
    figure, axes = _board(len(panels), shared=x is not None)
    maps = []
    for ax, (title, panel) in zip(axes, panels, strict=True):
        if x is None:
            _tornado_panel(ax, sweep, panel)
        elif y is None or y == output:
            _curve(ax, sweep, panel, _varied(sweep, x, values))
        else:
            maps.append(_heat(ax, sweep, panel, _varied(sweep, x, values), _varied(sweep, y, values)))
        ax.set_title(title, fontsize=NORMAL, color=INK)
        ax.tick_params(labelbottom=True, labelleft=True)
    _share_colours(maps)
    where = "".join(f", {_words(sweep[dim], values[dim].item())}" for dim in at or {})
    lines = [printable(sweep.attrs["title"]), f"{_label(sweep, output)}{where}", str(sweep.attrs["status_message"])]
    figure.suptitle("\n".join(folded(line, 80) for line in lines), fontsize=NORMAL, color=INK)
    _save(figure, file)
    return figure


def save_tornado(indices: xr.Dataset, file: Path) -> Figure:
    """Draw sensitivity indices, as `spinesim.sweeps.sensitivity` returns them, into a file."""
    figure = new_figure(7.0, 5.0)
    name = str(next(iter(indices.data_vars)))
    unit = indices.attrs["units"]
    labels = {
        "mu_star": f"mean size of elementary effects ({unit})",
        "swing": f"change from the parameter's 5 % to its 95 %, by its slope ({unit})",
    }
    label = labels.get(name, f"{name.replace('_', ' ')} (share of the variance)")
    draw_tornado(figure.subplots(), indices, name, label)
    title = f"{printable(indices.attrs['scenario_name'])}\n{told_of(indices)}"
    figure.suptitle(title, fontsize=LARGE, color=INK)
    _save(figure, file)
    return figure


def draw_tornado(ax: Axes, indices: xr.Dataset, name: str, label: str) -> Axes:
    """Draw bars by parameter, largest on top, with a dot for what half of the samples said."""
    sizes = indices[name].values
    order = np.argsort(np.abs(sizes))[-MOST_BARS:]
    words = [str(indices["parameter"].values[k]).replace("_", " ") for k in order]
    ax.barh(words, sizes[order], color=BAND, edgecolor=INK, linewidth=0.6, label="all samples")
    ax.axvline(0.0, color=INK, linewidth=0.8)
    left_out = len(sizes) - len(order)
    ax.set_xlabel(f"{label}\n{left_out} smaller bars are left out" if left_out else label)
    if "half" in indices:
        ax.plot(indices["half"].values[order], words, "o", color=INK, markersize=3.5, label="half of them")
        ax.legend(fontsize=SMALL, frameon=False, loc="lower right")
    tidy(ax, "x")
    return ax


def _refuse_twice(sweep: xr.Dataset, x: str | None, y: str | None, by: str | None, at: Mapping[str, str]) -> None:
    """Refuse a name that is to be two things of a picture, and what no picture is drawn along."""
    roles = [("--x", x), ("--y", y), ("--by", by), *(("--at", dim) for dim in at)]
    for k, (role, name) in enumerate(roles):
        if name == "sample":
            raise InputError(f"{role} sample: samples are what medians and intervals are taken over")
        other = next((own for own, same in roles[:k] if name is not None and same == name), None)
        if other is not None:
            raise InputError(f"{other} and {role} are both {name}: leave one of them out")
    if y is not None and x is None:
        raise InputError(f"a heat map over {y} needs --x too")


def _tornado_panel(ax: Axes, sweep: xr.Dataset, values: xr.DataArray) -> None:
    if "sample" not in sweep.dims:
        raise InputError("a tornado needs samples, and this sweep is a grid without any: give --x for a curve")
    values = _alone(values, ())
    draw_tornado(ax, correlations(sweep, values), "correlation", "rank correlation with what is drawn")


def _curve(ax: Axes, sweep: xr.Dataset, values: xr.DataArray, x: str) -> None:
    """Draw median and interval over what varies along x; over drawn values in bins of equally many samples."""
    values = _alone(values, (x,) if x in values.dims else ())
    coordinate = sweep[x]
    if x in values.dims:
        places = _places(ax.xaxis, coordinate)
        spread = values.quantile(INTERVAL, dim="sample").values if "sample" in values.dims else None
        low, middle, high = spread if spread is not None else (None, values.values, None)
    else:
        size = min(max(120.0 / np.sqrt(values.size), 1.2), 5.0)
        ax.plot(coordinate.values, values.values, ".", color=DOT, markersize=size, alpha=0.4, rasterized=True)
        places, (low, middle, high) = _binned(coordinate.values, values.values)
    words = coordinate.dtype.kind not in "if"
    if low is not None and high is not None and words:
        ax.vlines(places, low, high, color=BAND, linewidth=8, label="5 to 95 %")
    elif low is not None and high is not None:
        ax.fill_between(places, low, high, color=BAND, label="5 to 95 %", linewidth=0, zorder=1.0)
    style = "o" if words else "o-"
    ax.plot(places, middle, style, color=LINE, markersize=3, linewidth=1.6, label="median" if low is not None else None)
    if low is not None:
        ax.legend(fontsize=SMALL, frameon=False, loc="best")
    ax.set(xlabel=_label(sweep, x), ylabel=_unit(values))
    tidy(ax, "y")


def _binned(x: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the middle of bins with equally many samples, and quantiles (3, bin) of y in them: few bins of few."""
    known = np.isfinite(y)
    order = np.argsort(x[known])
    bins = min(max(order.size // ENOUGH, 1), MOST_BINS)
    parts = [part for part in np.array_split(order, bins) if part.size]
    middle = np.array([np.median(x[known][part]) for part in parts])
    return middle, np.array([np.quantile(y[known][part], INTERVAL) for part in parts]).T


def _heat(ax: Axes, sweep: xr.Dataset, values: xr.DataArray, x: str, y: str) -> QuadMesh:
    """Draw the median over two axes as colours, and return them."""
    inside = [name for name in (x, y) if name in values.dims]
    values = _alone(values, inside)
    if len(inside) == 2:
        middle = values.median("sample") if "sample" in values.dims else values
        cells = middle.transpose(y, x).values
        xs, ys = _places(ax.xaxis, sweep[x]), _places(ax.yaxis, sweep[y])
    elif not inside:
        xs, ys, cells = _binned_twice(sweep[x].values, sweep[y].values, values.values)
    else:
        raise InputError(f"a heat map needs two axes of a grid, or two drawn values, not {x} and {y}")
    mesh = ax.pcolormesh(xs, ys, np.ma.masked_invalid(cells), cmap="viridis", shading="auto")
    ax.set_facecolor("#eeeeee")
    bar = ax.figure.colorbar(mesh, ax=ax)
    bar.set_label(_unit(values), fontsize=SMALL, color=INK)
    bar.ax.tick_params(labelsize=SMALL, colors=INK)
    ax.set(xlabel=_label(sweep, x), ylabel=_label(sweep, y))
    ax.tick_params(labelsize=SMALL, colors=FAINT)
    return mesh


def _share_colours(maps: Sequence[QuadMesh]) -> None:
    """Let heat maps of several panels mean the same by the same colour: from the least to the greatest cell of all."""
    ends = [end for mesh in maps for end in mesh.get_clim() if end is not None and np.isfinite(end)]
    for mesh in maps if ends else ():
        mesh.set_clim(min(ends), max(ends))


def _places(axis: XAxis | YAxis, coordinate: xr.DataArray) -> NDArray[Any]:
    """Return where the values of a dimension stand along an axis: words one beside the other, with their ticks."""
    if coordinate.dtype.kind in "if":
        return coordinate.values
    places = np.arange(coordinate.size)
    if len(places) > 1:
        axis.axes.set(**{f"{axis.axis_name}lim": (-0.5, len(places) - 0.5)})
    axis.set_ticks(places, [str(label).replace("_", " ") for label in coordinate.values])
    if axis.axis_name == "x" and sum(len(str(label)) for label in coordinate.values) > MOST_LETTERS:
        axis.set_tick_params(rotation=30)
    return places


def _binned_twice(x: NDArray[Any], y: NDArray[Any], z: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Return edges of bins along x and y, and the median of z in each of them; NaN where there is none."""
    bins = min(max(int(np.sqrt(z.size / ENOUGH_IN_CELL)), 2), MOST_CELLS)
    edges = [np.linspace(values.min(), values.max(), bins + 1) for values in (x, y)]
    column, row = (np.clip(np.searchsorted(e, v, "right") - 1, 0, bins - 1) for e, v in zip(edges, (x, y), strict=True))
    cells = np.full((bins, bins), np.nan)
    for j, k in np.ndindex(bins, bins):
        own = z[(row == j) & (column == k) & np.isfinite(z)]
        cells[j, k] = np.median(own) if own.size else np.nan
    return edges[0], edges[1], cells


def _output(sweep: xr.Dataset, name: str | None) -> str:
    known = [str(key) for key in sweep.data_vars if key not in ("status", "unsettled")]
    if name is None:
        return known[0]
    if name not in known:
        hint = did_you_mean(name, known) or f" (it has {either(known)})"
        raise InputError(f"this sweep kept no output '{name}'{hint}")
    return name


def _varied(sweep: xr.Dataset, name: str, values: xr.DataArray) -> str:
    """Return a name to draw along: a dimension of the output, or something drawn, by numbers."""
    drawn = [str(key) for key, c in sweep.coords.items() if c.dims == ("sample",) and c.dtype.kind in "if"]
    known = [*(str(dim) for dim in values.dims if dim != "sample"), *drawn]
    if name not in known:
        hint = did_you_mean(name, known) or f" (there are {either(known)})"
        raise InputError(f"nothing called '{name}' to draw along{hint}")
    return name


def _at(values: xr.DataArray, at: dict[str, str]) -> xr.DataArray:
    for dim, label in at.items():
        if dim not in values.dims:
            raise InputError(
                f"--at {dim}={label}: there is no dimension '{dim}' (there are {either([str(d) for d in values.dims])})"
            )
        labels = values[dim].values
        unit = str(values[dim].attrs.get("units", ""))
        same = [k for k, own in enumerate(labels) if str(own) == label or _equal(own, label, unit)]
        if not same:
            raise InputError(
                f"--at {dim}={label}: {dim} has no '{label}' (it has {either([str(own) for own in labels])})"
            )
        values = values.isel({dim: same[0]})
    return values


def _equal(own: Any, label: str, unit: str) -> bool:
    """Tell whether a label is a number: bare as the coordinate has it, or a quantity in any unit of its kind."""
    number, _, told = label.partition(" ")
    try:
        value = float(number)
        if told:
            (to_si, powers), (own_to_si, own_powers) = unit_measures(told), unit_measures(unit)
            value = value * to_si / own_to_si if powers == own_powers else np.nan
        return bool(np.isclose(float(own), value, rtol=1e-9))
    except (ValueError, InputError):
        return False


def _panels(values: xr.DataArray, by: str | None) -> Sequence[tuple[str, xr.DataArray]]:
    if by is None:
        return [("", values)]
    if by not in values.dims:
        raise InputError(f"there is no dimension '{by}' to draw by (there are {either([str(d) for d in values.dims])})")
    if values.sizes[by] > MOST_PANELS:
        raise InputError(
            f"{by} has {values.sizes[by]} labels, at most {MOST_PANELS} panels are drawn: choose with --at"
        )
    return [(_words(values[by], label), values.isel({by: k})) for k, label in enumerate(values[by].values)]


def _words(coordinate: xr.DataArray, label: Any) -> str:
    """Return a label in words: ``L4-L5`` or ``mass 20 kg``."""
    if coordinate.dtype.kind not in "if":
        return str(label).replace("_", " ")
    return f"{str(coordinate.name).replace('_', ' ')} {float(label):.4g} {_unit(coordinate)}".rstrip()


def _alone(values: xr.DataArray, kept: Sequence[str]) -> xr.DataArray:
    """Refuse dimensions that nothing was said about."""
    left = [str(dim) for dim in values.dims if dim not in (*kept, "sample")]
    if left:
        example = f"{left[0]}={values[left[0]].values[0]}"
        raise InputError(f"choose one of {either(left)} with --at, such as {example}, or draw --by it")
    return values


def _label(sweep: xr.Dataset, name: str) -> str:
    unit = sweep[name].attrs.get("units", "")
    return f"{name.replace('_', ' ')}{f' ({unit})' if unit not in ('', '1') else ''}"


def _unit(values: xr.DataArray) -> str:
    unit = values.attrs.get("units", "1")
    return "" if unit == "1" else str(unit)


def _board(count: int, shared: bool) -> tuple[Figure, list[Axes]]:
    columns = min(count, 3)
    rows = -(-count // columns)
    figure = new_figure(3.4 * columns + (2.6 if count == 1 else 0.6), 2.7 * rows + (2.0 if count == 1 else 0.9))
    axes = figure.subplots(rows, columns, squeeze=False, sharex=shared, sharey=shared).ravel().tolist()
    for ax in axes[count:]:
        ax.set_visible(False)
    return figure, axes[:count]


def _save(figure: Figure, file: Path) -> None:
    memory = io.BytesIO()
    figure.savefig(memory, format=file.suffix[1:], dpi=DPI)
    write_atomically(file, lambda temporary: temporary.write_bytes(memory.getvalue()))
