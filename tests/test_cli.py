"""The commands: what they print where, what they write, and their exit codes."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import xarray as xr

from fakes import fake_result
from spinesim._version import __version__
from spinesim.cli import main
from spinesim.errors import PostureError
from spinesim.results import Labelled
from spinesim.scenario import Scenario

GOOD = "format: 1\nname: Hold\nloads:\n  - {name: kettlebell, kind: held, mass: 20 kg}\n"
SLOW_IMPORTS = {"numba", "pint", "xarray", "scipy", "matplotlib", "numpy", "pydantic", "rich"}


class Solver:
    """Stands in for the simulation: notes what it was asked and answers with a fake result."""

    def __init__(self) -> None:
        self.asked: list[Scenario] = []
        self.status = 0
        self.attributes: dict[str, object] = {}
        self.error: BaseException | None = None

    def simulate(self, scenario: Scenario) -> xr.Dataset:
        self.asked.append(scenario)
        if self.error:
            raise self.error
        result = fake_result(seed=len(self.asked), status=self.status, scenario_name=scenario.name)
        return result.assign_attrs(self.attributes)

    def simulate_labelled(self, scenario: Scenario) -> Labelled:
        return Labelled.of(self.simulate(scenario))


@pytest.fixture
def solver(monkeypatch, tmp_path) -> Solver:
    """Work in an empty folder with a.yaml and no compiled core."""
    made = Solver()
    simulation = ModuleType("spinesim.simulation")
    vars(simulation).update(simulate=made.simulate, simulate_labelled=made.simulate_labelled)
    monkeypatch.setitem(sys.modules, "spinesim.simulation", simulation)
    monkeypatch.setattr("spinesim.cli._is_compiled", lambda: True)
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(GOOD)
    return made


# --- in a process of its own -------------------------------------------------------------------------------


def _process(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "spinesim", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"]])
def test_help_imports_nothing_slow(arguments):
    script = (
        "import sys\nfrom spinesim.cli import main\n"
        f"code = main({arguments!r})\nprint(code, *sorted({SLOW_IMPORTS!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "0"


def test_list_needs_no_solver():
    script = (
        "import sys\nfrom spinesim.cli import main\n"
        "main(['list'])\nprint(*sorted({'numba', 'pint', 'xarray', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[-1] == ""
    assert "Models" in done.stdout


def test_the_module_is_the_command():
    done = _process("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"spinesim, version {__version__}\n", "")
    done = _process("run", "no_such_scenario")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("there is no scenario called 'no_such_scenario'")


def test_a_reader_that_leaves_a_pipe_and_a_full_disk_are_told_apart():
    with subprocess.Popen(
        [sys.executable, "-m", "spinesim", "cite"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(120) == 141
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "spinesim", "cite"], stdout=full, stderr=subprocess.PIPE, timeout=120
        )
    assert done.returncode == 2
    assert done.stderr == b"cannot write the output: No space left on device\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_text_cut_short_by_a_full_disk_is_no_success(tmp_path, unbuffered):
    """A disk that is full half way takes the first part without complaint."""
    cut = tmp_path / "cut.bib"
    script = (
        "import resource, runpy, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "sys.argv[1:] = ['cite']\nrunpy.run_module('spinesim', run_name='__main__')"
    )
    with cut.open("wb") as file:
        done = subprocess.run(
            [sys.executable, "-c", script], stdout=file, stderr=subprocess.PIPE, timeout=120,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )  # fmt: skip
    assert cut.stat().st_size == 1000
    assert (done.returncode, done.stderr) == (2, b"cannot write the output: File too large\n")


# --- run ---------------------------------------------------------------------------------------------------


def test_run_prints_the_table_on_stdout_only(solver, capsys):
    assert main(["run", "a.yaml"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("Hold\n")
    for word in ("T12-L1", "L5-S1", "compression", "busiest muscle groups", "left hip", "abdomen"):
        assert word in out
    assert out.endswith("An estimate by a model of a person, not a diagnosis.\n")
    assert max(len(line) for line in out.splitlines()) <= 80
    assert "\x1b" not in out
    assert not any(line.endswith(" ") for line in out.splitlines())
    assert len([line for line in out.splitlines() if line.endswith(" %")]) == 8


def test_names_from_files_do_not_style_the_terminal(solver, capsys):
    Path("a.yaml").write_text("format: 1\nname: '[bold red]x[/] :smile:'\n")
    assert main(["run", "a.yaml"]) == 0
    assert capsys.readouterr().out.startswith("[bold red]x[/] :smile:\n")


@pytest.mark.parametrize("variable", ["NO_COLOR", "TERM"])
def test_a_terminal_without_colours_gets_plain_text(solver, monkeypatch, variable):
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv(variable, "dumb")
    main(["run", "a.yaml"])
    terminal.seek(0)
    assert "\x1b" not in terminal.read()


def test_an_ascii_terminal_is_no_reason_to_fail(solver, monkeypatch):
    Path("a.yaml").write_text("format: 1\nname: Café\n")
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["run", "a.yaml"]) == 0
    terminal.seek(0)
    assert terminal.read().startswith("Caf?\n")


def test_a_load_that_cannot_be_held_says_so_first_and_exits_with_1(solver, capsys):
    solver.status = 1
    assert main(["run", "a.yaml"]) == 1
    assert capsys.readouterr().out.startswith("the muscles cannot hold this load: L4-L5 flexion")


def test_a_posture_that_was_held_for_it_would_not_settle_says_so_first(solver, capsys):
    solver.attributes = {"unsettled": 1, "status_message": "balanced; no prediction"}
    assert main(["run", "a.yaml"]) == 0
    assert capsys.readouterr().out.startswith("balanced; no prediction\n")


def test_json_is_exactly_one_object(solver, capsys):
    assert main(["run", "a.yaml", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    plain = json.loads(out, parse_constant=pytest.fail)  # of NaN and Infinity, which are no JSON
    assert err == ""
    assert out.count("\n") == 1
    assert plain["scenario"] == "Hold"
    assert set(plain) >= {"scenario", "status", "coords", "variables"}
    solver.status = 2
    assert main(["run", "a.yaml", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["status"] == "not_converged"


def test_set_changes_values(solver):
    arguments = ["--set", "loads.kettlebell.mass=15 kg", "--set", "posture.preset=squat", "--set", "name=a=b"]
    assert main(["run", "a.yaml", *arguments, "--set", "recruitment.p=3"]) == 0
    (scenario,) = solver.asked
    assert scenario.loads[0].mass == 15.0
    assert (scenario.posture.preset, scenario.name, scenario.recruitment.p) == ("squat", "a=b", 3)
    assert main(["run", "a.yaml", "--set", "muscles=[{group: psoas, strength: 70 %}]"]) == 0
    assert solver.asked[1].muscles[0].strength == 0.7


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            "loads.kettlebell.mass=15 N",
            "--set loads.kettlebell.mass=15 N: 'N' is not a unit of mass, it is a",
        ),
        ("loads.kettlebell.mass=", "--set loads.kettlebell.mass=: needs a value"),
        ("loads.kettle.mass=1 kg", "--set loads.kettle.mass=1 kg: loads has no item 'kettle', did you mean"),
        ("posture.prest=x", "--set posture.prest=x: unknown key 'prest', did you mean 'preset'?"),
        ("posture.preset", "--set posture.preset: needs the form PATH=VALUE"),
        ("=3", "--set =3: needs the form PATH=VALUE"),
        ("name=[1", "--set name=[1: is not YAML"),
        ("name=!!python/name:os.system", "--set name=!!python/name:os.system: tags ("),
        ("name=*a", "--set name=*a: aliases (*name) are not allowed"),
        ("subject.mass=.nan", "--set subject.mass=.nan: .nan is not allowed, numbers must be finite"),
        ("name=\x1b[31m", r"--set 'name=\x1b[31m': a control character"),
        ("motion=[{hold: 1 s}]", "--set motion=[{hold: 1 s}]: motion needs the quasi-dynamic engine"),
    ],
)
def test_a_wrong_set_is_named(solver, capsys, setting, message):
    assert main(["run", "a.yaml", "--set", setting]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(message)
    assert solver.asked == []


def test_every_wrong_set_is_told_at_once(solver, capsys):
    assert main(["run", "a.yaml", "--set", "name=3", "--set", "subject.mass=3"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_result_is_saved_and_said_on_stderr(solver, capsys):
    assert main(["run", "a.yaml", "--out", "r.nc"]) == 0
    assert capsys.readouterr().err == "saved r.nc\n"
    assert sorted(os.listdir()) == ["a.yaml", "r.nc"]


@pytest.mark.parametrize(
    ("option", "path", "message"),
    [
        ("--out", "missing/r.nc", "cannot write missing/r.nc: No such file or directory"),
        ("--out", "r.txt", "cannot write 'r.txt': the name of a saved result ends in .nc"),
        ("--out", "folder.nc", "cannot write folder.nc: it is not an ordinary file"),
        ("--out", "/proc/r.nc", "cannot write /proc/r.nc: "),
        ("--out", "", "cannot write '': the name of a saved result ends in .nc"),
        ("--out", "link.nc", "cannot write 'link.nc': it would replace the scenario"),
        ("--plot", "a.yaml", "cannot write a.yaml: a.yaml is not a folder"),
        ("--plot", "/proc/pictures", "cannot write /proc/pictures: "),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_solve(solver, capsys, option, path, message):
    os.mkdir("folder.nc")
    os.symlink("a.yaml", "link.nc")
    assert main(["run", "a.yaml", option, path]) == 2
    out, err = capsys.readouterr()
    assert (out, solver.asked) == ("", [])
    assert err.startswith(message)
    assert sorted(os.listdir()) == ["a.yaml", "folder.nc", "link.nc"]
    assert Path("a.yaml").read_text() == GOOD


def test_pictures_are_drawn_into_the_folder(solver, capsys, monkeypatch):
    plots = ModuleType("spinesim.plots")
    vars(plots).update(save_plots=lambda result, folder: [folder / "posture.png"], save_comparison=None)
    monkeypatch.setitem(sys.modules, "spinesim.plots", plots)
    assert main(["run", "a.yaml", "--plot", "out/demo"]) == 0
    assert capsys.readouterr().err == "drew out/demo/posture.png\n"


def test_bad_files_and_postures_are_bad_input(solver, capsys):
    Path("a.yaml").write_text("format: 1\nnam: x\n")
    assert main(["run", "a.yaml"]) == 2
    assert "a.yaml:2:1: unknown key 'nam', did you mean 'name'? @ nam" in capsys.readouterr().err
    Path("a.yaml").write_text(GOOD)
    solver.error = PostureError("the lumbar spine does not bend that far")
    assert main(["run", "a.yaml"]) == 2
    assert capsys.readouterr().err == "the lumbar spine does not bend that far\n"


def test_ctrl_c_exits_with_130_and_one_line(solver, capsys):
    solver.error = KeyboardInterrupt()
    assert main(["run", "a.yaml", "--out", "r.nc"]) == 130
    out, err = capsys.readouterr()
    assert (out, err.strip()) == ("", "interrupted, nothing was left half-written")
    assert os.listdir() == ["a.yaml"]


def test_a_closed_output_is_no_reason_to_fail(solver, monkeypatch):
    monkeypatch.setattr("sys.stdout", None)
    assert main(["run", "a.yaml"]) == 0


def test_the_first_run_says_that_it_compiles(solver, capsys, monkeypatch):
    monkeypatch.setattr("spinesim.cli._is_compiled", lambda: False)
    assert main(["run", "a.yaml", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert err.startswith("compiling the solver, once")
    assert err.count("\n") == 1
    json.loads(out)


@pytest.mark.parametrize(
    "arguments",
    [[], ["run"], ["runn"], ["run", "a.yaml", "--format", "xml"], ["check"], ["compare", "a.yaml"]],
)
def test_wrong_usage_exits_with_2(solver, capsys, arguments):
    assert main(arguments) == 2
    assert "Usage: spinesim" in capsys.readouterr().err


# --- the other commands ------------------------------------------------------------------------------------


def test_check_says_ok_or_everything_that_is_wrong(solver, capsys):
    assert main(["check", "a.yaml"]) == 0
    assert capsys.readouterr() == ("a.yaml: ok\n", "")
    Path("b.yaml").write_text("format: 1\nname: x\nposture: {preset: upside_down}\n")
    Path("c.yaml").write_text("format: 1\nname: 3\nsubject: {mass: 1 N}\n")
    assert main(["check", "b.yaml", "a.yaml", "c.yaml", "missing.yaml"]) == 2
    out, err = capsys.readouterr()
    assert out == "a.yaml: ok\n"
    first, *others = err.splitlines()
    assert first.startswith("b.yaml:3:11: unknown posture 'upside_down'")
    assert others == [
        "c.yaml:2:1: must be text, not 3 @ name",
        "c.yaml:3:11: 'N' is not a unit of mass, it is a unit of force (use kg or g) @ subject.mass",
        "cannot read missing.yaml: No such file or directory",
    ]


def test_check_names_the_line_of_an_unknown_model(solver, capsys):
    Path("a.yaml").write_text("format: 1\nname: x\nmodel: lumbar_mal\n")
    assert main(["check", "a.yaml"]) == 2
    message = "a.yaml:3:1: there is no model called 'lumbar_mal', did you mean 'lumbar_male'? @ model\n"
    assert capsys.readouterr() == ("", message)


def test_compare_reads_scenarios_and_saved_results(solver, capsys):
    main(["run", "a.yaml", "--out", "r.nc"])
    capsys.readouterr()
    assert main(["compare", "r.nc", "r.nc"]) == 0
    assert "No difference." in capsys.readouterr().out
    assert main(["compare", "r.nc", "a.yaml"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("a: Hold\nb: Hold\n")
    assert "The largest change is in the " in out
    assert "smaller changes and details (--all shows them)" in out
    assert main(["compare", "r.nc", "a.yaml", "--all"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 300


def test_compare_as_json_is_one_object(solver, capsys):
    assert main(["compare", "a.yaml", "a.yaml", "--format", "json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    keys = {"tissue", "variable", "where", "a", "b", "change", "percent", "share", "unit"}
    assert set(plain["rows"][0]) == keys
    assert plain["largest"].startswith("The largest change is in the ")
    assert plain["warnings"] == []
    solver.status = 3
    assert main(["compare", "a.yaml", "a.yaml"]) == 1


def test_compare_says_first_what_is_not_solved(solver, capsys):
    solver.status, solver.attributes = 1, {"status_message": "muscles cannot hold this load"}
    assert main(["compare", "a.yaml", "a.yaml"]) == 1
    first = capsys.readouterr().out.split("\n\n")[0]
    assert first == "a: muscles cannot hold this load\nb: muscles cannot hold this load"
    assert main(["compare", "a.yaml", "a.yaml", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["warnings"] == first.splitlines()


def test_list_names_the_small_faults(capsys):
    assert main(["list", "--faults", "--format", "json"]) == 0
    faults = json.loads(capsys.readouterr().out)["faults"]
    assert faults["multifidus_atrophy"].endswith("(side: both, level: L5)")
    assert main(["list", "--faults"]) == 0
    assert "gluteal_weakness" in capsys.readouterr().out
    assert main(["list", "--faults", "--model", "lumbar_mal"]) == 2


def test_compare_draws_both_spines(solver, capsys):
    assert main(["compare", "a.yaml", "a.yaml", "--plot", "out"]) == 0
    assert {path.name for path in Path("out").iterdir()} == {"compare.png", "compare.svg"}
    assert "drew out/compare.png" in capsys.readouterr().err


def test_compare_refuses_what_is_not_a_result(solver, capsys):
    Path("r.nc").write_text("hello")
    assert main(["compare", "r.nc", "a.yaml"]) == 2
    assert capsys.readouterr().err == "cannot read r.nc: it is not a result that spinesim saved\n"


def test_cite_prints_what_a_run_owes(solver, capsys):
    assert main(["cite", "a.yaml"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("@article{Wilke2001,")
    assert out.count("\n@") == 1
    assert main(["cite"]) == 0
    assert capsys.readouterr().out.count("\n@") > 5


def test_list_as_json_is_one_object(solver, capsys):
    assert main(["list", "--format", "json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"scenarios", "sweeps", "models"}


def test_warmup_solves_a_person_and_a_specimen(solver, capsys, monkeypatch):
    monkeypatch.setattr("spinesim.cli._is_specimen_compiled", lambda: True)
    assert main(["warmup"]) == 0
    assert capsys.readouterr() == ("", "the solver is compiled\n")
    assert [scenario.specimen is None for scenario in solver.asked] == [True, False]


def test_what_is_set_twice_is_told_at_both(solver, capsys):
    pair = ["--set", "subject.mass=70 kg", "--set", "subject.mass=80 kg"]
    assert main(["run", "a.yaml", *pair]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"--set subject.mass={mass} kg: is changed twice: leave one of them out @ subject.mass" for mass in (70, 80)
    ]
    pair = ["--set", "loads.0.mass=1 kg", "--set", "loads.kettlebell.mass=2 kg"]
    assert main(["run", "a.yaml", *pair]) == 2
    assert capsys.readouterr().err.count("is changed twice") == 2
