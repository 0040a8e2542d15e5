"""A worked case: a man of 42 years, whose degenerated L4-L5 disc bulges to the right, stands badly on his right leg.

What is left of glutei medius and minimus, the pelvis held level, and the trunk leaning over the standing leg or not;
the unsupported side of the pelvis hanging down; the pelvis as costs least; and, with it, the lean of the trunk that
costs the muscles least. At last the pelvis as costs least with as little left of all muscles that abduct.

Usage: python scenarios/studies/single_leg_stance.py [--out FOLDER] [--pictures FOLDER]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.figure import Figure
from study_tools import LOOKS, Row, new_figure, number, run_study, tidy

import spinesim as ss

STRENGTHS = range(100, 29, -10)  # %
FEWER = (20, 15, 10, 5)  # %, of all that abduct
GLUTEI = ("gluteus_medius", "gluteus_minimus")
ALL = (*GLUTEI, "gluteus_maximus", "piriformis", "tensor_fasciae_latae")
LEANS = (0, 10)  # deg, to the side of the standing leg
TRIED = range(0, 22, 3)  # deg: the leans of which the one that costs muscles least is told
CM3 = 1e6  # cm^3 a m^3
GRADE = 3
BULGE = {"side": "right", "depth": "4 mm"}


def rows() -> Iterator[Row]:
    """Yield one row for each posture and strength."""
    postures: dict[str, dict[str, str]] = {
        f"lean of {lean} deg": {"right_lateral_bending": f"{lean} deg"} for lean in LEANS
    }
    postures["pelvis 24 deg down"] = {"pelvis_list": "-24 deg"}
    postures["predicted"] = {"lumbopelvic_rhythm": "solved"}
    for words, posture in postures.items():
        lean = int(posture.get("right_lateral_bending", "0").split()[0])
        for strength in STRENGTHS:
            yield _row(words, strength, lean, ss.simulate(_stance(posture, strength)))
    for strength in STRENGTHS:
        yield _row("predicted, lean free", strength, *least_lean(strength))
    for strength in (*STRENGTHS, *FEWER):
        result = ss.simulate(_stance(postures["predicted"], strength, ALL))
        yield _row("predicted, all abductors", strength, 0, result)


def least_lean(strength: int) -> tuple[int, Any]:
    """Return the lean (deg) of the trunk over the leg that costs muscles least where the pelvis may choose, and its
    result.
    """
    found = []
    for lean in TRIED:
        posture = {"right_lateral_bending": f"{lean} deg", "lumbopelvic_rhythm": "solved"}
        found.append((lean, ss.simulate(_stance(posture, strength))))
    return min((one for one in found if one[1].attrs["status"] == "converged"), key=lambda one: muscle_effort(one[1]))


def muscle_effort(result: Any) -> float:
    """Return what the muscles cost (m^3): volume times squared activation, as recruitment counts it; of a weak muscle
    only what is left of it works.
    """
    total, activation = 0.0, result["muscle_activation"]
    limit = result["group_limit"]
    for fascicle in ss.load_model().fascicles:
        volume = fascicle.pcsa * fascicle.optimal_fibre_length
        for side, mark in (("right", "R"), ("left", "L")):
            left = float(limit.sel(group=fascicle.group, side=side))
            own = float(activation.sel(fascicle=f"{fascicle.name}_{mark}"))
            total += volume * own**2 / left if left > 0.0 else 0.0
    return total


def _stance(posture: dict[str, str], strength: int, groups: Sequence[str] = GLUTEI) -> dict[str, Any]:
    return {
        "format": 1,
        "name": f"Single-leg stance, hip abductors at {strength} %",
        "subject": {"sex": "male", "age": "42 yr"},
        "posture": {"preset": "single_leg", **posture},
        "discs": [{"level": "L4-L5", "degeneration": GRADE, "bulge": BULGE}],
        "muscles": [{"group": group, "side": "right", "strength": f"{strength} %"} for group in groups],
    }


def _row(words: str, strength: int, lean: int, result: Any) -> Row:
    at, right = result.sel(level="L4-L5"), result["group_activation"].sel(side="right")
    return {
        "posture": words,
        "abductor_strength_pct": strength,
        "trunk_lean_deg": lean,
        "muscle_effort_cm3": number(CM3 * muscle_effort(result), 1),
        "status": result.attrs["status"],
        "settled": "no" if result.attrs["unsettled"] else "yes",
        "left_side_raised_deg": number(result["pelvis_list"], 1),
        "gluteus_medius_pct": number(100.0 * right.sel(group="gluteus_medius"), 1),
        "tensor_pct": number(100.0 * right.sel(group="tensor_fasciae_latae"), 1),
        "hip_right_N": number((result["hip_reaction"].sel(side="right") ** 2).sum() ** 0.5),
        "compression_N": number(at["joint_compression"]),
        "pressure_MPa": number(at["intradiscal_pressure"], 2),
        "bulge_right_mm": number(at["disc_bulge_posterolateral"].sel(side="right"), 2),
        "facet_left_N": number(at["facet_force"].sel(side="left")),
        "facet_right_N": number(at["facet_force"].sel(side="right")),
    }


def draw(found: Sequence[Row]) -> Figure:
    """Draw what the hip and the degenerated level carry over the strength of the abductors, a line a posture."""
    panels = {
        "trunk_lean_deg": "trunk over the leg, deg",
        "left_side_raised_deg": "left side of the pelvis raised, deg",
        "hip_right_N": "right hip, N",
        "compression_N": "L4-L5, N",
        "facet_right_N": "right facet joint of L4-L5, N",
    }
    figure, places = new_figure(len(panels), shared=False)
    names = list(dict.fromkeys(row["posture"] for row in found))
    for axes, (key, words) in zip(places, panels.items(), strict=True):
        for name, look in zip(names, LOOKS, strict=False):
            line = [row for row in found if row["posture"] == name and row["status"] == "converged"]
            axes.plot([r["abductor_strength_pct"] for r in line], [r[key] for r in line], label=name, **look)
        axes.invert_xaxis()
        tidy(axes, words, "strength of the weak abductors, %", from_zero=key != "left_side_raised_deg")
    places[2].legend(fontsize=7, loc="lower right")
    return figure


if __name__ == "__main__":
    run_study("single_leg_stance", rows, draw)
