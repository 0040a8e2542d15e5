"""Time sweeps on this machine: scenarios a second against the bare kernel, two cores against one, and memory.

Usage: python benchmarks/bench_sweep.py [--scenarios 2000] [--json]
The sweep varies a load and draws all uncertain parameters of the model, 40 outputs' worth of numbers each; the bare
kernel solves the same number of its scenarios from a cold start. All rates are the best of three, since a shared
machine only ever adds time.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import spinesim as ss
from spinesim.kernels import run
from spinesim.kernels.tables import make_state, make_work
from spinesim.simulation import prepare

REPEATS = 3
MASSES = 64


def study(scenarios: int) -> dict[str, Any]:
    """Return a random design over a load and the model's uncertainties."""
    return {
        "format": 1,
        "name": "bench",
        "base": "hip_hinge",
        "vary": [{"path": "loads.kettlebell.mass", "from": "5 kg", "to": "15 kg"}],
        "uncertainty": "model",
        "sampler": {"kind": "sobol", "samples": scenarios},
        "outputs": ["joint_compression", "joint_shear_anterior", "intradiscal_pressure", "facet_force", "hip_reaction"],
    }


def kernel_rate(scenarios: int) -> float:
    """Return solves a second of the bare kernel, called from Python one by one on the same loads."""
    base = ss.load_scenario("hip_hinge")
    masses = [5.0 + 10.0 * k / (MASSES - 1) for k in range(MASSES)]
    ready = [prepare(base.replace({"loads.kettlebell.mass": f"{mass:.6g} kg"})) for mass in masses]
    work = make_work(ready[0].person, ready[0].task)

    def solve() -> None:
        for k in range(scenarios):
            assembly = ready[k % MASSES]
            run.solve_static(assembly.person, assembly.task, make_state(), work)

    solve()
    return scenarios / best(solve)


def sweep_rate(scenarios: int, workers: int) -> float:
    """Return scenarios a second of a whole sweep into a store, from reading it to its Dataset."""

    def solve() -> None:
        with tempfile.TemporaryDirectory() as folder:
            ss.sweep(study(scenarios), workers=workers, out=Path(folder) / "store")

    return scenarios / best(solve)


def best(work: Callable[[], None]) -> float:
    """Return the least time (s) that something takes."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenarios", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    ss.sweep(study(8))  # compiles, or loads what is compiled
    kernel, one, two = (
        kernel_rate(arguments.scenarios),
        sweep_rate(arguments.scenarios, 1),
        sweep_rate(arguments.scenarios, 2),
    )
    report = {
        "scenarios_per_s": two,
        "one_core_per_s": one,
        "kernel_per_s": kernel,
        "scaling_2": two / one,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
    }
    lines = [f"{name:<16s} {value:10.1f}" for name, value in report.items()]
    print(json.dumps(report) if arguments.json else "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
