"""Time spinesim on this machine: cold start, one solve, a thousand solves, the share of each phase.

Usage: python benchmarks/bench_solve.py [--solves 1000] [--repeats 3] [--wide] [--cold] [--json]
Ratios to a fixed calibration kernel let machines compare. Each solve starts cold; the best of `repeats` is taken,
since a shared machine only ever adds time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from typing import Any

import numpy as np

from calibration import calibration_ms
from spinesim.kernels import phases, run
from spinesim.kernels.tables import make_state, make_work
from spinesim.results.outcome import OUTCOMES
from spinesim.scenario import Scenario
from spinesim.simulation import prepare, simulate

SEED = 20261122
# The peak a process inherits from its parent would count otherwise: VmHWM starts anew with the program.
CHILD = """
import sys
from spinesim.__main__ import main
sys.argv[1:] = ["run", "standing", "--format", "json"]
code = main()
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
sys.exit(code)
"""


def random_scenario(rng: np.random.Generator, wide: bool) -> Scenario:
    """Return a random scenario: trunk 0-90 deg, side bend and twist within 15 deg, 0-20 kg, deficits to 50 %.

    `wide`: side bend and twist within 30 deg, 0-30 kg; half of these no back can hold.
    """
    turn, most = (30, 30) if wide else (15, 20)
    groups = ("multifidus", "gluteus_maximus", "longissimus_pars_thoracis", "external_oblique", "psoas")
    content: dict[str, Any] = {
        "format": 1,
        "name": "random",
        "posture": {
            "trunk_inclination": f"{rng.uniform(0, 90):.3f} deg",
            "right_lateral_bending": f"{rng.uniform(-turn, turn):.3f} deg",
            "left_axial_rotation": f"{rng.uniform(-turn, turn):.3f} deg",
        },
        "loads": [
            {
                "kind": "held",
                "mass": f"{rng.uniform(0, most):.3f} kg",
                "reach": f"{rng.uniform(0.2, 0.5):.3f} m",
                "height": f"{rng.uniform(-0.1, 0.3):.3f} m",
            }
        ],
    }
    if rng.random() < 0.5:
        deficit = {"group": str(rng.choice(groups)), "side": str(rng.choice(["left", "right", "both"]))}
        content["muscles"] = [{**deficit, "strength": f"{rng.uniform(50, 100):.2f} %"}]
    return Scenario.from_dict(content)


def time_solves(count: int, repeats: int, wide: bool = False, vertebrae: str = "settled") -> dict[str, Any]:
    """Solve random scenarios from a cold start; times in ms, statuses, iterations and the worst balance residual."""
    rng = np.random.default_rng(SEED)
    simulate("standing")  # compiles, or loads what is compiled
    times, statuses, steps, residuals, bad = [], Counter(), [], [], 0
    for _ in range(count):
        assembly = prepare(random_scenario(rng, wide).replace({"posture.vertebrae": vertebrae}))
        work = make_work(assembly.person, assembly.task)
        best = np.inf
        for _ in range(repeats):
            state = make_state()
            start = time.perf_counter()
            status = run.solve_static(assembly.person, assembly.task, state, work)
            best = min(best, time.perf_counter() - start)
        times.append(1e3 * best)
        statuses[OUTCOMES[status]] += 1
        steps.append(state.info[0])
        residuals.append(state.info[1])
        bad += int(not (np.isfinite(work.problem.x).all() and np.isfinite(state.u).all()))
    quantile = np.percentile(times, [5, 50, 95, 99])
    return {
        "n": count,
        "median_ms": quantile[1],
        "p5_ms": quantile[0],
        "p95_ms": quantile[2],
        "p99_ms": quantile[3],
        "max_ms": max(times),
        "iterations": float(np.median(steps)),
        "worst_residual": max(residuals),
        "statuses": dict(statuses),
        "failures": statuses["not_converged"] + bad,
    }


def time_phases(repeats: int = 300) -> dict[str, float]:
    """Return µs of one round of each phase, on holding 20 kg far."""
    assembly = prepare("hold_20kg_far")
    state, work = make_state(), make_work(assembly.person, assembly.task)
    run.solve_static(assembly.person, assembly.task, state, work)
    micros = {}
    for index, name in enumerate(phases.PHASES):
        phases.repeat_phase(assembly.person, assembly.task, state, work, index, 1)
        best = np.inf
        for _ in range(7):
            start = time.perf_counter()
            phases.repeat_phase(assembly.person, assembly.task, state, work, index, repeats)
            best = min(best, time.perf_counter() - start)
        micros[name] = 1e6 * best / repeats
    return micros


def time_simulate(repeats: int = 15) -> float:
    """Return the median ms of the public call: read, assemble, solve, assess stability, wrap."""
    simulate("hold_20kg_far")
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        simulate("hold_20kg_far")
        times.append(1e3 * (time.perf_counter() - start))
    return float(np.median(times))


def time_cli(cold: bool) -> dict[str, float]:
    """Return seconds (and peak MB) of the command line: a warm run, and one with an empty compile cache when asked."""
    command = [sys.executable, "-c", CHILD]
    report: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as empty:
        if cold:
            report["first_ever_s"], _ = _run(command, {"NUMBA_CACHE_DIR": empty})
        _run(command, {})
        report["second_run_s"], report["peak_mb"] = min(_run(command, {}) for _ in range(3))
    return report


def _run(command: list[str], extra: dict[str, str]) -> tuple[float, float]:
    """Return seconds and peak resident MB of a process of its own, which tells its peak itself."""
    start = time.perf_counter()
    done = subprocess.run(command, env={**os.environ, **extra}, capture_output=True, text=True, check=True)
    return time.perf_counter() - start, float(done.stderr.split()[-2]) / 1024.0


def report_lines(report: dict[str, Any]) -> list[str]:
    """Return the report as text."""
    unit, held = report["calibration_ms"], report["held"]
    total = sum(report["phases"].values())
    lines = [
        f"calibration kernel (the unit)  {unit:8.3f} ms",
        f"one solve, median of {report['n']:<6d}    {report['median_ms']:8.3f} ms, {report['median_ms'] / unit:.1f} x",
        f"  5 % to 95 %                  {report['p5_ms']:8.3f} to {report['p95_ms']:.3f} ms",
        f"  99 %, slowest                {report['p99_ms']:8.3f}, {report['max_ms']:.3f} ms",
        f"  iterations (median)          {report['iterations']:8.0f}",
        f"  worst balance residual       {report['worst_residual']:8.1e} N, N m",
        f"  ended                        {', '.join(f'{n} {k}' for k, n in report['statuses'].items())}",
        f"  the same, vertebrae held     {held['median_ms']:8.3f} ms, 99 % {held['p99_ms']:.3f} ms, "
        f"ended {', '.join(f'{n} {k}' for k, n in held['statuses'].items())}",
        f"simulate(), whole call         {report['simulate_ms']:8.1f} ms",
        f"command line, second run       {report['cli']['second_run_s']:8.2f} s, {report['cli']['peak_mb']:.0f} MB",
    ]
    if "first_ever_s" in report["cli"]:
        lines.append(f"command line, first ever       {report['cli']['first_ever_s']:8.1f} s")
    lines.append("phases of one iteration (posture while anything turns, recruitment step several times):")
    lines += [
        f"  {name:<28s} {value:8.1f} us   {100 * value / total:4.0f} %" for name, value in report["phases"].items()
    ]
    return lines


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--solves", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--cold", action="store_true", help="also time the first run ever (compiles, about a minute)")
    parser.add_argument("--wide", action="store_true", help="random scenarios up to what no back can hold")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    report = {"calibration_ms": calibration_ms(), **time_solves(arguments.solves, arguments.repeats, arguments.wide)}
    report["held"] = time_solves(arguments.solves, arguments.repeats, arguments.wide, "held")
    report["phases"] = time_phases()
    report["simulate_ms"] = time_simulate()
    report["cli"] = time_cli(arguments.cold)
    print(json.dumps(report) if arguments.json else "\n".join(report_lines(report)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
