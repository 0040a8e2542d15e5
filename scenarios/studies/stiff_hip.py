"""Stiff hips in a predicted bend: flexion that both hips have lost x depth, empty-handed and with 20 kg, and what the
lumbar spine makes up for.

Usage: python scenarios/studies/stiff_hip.py [--out FOLDER] [--pictures FOLDER]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from gluteal_hinge import ERECTORS, hinge
from matplotlib.figure import Figure
from study_tools import LOOKS, Row, new_figure, number, run_study, tidy

import spinesim as ss

LOST = (0, 60, 80, 90, 95, 100, 105)  # deg, of the 130 that the model covers
DEPTHS = (30, 60, 90)  # deg
LOADS = (0, 20)  # kg


def rows() -> Iterator[Row]:
    """Yield one row for each load, depth and lost range."""
    for load, depth, lost in product(LOADS, DEPTHS, LOST):
        scenario = hinge("solved", load, depth, 100) | {"hips": [{"lost_flexion": f"{lost} deg"}]}
        result = ss.simulate(scenario)
        group = result["group_activation"]
        yield {
            "load_kg": load,
            "depth_deg": depth,
            "lost_flexion_deg": lost,
            "status": result.attrs["status"],
            "pelvis_tilt_deg": number(result["pelvis_tilt"], 1),
            "lumbar_flexion_deg": number(result["lumbar_flexion"], 1),
            "passive_hip_Nm": number(result["hip_passive_moment"].sel(axis="right").mean(), 1),
            "compression_L5_S1_N": number(result["joint_compression"].sel(level="L5-S1")),
            "erector_pct": number(100.0 * group.sel(group=list(ERECTORS)).mean(), 1),
        }


def draw(found: Sequence[Row]) -> Figure:
    """Draw how hips and lumbar spine share the bend and what L5-S1 carries, empty-handed, a line a depth."""
    panels = {
        "pelvis_tilt_deg": "hips, deg",
        "lumbar_flexion_deg": "lumbar spine, deg",
        "compression_L5_S1_N": "L5-S1, N",
    }
    figure, places = new_figure(len(panels), shared=False)
    for axes, (key, words) in zip(places, panels.items(), strict=True):
        for depth, look in zip(DEPTHS, LOOKS, strict=False):
            own = [row for row in found if (row["depth_deg"], row["load_kg"]) == (depth, LOADS[0])]
            line = [row for row in own if row["status"] == "converged"]
            axes.plot([r["lost_flexion_deg"] for r in line], [r[key] for r in line], label=f"{depth} deg", **look)
        tidy(axes, words, "flexion lost by both hips, deg")
    places[-1].legend(fontsize=7, loc="lower left")
    return figure


if __name__ == "__main__":
    run_study("stiff_hip", rows, draw)
