"""The commands for sweeps: what they print where, what they write, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
import yaml
from matplotlib.collections import QuadMesh

import spinesim as ss
from spinesim import sweep_commands
from spinesim.cli import main
from spinesim.errors import InputError
from spinesim.plots.sweep import draw_sweep
from spinesim.sweeps.run import open_sweep, sweep, with_interval
from spinesim.sweeps.sensitivity import sensitivity
from spinesim.sweeps.statistics import correlations, intervals, probability

GRID: dict[str, Any] = {
    "format": 1, "name": "crate", "base": "hold_20kg_far", "outputs": ["joint_compression", "group_force"],
    "vary": [{"path": "loads.crate.mass", "from": "0 kg", "to": "10 kg", "count": 3},
             {"path": "loads.crate.reach", "values": ["0.3 m", "0.5 m"]}],
}  # fmt: skip
WORDS = {
    **GRID, "base": "standing", "outputs": ["joint_compression"], "uncertainty": ["tone"],
    "sampler": {"kind": "grid", "samples": 8},
    "vary": [{"name": "posture", "path": "posture.preset", "values": ["standing", "sitting_unsupported", "flexed_36"]}],
}  # fmt: skip
RANDOM = {
    **GRID, "vary": [{"path": "loads.crate.mass", "from": "0 kg", "to": "10 kg"}],
    "uncertainty": ["tone", "trunk_mass"], "sampler": {"kind": "sobol", "samples": 64},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, study in (("grid", GRID), ("random", RANDOM)):
        Path(f"{name}.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")


def test_a_sweep_is_told_by_status_first_and_kept_in_a_store(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "grid.yaml", "--out", "s"]) == 0
    out, err = capsys.readouterr()
    assert "of 6 scenarios: 6 converged" in err
    assert "joint compression" in out and "L4-L5" in out
    assert main(["sweep", "grid.yaml", "--out", "s"]) == 2
    assert "--resume" in capsys.readouterr().err
    assert main(["sweep", "grid.yaml", "--out", "s", "--resume"]) == 0


def test_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "random.yaml", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["dims"] == {"sample": 64} and told["status_counts"]["converged"] == 64
    assert told["variables"]["joint_compression"]["dims"] == ["quantile", "level"]


def test_the_probability_of_passing_a_tolerance_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    study = {**RANDOM, "uncertainty": ["compressive_strength"], "outputs": ["tolerance_ratio_compression"]}
    for name, mass, words in (("light", "5 kg", "in none of 64"), ("heavy", "40 kg", "%)")):
        vary = [{"path": "loads.crate.mass", "uniform": {"low": "1 kg", "high": mass}}]
        Path(f"{name}.yaml").write_text(yaml.safe_dump({**study, "vary": vary}), encoding="utf-8")
        main(["sweep", f"{name}.yaml"])
        assert words in capsys.readouterr().out.split("tolerance ratio compression above 1")[1]


def test_what_cannot_be_held_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    Path("heavy.yaml").write_text(yaml.safe_dump({**GRID, "vary": [
        {"path": "loads.crate.mass", "values": ["5 kg", "200 kg"]}]}), encoding="utf-8")  # fmt: skip
    assert main(["sweep", "heavy.yaml"]) == 1
    assert "1 that muscles cannot hold, 1 converged" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sweep", "reach_and_mas"], "did you mean 'reach_and_mass'"),
        (["sweep", "missing.yaml"], "missing.yaml"),
        (["sweep", "grid.yaml", "--resume"], "--out STORE"),
        (["sweep", "grid.yaml", "--out", "grid.yaml"], "grid.yaml"),
        (["plot", "nowhere"], "is not a store"),
        (["run", "standing", "--uncertainty", "16", "--out", "a.nc"], "--uncertainty shows a table"),
        (["run", "specimen_l4_l5_flexion", "--uncertainty", "16"], "needs a person"),
        (["sensitivity", "standing", "--of", "joint_compresion"], "did you mean 'joint_compression'"),
    ],
)
def test_bad_input_exits_with_2(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert words in capsys.readouterr().err


def test_ctrl_c_says_how_to_go_on(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("spinesim.sweeps.run.sweep", interrupted)
    assert main(["sweep", "grid.yaml", "--out", "s"]) == 130
    assert "finished blocks are in s, go on with --resume" in capsys.readouterr().err


def test_a_run_shows_values_with_their_intervals(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "hip_hinge", "--uncertainty", "32"]) == 0
    out = capsys.readouterr().out
    assert "5 % to 95 %" in out and "joint compression" in out
    assert main(["run", "hip_hinge", "--uncertainty", "32", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    low, middle, high = np.array(told["uncertainty"]["variables"]["joint_compression"]["values"])
    assert (low < middle).all() and (middle < high).all()
    assert told["status"] == "converged"


def test_the_value_beside_an_interval_is_that_of_a_run() -> None:
    swept, single = with_interval(ss.load_scenario("hip_hinge"), 16)
    run = ss.simulate("hip_hinge")
    for name in set(single.data_vars) - {"status", "unsettled"}:
        assert np.allclose(single[name].values, run[str(name)].values, rtol=1e-9, atol=1e-9), name
    assert swept.sizes["sample"] == 16


def test_an_interval_of_what_nobody_reaches_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "hold_20kg_far", "--set", "loads.crate.reach=1.4 m", "--uncertainty", "16"]) == 2
    assert "short of the load" in capsys.readouterr().err


PICTURES = [
    ("grid", ["--x", "mass", "--y", "joint_compression", "--by", "reach", "--at", "level=L4-L5"], ""),
    ("grid", ["--x", "mass", "--y", "reach", "--of", "joint_compression", "--by", "level"], ""),
    ("random", ["--x", "mass", "--y", "joint_compression", "--by", "level"], ""),
    ("random", ["--of", "joint_compression", "--at", "level=L5-S1"], ""),
    ("random", ["--x", "mass", "--y", "tone", "--of", "joint_compression", "--at", "level=L5-S1"], ""),
    ("random", ["--x", "level", "--y", "joint_compression"], ""),
    ("grid", ["--x", "level", "--y", "reach", "--of", "joint_compression", "--at", "mass=5 kg"], ""),
    ("grid", ["--x", "mass", "--y", "joint_compression", "--at", "reach=30 cm", "--at", "level=L4-L5"], ""),
    ("words", ["--x", "posture", "--y", "joint_compression", "--by", "level"], ""),
    ("words", ["--x", "posture", "--y", "level", "--of", "joint_compression"], ""),
    ("grid", ["--x", "mass", "--y", "joint_compression", "--at", "mass=5"], "--x and --at are both mass"),
    ("grid", ["--x", "mass", "--y", "joint_compression", "--by", "mass"], "--x and --by are both mass"),
    ("grid", ["--x", "mass", "--y", "mass", "--of", "joint_compression"], "--x and --y are both mass"),
    ("grid", ["--of", "joint_compression", "--at", "level=L4-L5"], "give --x for a curve"),
    ("grid", ["--y", "mass", "--of", "joint_compression"], "needs --x too"),
    ("grid", ["--x", "mass", "--y", "joint_compression", "--at", "reach=30 kg", "--by", "level"], "no '30 kg'"),
    ("random", ["--x", "mass", "--y", "joint_compression", "--at", "sample=4", "--by", "level"], "--at sample"),
    ("random", ["--x", "mass", "--y", "joint_compression"], "choose one of level with --at"),
    ("random", ["--x", "mas", "--y", "joint_compression"], "did you mean 'mass'"),
    ("random", ["--y", "joint_compresion"], "did you mean 'joint_compression'"),
    ("random", ["--x", "mass", "--y", "joint_compression", "--at", "level=L9"], "level has no 'L9'"),
    ("random", ["--x", "mass", "--y", "joint_compression", "--by", "side"], "no dimension 'side'"),
    ("random", ["--x", "mass", "--y", "group_force", "--by", "group"], "at most 12"),
]


@pytest.mark.parametrize(("study", "arguments", "words"), PICTURES)
def test_stores_are_drawn(
    study: str, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], stores: Path
) -> None:
    code = main(["plot", str(stores / study), *arguments, "--out", "p.png"])
    assert code == (2 if words else 0), capsys.readouterr().err
    assert words in capsys.readouterr().err
    assert Path("p.png").exists() == (not words)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stores")
    sweep(GRID, out=folder / "grid")
    sweep(RANDOM, out=folder / "random")
    sweep(WORDS, out=folder / "words")
    return folder


def test_a_grid_too_large_for_memory_is_drawn_all_the_same(stores: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spinesim.sweeps.store.MOST_LOADED", 0)
    wanted = ["--x", "mass", "--y", "joint_compression", "--by", "level", "--at", "reach=0.3"]
    assert main(["plot", str(stores / "grid"), *wanted, "--out", "p.png"]) == 0
    only = open_sweep(stores / "grid", outputs=["joint_compression"])
    assert only.joint_compression.dims == ("mass", "reach", "level") and "group_force" not in only


def test_panels_of_drawn_values_share_the_colours_of_what_is_drawn(tmp_path: Path) -> None:
    sides = xr.DataArray([1.0, 2.0], dims="side", coords={"side": ["left", "right"]})
    made = made_up(60)
    figure = draw_sweep(made.assign(x=made["x"] * sides), tmp_path / "p.png", x="a", y="b", of="x", by="side")
    maps = [mesh for ax in figure.axes[:2] for mesh in ax.collections if isinstance(mesh, QuadMesh)]
    cells = np.ma.concatenate([np.ma.masked_array(mesh.get_array()).ravel() for mesh in maps])
    assert [mesh.get_clim() for mesh in maps] == [(cells.min(), cells.max())] * 2


def made_up(n: int = 400) -> xr.Dataset:
    """Return a sweep whose output is 3 a - b + 10, and where b has no effect above 1."""
    rng = np.random.default_rng(1)
    a, b = rng.uniform(size=n), rng.uniform(size=n)
    status = np.zeros(n, dtype=np.int8)
    status[:4] = 2
    values = 3.0 * a - b + 10.0
    values[:4] = 1e9
    data = {"x": ("sample", values, {"units": "N"}), "status": ("sample", status), "unsettled": ("sample", 0 * status)}
    told = {"title": "made up", "status_message": ""}
    return xr.Dataset(data, coords={"a": ("sample", a), "b": ("sample", b)}, attrs=told)


def test_what_found_no_balance_counts_in_no_statistic() -> None:
    swept = made_up()
    low, middle, high = intervals(swept)["x"].values
    assert 9.0 < low < middle < high < 13.1 and abs(middle - 11.0) < 0.15
    share = probability(swept["x"].where(swept["status"] < 2), 11.0)
    assert abs(float(share) - 0.5) < 0.08


def test_correlations_have_sign_and_order_and_settle() -> None:
    swept = made_up()
    found = correlations(swept, swept["x"].where(swept["status"] < 2))
    a, b = found["correlation"].sel(parameter="a"), found["correlation"].sel(parameter="b")
    assert a > 0.9 and -0.5 < b < -0.1
    assert (np.abs(found["half"] - found["correlation"]) < 0.1).all()


def test_pictures_need_a_known_format(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.png, \.svg or \.pdf"):
        draw_sweep(made_up(), tmp_path / "p.gif")


def test_sensitivities_know_what_cannot_matter_and_count_their_solves() -> None:
    pytest.importorskip("SALib")
    at = {"level": "L4-L5"}
    by_sobol = sensitivity("standing", "intradiscal_pressure", at, samples=16)
    by_morris = sensitivity("standing", "intradiscal_pressure", at, samples=8, method="morris")
    n = len(ss.load_model().uncertainties)
    for found, name, runs in ((by_sobol, "total", 16 * (n + 2)), (by_morris, "mu_star", 8 * (n + 1))):
        index = found[name]
        assert found.attrs["solves"] == runs and found.attrs["failed"] == 0
        assert float(index.sel(parameter="compressive_strength")) == pytest.approx(0.0, abs=1e-12)
        assert float(index.sel(parameter="pressure_correction")) > 10.0 * float(
            index.sel(parameter="cartilage_modulus")
        )


def test_the_commands_say_that_they_compile(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("spinesim.kernels.jit.CACHE_FOLDER", tmp_path)
    sweep_commands.tell_of_compiling()
    assert "compiling" in capsys.readouterr().err


def test_a_sweep_is_checked_as_one(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    text = "format: 1\nname: Small\nbase: standing\nvary:\n  - {path: subject.KEY, values: [70 kg]}\n"
    for key, code in (("mass", 0), ("mas", 2)):
        file.write_text(text.replace("KEY", key))
        assert main(["check", str(file)]) == code
    assert f"{file}:5:5: vary.0: unknown key 'mas', did you mean 'mass'?" in capsys.readouterr().err


def test_a_label_is_chosen_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sensitivity", "standing", "--at", "level=L4-L5", "--at", "level=L5-S1"]) == 2
    assert "level=L4-L5 is chosen already" in capsys.readouterr().err
