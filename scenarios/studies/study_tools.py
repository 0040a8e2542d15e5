"""What the studies share: solving a changed scenario, a table on the terminal and as CSV, and a picture."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib.figure import Figure

import spinesim as ss

LEVELS = ("T12-L1", "L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")
# One look for each line of a picture; marks and dashes differ too, so that grey print is enough.
LOOKS = (
    {"color": "#0072b2", "marker": "o", "linestyle": "-"},
    {"color": "#c65a00", "marker": "s", "linestyle": "--"},
    {"color": "#6b6b6b", "marker": "^", "linestyle": ":"},
    {"color": "#7b3294", "marker": "D", "linestyle": "-."},
    {"color": "#008837", "marker": "v", "linestyle": "-"},
    {"color": "#1a1a1a", "marker": "x", "linestyle": "--"},
)
Row = Mapping[str, Any]


def solved(scenario: str, **fields: Any) -> xr.Dataset:
    """Return the result of a shipped scenario with other top-level fields."""
    return ss.simulate(ss.load_scenario(scenario).replace(**fields))


def number(value: Any, digits: int = 0) -> float:
    """Return a number of a result, rounded so that a negative zero is none."""
    return round(float(value), digits) + 0.0


def run_study(name: str, rows: Callable[..., Iterable[Row]], draw: Callable[[Sequence[Row]], Figure]) -> None:
    """Make the rows, print them, and write NAME.csv and NAME.png into the folders given on the command line."""
    parser = argparse.ArgumentParser(description=f"Study of small faults: {name}")
    parser.add_argument("--out", type=Path, default=Path("out/studies"), help="folder of the table")
    parser.add_argument("--pictures", type=Path, help="folder of the picture; left out: that of the table")
    asked = parser.parse_args()
    folder: Path = asked.out
    pictures: Path = asked.pictures or folder
    found = list(rows())
    print("\n".join(_lines(found)))
    for place in (folder, pictures):
        place.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(found[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
    draw(found).savefig(pictures / f"{name}.png", dpi=130, metadata={"Software": None})


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    """Yield head and rows of a table in columns."""
    table = [list(rows[0]), *([str(value) for value in row.values()] for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    for line in table:
        yield "  ".join(f"{cell:>{width}}" for cell, width in zip(line, widths, strict=True))


def new_figure(panels: int, shared: bool = True) -> tuple[Figure, Any]:
    """Return a white figure with panels side by side, their upward axis shared or not."""
    figure = Figure(figsize=(max(3.2 * panels, 4.5), 3.4), layout="constrained", facecolor="white")
    return figure, figure.subplots(1, panels, sharey=shared, squeeze=False)[0]


def tidy(axes: Any, title: str, across: str, up: str = "", from_zero: bool = True) -> None:
    """Give a panel its words and a faint grid."""
    axes.set_title(title, fontsize=9)
    axes.set_xlabel(across, fontsize=8)
    axes.set_ylabel(up, fontsize=8)
    axes.tick_params(labelsize=8)
    axes.grid(color="#d9d9d9", linewidth=0.5)
    axes.set_axisbelow(True)
    if from_zero:
        axes.set_ylim(0.0, 1.05 * axes.get_ylim()[1])
    axes.spines[["top", "right"]].set_visible(False)
