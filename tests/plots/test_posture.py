"""The person and the lumbar spine stand on paper where the Dataset says."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from matplotlib.text import Annotation

from plots.pictures import (
    artist_of,
    color_bar_label,
    corners_of,
    key_of,
    line_of,
    names_in,
    patch_of,
    texts_in,
)
from plots.synthetic import standing_man
from spinesim.plots import (
    plot_lumbar,
    plot_posture,
)
from spinesim.plots.loads import newtons_per_metre
from spinesim.plots.style import number
from spinesim.plots.view import upright_view
from tolerances import EXACT

LEVELS = ["T12-L1", "L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"]
CRATE = {"crate": ([0.45, 0.05, 0.0], [0.0, -196.0, 0.0]), "rope": ([0.3, 0.2, 0.1], [-80.0, 30.0, 0.0])}


@pytest.fixture
def result() -> xr.Dataset:
    return standing_man(CRATE)


def test_vertebrae_and_discs_stand_where_the_result_says(result: xr.Dataset) -> None:
    ax = plot_posture(result)
    outline = result["vertebra_outline"]
    np.testing.assert_allclose(corners_of(ax, "vertebra L3"), outline.sel(body="L3").values[:, :2], atol=EXACT)
    upper, lower = outline.sel(body="L5").values[:, :2], outline.sel(body="pelvis").values[:, :2]
    disc = [upper[3], upper[2], lower[1], lower[0]]
    np.testing.assert_allclose(corners_of(ax, "disc L5-S1"), disc, atol=EXACT)
    assert {f"disc {level}" for level in LEVELS} <= names_in(ax)


def test_posture_is_to_scale_and_says_its_unit(result: xr.Dataset) -> None:
    ax = plot_posture(result)
    assert ax.get_aspect() == 1.0
    assert ax.get_xlabel() == "anterior of the hips (m)"
    assert ax.get_ylabel() == "superior of the hips (m)"
    bar = line_of(ax, "scale bar")
    assert np.ptp(bar[:, 0]) == pytest.approx(0.2, rel=EXACT)
    assert "20 cm" in texts_in(ax)


@pytest.mark.parametrize("load", ["crate", "rope"])
def test_arrows_of_loads_are_to_scale(result: xr.Dataset, load: str) -> None:
    ax = plot_posture(result)
    arrow = artist_of(ax, f"load {load}")
    assert isinstance(arrow, Annotation)
    position = result["load_position"].sel(load=load).values[:2]
    force = result["load_force"].sel(load=load).values[:2]
    np.testing.assert_allclose(arrow.xyann, position, rtol=EXACT)
    np.testing.assert_allclose(arrow.xy, position + force / newtons_per_metre(result), rtol=EXACT)
    assert f"10 cm is {number(newtons_per_metre(result) / 10.0)} N" in key_of(ax)


def test_loads_are_named_with_their_force(result: xr.Dataset) -> None:
    texts = texts_in(plot_posture(result))
    assert "crate: 196 N" in texts
    assert "rope: 85 N" in texts


@pytest.mark.parametrize("largest", [1.0, 390.0, 5_000.0, 1e6])
def test_arrows_stay_shorter_than_an_arm(largest: float) -> None:
    heavy = standing_man({"crate": ([0.4, 0.0, 0.0], [0.0, -largest, 0.0])})
    assert largest / newtons_per_metre(heavy) <= 0.4 * (1.0 + EXACT)


def test_line_of_gravity_runs_through_the_center_of_mass_and_past_head_and_feet(result: xr.Dataset) -> None:
    line = line_of(plot_posture(result), "line of gravity")
    np.testing.assert_allclose(line[:, 0], result["center_of_mass"].values[0], rtol=EXACT)
    heights = result["joint_position"].sel(axis="superior")
    assert line[:, 1].max() > heights.max()
    assert line[:, 1].min() < heights.min()


@pytest.mark.parametrize(
    ("gravity", "names"),
    [
        ([0.0, -9.8, 0.0], ("anterior", "superior")),
        ([-9.8, 0.0, 0.0], ("inferior", "anterior")),
        ([9.8, 0.0, 0.0], ("superior", "posterior")),
        ([0.0, 0.0, 9.8], ("anterior", "superior")),
        ([-9.8, -9.8, 0.0], ("horizontal", "vertical")),
    ],
)
def test_gravity_points_down_unless_it_leaves_the_plane(gravity: list[float], names: tuple[str, str]) -> None:
    man = standing_man()
    man["gravity"][:] = gravity
    view = upright_view(man)
    down = view.directions(gravity)
    assert down[0] == pytest.approx(0.0, abs=1e-9)
    assert down[1] == pytest.approx(-np.hypot(gravity[0], gravity[1]))
    assert view.names() == names
    drawn = names_in(plot_posture(man))
    assert "centre of mass" in drawn
    assert ("line of gravity" in drawn) == (down[1] < 0.0)


def test_what_the_view_cannot_show_is_said() -> None:
    man = standing_man()
    lean = np.radians(20.0)
    man["body_orientation"].loc[{"body": "thorax"}] = [
        [1.0, 0.0, 0.0],
        [0.0, np.cos(lean), -np.sin(lean)],
        [0.0, np.sin(lean), np.cos(lean)],
    ]
    man["joint_position"].loc[{"joint": "shoulder_right"}] = [0.5, 0.5, 0.5 * np.sqrt(3.0)]
    man["joint_position"].loc[{"joint": "shoulder_left"}] = [0.0, 0.5, 0.0]
    man["gravity"][:] = [0.0, 0.0, 9.8]
    title = " ".join(plot_posture(man).get_title().split())
    assert "trunk leaning 20 deg to the right" in title
    assert "shoulders turned 30 deg to the left" in title
    assert "lying on the right side" in title


def test_left_limb_is_drawn_where_it_differs() -> None:
    man = standing_man()
    assert "elbow to hand, left" not in names_in(plot_posture(man))
    man["joint_position"].loc[{"joint": "hand_left"}] = [0.4, 0.2, -0.1]
    ax = plot_posture(man)
    assert "elbow to hand, left" in names_in(ax)
    assert "left arm or leg" in key_of(ax)


def test_many_loads_leave_room_for_their_names() -> None:
    crowd = {f"load {i}": ([0.3, 0.0, 0.0], [0.0, -10.0 * (i + 1), 0.0]) for i in range(12)}
    ax = plot_posture(standing_man(crowd))
    labels = [text for text in ax.texts if text.get_text().startswith("load ")]
    assert len(labels) == 8
    assert "and 4 smaller" in texts_in(ax)
    heights = sorted(text.get_position()[1] for text in labels)
    assert np.diff(heights).min() > 0.07


def test_lumbar_spine_stands_upright_with_pressures_at_every_level(result: xr.Dataset) -> None:
    ax = plot_lumbar(result)
    top = corners_of(ax, "vertebra T12")[2:].mean(axis=0)
    np.testing.assert_allclose(corners_of(ax, "vertebra S1")[:2].mean(axis=0), [0.0, 0.0], atol=1e-9)
    assert top[0] == pytest.approx(0.0, abs=1e-9)
    lengths = result["vertebra_outline"].sel(body="L3").values
    drawn = corners_of(ax, "vertebra L3")
    assert np.linalg.norm(drawn[0] - drawn[2]) == pytest.approx(100.0 * np.linalg.norm(lengths[0] - lengths[2]))
    assert "L4-L5  0.50 MPa" in texts_in(ax)
    assert "(cm)" in ax.get_xlabel()
    assert "(MPa)" in color_bar_label(ax)


def test_higher_pressure_is_darker(result: xr.Dataset) -> None:
    result["intradiscal_pressure"][:] = np.linspace(0.1, 1.8, 6)
    ax = plot_lumbar(result)
    colors = [patch_of(ax, f"disc {level}").get_facecolor() for level in LEVELS]
    lightness = [float(np.dot(color[:3], [0.299, 0.587, 0.114])) for color in colors]
    assert all(np.diff(lightness) < 0.0)
