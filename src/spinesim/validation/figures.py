"""Pictures of the report as inline SVG: measured against computed, curves, and misses by kind."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinesim.plots.style import FAINT, GRID, INK, NORMAL, SMALL, new_figure, printable
from spinesim.units import unit_measures
from spinesim.validation.cases import Case, Curve
from spinesim.validation.judge import Judged
from spinesim.validation.measure import LoadStep, MeasureError, evaluate, leaves
from spinesim.validation.run import Validation

# Shape tells as much as colour: circles are inside, triangles outside, crosses failed.
LOOKS: Mapping[str, dict[str, Any]] = {
    "inside": {"marker": "o", "color": "#0072b2", "label": "inside the band"},
    "outside": {"marker": "^", "color": "#c65a00", "label": "outside"},
    "failed": {"marker": "x", "color": FAINT, "label": "failed"},
}
LINE = "#0072b2"
EDGE = 3.5  # band widths shown in the forest plot; farther rows stand at the edge
MOST_PANELS = 3
_UNITS = {"N*m/deg": "N m/deg", "N*m": "N m", "1": "no unit"}
_MARKUP: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "spinesim"}


def study_figure(rows: Sequence[Judged], name: str) -> str:
    """Return computed against measured for the rows of a study, one panel a unit; empty when none has both."""
    shown = [row for row in rows if row.spinesim is not None]
    units = list(dict.fromkeys(row.entry.unit for row in shown))[:MOST_PANELS]
    if not units:
        return ""
    figure = new_figure(3.1 * len(units) + 0.4, 3.3)
    for n, unit in enumerate(units):
        axes = figure.add_subplot(1, len(units), n + 1)
        _against(axes, [row for row in shown if row.entry.unit == unit], _UNITS.get(unit, unit))
    _legend(figure, shown)
    return _svg(figure, name)


def curve_figure(validation: Validation, case: Case, name: str) -> str:
    """Return the curves of a case with the measured points on them; empty when none could be drawn."""
    draw: list[Callable[[Axes], None]] = []
    for curve in case.curves:
        line = curve_points(validation, case, curve)
        if line is not None:
            draw.append(_curve_drawer(validation, case, curve, line))
    if not draw:
        return ""
    columns = min(3, len(draw))
    lines = -(-len(draw) // columns)
    figure = new_figure(3.1 * columns + 0.4, 2.7 * lines + 0.2)
    for n, drawer in enumerate(draw):
        drawer(figure.add_subplot(lines, columns, n + 1))
    return _svg(figure, name)


def forest_figure(rows: Sequence[Judged], name: str) -> str:
    """Return where each row of a kind lies in its band, in band widths; the band is from -0.5 to 0.5."""
    figure = new_figure(7.0, 0.7 + 0.17 * len(rows))
    axes = figure.add_subplot()
    axes.axvspan(-0.5, 0.5, color="#d6e6f2", zorder=0)
    axes.axvline(0.0, color=FAINT, linewidth=0.8, zorder=1)
    for n, row in enumerate(rows):
        _forest_row(axes, n, row)
    axes.set_yticks(
        range(len(rows)), [_plain(f"{row.entry.id} {row.case.entry.study}") for row in rows], fontsize=SMALL - 1
    )
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(-EDGE - 0.3, EDGE + 0.3)
    axes.set_xlabel("spinesim in its band, in band widths from the middle", fontsize=SMALL)
    _tidy(axes)
    return _svg(figure, name)


def curve_points(validation: Validation, case: Case, curve: Curve) -> tuple[np.ndarray, np.ndarray] | None:
    """Return x and y of a curve at every step in the units it is drawn in, or None when its result is missing."""
    results = validation.results(case)
    names = {leaf.scenario for measure in (curve.x, curve.y) for leaf in leaves(measure)}
    steps = [results[name].sizes.get("step", 0) for name in names if name in results]
    if len(steps) < len(names) or not min(steps):
        return None
    xy: list[list[float]] = []
    for k in range(min(steps)):
        try:
            xy.append([_drawn(measure, results, k) for measure in (curve.x, curve.y)])
        except MeasureError:
            break  # a course that buckled has no values after that
    return (np.array(xy)[:, 0], np.array(xy)[:, 1]) if xy else None


def _drawn(measure: Any, results: Mapping[str, Any], step: Any) -> float:
    return evaluate(measure, results, step) / unit_measures(_unit(measure))[0]


def _unit(measure: Any) -> str:
    """Return the unit of the first leaf: curves are sums and differences of like things."""
    return next(leaves(measure)).unit


def _curve_drawer(
    validation: Validation, case: Case, curve: Curve, line: tuple[np.ndarray, np.ndarray]
) -> Callable[[Axes], None]:
    def draw(axes: Axes) -> None:
        axes.plot(*line, color=LINE, linewidth=1.6, label="spinesim", zorder=2)
        for x, row in _row_places(validation, case, curve):
            _measured_point(axes, x, row, np.interp(x, *_sorted(line)))
        axes.axhline(0.0, color=GRID, linewidth=0.8, zorder=0)
        axes.set_title(_plain(curve.title), fontsize=NORMAL, parse_math=False)
        axes.set_xlabel(_axis_name(curve.x), fontsize=SMALL)
        axes.set_ylabel(_axis_name(curve.y), fontsize=SMALL)
        _tidy(axes)

    return draw


def _row_places(validation: Validation, case: Case, curve: Curve) -> list[tuple[float, Judged]]:
    """Return the rows of a curve with where they stand on its x axis: at their own load."""
    results = validation.results(case)
    places = []
    for row in validation.rows:
        if row.case is not case or row.entry.id not in curve.rows or row.entry.value is None:
            continue
        step = next((leaf.step for leaf in leaves(row.row.measure) if isinstance(leaf.step, LoadStep)), None)
        try:
            places.append((_drawn(curve.x, results, step), row))
        except MeasureError:
            continue
    return places


def _sorted(line: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(line[0], kind="stable")
    return line[0][order], line[1][order]


def _measured_point(axes: Axes, x: float, row: Judged, computed: float) -> None:
    """Draw value and band; a size without a sign gets the sign of the curve at its place."""
    entry = row.entry
    value = float(entry.value or 0.0)
    sign = -1.0 if computed < 0.0 <= value else 1.0
    low = value - entry.low if entry.low is not None else 0.0
    high = entry.high - value if entry.high is not None else 0.0
    bars = [[high], [low]] if sign < 0.0 else [[low], [high]]
    axes.errorbar(
        [x], [sign * value], yerr=bars, fmt="s", color=INK, markersize=4, capsize=2.5, linewidth=1.0, zorder=3
    )


def _axis_name(measure: Any) -> str:
    leaf = next(leaves(measure))
    return _plain(f"{leaf.variable.replace('_', ' ')} ({leaf.unit})")


def _against(axes: Axes, rows: Sequence[Judged], unit: str) -> None:
    for row in rows:
        entry, look = row.entry, LOOKS[row.verdict]
        low, high = _edges(row)
        middle = entry.value if entry.value is not None else 0.5 * (low + high)
        bars = [[max(middle - low, 0.0)], [max(high - middle, 0.0)]]
        axes.errorbar(
            [middle], [row.spinesim or 0.0], xerr=bars, fmt=look["marker"], color=look["color"], markersize=4.5,
            capsize=2, linewidth=0.9, zorder=3,
        )  # fmt: skip
    reach = [*axes.get_xlim(), *axes.get_ylim()]
    axes.plot([min(reach), max(reach)], [min(reach), max(reach)], color=FAINT, linewidth=0.8, zorder=1)
    axes.set_xlabel(f"measured ({unit})", fontsize=SMALL)
    axes.set_ylabel(f"spinesim ({unit})", fontsize=SMALL)
    _tidy(axes)


def _edges(row: Judged) -> tuple[float, float]:
    """Return the band, an open side closed at the value."""
    low, high, value = row.entry.low, row.entry.high, row.entry.value
    inner = value if value is not None else low if low is not None else high
    return (low if low is not None else inner or 0.0), (high if high is not None else inner or 0.0)


def _forest_row(axes: Axes, n: int, row: Judged) -> None:
    place = row.place
    look = LOOKS[row.verdict]
    if place is None:
        axes.plot([0.0], [n], marker="x", color=look["color"], markersize=5, linestyle="none", zorder=3)
        return
    marker = look["marker"] if abs(place) <= EDGE else "<" if place < 0.0 else ">"
    x = min(max(place, -EDGE), EDGE)
    axes.plot([x], [n], marker=marker, color=look["color"], markersize=5, linestyle="none", zorder=3)
    if abs(place) > EDGE:
        side = -1.0 if place > 0.0 else 1.0
        axes.text(
            x + 0.15 * side,
            n,
            f"{place:.1f}",
            fontsize=SMALL - 1,
            va="center",
            ha="right" if side < 0 else "left",
            color=INK,
        )


def _legend(figure: Figure, rows: Sequence[Judged]) -> None:
    axes = figure.axes[0]
    for verdict in dict.fromkeys(row.verdict for row in rows):
        look = LOOKS[verdict]
        axes.plot(
            [], [], marker=look["marker"], color=look["color"], linestyle="none", markersize=4.5, label=look["label"]
        )
    axes.legend(fontsize=SMALL - 1, loc="upper left", framealpha=0.8)


def _tidy(axes: Axes) -> None:
    axes.grid(color=GRID, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=SMALL - 1)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _plain(text: str) -> str:
    """Return a text that matplotlib will not read as a formula."""
    return printable(text).replace("$", r"\$")


def _svg(figure: Figure, name: str) -> str:
    """Return the picture as an <svg> element whose ids no other picture of the page has."""
    memory = io.StringIO()
    with matplotlib.rc_context(_MARKUP):
        figure.savefig(memory, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = memory.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    prefix = re.sub(r"\W+", "_", name)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', text)
    text = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', text)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", text)
