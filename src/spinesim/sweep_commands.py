"""The commands for sweeps, and the interval of a single run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from spinesim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xarray as xr

    from spinesim.scenario import Scenario

GOOD, NOT_HELD, INTERRUPTED = 0, 1, 130
SWEPT = "batch.solve_many"  # the kernel of sweeps
FORMAT = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="A table to read, or one JSON object.",
)  # fmt: skip
UNCERTAINTY = click.option(
    "--uncertainty", "samples", type=click.IntRange(8, 1_000_000), metavar="N",
    help="Show value [5 - 95 %] of the headline outputs over N draws of the model's uncertain numbers.",
)  # fmt: skip


@click.command()
@click.argument("name_or_file")
@click.option("--out", metavar="STORE", help="Folder on disk that survives being killed.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Threads; as many as there are cores.")
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler instead, such as tcp://host:8786.")
@click.option("--resume", is_flag=True, help="Go on with a store that is there already.")
@click.option("--yes", is_flag=True, help="Go on though there are more than ten million scenarios.")
@FORMAT
def sweep(
    name_or_file: str, out: str | None, workers: int | None, scheduler: str | None, resume: bool, yes: bool, form: str
) -> int:
    """Solve many scenarios around one.

    Exit code 1 when a scenario did not converge or cannot be held: how many is the first thing told.
    """
    from spinesim.sweeps.run import sweep as run_sweep

    if resume and out is None:
        raise InputError("--resume needs the store: --out STORE")
    tell_of_compiling()
    try:
        with _progress() as tell:
            result = run_sweep(
                name_or_file, out=out, workers=workers, scheduler=scheduler, resume=resume, yes=yes, progress=tell
            )
    except KeyboardInterrupt:
        kept = f"finished blocks are in {out}, go on with --resume" if out else "nothing is kept without --out STORE"
        click.echo(f"interrupted: {kept}", err=True)
        return INTERRUPTED
    click.echo(result.attrs["status_message"], err=True)
    _show(result, form)
    return _exit_code(result)


@click.command()
@click.argument("store")
@click.option("--x", "x", metavar="NAME", help="What varies along the horizontal axis.")
@click.option("--y", "y", metavar="NAME", help="An output, or a second thing that varies: then a heat map.")
@click.option("--by", metavar="NAME", help="One panel for each: a dimension such as level.")
@click.option("--of", "of", metavar="OUTPUT", help="The output a heat map or a tornado shows.")
@click.option("--at", "at", multiple=True, metavar="DIM=LABEL", help="Only there, such as level=L4-L5.")
@click.option("--out", metavar="FILE", default="sweep.png", show_default=True, help="Picture: .png, .svg or .pdf.")
def plot(
    store: str, x: str | None, y: str | None, by: str | None, of: str | None, at: tuple[str, ...], out: str
) -> int:  # fmt: skip
    """Draw a store of a sweep.

    Response curves with bands (--x mass --y joint_compression), heat maps (--x mass --y reach --of joint_compression),
    tornado (--of joint_compression --at level=L4-L5).
    """
    from spinesim.plots.sweep import draw_sweep
    from spinesim.sweeps.run import open_sweep

    result = open_sweep(store, outputs=[name for name in (of, y) if name is not None])
    chosen = _chosen(at)
    click.echo(result.attrs["status_message"], err=True)
    draw_sweep(result, Path(out), x=x, y=y, by=by, of=of, at=chosen)
    click.echo(f"drew {out}", err=True)
    return GOOD


@click.command()
@click.argument("name_or_file")
@click.option(
    "--method",
    type=click.Choice(["sobol", "morris", "local"]),
    default="sobol",
    show_default=True,
    help="Shares of the variance, elementary effects, or exact slopes of one run.",
)
@click.option("--of", "of", metavar="OUTPUT", default="joint_compression", show_default=True, help="The output.")
@click.option("--at", "at", multiple=True, metavar="DIM=LABEL", help="Where, such as level=L4-L5.")
@click.option("--samples", type=click.IntRange(8, 1_000_000), default=256, show_default=True, help="Base samples.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Threads; as many as there are cores.")
@click.option("--plot", "picture", metavar="FILE", help="Draw the tornado.")
@FORMAT
def sensitivity(
    name_or_file: str, method: Literal["sobol", "morris", "local"], of: str, at: tuple[str, ...], samples: int,
    workers: int | None, picture: str | None, form: str,
) -> int:  # fmt: skip
    """Which uncertain parameter of the model moves an output of a scenario, and how sure that is."""
    from spinesim.sweeps.sensitivity import sensitivity as indices

    tell_of_compiling("unbalance.unbalance" if method == "local" else SWEPT)
    with _progress() as tell:
        found = indices(name_or_file, of, _chosen(at), method=method, samples=samples, workers=workers, progress=tell)
    if picture:
        from spinesim.plots.sweep import save_tornado

        save_tornado(found, Path(picture))
    if form == "json":
        values = {str(name): found[name].values.tolist() for name in found.data_vars}
        click.echo(json.dumps({"parameter": found["parameter"].values.tolist(), **values, **found.attrs}))
    else:
        from spinesim.sweep_summary import print_sensitivity

        print_sensitivity(found, sys.stdout)
    return GOOD


def is_sweep(name: str) -> bool:
    """Tell whether a name or file is a sweep: it has a base."""
    from spinesim.files import find_file, list_sweeps
    from spinesim.reading import scan_yaml

    if name in list_sweeps():
        return True
    try:
        data = scan_yaml(find_file(name, "scenarios"))[0].data
    except InputError:
        return False
    return isinstance(data, dict) and "base" in data


def check_sweep(name: str) -> None:
    """Put a sweep together with its scenarios, and solve nothing."""
    from spinesim.sweeps.plan import make_plan

    make_plan(name)


def show_uncertainty(scenario: Scenario, samples: int, form: str, beside: str | None) -> int:
    """Solve a scenario over the uncertainties of its model and show value [5 % to 95 %] of the headline outputs."""
    from spinesim.kernels.status import CONVERGED, IMPOSSIBLE
    from spinesim.simulation import simulate
    from spinesim.sweeps.run import labelled_interval

    if beside is not None:
        raise InputError("--uncertainty shows a table: leave --out, --plot and --largest out")
    if scenario.specimen is not None:
        raise InputError("--uncertainty needs a person, not a specimen")
    tell_of_compiling()
    swept, single = labelled_interval(scenario, samples)
    status = int(single.at("status")[0])
    if form == "json" or status == IMPOSSIBLE:  # which a run explains
        from spinesim.storage import result_as_json

        told = result_as_json(simulate(scenario))
        click.echo(json.dumps({**told, "uncertainty": _as_json(swept.dataset())}, allow_nan=False))
    else:
        from spinesim.sweep_summary import print_intervals

        print_intervals(swept, sys.stdout, single)
    return GOOD if status == CONVERGED else NOT_HELD


def tell_of_compiling(kernel: str = SWEPT) -> None:
    """Say how long nothing will seem to happen, when a kernel is not compiled yet."""
    from spinesim.kernels.jit import is_compiled

    if not is_compiled(kernel):
        time = "half a minute" if is_compiled() else "two minutes"
        click.echo(f"compiling the solver, once: this takes about {time}, later runs start at once", err=True)


def _show(result: xr.Dataset, form: str) -> None:
    if form == "json":
        click.echo(json.dumps(_as_json(result), allow_nan=False))
        return
    from spinesim.sweep_summary import print_intervals

    print_intervals(result, sys.stdout)


def _as_json(result: xr.Dataset) -> dict[str, Any]:
    """Return how the sweep ended, and quantiles of all outputs over all scenarios."""
    from spinesim.storage import result_as_json
    from spinesim.sweeps.statistics import intervals, swept_dimensions

    told = result_as_json(intervals(result))
    return {
        "sweep": result.attrs["title"],
        "digest": result.attrs["sweep_digest"],
        "dims": {dim: result.sizes[dim] for dim in swept_dimensions(result)},
        "status_counts": json.loads(result.attrs["status_counts"]),
        "status_message": result.attrs["status_message"],
        "coords": told["coords"],
        "variables": told["variables"],
    }


def _exit_code(result: xr.Dataset) -> int:
    counts = json.loads(result.attrs["status_counts"])
    return GOOD if sum(counts.values()) == counts["converged"] else NOT_HELD


def _chosen(settings: tuple[str, ...]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for setting in settings:
        dim, equals, label = setting.partition("=")
        if not equals:
            raise InputError(f"--at {setting}: needs the form DIM=LABEL, such as level=L4-L5")
        dim, label = dim.strip(), label.strip()
        if dim in chosen:
            raise InputError(f"--at {setting}: {dim}={chosen[dim]} is chosen already, leave one of them out")
        chosen[dim] = label
    return chosen


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Show a bar with rate and time left on stderr when somebody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("", total=None, rate="")
        first: list[int] = []

        def tell(done: int, total: int) -> None:
            first.append(done)
            elapsed = bar.tasks[0].elapsed or 0.0
            rate = f"{(done - first[0]) / elapsed:.0f}/s" if elapsed and done > first[0] else ""
            bar.update(task, completed=done, total=total, rate=rate)

        yield tell
