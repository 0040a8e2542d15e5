"""One level turned to the left by 0 to 5 deg, its unloaded shape with it, at each level and in three postures.

Usage: python scenarios/studies/rotation_offsets.py [--out FOLDER] [--pictures FOLDER]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure
from study_tools import LEVELS, LOOKS, Row, new_figure, number, run_study, solved, tidy

import spinesim as ss

POSTURES = {"standing": "standing", "flexed_36": "bent forward 36 deg", "hold_20kg_close": "holding 20 kg close"}
ANGLES = range(6)  # deg


def rows() -> Iterator[Row]:
    """Yield one row for each posture, level and angle."""
    for posture in POSTURES:
        for level in LEVELS:
            for angle in ANGLES:
                yield _row(posture, level, angle)


def _row(posture: str, level: str, angle: int) -> Row:
    row = {"posture": posture, "level": level, "offset_deg": angle, "status": "beyond range"}
    numbers = dict.fromkeys(("facet_right_N", "facet_left_N", "joint_moment_Nm", "compression_N", "muscles_N"), "")
    offset = {"level": level, "left_axial_rotation": f"{angle} deg", "cause": "structural"}
    try:
        result = solved(posture, rotation_offsets=[offset] if angle else [])
    except ss.InputError:  # farther than the level can turn
        return row | numbers
    at = result.sel(level=level)
    return row | {
        "status": result.attrs["status"],
        "facet_right_N": number(at["facet_force"].sel(side="right")),
        "facet_left_N": number(at["facet_force"].sel(side="left")),
        "joint_moment_Nm": number(at["joint_moment"].sel(rotation="left_axial_rotation"), 1),
        "compression_N": number(at["joint_compression"]),
        "muscles_N": number(result["group_force"].sum()),
    }


def draw(found: Sequence[Row]) -> Figure:
    """Draw the facet force on the side that the level is turned from, a line a level."""
    figure, panels = new_figure(len(POSTURES))
    for axes, posture in zip(panels, POSTURES, strict=True):
        for level, look in zip(LEVELS, LOOKS, strict=True):
            line = [row for row in found if (row["posture"], row["level"]) == (posture, level)]
            held = [row for row in line if row["status"] == "converged"]
            axes.plot([r["offset_deg"] for r in held], [r["facet_right_N"] for r in held], label=level, **look)
    for axes, words in zip(panels, POSTURES.values(), strict=True):  # they share their upward axis
        tidy(axes, words, "level turned left, deg", "right facet joint, N" if axes is panels[0] else "")
    panels[0].legend(fontsize=7, title="turned level", title_fontsize=7)
    return figure


if __name__ == "__main__":
    run_study("rotation_offsets", rows, draw)
