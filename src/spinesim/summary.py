"""A result or a comparison as tables for the terminal.

Everything is built as rich Text, never as markup, so that names from files cannot style the terminal.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from spinesim.text_tables import new_table

if TYPE_CHECKING:
    import xarray as xr

    from spinesim.comparison import Change
    from spinesim.results import Labelled

BUSIEST_GROUPS = 8
_PLAIN_WIDTH = 80
_MISSING = "-"
CLOSING = "An estimate by a model of a person, not a diagnosis."
CLOSING_SPECIMEN = "An estimate by an elastic model of a specimen: no creep, no hysteresis."
_COURSES = {
    "moment": "specimen_moment",
    "compression": "specimen_force",
    "shear": "specimen_force",
    "follower_load": "follower_load",
}
_NO_MOMENT = 5e-3  # N m, shown as 0.00


def print_summary(result: xr.Dataset | Labelled, file: IO[str]) -> None:
    """Print how a run ended, the load on every level, the busiest muscles, the hips and the abdomen."""
    _print(_summary(result), file)


def print_changes(
    rows: Sequence[Change], names: tuple[str, str], file: IO[str], most: int | None = None,
    warnings: Sequence[str] = (),
) -> None:  # fmt: skip
    """Print the rows of a comparison by tissue, at most so many notable ones of each; what is wrong with a side comes
    first.
    """
    _print(_changes(rows, names, most, warnings), file)


def warnings_of(result: xr.Dataset | Labelled) -> list[str]:
    """Return what a reader must know before the numbers: torn ligaments, a load that is not held, an odd posture."""
    from spinesim.results import Labelled

    warnings = str(result.attrs["torn"]).split("; ") if result.attrs.get("torn") else []
    if int(Labelled.of(result).number("status")) != 0 or result.attrs.get("unsettled"):
        warnings.append(str(result.attrs.get("status_message") or result.attrs.get("status")))
    elif "unusual" in result.attrs:
        warnings.append(str(result.attrs["unusual"]))
    return warnings


def print_list(titles: dict[str, dict[str, str]], file: IO[str]) -> None:
    """Print names with their descriptions under each title."""
    _print(_lists(titles), file)


def _print(parts: Iterator[RenderableType], file: IO[str]) -> None:
    if _has_style(file):
        console = Console(file=file, markup=False, highlight=False, emoji=False)
        # A number cut short misleads: a narrower terminal wraps whole tables instead.
        console.width = max(console.width, _PLAIN_WIDTH)
        console.print(*parts, sep="\n")
        return
    # A file or a pipe has no width: 80 columns, no colours, no blanks at the ends of lines.
    console = Console(file=file, width=_PLAIN_WIDTH, force_terminal=False, color_system=None, markup=False)
    with console.capture() as captured:
        console.print(*parts, sep="\n")
    file.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _has_style(file: IO[str]) -> bool:
    return file.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _summary(result: xr.Dataset | Labelled) -> Iterator[RenderableType]:
    from spinesim.results import Labelled

    told, warnings = Labelled.of(result), warnings_of(result)
    if warnings:
        yield Text("\n".join(warnings), style="bold red")
        yield Text()
    yield Text(str(result.attrs["scenario_name"]), style="bold")
    if "predicted" in result.attrs:
        yield Text(f"Predicted - {result.attrs['predicted']}")
    if "largest_load" in result.attrs:
        yield Text(f"Largest load that is held - {result.attrs['largest_load']}")
    yield Text()
    yield from _person(told) if isinstance(result, Labelled) or "step" not in result.dims else _specimen(result)


def _specimen(result: xr.Dataset) -> Iterator[RenderableType]:
    """Yield the steps of the largest loads that were found, level by level, and what the whole course spans."""
    steps = _shown_steps(result)
    if not steps:
        yield Text("No step was found.")
        return
    for step in steps:
        at = result.isel(step=step)
        yield Text(f"step {step} of {result.sizes['step'] - 1}: {_loads_at(at)}")
        yield Text()
        yield _specimen_levels(at)
        yield Text()
    if len(steps) > 1 or steps[0] > 0:
        yield _course(result)
        yield Text()
    yield Text(CLOSING_SPECIMEN)


def _shown_steps(result: xr.Dataset) -> list[int]:
    """Return the found step of the largest load of the course, and the one of the largest load the other way."""
    found = int((result["step_status"] == 0).sum())
    name = _COURSES.get(str(result.attrs.get("course")))
    if found == 0 or name is None:
        return [0] if found else []
    loads = result[name].values[:found].reshape(found, -1)
    loads = loads @ loads[(loads**2).sum(axis=1).argmax()]
    return [int(loads.argmax()), *([int(loads.argmin())] if loads.min() < 0.0 else [])]


def _loads_at(step: xr.Dataset) -> str:
    """Return the loads of one step in words."""
    parts = [
        f"{_words(str(turn))} moment {_number(step['specimen_moment'].sel(rotation=turn), 2)} N m"
        for turn in step["rotation"].values
        if abs(float(step["specimen_moment"].sel(rotation=turn))) > _NO_MOMENT
    ]
    parts += [
        f"{axis} force {_number(step['specimen_force'].sel(axis=axis))} N"
        for axis in step["axis"].values
        if float(step["specimen_force"].sel(axis=axis)) != 0.0
    ]
    if float(step["follower_load"]) != 0.0:
        parts.append(f"follower load {_number(step['follower_load'])} N")
    return ", ".join(parts) or "no load"


def _specimen_levels(step: xr.Dataset) -> Table:
    numbers = [
        "flexion\ndeg", "right\nbending\ndeg", "left\nrotation\ndeg", "compression\nof joint\nN",
        "disc\npressure\nMPa", "facet\nleft\nN", "facet\nright\nN",
    ]  # fmt: skip
    table = new_table(["level"], numbers)
    for level in step["level"].values:
        at = step.sel(level=level)
        table.add_row(
            str(level),
            *(_number(turn, 2) for turn in at["disc_rotation"]),
            _number(at["joint_compression"]),
            _number(at["intradiscal_pressure"], 2),
            *(_number(at["facet_force"].sel(side=side)) for side in ("left", "right")),
        )
    whole = [_number(turn, 2) for turn in step["specimen_rotation"]]
    if step.sizes["level"] > 1:
        table.add_row("whole", *whole, "", "", "", "")
    return table


def _course(result: xr.Dataset) -> Table:
    """Return range of motion and neutral zone over the course."""
    kinds = [f"{kind}\n{turn}\ndeg" for kind in ("range", "neutral") for turn in ("flexion", "bending", "rotation")]
    table = new_table(["over the course"], kinds)
    for level in result["level"].values:
        at = result.sel(level=level)
        table.add_row(str(level), *(_number(x, 2) for x in (*at["range_of_motion"], *at["neutral_zone"])))
    if result.sizes["level"] > 1:
        both = (*result["specimen_range_of_motion"], *result["specimen_neutral_zone"])
        table.add_row("whole", *(_number(x, 2) for x in both))
    return table


def _person(result: Labelled) -> Iterator[RenderableType]:
    yield _levels(result)
    yield Text()
    yield _muscles(result)
    yield Text()
    yield Text("\n".join([*_hips(result), _abdomen(result), *_stability(result), *_bulge(result), "", CLOSING]))


def _levels(result: Labelled) -> Table:
    numbers = [
        "compression\nof joint\nN", "anterior\nshear\nN", "compression\nof disc\nN",
        "disc\npressure\nMPa", "facet\nleft\nN", "facet\nright\nN", "share of\ntolerance",
    ]  # fmt: skip
    table = new_table(["level"], numbers)
    for level in result.labels("level"):
        table.add_row(
            level,
            _number(result.at("joint_compression", level=level)),
            _number(result.at("joint_shear_anterior", level=level)),
            _number(result.at("disc_compression", level=level)),
            _number(result.at("intradiscal_pressure", level=level), 2),
            *(_number(result.at("facet_force", level=level, side=side)) for side in ("left", "right")),
            _number(result.at("tolerance_ratio_compression", level=level), 2),
        )
    return table


def _muscles(result: Labelled) -> Table:
    table = new_table(["busiest muscle groups"], ["left\nN", "right\nN", "active\nleft", "active\nright"])
    total = {group: np.nansum(result.at("group_force", group=group)) for group in reversed(result.labels("group"))}
    busiest = sorted(total, key=lambda group: total[group], reverse=True)[:BUSIEST_GROUPS]
    for group in busiest:
        sides = [{"group": group, "side": side} for side in ("left", "right")]
        forces = [_number(result.at("group_force", **side)) for side in sides]
        activations = [_percent(result.at("group_activation", **side)) for side in sides]
        table.add_row(_words(group), *forces, *activations)
    return table


def _hips(result: Labelled) -> Iterator[str]:
    if np.isnan(result.at("hip_reaction")).all():
        yield f"{'hips':<10} not loaded in the model: a seat or a bed holds the pelvis"
        return
    for side in ("left", "right"):
        parts = [float(part) for part in result.at("hip_reaction", side=side)]
        directions = ", ".join(
            f"{axis} {_number(part)}" for axis, part in zip(result.labels("axis"), parts, strict=True)
        )
        yield f"{side + ' hip':<10} {_number(math.hypot(*parts))} N ({directions})"


def _abdomen(result: Labelled) -> str:
    return f"{'abdomen':<10} {_number(result.at('intra_abdominal_pressure'), 1)} kPa"


def _stability(result: Labelled) -> list[str]:
    note = result.attrs.get("stability_note")
    return [f"{'stability':<10} {note}"] if note else []


def _bulge(result: Labelled) -> list[str]:
    note = result.attrs.get("bulge_note")
    return [f"{'bulge':<10} {note}"] if note else []


def _changes(
    rows: Sequence[Change], names: tuple[str, str], most: int | None, warnings: Sequence[str]
) -> Iterator[RenderableType]:
    """Yield the sentence on the largest effect, then a table by tissue: of each at most so many notable changes, or
    all.
    """
    from spinesim.comparison import FLOORS, by_tissue, is_notable, largest_effect

    if warnings:
        yield Text("\n".join(warnings), style="bold red")
        yield Text()
    yield Text(f"a: {names[0]}\nb: {names[1]}", style="bold")
    yield Text()
    if not rows:
        yield Text("No difference.")
        return
    yield Text(largest_effect(rows))
    yield Text()
    shown = {
        tissue: own if most is None else [row for row in own if is_notable(row)][:most]
        for tissue, own in by_tissue(rows).items()
    }
    if any(shown.values()):
        yield _changes_table(shown)
    left = len(rows) - sum(len(own) for own in shown.values())
    if left:
        yield Text(f"... and {left} smaller changes and details (--all shows them)")
    yield Text(f"In order of change against the largest value of its kind, at least {FLOORS}.")


def _changes_table(shown: dict[str, list[Change]]) -> Table:
    table = new_table(["tissue", "variable", "where"], ["a", "b", "change", "%", "unit"])
    for tissue, own in shown.items():
        for n, row in enumerate(own):
            percent = _MISSING if row["percent"] is None else f"{row['percent']:+.0f}"
            numbers = [_significant(row["a"]), _significant(row["b"]), _significant(row["change"], "+")]
            name = tissue if n == 0 else ""
            table.add_row(name, _words(row["variable"]), _words(row["where"]), *numbers, percent, row["unit"])
    return table


def _lists(titles: dict[str, dict[str, str]]) -> Iterator[RenderableType]:
    for title, descriptions in titles.items():
        yield Text(title, style="bold")
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(no_wrap=True)
        table.add_column()
        for name, description in descriptions.items():
            table.add_row(Text(f"  {name}"), Text(description))
        yield table


def _number(value: Any, decimals: int = 0) -> str:
    number = float(value)
    if not math.isfinite(number):
        return _MISSING
    # Adding 0.0 turns a rounded -0 into 0.
    return f"{round(number, decimals) + 0.0:.{decimals}f}"


def _percent(value: Any) -> str:
    number = float(value)
    return f"{round(100.0 * number) + 0.0:.0f} %" if math.isfinite(number) else _MISSING


def _significant(value: float | None, sign: str = "") -> str:
    if value is None:
        return _MISSING
    value = value + 0.0  # a negative zero is none
    return f"{value:{sign}.3g}" if abs(value) < 1000.0 else f"{value:{sign}.0f}"


def _words(name: str) -> str:
    return name.replace("_", " ")
