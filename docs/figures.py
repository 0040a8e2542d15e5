"""Pictures of manual and README from a validation run; shape and lightness differ, so that grey print is enough."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinesim.validation import Case, Validation
from spinesim.validation.figures import curve_points
from spinesim.validation.judge import Judged

MODEL = {"color": "#0072b2", "zorder": 3}
DATA = {"color": "#1a1a1a", "fmt": "s", "markersize": 4, "markerfacecolor": "white", "capsize": 3, "zorder": 4}
DOT = {"marker": "o", "linestyle": "none", "markersize": 8, "label": "spinesim", **MODEL}
FAINT = "#6b6b6b"
SMALL = 8
YAMAMOTO = {
    "flexion": [f"ROM-{n:03d}" for n in range(1, 6)],
    "extension": [f"ROM-{n:03d}" for n in range(6, 11)],
    "axial rotation, one side": [f"ROM-{n:03d}" for n in range(11, 16)],
    "lateral bending, one side": [f"ROM-{n:03d}" for n in range(16, 21)],
}
LEVELS = ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")


def rows_by_id(validation: Validation) -> Mapping[str, Judged]:
    """Return the rows of a run by their ids."""
    return {row.entry.id: row for row in validation.rows}


def case_of(validation: Validation, file: str) -> Case:
    """Return the case of a file."""
    return next(case for case in validation.cases if case.file == file)


def wilke_rows(validation: Validation) -> list[Judged]:
    """Return the absolute pressures of Wilke 1999, smallest measured first: all his static tasks."""
    rows = [
        row for row in validation.rows
        if row.case.file == "wilke_1999_pressure.yaml" and row.entry.kind == "intradiscal_pressure"
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.entry.value or 0.0, row.entry.id))


def wilke_error(rows: Sequence[Judged]) -> tuple[float, int]:
    """Return the root mean square error over the tasks that were solved, MPa, and how many those are."""
    errors = [row.spinesim - (row.entry.value or 0.0) for row in rows if row.spinesim is not None]
    return (math.sqrt(math.fsum(e * e for e in errors) / len(errors)) if errors else math.nan), len(errors)


def wilke_figure(validation: Validation) -> Figure:
    """Draw measured and computed pressure of every task."""
    rows = wilke_rows(validation)
    figure = Figure(figsize=(7.2, 0.32 * len(rows) + 1.0), layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    for n, row in enumerate(rows):
        low, value, high = (float(x or 0.0) for x in (row.entry.low, row.entry.value, row.entry.high))
        first = n == 0
        axes.errorbar(
            [value], [n], xerr=[[value - low], [high - value]], label="measured, ±20 %" if first else None, **DATA
        )
        if row.spinesim is None:
            axes.text(high + 0.04, n, "not solved", fontsize=SMALL, va="center", style="italic")
            continue
        axes.plot([row.spinesim], [n], **{**DOT, "label": "spinesim" if first else None})
        axes.plot([value, row.spinesim], [n, n], color=FAINT, linewidth=0.8, zorder=1)
    names = [
        row.entry.quantity.removeprefix("L4-L5, ") + (" *" if row.row.confidence == "unverified" else "")
        for row in rows
    ]
    axes.set_yticks(range(len(rows)), names, fontsize=SMALL)
    axes.set_xlim(0.0, axes.get_xlim()[1] + 0.35)  # room for words at the right
    axes.set_xlabel("pressure in the disc L4-L5, MPa      (* measured value not read at the source)", fontsize=SMALL)
    axes.legend(fontsize=SMALL, loc="lower right")
    _tidy(axes)
    return figure


def yamamoto_figure(validation: Validation) -> Figure:
    """Draw the range of motion by level."""
    rows = rows_by_id(validation)
    figure = Figure(figsize=(7.2, 5.0), layout="constrained", facecolor="white")
    for n, (title, ids) in enumerate(YAMAMOTO.items()):
        axes = figure.add_subplot(2, 2, n + 1)
        _columns(axes, [rows[i] for i in ids], LEVELS)
        axes.set_title(title, fontsize=SMALL + 1)
        axes.set_ylabel("deg at 10 N m", fontsize=SMALL)
        axes.set_ylim(bottom=0.0)
    figure.axes[0].legend(fontsize=SMALL, loc="upper left")
    return figure


def heuer_figure(validation: Validation) -> Figure:
    """Draw the curves of the disc alone over the measured angles."""
    case = case_of(validation, "heuer_2007_disc_alone_rotation.yaml")
    figure = Figure(figsize=(7.2, 2.8), layout="constrained", facecolor="white")
    for n, curve in enumerate(case.curves):
        axes = figure.add_subplot(1, len(case.curves), n + 1)
        line = curve_points(validation, case, curve)
        if line is not None:
            axes.plot(*_once(line), linewidth=1.8, label="spinesim", **MODEL)
        _moments(axes, [row for row in validation.rows if row.entry.id in curve.rows and row.case is case])
        axes.set_title(curve.title.split(", ", 2)[-1], fontsize=SMALL + 1)
        axes.set_xlabel("moment, N m", fontsize=SMALL)
        axes.set_ylabel("rotation, deg" if n == 0 else "", fontsize=SMALL)
        _tidy(axes)
    figure.axes[0].legend(fontsize=SMALL, loc="upper left")
    return figure


def follower_figure(validation: Validation) -> Figure:
    """Draw L1-S1 with and without a follower load, and where the rows on it lie."""
    case = case_of(validation, "patwardhan_2003_follower_load.yaml")
    figure = Figure(figsize=(7.2, 3.4), layout="constrained", facecolor="white")
    left, right = figure.subplots(1, 2, width_ratios=(1.0, 0.9))
    for curve, style in zip(case.curves, ("-", "--"), strict=False):
        line = curve_points(validation, case, curve)
        if line is not None:
            color = MODEL["color"] if style == "-" else "#1a1a1a"
            left.plot(*_once(line), style, linewidth=1.8, label=curve.title.removeprefix("L1-S1 "), color=color)
    left.set_xlabel("moment, N m (flexion positive)", fontsize=SMALL)
    left.set_ylabel("rotation of L1 against S1, deg", fontsize=SMALL)
    if left.lines:
        left.legend(fontsize=SMALL)
    _tidy(left)
    falls = [row for row in validation.rows if row.case.file == "du_2015_follower_load.yaml"]
    names = [row.entry.quantity.split(" of ", 1)[1].split(" from ")[0] for row in falls]
    _columns(right, falls, names, "Du 2015 (finite elements)")
    right.set_ylabel("fall of motion from 0 to 1,200 N, %", fontsize=SMALL)
    right.legend(fontsize=SMALL, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)
    return figure


def facet_figure(validation: Validation) -> Figure:
    """Draw measured and computed facet forces."""
    rows = [row for row in validation.rows if row.entry.kind == "facet_force" and row.entry.unit == "N"]
    figure = Figure(figsize=(7.2, 0.36 * len(rows) + 1.0), layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    for n, row in enumerate(rows):
        entry = row.entry
        axes.errorbar([_middle(row)], [n], xerr=_bars(row), label="measured, with its band" if n == 0 else None, **DATA)
        if row.spinesim is None:
            axes.text(float(entry.high or 0.0) + 3.0, n, "not solved", fontsize=SMALL, va="center", style="italic")
        else:
            axes.plot([row.spinesim], [n], **{**DOT, "label": "spinesim" if n == 0 else None})
    names = [_joint(row) for row in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=SMALL)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel("contact force, N", fontsize=SMALL)
    axes.legend(fontsize=SMALL)
    _tidy(axes)
    return figure


def _joint(row: Judged) -> str:
    text = row.entry.quantity.removeprefix("force of ")
    return text.replace("the facet joint", "joint").replace("one facet joint", "one joint")


FIGURES = {
    "wilke": wilke_figure,
    "passive_yamamoto": yamamoto_figure,
    "passive_heuer": heuer_figure,
    "passive_follower": follower_figure,
    "passive_facets": facet_figure,
}


def save(validation: Validation, folder: Path, names: Iterable[str] = FIGURES) -> None:
    """Write the pictures as PNG; equal runs give equal files."""
    for name in names:
        FIGURES[name](validation).savefig(folder / f"{name}.png", dpi=130, metadata={"Software": None})


def _columns(axes: Axes, rows: Sequence[Judged], names: Sequence[str], label: str = "measured") -> None:
    """Draw rows side by side: value with band, and the engine's number."""
    for n, row in enumerate(rows):
        axes.errorbar([n], [_middle(row)], yerr=_bars(row), label=label if n == 0 else None, **DATA)
        if row.spinesim is None:
            axes.text(n, _middle(row), " not solved", fontsize=SMALL, rotation=90, style="italic")
        else:
            axes.plot([n], [row.spinesim], **{**DOT, "label": "spinesim" if n == 0 else None})
    turn = 25 if max(len(name) for name in names) > 8 else 0
    axes.set_xticks(range(len(rows)), names, fontsize=SMALL, rotation=turn, ha="right" if turn else "center")
    axes.set_xlim(-0.5, len(rows) - 0.5)
    _tidy(axes)


def _moments(axes: Axes, rows: Sequence[Judged]) -> None:
    """Draw rows at the moment of their measure; a size without a sign gets the sign of the moment."""
    for row in rows:
        moment = _moment(row)
        sign = math.copysign(1.0, moment) if (row.entry.value or 0.0) >= 0.0 else 1.0
        bars = _bars(row)
        label = "measured" if row is rows[0] else None
        axes.errorbar([moment], [sign * _middle(row)], yerr=bars if sign > 0.0 else bars[::-1], label=label, **DATA)


def _once(line: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return a cyclic course as one line: it is elastic, so that it comes back the way it went."""
    x, first = np.unique(np.round(line[0], 9), return_index=True)
    return x, line[1][first]


def _moment(row: Judged) -> float:
    from spinesim.validation.measure import LoadStep, leaves

    step: Any = next(leaf.step for leaf in leaves(row.row.measure))
    assert isinstance(step, LoadStep), f"{row.entry.id} has no moment"
    return step.value * step.sign


def _middle(row: Judged) -> float:
    entry = row.entry
    return float(entry.value) if entry.value is not None else 0.5 * (float(entry.low or 0.0) + float(entry.high or 0.0))


def _bars(row: Judged) -> np.ndarray:
    middle, entry = _middle(row), row.entry
    low = middle - entry.low if entry.low is not None else 0.0
    high = entry.high - middle if entry.high is not None else 0.0
    return np.array([[max(low, 0.0)], [max(high, 0.0)]])


def _tidy(axes: Axes) -> None:
    axes.grid(color="#d9d9d9", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=SMALL)
    axes.spines[["top", "right"]].set_visible(False)
