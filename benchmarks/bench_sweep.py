"""Time sweeps on this machine: scenarios a second against the bare kernel, two cores against one, and memory.

Usage: python benchmarks/bench_sweep.py [--scenarios 8000] [--json] [--store FOLDER]
With --store one sweep alone is run into a new folder that stays, and its time, rate and largest memory are told.
The sweep varies a load and draws all uncertain parameters of the model, 42 numbers kept of each scenario, streamed into
a store. One core is one: all threads of that run are kept on it, where writing would else go on beside the solver on
another, and one worker would be more than one core. The bare kernel solves the tables of the first scenarios of the
same design, one call each from a cold start.
A shared machine changes its pace from minute to minute, so that ratios are those of runs that follow one another; the
median of them is told, and the best of all rates. Rates of sweeps count what each scenario takes; what is done once
(reading, and finding what each parameter changes) is told as `start_s`. `of_kernel` compares the processor's time, of
all threads, so that it counts writing too and no other process. `machine_2` is what two cores give two processes that
share nothing and run the bare kernel, against one alone: more than that no sweep can reach here.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import spinesim as ss
from spinesim.assembly import Assembly
from spinesim.kernels import run
from spinesim.kernels.handles import handed
from spinesim.kernels.tables import make_state, make_work
from spinesim.model.uncertainty import scaled
from spinesim.simulation import prepare
from spinesim.sweeps.block import parameter_factors
from spinesim.sweeps.plan import make_plan

REPEATS = 5
TABLES = 128  # scenarios whose tables the bare kernel is given, again and again


def study(scenarios: int) -> dict[str, Any]:
    """Return a random design over a load and the model's uncertainties."""
    return {
        "format": 1,
        "name": "bench",
        "base": "hip_hinge",
        "vary": [{"path": "loads.kettlebell.mass", "from": "5 kg", "to": "15 kg"}],
        "uncertainty": "model",
        "sampler": {"kind": "sobol", "samples": scenarios},
        "outputs": [
            "joint_compression", "joint_shear_anterior", "intradiscal_pressure", "facet_force", "hip_reaction",
            "tolerance_ratio_compression",
        ],
    }  # fmt: skip


def tables(count: int) -> list[Assembly]:
    """Return the first scenarios of the design, each put together by itself."""
    plan = make_plan(study(count))
    x, share = plan.design.points(0, count)
    found = []
    for k, row in enumerate(parameter_factors(plan, share)):
        model = plan.model
        for entry, factor in zip(plan.parameters, row, strict=True):
            model = scaled(model, entry, float(factor))
        found.append(prepare(plan.scenario(x[k]), model))
    return found


def solve_bare(ready: list[Assembly], scenarios: int) -> None:
    """Solve as many scenarios with the kernel alone."""
    work = make_work(ready[0].person, ready[0].task)
    own = [(handed(assembly.person), handed(assembly.task)) for assembly in ready]
    for k in range(scenarios):
        run.solve_static(*own[k % len(own)], make_state(), work)


def solve_sweep(scenarios: int, workers: int) -> None:
    """Run a whole sweep into a store, from reading it to its Dataset, on as many cores as it has workers."""
    with tempfile.TemporaryDirectory() as folder, on_cores(workers):
        ss.sweep(study(scenarios), workers=workers, out=Path(folder) / "store")


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """Keep this thread, and those that it starts meanwhile, on some of the cores; where the system cannot, on all."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(cores)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def processes(count: int, scenarios: int) -> float:
    """Return the scenarios a second of processes that run the bare kernel at the same time and share nothing."""
    command = [sys.executable, __file__, "--bare", "--scenarios", str(scenarios)]
    children = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)
    ]
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()  # it is ready
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    return sum(scenarios / float(child.communicate()[0]) for child in children)


def run_bare(scenarios: int) -> None:
    """Be one of those processes: say when it is ready, wait for the word, and say how long it took."""
    ready = tables(TABLES)
    solve_bare(ready, TABLES)
    print("ready", flush=True)
    sys.stdin.readline()
    print(seconds(lambda: solve_bare(ready, scenarios))[0])


def seconds(work: Callable[[], None]) -> NDArray[np.float64]:
    """Return the time that something takes, by the clock and of the processor."""
    start = np.array([time.perf_counter(), time.process_time()])
    work()
    return np.array([time.perf_counter(), time.process_time()]) - start


def measure(scenarios: int) -> dict[str, float]:
    """Return rates and ratios of runs in turns."""
    ready = tables(TABLES)
    rows, limit = [], []
    for _ in range(REPEATS):
        kernel = scenarios / seconds(lambda: solve_bare(ready, scenarios))
        start = seconds(lambda: solve_sweep(1, 1))
        one = scenarios / (seconds(lambda: solve_sweep(scenarios, 1)) - start)
        two = scenarios / (seconds(lambda: solve_sweep(scenarios, 2)) - start)
        limit.append(processes(2, scenarios) / processes(1, scenarios))
        rows.append((kernel, one, two, start))
    kernel, one, two, start = np.array(rows).transpose(1, 2, 0)  # (clock | processor, repeat)
    return {
        "scenarios_per_s": float(two[0].max()),
        "one_core_per_s": float(one[0].max()),
        "kernel_per_s": float(kernel[0].max()),
        "start_s": float(start[0].min()),
        "of_kernel": float(np.median(one[1] / kernel[1])),
        "scaling_2": float(np.median(two[0] / one[0])),
        "machine_2": float(np.median(limit)),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
    }


def run_once(scenarios: int, folder: str) -> dict[str, float]:
    """Run one sweep into a store, and tell now and then how far it is."""
    begun, told = time.perf_counter(), [0]

    def tell(done: int, size: int) -> None:
        if done * 20 // size > told[0]:
            told[0] = done * 20 // size
            print(f"{done:>10,d} of {size:,} after {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)

    clock, processor = seconds(lambda: ss.sweep(study(scenarios), out=folder, progress=tell))
    stored = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    return {
        "scenarios": scenarios,
        "seconds": clock,
        "processor_s": processor,
        "scenarios_per_s": scenarios / clock,
        "stored_mb": stored / 1e6,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
    }


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenarios", type=int, default=8000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--store", metavar="FOLDER")
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare:
        run_bare(arguments.scenarios)
        return 0
    solve_sweep(8, os.cpu_count() or 1)  # compiles, or loads what is compiled
    report = run_once(arguments.scenarios, arguments.store) if arguments.store else measure(arguments.scenarios)
    lines = [f"{name:<16s} {value:10.2f}" for name, value in report.items()]
    print(json.dumps(report) if arguments.json else "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
