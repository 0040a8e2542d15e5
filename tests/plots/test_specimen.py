"""Pictures of a specimen: the curves are the Dataset's, also where a course broke off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from specimens import LUMBAR, result
from spinesim.plots import plot_course, plot_curves, save_plots
from spinesim.plots.specimen import course_load, main_turn
from tolerances import EXACT


@pytest.fixture(scope="module")
def flexed() -> xr.Dataset:
    return result(["L3-L4", "L4-L5"], moment={"flexion": "-5 N*m", "steps": 3, "course": "cycle"})


def _line(ax: Any, place: int) -> tuple[np.ndarray, np.ndarray]:
    line = ax.get_lines()[place]
    return np.asarray(line.get_xdata(), dtype=float), np.asarray(line.get_ydata(), dtype=float)


def test_curves_are_the_data(flexed: xr.Dataset) -> None:
    levels, whole = plot_curves(flexed)
    moment = flexed["specimen_moment"].sel(rotation="flexion").values
    for place, level in enumerate(("L3-L4", "L4-L5")):
        x, y = _line(levels, place)
        np.testing.assert_allclose(x, moment, rtol=EXACT)
        np.testing.assert_allclose(y, flexed["disc_rotation"].sel(level=level, rotation="flexion"), rtol=EXACT)
    np.testing.assert_allclose(_line(whole, 0)[1], flexed["specimen_rotation"].sel(rotation="flexion"), rtol=EXACT)
    assert levels.get_xlabel() == "moment, positive in flexion (N m)"
    assert levels.get_ylabel() == "flexion (deg)"
    key = levels.get_legend()
    assert key is not None
    assert [text.get_text() for text in key.get_texts()] == ["L3-L4", "L4-L5"]


def test_the_course_shows_pressure_facets_and_the_ligament_nearest_to_failure(flexed: xr.Dataset) -> None:
    pressure, facets, ligaments = plot_course(flexed)
    np.testing.assert_allclose(_line(pressure, 1)[1], flexed["intradiscal_pressure"].sel(level="L4-L5"), rtol=EXACT)
    np.testing.assert_allclose(_line(facets, 0)[1], flexed["facet_force"].sel(level="L3-L4").sum("side"), rtol=EXACT)
    share = flexed["ligament_failure_share"].max("ligament").sel(level="L3-L4")
    np.testing.assert_allclose(_line(ligaments, 0)[1], share, rtol=EXACT)
    assert pressure.get_ylabel() == "disc pressure (MPa)"


@pytest.mark.parametrize(
    ("fields", "label", "last"),
    [
        ({"follower_load": {"force": "90 N", "steps": 2}}, "follower load (N)", 90.0),
        ({"compression": {"force": "80 N", "steps": 2}}, "compression (N)", 80.0),
        ({"shear": {"right": "-30 N", "anterior": "40 N", "steps": 2}}, "shear force (N)", 50.0),
        ({"compression": "80 N"}, "step", 0.0),
    ],
)
def test_the_load_of_the_course_is_found(fields: dict[str, Any], label: str, last: float) -> None:
    load, words = course_load(result(["L4-L5"], **fields))
    assert words == label
    assert np.isclose(load[-1], last)


def test_what_a_machine_needs_to_hold_a_specimen_is_not_taken_for_the_load_of_the_course() -> None:
    cycle = {"steps": 8, "course": "cycle"}
    turned = result(["L4-L5"], moment={"left_axial_rotation": "8 N*m", **cycle}, held={"right": "0 mm"})
    load, words = course_load(turned)
    assert words == "moment, positive in left axial rotation (N m)"
    np.testing.assert_allclose(load, turned["specimen_moment"].sel(rotation="left_axial_rotation"), rtol=EXACT)
    bent = result(["L4-L5"], moment={"right_lateral_bending": "8 N*m", **cycle}, held={"left_axial_rotation": "0 deg"})
    assert abs(bent["specimen_moment"].sel(rotation="left_axial_rotation")).max() > 1.0
    load, words = course_load(bent)
    assert words == "moment, positive in right lateral bending (N m)"
    np.testing.assert_allclose(load, bent["specimen_moment"].sel(rotation="right_lateral_bending"), rtol=EXACT)
    pushed = result(["L4-L5"], compression="500 N", shear={"right": "90 N", **cycle}, held={"anterior": "1 mm"})
    load, words = course_load(pushed)
    assert words == "shear force (N)"
    np.testing.assert_allclose(load, pushed["specimen_force"].sel(axis="right"), rtol=EXACT)


def test_the_rotation_that_spans_most_is_drawn() -> None:
    res = result(["L4-L5"], moment={"left_axial_rotation": "5 N*m", "steps": 2})
    assert main_turn(res) == "left_axial_rotation"
    assert plot_curves(res)[0].get_ylabel() == "left axial rotation (deg)"


def test_pictures_are_written_also_of_a_course_that_buckled(flexed: xr.Dataset, tmp_path: Path) -> None:
    names = {path.name for path in save_plots(flexed, tmp_path / "good")}
    assert names == {"curves.png", "curves.svg", "course.png", "course.svg"}
    buckled = result(LUMBAR, compression={"force": "200 N", "steps": 10})
    assert buckled.attrs["status"] == "unstable"
    files = save_plots(buckled, tmp_path / "buckled")
    assert "buckles" in plot_curves(buckled)[0].figure.get_suptitle()
    assert all(path.stat().st_size > 1000 for path in files)
    nothing = result(LUMBAR, compression="2000 N")
    assert len(save_plots(nothing, tmp_path / "nothing")) == 4
