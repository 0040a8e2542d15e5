"""A store survives being killed, belongs to one sweep, and is the same however it came about."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import FIRST_COMPLETED, wait
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
import yaml
import zarr

from spinesim.cli import main
from spinesim.errors import InputError, OutputError
from spinesim.sweeps import run, store
from spinesim.sweeps.block import Stopped, solve_block
from spinesim.sweeps.plan import make_plan
from spinesim.sweeps.run import open_sweep, sweep
from spinesim.sweeps.statistics import intervals

KILLS = 20
STUDY: dict[str, Any] = {
    "format": 1,
    "name": "kept",
    "base": "hip_hinge",
    "vary": [{"path": "loads.kettlebell.mass", "from": "5 kg", "to": "15 kg"}],
    "uncertainty": ["tone", "disc_area", "muscle_area"],
    "sampler": {"kind": "sobol", "samples": 640},
    "outputs": ["joint_compression", "intradiscal_pressure"],
}
SLICE, SLICES = 8, 80
# Between two blocks a worker rests, so that a machine in a hurry does not finish between two looks at the folder.
CHILD = """
import json, sys, time
from spinesim.sweeps import run, store
write = store.Store.write
def slow(self, number, values):
    write(self, number, values)
    time.sleep(0.1)
store.Store.write = slow
print("ready", flush=True)
run.sweep(json.loads(sys.argv[1]), out=sys.argv[2], workers=2, resume=True, block=int(sys.argv[3]))
"""

# The first blocks take so long that whoever waits for them is interrupted there.
# A child of a shell's background job ignores the signal, so it is told to heed it.
STOPPED_CHILD = """
import json, signal, sys, time
from spinesim.sweeps import run
signal.signal(signal.SIGINT, signal.default_int_handler)
solve = run.solve_block
def slow(plan, start, stop, stopped):
    time.sleep(1.0)
    if start == 0:
        print("begun", flush=True)
    time.sleep(1.0)
    return solve(plan, start, stop)
run.solve_block = slow
run.GRACE = 60.0
run.sweep(json.loads(sys.argv[1]), out=sys.argv[2], workers=2, block=16)
"""


# Ctrl-C comes while Zarr is writing the description of an array.
OPENING_CHILD = """
import asyncio, os, signal, sys
from zarr.storage import LocalStore
from spinesim.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
write, calls = LocalStore.set, []
async def slow(self, *arguments, **more):
    calls.append(1)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0.5)
    return await write(self, *arguments, **more)
LocalStore.set = LocalStore.set_if_not_exists = slow
sys.exit(main(["sweep", sys.argv[1], "--out", sys.argv[2]]))
"""


@pytest.fixture(scope="module")
def expected() -> xr.Dataset:
    return sweep(STUDY, workers=2)


def finished(folder: Path) -> int:
    return len(list((folder / store.DONE).glob("*.json")))


def test_what_is_read_back_is_what_memory_holds(tmp_path: Path, expected: xr.Dataset) -> None:
    written = sweep(STUDY, out=tmp_path / "s", block=100)
    assert written.identical(expected)
    assert open_sweep(tmp_path / "s").identical(expected)


@pytest.mark.filterwarnings("ignore:The data type")
def test_zarr_reads_what_was_written(tmp_path: Path) -> None:
    words = {"name": "words", "path": "posture.preset", "values": ["standing", "sitting_unsupported"]}
    study = {**STUDY, "base": "standing", "vary": [words], "sampler": {"kind": "sobol", "samples": 20}}
    written = sweep(study, out=tmp_path / "s", block=16)
    group: Any = zarr.open_group(tmp_path / "s" / store.DATA, mode="r")
    assert {name for name, _ in group.arrays()} == {*written.data_vars, *STUDY["uncertainty"], "words"}
    for name, array in group.arrays():
        assert array.dtype == written[name].dtype and np.array_equal(array[:], written[name].values)


@pytest.mark.parametrize("loaded", [store.MOST_LOADED, 0], ids=["in memory", "on disk"])
@pytest.mark.filterwarnings("error")
def test_words_are_kept_without_a_word_of_zarr(tmp_path: Path, loaded: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_LOADED", loaded)
    words = {"name": "words", "path": "posture.preset", "values": ["standing", "sitting_unsupported"]}
    study = {**STUDY, "base": "standing", "vary": [words], "sampler": {"kind": "sobol", "samples": 8}}
    sweep(study, out=tmp_path / "s")
    assert set(open_sweep(tmp_path / "s")["words"].values.tolist()) == set(words["values"])


def test_arrays_that_are_packed_otherwise_are_not_read_as_numbers(tmp_path: Path, expected: xr.Dataset) -> None:
    folder = tmp_path / "s"
    sweep(STUDY, out=folder, block=100)
    group: Any = zarr.open_group(folder / store.DATA, mode="r+")
    values = group["tone"][:]
    group.create_array("tone", shape=(640,), chunks=(100,), dtype="f8", compressors="auto", overwrite=True)
    group["tone"][:] = values
    with pytest.raises(InputError, match="is damaged.*packed in another way"):
        open_sweep(folder)
    assert sweep(STUDY, out=folder, resume=True).identical(expected)


@pytest.mark.parametrize("block", [16, 300, 600])
def test_threads_share_a_block(block: int, expected: xr.Dataset) -> None:
    assert sweep(STUDY, workers=3, block=block).identical(expected)


@pytest.mark.slow
def test_killed_twenty_times_and_resumed_it_is_the_same(tmp_path: Path, expected: xr.Dataset) -> None:
    folder, rng = tmp_path / "killed", random.Random(6)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    unfinished = 0
    for _ in range(KILLS):
        command = [sys.executable, "-c", CHILD, json.dumps(STUDY), str(folder), str(SLICE)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        enough = min(SLICES, finished(folder) + rng.randint(0, 2))
        while finished(folder) < enough and child.poll() is None:
            time.sleep(0.001)
        time.sleep(rng.uniform(0.0, 0.1))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        unfinished += finished(folder) < SLICES
    assert finished(folder) > KILLS / 2, "the kills came too early to mean anything"
    assert unfinished > KILLS / 2, "the kills came too late to mean anything"
    assert sweep(STUDY, out=folder, workers=2, resume=True).identical(expected)
    assert not [*folder.glob("done/.*"), *folder.rglob("*.partial")], "something half-written was left behind"


def test_a_block_whose_numbers_were_lost_is_solved_again(tmp_path: Path, expected: xr.Dataset) -> None:
    folder = tmp_path / "s"
    sweep(STUDY, out=folder, block=100)
    victim = next(path for path in (folder / store.DATA / "joint_compression" / "c").rglob("*") if path.is_file())
    victim.write_bytes(victim.read_bytes()[: len(victim.read_bytes()) // 2])
    with pytest.raises(InputError, match="is damaged"):
        open_sweep(folder)
    assert sweep(STUDY, out=folder, resume=True).identical(expected)


def harmed(folder: Path, harm: str) -> None:
    """Harm one chunk of one array."""
    chunks = folder / store.DATA / "joint_compression" / "c"
    victim = sorted(path for path in chunks.rglob("*") if path.is_file())[-1]
    content = victim.read_bytes()
    if harm == "turned":
        victim.write_bytes(content[:9] + bytes([content[9] ^ 1]) + content[10:])
    elif harm == "array lost":
        shutil.rmtree(chunks.parent)
    elif harm == "all lost":
        shutil.rmtree(folder / store.DATA)
    else:
        victim.unlink()


@pytest.mark.parametrize("loaded", [store.MOST_LOADED, 0], ids=["in memory", "on disk"])
@pytest.mark.parametrize("harm", ["deleted", "turned", "array lost", "all lost"])
def test_a_harmed_store_is_not_read_as_if_it_were_whole(
    tmp_path: Path, harm: str, loaded: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(store, "MOST_LOADED", loaded)
    folder = tmp_path / "s"
    sweep({**STUDY, "sampler": {"kind": "sobol", "samples": 64}}, out=folder, block=32)
    open_sweep(folder)
    harmed(folder, harm)
    with pytest.raises(InputError, match="is damaged"):
        open_sweep(folder)
    picture = tmp_path / "p.png"
    arguments = ["plot", str(folder), "--of", "joint_compression", "--at", "level=L4-L5", "--out", str(picture)]
    assert main(arguments) == 2
    assert "is damaged" in capsys.readouterr().err and not picture.exists()


@pytest.mark.parametrize("harm", ["array lost", "all lost", "array untold", "all untold", "marks lost"])
def test_a_store_that_lost_more_than_numbers_is_made_whole(tmp_path: Path, harm: str, expected: xr.Dataset) -> None:
    folder = tmp_path / "s"
    sweep(STUDY, out=folder, block=320)
    described = {"array untold": "joint_compression/zarr.json", "all untold": "zarr.json"}
    if harm in described:
        (folder / store.DATA / described[harm]).write_text("{", encoding="utf-8")
    elif harm == "marks lost":
        shutil.rmtree(folder / store.DONE)
    else:
        harmed(folder, harm)
    if harm != "marks lost":  # without marks nothing was finished
        with pytest.raises(InputError, match=r"is damaged.*--resume solves again"):
            open_sweep(folder)
    assert sweep(STUDY, out=folder, resume=True).identical(expected)
    assert open_sweep(folder).identical(expected)


def test_the_scenarios_that_were_lost_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    sweep({**STUDY, "sampler": {"kind": "sobol", "samples": 64}}, out=folder, block=32)
    harmed(folder, "deleted")
    with pytest.raises(InputError, match="scenarios 32 to 63 are not what was written; --resume"):
        open_sweep(folder)


def test_an_early_interrupt_keeps_the_blocks_that_were_begun(
    tmp_path: Path, expected: xr.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C reaches a sweep where it waits for blocks: here before the first of them is done."""
    folder = tmp_path / "s"

    def interrupted(futures: Any, *, return_when: str = "ALL_COMPLETED", timeout: float | None = None) -> Any:
        if return_when == FIRST_COMPLETED:
            raise KeyboardInterrupt
        return wait(futures, timeout=timeout)

    monkeypatch.setattr("spinesim.sweeps.run.wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sweep(STUDY, out=folder, workers=2, block=64)
    assert 1 <= finished(folder) <= 3
    monkeypatch.setattr("spinesim.sweeps.run.wait", wait)
    assert sweep(STUDY, out=folder, resume=True).identical(expected)


def test_an_interrupt_does_not_wait_long_for_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(plan: Any, start: int, stop: int, stopped: Any) -> Any:
        while not stopped():
            time.sleep(0.01)
        raise Stopped

    def interrupted(futures: Any, *, return_when: str = "ALL_COMPLETED", timeout: float | None = None) -> Any:
        if return_when == FIRST_COMPLETED:
            raise KeyboardInterrupt
        return wait(futures, timeout=timeout)

    begun = time.monotonic()
    monkeypatch.setattr("spinesim.sweeps.run.wait", interrupted)
    monkeypatch.setattr(run, "solve_block", slow)
    monkeypatch.setattr(run, "GRACE", 0.2)
    with pytest.raises(KeyboardInterrupt):
        sweep(STUDY, out=tmp_path / "s", workers=2, block=64)
    assert finished(tmp_path / "s") == 0 and time.monotonic() - begun < 30.0


@pytest.mark.slow
def test_ctrl_c_in_the_first_blocks_loses_none_that_was_begun(tmp_path: Path, expected: xr.Dataset) -> None:
    folder = tmp_path / "stopped"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", STOPPED_CHILD, json.dumps(STUDY), str(folder)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n"
    child.send_signal(signal.SIGINT)
    child.communicate()
    assert 1 <= finished(folder) <= 3
    assert sweep(STUDY, out=folder, workers=2, resume=True).identical(expected)


@pytest.mark.slow
def test_ctrl_c_while_a_store_is_laid_out_prints_nothing_of_zarr(tmp_path: Path, expected: xr.Dataset) -> None:
    study, folder = tmp_path / "kept.yaml", tmp_path / "s"
    study.write_text(yaml.safe_dump(STUDY), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", OPENING_CHILD, str(study), str(folder)]
    child = subprocess.run(command, capture_output=True, env=environment, text=True, check=False)
    assert child.returncode == 130
    assert child.stderr == f"interrupted: finished blocks are in {folder}, go on with --resume\n"
    assert sweep(study, out=folder, resume=True).identical(expected)


def test_an_interrupt_leaves_finished_blocks_and_the_rest_can_follow(
    tmp_path: Path, expected: xr.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, told = tmp_path / "s", []

    def stop(done: int, total: int) -> None:
        told.append(done)
        if len(told) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(STUDY, out=folder, block=64, progress=stop)
    assert finished(folder) == 3
    half = open_sweep(folder)
    assert (half["status"] == -1).sum() == 640 - 3 * 64 and "not done" in half.attrs["status_message"]
    solved: list[int] = []
    original = solve_block
    monkeypatch.setattr(run, "solve_block", lambda plan, a, b, s: solved.append(a) or original(plan, a, b, s))
    assert sweep(STUDY, out=folder, resume=True).identical(expected)
    assert len(solved) == 7, "what was done is not done again"


def test_a_store_of_another_sweep_is_refused(tmp_path: Path) -> None:
    few = {**STUDY, "sampler": {"kind": "sobol", "samples": 8}}
    sweep(few, out=tmp_path / "s")
    with pytest.raises(InputError, match="belongs to another sweep"):
        sweep({**few, "seed": 5}, out=tmp_path / "s", resume=True)
    with pytest.raises(InputError, match="--resume"):
        sweep(few, out=tmp_path / "s")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        sweep(few, out=tmp_path / "other")
    with pytest.raises(InputError, match="is not a store"):
        open_sweep(tmp_path / "other")
    (tmp_path / "mine" / store.DATA).mkdir(parents=True)
    for folder in ("other", "mine"):
        with pytest.raises(InputError, match="is not a store"):
            sweep(few, out=tmp_path / folder, resume=True)
        assert len(list((tmp_path / folder).iterdir())) == 1


@pytest.mark.parametrize("left", [[], [store.LOCK], [store.LOCK, store.DATA, store.DONE, ".0123456789abcdef.json"]])
def test_what_was_killed_at_its_start_can_be_resumed(tmp_path: Path, left: list[str]) -> None:
    few, folder = {**STUDY, "sampler": {"kind": "sobol", "samples": 8}}, tmp_path / "s"
    folder.mkdir()
    for name in left:
        (folder / name).mkdir() if name in (store.DATA, store.DONE) else (folder / name).touch()
    assert sweep(few, out=folder, resume=True).identical(sweep(few))


def test_two_cannot_write_into_one_store(tmp_path: Path) -> None:
    plan = make_plan({**STUDY, "sampler": {"kind": "sobol", "samples": 8}})
    first = store.open_store(tmp_path / "s", plan, 8, resume=False)
    second = store.open_store(tmp_path / "s", plan, 8, resume=True)
    with first, pytest.raises(OutputError, match="another process"), second:
        pass


def test_a_full_disk_says_so_and_keeps_what_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan({**STUDY, "sampler": {"kind": "sobol", "samples": 16}})
    folder = tmp_path / "s"

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with store.open_store(folder, plan, 8, resume=False) as opened:
        opened.write(0, solve_block(plan, 0, 8))
        monkeypatch.setattr(store, "_write_durably", full)
        with pytest.raises(OutputError, match="No space left.*--resume"):
            opened.write(1, solve_block(plan, 8, 16))
        monkeypatch.undo()
        assert opened.missing() == [1]
    monkeypatch.setattr(store, "_write_durably", full)
    another = store.open_store(tmp_path / "another", plan, 8, resume=False)
    with pytest.raises(OutputError, match="another: No space left.*--resume"), another:
        pass


def test_large_stores_stay_on_disk_until_asked(
    tmp_path: Path, expected: xr.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_LOADED", 0)
    lazy = sweep(STUDY, out=tmp_path / "s")
    assert np.array_equal(lazy["joint_compression"].values, expected["joint_compression"].values)
    assert np.array_equal(lazy["tone"].values, expected["tone"].values)
    assert list(lazy.data_vars) == list(expected.data_vars) and lazy.attrs == expected.attrs
    assert intervals(lazy).identical(intervals(expected))


def test_a_cluster_gives_the_same(tmp_path: Path, expected: xr.Dataset) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        swept = sweep(STUDY, out=tmp_path / "s", scheduler=cluster.scheduler_address, block=100)
    assert swept.identical(expected)


def test_a_lost_worker_costs_time_alone(expected: xr.Dataset) -> None:
    distributed = pytest.importorskip("distributed")
    killed: list[int] = []
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:

        def kill(done: int, total: int) -> None:
            if not killed:
                killed.append(done)
                os.kill(cluster.workers[0].process.pid, signal.SIGKILL)

        swept = sweep(STUDY, scheduler=cluster.scheduler_address, block=32, progress=kill)
    assert killed and swept.identical(expected)


def test_a_lost_cluster_says_how_to_go_on(tmp_path: Path, expected: xr.Dataset) -> None:
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None)
    with pytest.raises(OutputError, match="the cluster was lost.*--resume"):
        sweep(
            STUDY, out=tmp_path / "s", scheduler=cluster.scheduler_address, block=32,
            progress=lambda done, total: cluster.close(),
        )  # fmt: skip
    assert sweep(STUDY, out=tmp_path / "s", resume=True).identical(expected)


def test_a_scheduler_that_does_not_answer_is_named() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="tcp://127.0.0.1:1"):
        sweep(STUDY, scheduler="tcp://127.0.0.1:1")
