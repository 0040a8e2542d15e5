"""Gluteal strength x depth of a hip hinge x load in the hands: what hips and back do, the share between them prescribed
by the healthy rhythm, and predicted.

Usage: python scenarios/studies/gluteal_hinge.py [--out FOLDER] [--pictures FOLDER]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from matplotlib.figure import Figure
from study_tools import LOOKS, Row, new_figure, number, run_study, tidy

import spinesim as ss

STRENGTHS = range(100, 39, -10)  # %
DEPTHS = (30, 60, 90)  # deg
LOADS = (0, 20)  # kg
RHYTHMS = {"healthy": "prescribed", "solved": "predicted"}
GLUTEI = ("gluteus_maximus", "gluteus_medius", "gluteus_minimus")
ERECTORS = ("longissimus_pars_thoracis", "iliocostalis_pars_thoracis", "longissimus_pars_lumborum")


def rows() -> Iterator[Row]:
    """Yield one row for each rhythm, load, depth and strength."""
    for rhythm, load, depth, strength in product(RHYTHMS, LOADS, DEPTHS, STRENGTHS):
        result = ss.simulate(hinge(rhythm, load, depth, strength))
        group = result["group_activation"]
        yield {
            "rhythm": RHYTHMS[rhythm],
            "load_kg": load,
            "depth_deg": depth,
            "gluteal_strength_pct": strength,
            "status": result.attrs["status"],
            "settled": "no" if result.attrs["unsettled"] else "yes",
            "lumbar_flexion_deg": number(result["lumbar_flexion"], 1),
            "compression_L5_S1_N": number(result["joint_compression"].sel(level="L5-S1")),
            "gluteus_maximus_pct": number(100.0 * group.sel(group="gluteus_maximus").mean(), 1),
            "hamstrings_pct": number(100.0 * group.sel(group="hamstrings").mean(), 1),
            "erector_pct": number(100.0 * group.sel(group=list(ERECTORS)).mean(), 1),
        }


def hinge(rhythm: str, load: int, depth: int, strength: int) -> dict[str, Any]:
    """Return a bend from the hips with a load (kg) in the hands, gluteal muscles at a strength (%)."""
    return {
        "format": 1,
        "name": f"Hinge of {depth} deg with {load} kg, gluteal muscles at {strength} %",
        "posture": {
            "preset": "standing", "trunk_inclination": f"{depth} deg", "knee_flexion": "20 deg",
            "lumbopelvic_rhythm": rhythm,
        },
        "loads": [{"kind": "held", "mass": f"{load} kg", "reach": "0.4 m", "height": "knee"}] if load else [],
        "muscles": [{"group": group, "strength": f"{strength} %"} for group in GLUTEI],
    }  # fmt: skip


def draw(found: Sequence[Row]) -> Figure:
    """Draw lumbar flexion, hamstrings and what L5-S1 carries over the strength, with the load, two lines a depth."""
    panels = {
        "lumbar_flexion_deg": "lumbar flexion, deg",
        "hamstrings_pct": "hamstrings, %",
        "compression_L5_S1_N": "L5-S1, N",
    }
    figure, places = new_figure(len(panels), shared=False)
    for axes, (key, words) in zip(places, panels.items(), strict=True):
        for depth, look in zip(DEPTHS, LOOKS, strict=False):
            for rhythm in RHYTHMS.values():
                line = [
                    row for row in found
                    if (row["depth_deg"], row["load_kg"], row["rhythm"]) == (depth, LOADS[-1], rhythm)
                    and row["status"] == "converged"
                ]  # fmt: skip
                _draw_line(axes, line, key, look, f"{depth} deg, {rhythm}", rhythm == "predicted")
        axes.invert_xaxis()
        tidy(axes, f"{words}, with {LOADS[-1]} kg", "gluteal strength left, %")
    places[-1].legend(fontsize=7, loc="lower left")
    return figure


def _draw_line(axes: Any, line: Sequence[Row], key: str, look: dict[str, str], words: str, predicted: bool) -> None:
    """Draw a line: thin without marks where the share is prescribed; hollow marks where a prediction is none."""
    style: dict[str, Any] = look if predicted else {**look, "marker": "", "linewidth": 0.8}
    axes.plot([row["gluteal_strength_pct"] for row in line], [row[key] for row in line], label=words, **style)
    guessed = [row for row in line if row["settled"] == "no" and predicted]
    hollow = {**look, "markerfacecolor": "white", "linestyle": "none"}
    axes.plot([row["gluteal_strength_pct"] for row in guessed], [row[key] for row in guessed], **hollow)


if __name__ == "__main__":
    run_study("gluteal_hinge", rows, draw)
