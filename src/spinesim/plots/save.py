"""Pictures to files."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Mapping
from pathlib import Path

import xarray as xr
from matplotlib.figure import Figure

from spinesim.errors import OutputError
from spinesim.files import check_folder_writable, write_atomically
from spinesim.plots.compare import plot_compare
from spinesim.plots.layout import drawing_board, lay_out
from spinesim.plots.levels import plot_levels
from spinesim.plots.lumbar import PRESSURE_TITLE, plot_lumbar
from spinesim.plots.muscles import plot_muscles
from spinesim.plots.posture import describe, plot_posture
from spinesim.plots.specimen import specimen_figures
from spinesim.plots.style import headline, scenario_name, set_panel_title

DPI = 150


def save_plots(result: xr.Dataset, folder: str | os.PathLike[str]) -> list[Path]:
    """Write posture, levels and muscles, or the curves and the course of a specimen, each as PNG and as SVG.

    Parameters
    ----------
    result : xarray.Dataset
        As `spinesim.simulate` returns it.
    folder : path-like
        Made when it is not there; files of the same name are replaced.

    Returns
    -------
    list of Path
        The files: six of a person, four of a specimen.

    Raises
    ------
    OutputError
        When the folder or a file cannot be written; no file is left half-written.
    """
    check_folder_writable(folder)
    figures = specimen_figures(result) if "step" in result.dims else _person_figures(result)
    return _save(figures, scenario_name(result), Path(folder))


def save_comparison(a: xr.Dataset, b: xr.Dataset, folder: str | os.PathLike[str]) -> list[Path]:
    """Write two persons' spines side by side with what changes, as PNG and as SVG; see `plot_compare`."""
    check_folder_writable(folder)
    figure = plot_compare(a, b)[0].get_figure(root=True)
    figures = {"compare": figure} if isinstance(figure, Figure) else {}
    return _save(figures, f"{scenario_name(a)}; {scenario_name(b)}", Path(folder))


def _save(figures: Mapping[str, Figure], title: str, place: Path) -> list[Path]:
    pictures = {
        f"{name}.{kind}": _picture(figure, kind, f"{name}: {title}")
        for name, figure in figures.items()
        for kind in ("png", "svg")
    }
    made = [folder for folder in (place, *place.absolute().parents) if not folder.exists()]
    _make_folder(place)
    try:
        return [_write(place / name, content) for name, content in pictures.items()]
    except OutputError:
        with contextlib.suppress(OSError):  # some picture could be written: it stays, and its folder
            for folder in made:
                folder.rmdir()
        raise


def _person_figures(result: xr.Dataset) -> dict[str, Figure]:
    figures = {
        "posture": posture_figure(result),
        "levels": plot_levels(result)[0].get_figure(root=True),
        "muscles": plot_muscles(result).get_figure(root=True),
    }
    return {name: figure for name, figure in figures.items() if isinstance(figure, Figure)}


def posture_figure(result: xr.Dataset) -> Figure:
    """Return the person and the lumbar spine side by side in one figure."""
    person, spine = drawing_board(2)
    plot_posture(result, person, pressure_bar=False)
    plot_lumbar(result, spine)
    set_panel_title(person, describe(result))
    set_panel_title(spine, PRESSURE_TITLE)
    return lay_out([person, spine], *headline(result))


def _picture(figure: Figure, kind: str, title: str) -> bytes:
    memory = io.BytesIO()
    # A date would make every file differ from the last.
    metadata = {"Title": title, "Date": None} if kind == "svg" else {"Title": title}
    figure.savefig(memory, format=kind, dpi=DPI, metadata=metadata)
    return memory.getvalue()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {error.strerror}") from error


def _write(path: Path, content: bytes) -> Path:
    write_atomically(path, lambda temporary: temporary.write_bytes(content))
    return path
