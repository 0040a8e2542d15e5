"""What a loss of 30 % of the gluteal strength changes in a predicted hip hinge, and how far that rests on the weight of
leaving the healthy rhythm: three costs of one spread, three depths, with 20 kg.

Usage: python scenarios/studies/gluteal_weights.py [--out FOLDER] [--pictures FOLDER]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

import xarray as xr
from gluteal_hinge import ERECTORS, hinge
from matplotlib.figure import Figure
from study_tools import LOOKS, Row, new_figure, number, run_study, tidy

import spinesim as ss

COSTS = (0.1, 0.2, 0.3, 0.5, 1.0)  # of one spread; the model's own is 0.5
DEPTHS = (30, 60, 90)  # deg
LOAD, LOST = 20, 30  # kg, %
PANELS = {
    "lumbar_flexion_change_deg": "change of lumbar flexion, deg",
    "compression_L5_S1_change_N": "change of compression L5-S1, N",
    "erector_change_pct": "change of extensor activation, %",
}


def rows(depths: Sequence[int] = DEPTHS, costs: Sequence[float] = COSTS) -> Iterator[Row]:
    """Yield one row for each depth and cost: what the healthy do, and what changes."""
    model = ss.load_model()
    for depth, cost in product(depths, costs):
        weighted = replace(model, recruitment=replace(model.recruitment, lean_cost=cost))
        well, weak = (ss.simulate(hinge("solved", LOAD, depth, strength), weighted) for strength in (100, 100 - LOST))
        yield _row(depth, cost, well, weak)


def _row(depth: int, cost: float, well: xr.Dataset, weak: xr.Dataset) -> Row:
    before, after = _numbers(well), _numbers(weak)
    changed = {key: number(after[key] - before[key], 2) for key in before}
    return {
        "depth_deg": depth,
        "cost": cost,
        "status": well.attrs["status"] if well.attrs["status"] == weak.attrs["status"] else weak.attrs["status"],
        "settled": "no" if well.attrs["unsettled"] or weak.attrs["unsettled"] else "yes",
        "lumbar_flexion_deg": number(before["lumbar_flexion"], 1),
        "lumbar_flexion_change_deg": changed["lumbar_flexion"],
        "compression_L5_S1_N": number(before["compression"]),
        "compression_L5_S1_change_N": changed["compression"],
        "erector_pct": number(before["erector"], 1),
        "erector_change_pct": changed["erector"],
    }


def _numbers(result: xr.Dataset) -> dict[str, float]:
    return {
        "lumbar_flexion": float(result["lumbar_flexion"]),
        "compression": float(result["joint_compression"].sel(level="L5-S1")),
        "erector": float(100.0 * result["group_activation"].sel(group=list(ERECTORS)).mean()),
    }


def draw(found: Sequence[Row]) -> Figure:
    """Draw the three changes over the cost, a line a depth."""
    figure, places = new_figure(len(PANELS), shared=False)
    for axes, (key, words) in zip(places, PANELS.items(), strict=True):
        for depth, look in zip(DEPTHS, LOOKS, strict=False):
            line = [row for row in found if row["depth_deg"] == depth and row["status"] == "converged"]
            axes.plot([r["cost"] for r in line], [r[key] for r in line], label=f"{depth} deg", **look)
        axes.axhline(0.0, color="#1a1a1a", linewidth=0.6)
        axes.set_xscale("log")
        axes.set_xticks(COSTS, [f"{cost:g}" for cost in COSTS])
        axes.minorticks_off()
        tidy(axes, words, "cost of one spread from the rhythm", from_zero=False)
    places[0].legend(fontsize=7, title=f"{LOST} % lost, {LOAD} kg", title_fontsize=7)
    return figure


if __name__ == "__main__":
    run_study("gluteal_weights", rows, draw)
