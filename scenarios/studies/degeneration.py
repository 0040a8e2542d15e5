"""One disc degenerated, grade 1 to 5, at each level: where its load goes.

Usage: python scenarios/studies/degeneration.py [--out FOLDER] [--pictures FOLDER]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure
from study_tools import LEVELS, LOOKS, Row, new_figure, number, run_study, solved, tidy

GRADES = range(1, 6)
PANELS = {
    "pressure_MPa": "pressure in the disc, MPa",
    "facets_N": "both facet joints, N",
    "compression_N": "compression of the joint, N",
}


def rows() -> Iterator[Row]:
    """Yield one row for each level and grade, standing."""
    for level in LEVELS:
        for grade in GRADES:
            result = solved("standing", discs=[{"level": level, "degeneration": grade}])
            at = result.sel(level=level)
            yield {
                "level": level,
                "grade": grade,
                "status": result.attrs["status"],
                "pressure_MPa": number(at["intradiscal_pressure"], 2),
                "facets_N": number(at["facet_force"].sum()),
                "ligaments_N": number(at["ligament_force"].sum()),
                "disc_compression_N": number(at["disc_compression"]),
                "compression_N": number(at["joint_compression"]),
                "least_stiffness_Nm_rad": number(result["stability_eigenvalue"], 1),
            }


def draw(found: Sequence[Row]) -> Figure:
    """Draw pressure, facet force and compression over the grade, a line a level."""
    figure, panels = new_figure(len(PANELS), shared=False)
    for axes, (key, words) in zip(panels, PANELS.items(), strict=True):
        for level, look in zip(LEVELS, LOOKS, strict=True):
            line = [row for row in found if row["level"] == level and row["status"] == "converged"]
            axes.plot([row["grade"] for row in line], [row[key] for row in line], label=level, **look)
        axes.set_xticks(list(GRADES))
        tidy(axes, words, "grade of degeneration of that disc")
    panels[0].legend(fontsize=7)
    return figure


if __name__ == "__main__":
    run_study("degeneration", rows, draw)
