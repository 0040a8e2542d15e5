"""The commands. Only click is imported before a command runs, so that help is there at once."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spinesim import command_input, sweep_commands
from spinesim._version import __version__
from spinesim.errors import InputError, SpinesimError
from spinesim.sweep_commands import FORMAT, UNCERTAINTY

if TYPE_CHECKING:
    import xarray as xr

    from spinesim.scenario import Scenario
    from spinesim.validation import Validation

GOOD, NOT_HELD, BAD_INPUT, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 130, 141
_SHOWN_CHANGES = 6  # of each tissue
WARM_SPECIMEN = {"levels": ["L4-L5"], "moment": {"flexion": "1 N*m"}}

SET = click.option(
    "--set", "settings", multiple=True, metavar="PATH=VALUE",
    help='Change one value, such as loads.kettlebell.mass="15 kg". May be repeated.',
)  # fmt: skip


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 good, 1 the load cannot be held or the solve did not converge, 2 bad input or "
    "output that cannot be written, 130 interrupted.",
)
@click.version_option(__version__, prog_name="spinesim")
def commands() -> None:
    """The load on every disc, facet joint, ligament and muscle of the lumbar spine.

    NAME_OR_FILE is the name of a shipped scenario ('spinesim list') or a file that ends in .yaml.
    """


@commands.command()
@click.argument("name_or_file")
@SET
@click.option("--largest", metavar="LOAD", help="Raise this load, by its name, to the largest that the muscles hold.")
@click.option("--out", metavar="FILE.nc", help="Save the whole result as NetCDF.")
@click.option("--plot", metavar="DIR", help="Draw the pictures (PNG and SVG) into this folder.")
@UNCERTAINTY
@FORMAT
def run(
    name_or_file: str, settings: tuple[str, ...], largest: str | None, out: str | None, plot: str | None,
    samples: int | None, form: str,
) -> int:  # fmt: skip
    """Solve one scenario and show the load on the spine, or the course of a specimen."""
    scenario = command_input.changed(name_or_file, settings)
    command_input.check_outputs(name_or_file, out, plot)
    if samples is not None:
        return sweep_commands.show_uncertainty(scenario, samples, form, beside=largest or out or plot)
    if form == "table" and scenario.specimen is None and not (largest or out or plot):
        return _run_for_a_table(scenario)
    result = _solve(scenario, largest)
    if out:
        from spinesim.storage import save

        save(result, out)
        _note(f"saved {out}")
    if plot:
        _draw([result], plot)
    _show_result(result, form)
    return _exit_code(result)


@commands.command("list")
@click.option("--faults", is_flag=True, help="The small faults that a scenario's `faults` may name.")
@click.option("--model", default="lumbar_male", show_default=True, help="Whose faults.")
@FORMAT
def list_command(faults: bool, model: str, form: str) -> int:
    """List the shipped scenarios, sweeps and models, or the small faults of a model."""
    if faults:
        from spinesim.simulation import list_faults

        lists = {"Faults": list_faults(model)}
    else:
        from spinesim.files import list_models, list_scenarios, list_sweeps

        lists = {"Scenarios": list_scenarios(), "Sweeps": list_sweeps(), "Models": list_models()}
    if form == "json":
        _print_json({title.lower(): names for title, names in lists.items()})
        return GOOD
    from spinesim.summary import print_list

    print_list(lists, sys.stdout)
    return GOOD


@commands.command()
@click.argument("names_or_files", nargs=-1, required=True)
def check(names_or_files: tuple[str, ...]) -> int:
    """Check scenarios and sweeps: says ok, or all that is wrong."""
    code = GOOD
    for name in names_or_files:
        try:
            if sweep_commands.is_sweep(name):
                sweep_commands.check_sweep(name)
            else:
                command_input.check(command_input.read(name))
            click.echo(f"{name}: ok")
        except InputError as error:
            code = BAD_INPUT
            click.echo(str(error), err=True)
    return code


@commands.command()
@click.argument("a")
@click.argument("b")
@click.option("--all", "show_all", is_flag=True, help="Show every change.")
@click.option("--plot", metavar="DIR", help="Draw both spines and what changes (PNG and SVG) into this folder.")
@FORMAT
def compare(a: str, b: str, show_all: bool, plot: str | None, form: str) -> int:
    """Compare two scenarios or saved results (.nc).

    B against A, tissue by tissue; what changes most comes first.
    """
    from spinesim.comparison import compare_results, largest_effect

    command_input.check_outputs(a, None, plot)
    results = [_result(name) for name in (a, b)]
    rows = compare_results(results[0], results[1])
    if plot:
        _draw(results, plot)
    from spinesim.summary import print_changes, warnings_of

    names = (str(results[0].attrs["scenario_name"]), str(results[1].attrs["scenario_name"]))
    warnings = [f"{side}: {text}" for side, own in zip("ab", results, strict=True) for text in warnings_of(own)]
    if form == "json":
        _print_json({"a": names[0], "b": names[1], "warnings": warnings, "largest": largest_effect(rows), "rows": rows})
    else:
        print_changes(rows, names, sys.stdout, None if show_all else _SHOWN_CHANGES, warnings)
    return max(_exit_code(result) for result in results)


@commands.command()
@click.argument("name_or_file", required=False)
def cite(name_or_file: str | None) -> int:
    """Print the sources that a run owes, as BibTeX.

    Without a name: the whole bibliography.
    """
    from spinesim.citations import bibtex, load_bibliography

    keys = load_bibliography() if name_or_file is None else _result(name_or_file).attrs["citations"].split(", ")
    click.echo(bibtex(keys))
    return GOOD


@commands.command()
@click.option(
    "--suite", type=click.Choice(["in_vitro", "in_vivo", "all"]), default="all", show_default=True,
    help="Specimens in the laboratory, living people, or both.",
)  # fmt: skip
@click.option("--study", metavar="KEY", help="Only this study, by its key in the bibliography.")
@click.option("--kind", metavar="KIND", help="Only rows of this kind, such as range_of_motion.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "html"]), default="table", show_default=True,
    help="Text, one JSON object, or one page with pictures.",
)  # fmt: skip
@click.option("--out", metavar="FILE", help="Write the report into this file instead.")
@click.option("--workers", type=click.IntRange(1, 64), help="Scenarios solved at a time; as many as there are cores.")
def validate(suite: str, study: str | None, kind: str | None, form: str, out: str | None, workers: int | None) -> int:
    """Compare with published measurements.

    Exit code 0: every scenario was solved, whatever the rows say. 1: a row failed.
    """
    from spinesim.files import check_writable, write_text_atomically
    from spinesim.validation import SUITES, choose, read_suites, run_cases

    if out is not None:
        check_writable(out)
    cases = choose(read_suites(SUITES if suite == "all" else [suite]), study, kind)
    _tell_of_compiling(specimen=suite == "in_vitro")
    validation = run_cases(cases, workers or os.cpu_count() or 1, progress=_progress())
    report = _validation_report(validation, form)
    if out is None:
        click.echo(report, nl=False)
    else:
        write_text_atomically(out, report)
        _note(f"wrote {out}")
    return NOT_HELD if any(row.verdict == "failed" for row in validation.rows) else GOOD


@commands.command()
def warmup() -> int:
    """Compile the solver now, not on the first run."""
    results = [
        _solve(command_input.read({"format": 1, "name": "Warm-up", **part}))
        for part in ({}, {"specimen": WARM_SPECIMEN})
    ]
    _note("the solver is compiled")
    return max(_exit_code(result) for result in results)


for _command in (sweep_commands.sweep, sweep_commands.plot, sweep_commands.sensitivity):
    commands.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; errors become lines on stderr."""
    _open_streams()
    try:
        code = commands.main(arguments, prog_name="spinesim", standalone_mode=False)
        sys.stdout.flush()
        return GOOD if code is None else int(code)
    except SystemExit as stop:
        # click leaves with 1 when the reader of a pipe has gone; 1 has another meaning here.
        return PIPE_CLOSED if stop.code == 1 else int(stop.code or 0)
    except click.ClickException as error:
        error.show()
        return BAD_INPUT
    except SpinesimError as error:
        click.echo(str(error), err=True)
        return BAD_INPUT
    except BrokenPipeError:
        return _silence()
    except OSError as error:
        return _no_output(error)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted, nothing was left half-written", err=True)
        return INTERRUPTED


def _open_streams() -> None:
    """Make streams that take every letter, and lead nowhere where whoever called has closed them."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter is no reason to fail


def _solve(scenario: Scenario, largest: str | None = None) -> xr.Dataset:
    _tell_of_compiling(specimen=scenario.specimen is not None)
    if largest is not None:
        from spinesim.capacity import largest_load

        return largest_load(scenario, largest)
    from spinesim.simulation import simulate

    return simulate(scenario)


def _run_for_a_table(scenario: Scenario) -> int:
    """Solve and show a person's scenario without xarray, which takes as long to load as all else."""
    from spinesim.simulation import simulate_labelled
    from spinesim.summary import print_summary

    _tell_of_compiling(specimen=False)
    result = simulate_labelled(scenario)
    print_summary(result, sys.stdout)
    return GOOD if int(result.number("status")) == 0 else NOT_HELD


def _tell_of_compiling(specimen: bool) -> None:
    if not (_is_specimen_compiled() if specimen else _is_compiled()):
        _note("compiling the solver, once: this takes about a minute, later runs start at once")


def _is_compiled() -> bool:
    from spinesim.kernels.jit import is_compiled

    return is_compiled()


def _is_specimen_compiled() -> bool:
    from spinesim.kernels.jit import is_compiled

    return is_compiled("specimen_run.solve_specimen")


def _result(name: str) -> xr.Dataset:
    if name.endswith(".nc"):
        from spinesim.storage import load

        return load(name)
    return _solve(command_input.read(name))


def _draw(results: Sequence[xr.Dataset], folder: str) -> None:
    """Draw one result, or two side by side."""
    from spinesim.plots import save_comparison, save_plots

    first, *others = results
    for path in save_comparison(first, others[0], Path(folder)) if others else save_plots(first, Path(folder)):
        _note(f"drew {path}")


def _show_result(result: xr.Dataset, form: str) -> None:
    if form == "json":
        from spinesim.storage import result_as_json

        _print_json(result_as_json(result))
        return
    from spinesim.summary import print_summary

    print_summary(result, sys.stdout)


def _validation_report(validation: Validation, form: str) -> str:
    if form == "html":
        from spinesim.validation.report_html import html_report

        return html_report(validation)
    if form == "json":
        from spinesim.validation.summary import as_json

        return json.dumps(as_json(validation), allow_nan=False) + "\n"
    from spinesim.validation.report_text import text_report

    return text_report(validation)


def _progress() -> Callable[[int, int], None] | None:
    """Return what tells on a terminal how many scenarios are solved; None when nobody looks."""
    if not sys.stderr.isatty():
        return None

    def tell(done: int, total: int) -> None:
        click.echo(f"\rsolved {done} of {total} scenarios", err=True, nl=done == total)

    return tell


def _exit_code(result: xr.Dataset) -> int:
    return GOOD if int(result["status"]) == 0 else NOT_HELD


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, allow_nan=False))


def _note(text: str) -> None:
    click.echo(text, err=True)


def _silence() -> int:
    """Give up quietly when the reader of a pipe has gone, also when Python flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED


def _no_output(error: OSError) -> int:
    click.echo(f"cannot write the output: {error.strerror or error}", err=True)
    _silence()
    return BAD_INPUT
