"""What the pictures show is what the Dataset says."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from plots.pictures import artist_of, bars_of, inside, overlap, patch_of, text_places, texts_in, widths_of
from plots.synthetic import standing_man
from spinesim.errors import InputError, OutputError
from spinesim.plots import (
    plot_compare,
    plot_levels,
    plot_lumbar,
    plot_muscles,
    plot_posture,
    save_plots,
)
from spinesim.plots.save import posture_figure
from spinesim.plots.style import NOT_KNOWN, folded, nice_ceiling, number, spread
from tolerances import EXACT

LEVELS = ["T12-L1", "L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"]
HOSTILE = "a $x^2 & <b> -- \x07\n" + 20 * "long "

CRATE = {"crate": ([0.45, 0.05, 0.0], [0.0, -196.0, 0.0]), "rope": ([0.3, 0.2, 0.1], [-80.0, 30.0, 0.0])}


@pytest.fixture
def result() -> xr.Dataset:
    return standing_man(CRATE)


# --- levels ---------------------------------------------------------------------------------------


def test_bars_of_levels_are_the_data(result: xr.Dataset) -> None:
    compression, shear, facets = plot_levels(result)
    np.testing.assert_allclose(widths_of(compression, 0), result["joint_compression"], rtol=EXACT)
    np.testing.assert_allclose(widths_of(compression, 1), result["disc_compression"], rtol=EXACT)
    np.testing.assert_allclose(widths_of(shear, 0), result["joint_shear_anterior"], rtol=EXACT)
    np.testing.assert_allclose(widths_of(shear, 1), result["disc_shear_anterior"], rtol=EXACT)
    np.testing.assert_allclose(widths_of(facets, 0), result["facet_force"].sel(side="left"), rtol=EXACT)
    np.testing.assert_allclose(widths_of(facets, 1), result["facet_force"].sel(side="right"), rtol=EXACT)


def test_levels_run_from_the_top_down_with_units(result: xr.Dataset) -> None:
    axes = plot_levels(result)
    assert [label.get_text() for label in axes[0].get_yticklabels()] == LEVELS
    assert axes[0].yaxis_inverted()
    assert all(ax.get_xlabel().endswith("(N)") for ax in axes)
    assert {"540", "490"} <= set(texts_in(axes[0]))
    assert "−40" in texts_in(axes[1])


def test_levels_are_told_apart_without_colours(result: xr.Dataset) -> None:
    for ax in plot_levels(result):
        first, second = (bars_of(ax, i)[0] for i in (0, 1))
        assert bool(first.get_hatch()) != bool(second.get_hatch())


def test_own_axes_are_used(result: xr.Dataset) -> None:
    figure = Figure()
    axes = list(figure.subplots(1, 3))
    assert list(plot_levels(result, axes)) == axes
    assert "Standing man" in axes[0].get_title()
    assert figure.get_suptitle() == ""
    ax = Figure().add_subplot()
    assert plot_muscles(result, ax) is plot_posture(result, ax) is plot_lumbar(result, ax) is ax


# --- muscles --------------------------------------------------------------------------------------


def test_muscles_mirror_and_the_biggest_comes_first(result: xr.Dataset) -> None:
    ax = plot_muscles(result)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["longissimus pars thoracis", "multifidus", "psoas"]
    np.testing.assert_allclose(widths_of(ax, 0), [-140.0, -62.0, -20.0], rtol=EXACT)
    np.testing.assert_allclose(widths_of(ax, 1), [210.0, 93.0, 30.0], rtol=EXACT)
    assert ax.yaxis_inverted()
    assert ax.get_xlim()[0] == -ax.get_xlim()[1]
    assert "(N)" in ax.get_xlabel()
    assert ax.xaxis.get_major_formatter()(-200.0) == "200"


def test_small_groups_are_left_out_with_a_note(result: xr.Dataset) -> None:
    assert "21 groups are left out: below 1 N on both sides." in texts_in(plot_muscles(result))
    result["group_force"][:] = 5.0
    assert not any("left out" in text for text in texts_in(plot_muscles(result)))
    result["group_force"][:] = 0.0
    assert "24 groups are left out: below 1 N on both sides." in texts_in(plot_muscles(result))


def test_a_side_without_force_is_labelled_on_its_own_side(result: xr.Dataset) -> None:
    result["group_force"].loc[{"group": "multifidus", "side": "left"}] = 0.0
    ax = plot_muscles(result)
    label = next(text for text in ax.texts if isinstance(text, Annotation) and text.xy == (0.0, 1))
    assert label.get_horizontalalignment() == "right"


def test_activations_stand_at_the_ends_with_lowered_limits(result: xr.Dataset) -> None:
    result["group_limit"].loc[{"group": "multifidus", "side": "right"}] = 0.6
    texts = texts_in(plot_muscles(result))
    assert {"8.0 %", "12 %", "12 % of 60 %"} <= set(texts)


# --- comparison -----------------------------------------------------------------------------------


def test_comparison_shows_before_after_and_change(result: xr.Dataset) -> None:
    other = result.copy(deep=True)
    other.attrs["scenario_name"] = "Other man"
    other["intradiscal_pressure"][:] = [0.36, 0.50, 0.30, 0.49, 1.00, np.nan]
    left, right = plot_compare(result, other)
    assert left.figure is right.figure
    assert "Standing man" in left.get_title()
    assert "Other man" in right.get_title()
    assert "L4-L5  0.50 MPa" in texts_in(left)
    texts = texts_in(right)
    assert "L4-L5  1.00 MPa (+0.50, +100 %)" in texts
    assert "L2-L3  0.30 MPa (−0.15, −33 %)" in texts
    assert "L3-L4  0.49 MPa (same)" in texts
    assert f"L5-S1  {NOT_KNOWN}" in texts
    hatches = [patch_of(right, f"disc {level}").get_hatch() for level in LEVELS[1:5]]
    assert hatches == ["////", "....", None, "////"]


def test_comparison_shows_left_and_right_where_they_change_differently(result: xr.Dataset) -> None:
    other = result.copy(deep=True)
    other["facet_force"].loc[{"level": "L4-L5", "side": "right"}] += 80.0
    other["group_force"].loc[{"group": "psoas", "side": "left"}] += 50.0
    axes = plot_compare(result, other)
    assert len(axes) == 3
    behind = axes[2]
    tiles = {side: artist_of(behind, f"facet L4-L5 {side}") for side in ("left", "right")}
    assert tiles["left"].get_x() < 0.0 < tiles["right"].get_x()
    assert (tiles["left"].get_hatch(), tiles["right"].get_hatch()) == (None, "////")
    assert {"23 → 103", "psoas\n20 → 70 (+50)"} <= set(texts_in(behind))
    assert "facet force at L4-L5 right rises" in behind.figure.get_suptitle()


def test_comparison_of_what_has_no_spine_is_refused(result: xr.Dataset) -> None:
    with pytest.raises(InputError, match="only persons"):
        plot_compare(result, result.expand_dims("step"))
    with pytest.raises(InputError, match="different levels"):
        plot_compare(result, result.isel(level=slice(1, None)))


# --- titles and things that are not known ---------------------------------------------------------


def test_titles_tell_what_was_held_for_it_would_not_settle(result: xr.Dataset) -> None:
    result.attrs |= {"unsettled": 1, "status_message": "Converged; no prediction."}
    assert all("Attention: Converged; no prediction." in title for title in titles_of(result))


def test_titles_name_the_scenario_and_warn_in_words(result: xr.Dataset) -> None:
    assert "Attention" not in plot_posture(result).get_title()
    result["status"][...] = 2
    result.attrs["status_message"] = "No balance was found."
    for title in titles_of(result):
        assert "Standing man" in title
        assert "Attention: No balance was found." in title


def test_scenario_names_are_text_and_nothing_else(result: xr.Dataset, tmp_path: Path) -> None:
    result.attrs["scenario_name"] = HOSTILE
    result = result.assign_coords(load=[HOSTILE, "$"])
    for path in save_plots(result, tmp_path):
        if path.suffix == ".svg":
            ElementTree.parse(path)
    assert "a $x^2 & <b> --" in plot_muscles(result).get_title()


@pytest.mark.parametrize("name", [None, "gravity", "vertebra_outline", "group_force"])
def test_nothing_known_is_drawn_all_the_same(result: xr.Dataset, name: str | None) -> None:
    for variable in [name] if name else list(result.data_vars):
        result[variable] = result[variable].astype(float)
        result[variable][...] = np.nan
    result.attrs = {}
    axes = [*plot_levels(result), plot_muscles(result), plot_lumbar(result), *plot_compare(result, result)]
    axes.append(plot_posture(result))
    for ax in axes:
        figure = ax.get_figure(root=True)
        assert figure is not None
        figure.savefig(io.BytesIO(), format="png", dpi=20)
    assert f"L4-L5  {NOT_KNOWN if name is None else '0.50 MPa'}" in texts_in(axes[4])


def test_nothing_global_is_touched(result: xr.Dataset) -> None:
    before = dict(mpl.rcParams)
    plot_compare(result, result)
    posture_figure(result).savefig(io.BytesIO(), format="svg")
    assert dict(mpl.rcParams) == before


def test_no_text_is_too_small_or_over_another(result: xr.Dataset) -> None:
    result["status"][...] = 1
    result.attrs["status_message"] = "The muscles could not hold the load; " * 4
    figures = [posture_figure(result), plot_compare(result, result)[0].figure, plot_levels(result)[0].figure]
    figures += [plot_muscles(result).figure, plot_posture(result).figure, plot_lumbar(result).figure]
    for figure in figures:
        assert isinstance(figure, Figure)
        figure.savefig(io.BytesIO(), format="png", dpi=figure.dpi)
        places = list(text_places(figure))
        assert all(float(text.get_fontsize()) >= 8.0 for text, _ in places)
        for i, (first, box) in enumerate(places):
            assert inside(box, figure.bbox), first.get_text()
            clashes = [other.get_text() for other, place in places[i + 1 :] if overlap(box, place)]
            assert not clashes, (first.get_text(), clashes)


# --- files ----------------------------------------------------------------------------------------


def test_pictures_are_written_as_png_and_svg(result: xr.Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    paths = save_plots(result, folder)
    assert {path.name for path in paths} == {
        f"{name}.{kind}" for name in ("posture", "levels", "muscles") for kind in ("png", "svg")
    }
    assert set(folder.iterdir()) == set(paths)
    for path in paths:
        start = path.read_bytes()[:8]
        assert start == b"\x89PNG\r\n\x1a\n" if path.suffix == ".png" else start.startswith(b"<?xml")
    assert save_plots(result, str(folder)) == paths


def test_a_file_in_place_of_the_folder_is_refused(result: xr.Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="file"):
        save_plots(result, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_refused(result: xr.Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="cannot"):
        save_plots(result, tmp_path / "file" / "below")


def test_a_folder_in_place_of_a_picture_is_refused(result: xr.Dataset, tmp_path: Path) -> None:
    (tmp_path / "posture.png").mkdir()
    with pytest.raises(OutputError, match=r"posture\.png"):
        save_plots(result, tmp_path)


@pytest.mark.parametrize(("room", "folder", "left"), [(0, "a/b", []), (0, "mine", []), (1, "c", ["c"])])
def test_a_full_disk_leaves_no_empty_folder(
    room: int, folder: str, left: list[str], result: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def full(path: Path, writer: Callable[[Path], object]) -> None:
        if len(written) == room:
            raise OutputError("No space left on device")
        written.append(path)
        writer(path)

    monkeypatch.setattr("spinesim.plots.save.write_atomically", full)
    (tmp_path / "mine").mkdir()
    with pytest.raises(OutputError, match="No space left"):
        save_plots(result, tmp_path / folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["mine", *left])
    assert all(path.exists() for path in written)


# --- numbers and labels ---------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "ceiling"), [(0.3, 0.5), (1.0, 1.0), (1.01, 2.0), (390.0, 500.0), (0.02, 0.02)])
def test_nice_ceiling(value: float, ceiling: float) -> None:
    assert nice_ceiling(value) == pytest.approx(ceiling, rel=EXACT)


def test_numbers_are_readable() -> None:
    assert number(1234.4) == "1,234"
    assert number(-0.2) == "0"
    assert number(-12.0) == "−12"
    assert number(float("nan")) == NOT_KNOWN


def test_lines_do_not_end_between_number_and_unit() -> None:
    assert folded("missing 7.9 N m at L5-S1", 14) == "missing\n7.9 N m at\nL5-S1"


def test_labels_are_moved_apart_and_keep_their_order() -> None:
    assert spread([0.0, 5.0], 1.0) == [0.0, 5.0]
    assert spread([3.0, 3.0, 3.0], 1.0) == pytest.approx([2.0, 3.0, 4.0])
    moved = spread([1.0, 0.9, 2.2, 1.1], 1.0)
    assert np.argsort(moved).tolist() == [1, 0, 3, 2]
    assert np.diff(sorted(moved)).min() >= 1.0 - 1e-9
    assert spread([], 1.0) == []


def titles_of(result: xr.Dataset) -> Iterator[str]:
    for ax in (
        plot_posture(result),
        plot_lumbar(result),
        plot_muscles(result),
        *plot_compare(result, result),
    ):
        yield ax.get_title()
    for figure in (posture_figure(result), plot_levels(result)[0].figure):
        assert isinstance(figure, Figure)
        yield figure.get_suptitle()
