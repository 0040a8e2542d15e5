"""Time spinesim beside two open peers, in one run on one machine, and say what each one solves.

* spinesim: the static solve through `spinesim.simulate`.
* OpenSim: StaticOptimization on the lifting full-body lumbar model that Pose2Sim ships, trunk only.
* MuJoCo: myo-sim's torso: forward and inverse dynamics, and activations by bounded least squares.

All hold the upper body's own weight, upright and bent forward up to 40 degrees. The times stand beside each
other, the problems do not: read "what was solved" under the table. Each peer is optional and has a
single-threaded process of its own, one after the other, so that a crash of one spares the rest.

    pip install 'spinesim[peers]' && pip install --no-deps pose2sim
    python benchmarks/bench_peers.py [--frames 5] [--repeats 20] [--only opensim mujoco] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from calibration import calibration_ms

INSTALL_PEERS = "pip install 'spinesim[peers]'"
INSTALL_POSE2SIM = "pip install --no-deps pose2sim"
STEEPEST_DEG = 40.0
Facts = dict[str, Any]


def require(module: str, install: str) -> Any:
    """The import spec of an optional package, or a sentence that says how to install it."""
    spec = find_spec(module)
    if spec is None:
        raise ModuleNotFoundError(f"{module} is not installed: {install}")
    return spec


def largest(**values: Any) -> Facts:
    """The largest magnitude in each array, under the name `largest_...`."""
    return {f"largest_{key}": float(np.abs(value).max()) for key, value in values.items()}


@dataclass
class Row:
    """One solver at one task: what it solves, and wall and CPU milliseconds of each frame."""

    peer: str
    task: str
    solves: str
    setup_s: float
    facts: Facts = field(default_factory=dict)
    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def time(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Run `work` once, note both times, hand back its value."""
        wall, cpu = time.perf_counter(), time.process_time()
        value = work(*arguments)
        self.cpu_ms.append(1e3 * (time.process_time() - cpu))
        self.wall_ms.append(1e3 * (time.perf_counter() - wall))
        return value


# --- spinesim ---------------------------------------------------------------------------------------------

SPINESIM_SOLVES = (
    "6-DOF equilibrium of every disc with force-dependent translations, facet contact, ligaments, fascia and "
    "abdominal pressure, together with the recruitment of all fascicles; scenario in, labelled dataset out"
)


def run_spinesim(angles: Sequence[float], repeats: int) -> list[Row]:
    """The public call on a standing person who bends forward with empty hands."""
    require("spinesim", "pip install -e . (in the checkout)")
    import spinesim

    postures = [{"preset": "standing", "trunk_inclination": f"{angle:g} deg"} for angle in angles]
    cases = [{"format": 1, "name": "bent", "posture": posture} for posture in postures]
    start = time.perf_counter()
    results = [spinesim.simulate(case) for case in cases]
    setup_s = time.perf_counter() - start
    row = Row("spinesim", "simulate", SPINESIM_SOLVES, setup_s, spinesim_facts(results))
    for case in cases * repeats:
        row.time(spinesim.simulate, case)
    return [row]


def spinesim_facts(results: Sequence[Any]) -> Facts:
    """Sizes of the problem, its largest reserve and how many frames failed."""
    first, failed = results[0], sum(int(result["status"]) != 0 for result in results)
    version, muscles = first.attrs["spinesim_version"], first.sizes["fascicle"]
    told = {"version": version, "muscles": muscles, "failures": failed}
    activations = [result["muscle_activation"] for result in results]
    return told | largest(activation=activations, reserve_nm=[result["reserve_moment"] for result in results])


# --- OpenSim ----------------------------------------------------------------------------------------------

OPENSIM_MODEL = Path("OpenSim_Setup", "Model_Pose2Sim_muscles_flex.osim")
OPENSIM_SOLVES = (
    "activations (exponent 2, convergence 1e-4) for 3 trunk moments; what muscles miss hides in reserves; "
    "levels follow couplers; no disc, facet or ligament; no translations; joint forces not included"
)
TRUNK_BODIES = ("lumbar", "Abdomen")  # first letters of the names
UPPER_BODIES = ("torso", "head", "humerus", "ulna", "radius", "hand")
L5_S1_SHARE = 0.14  # of the whole bend; the model's couplers turn the other levels with it
RESERVE_NM = 1.0  # optimal force: 1 N m of reserve costs as much as one full activation
SECONDS_APART = 100.0  # frames so far apart in time that splined postures are static


def run_opensim(angles: Sequence[float], repeats: int) -> list[Row]:
    """One pass over the frames, with constant muscle strength and with force-length-velocity."""
    require("opensim", INSTALL_PEERS)
    path = Path(require("Pose2Sim", INSTALL_POSE2SIM).submodule_search_locations[0], OPENSIM_MODEL)
    return [static_optimization(path, angles, physiology) for physiology in (False, True)]


def static_optimization(path: Path, angles: Sequence[float], physiology: bool) -> Row:
    """All frames with a freshly built model; `begin` solves the first one, `step` the others."""
    import opensim

    opensim.Logger.setLevelString("error")
    start = time.perf_counter()
    model = trunk_model(opensim, path)
    analysis, state = optimizer(opensim, model, physiology)
    states = posture_storage(opensim, model, state, angles)  # held here: OpenSim does not own it
    analysis.setStatesStore(states)
    task = f"StaticOptimization, force-length {'on' if physiology else 'off'}"
    row = Row("OpenSim", task, OPENSIM_SOLVES, time.perf_counter() - start)
    for step, angle in enumerate(angles):
        set_posture(model, state, angle, step)
        row.time(analysis.step, state, step) if step else row.time(analysis.begin, state)
    row.facts = opensim_facts(opensim, model, analysis)
    return row


def trunk_model(opensim: Any, path: Path) -> Any:
    """The model with pelvis, legs, neck and arms welded, and only muscles that cross the trunk."""
    model = opensim.Model(str(path))
    model.finalizeConnections()
    joints = model.getJointSet()
    remove_where(model.updForceSet(), lambda force: not crosses_trunk(opensim, force))
    remove_where(model.updConstraintSet(), lambda item: item.getName().startswith("patellofemoral"))
    # Names first: replacing a joint frees it.
    for name in [joints.get(i).getName() for i in range(joints.getSize())]:
        if "IVD" not in name and name not in ("Abdjnt", "sacrumjnt"):
            opensim.ModelFactory.replaceJointWithWeldJoint(model, name)
    model.finalizeConnections()
    return model


def remove_where(items: Any, unwanted: Callable[[Any], bool]) -> None:
    """Drop members of an OpenSim set, from the back so that indices stay true."""
    for index in reversed(range(items.getSize())):
        if unwanted(items.get(index)):
            items.remove(index)


def crosses_trunk(opensim: Any, force: Any) -> bool:
    """Whether a muscle's path visits more than one of: lower body, each trunk body, upper body."""
    actuator = opensim.PathActuator.safeDownCast(force)
    if actuator is None:
        return False
    points = actuator.getGeometryPath().getPathPointSet()
    bodies = {points.get(i).getParentFrame().findBaseFrame().getName() for i in range(points.getSize())}
    regions = {b if b.startswith(TRUNK_BODIES) else b.startswith(UPPER_BODIES) for b in bodies}
    return len(regions) > 1


def optimizer(opensim: Any, model: Any, physiology: bool) -> tuple[Any, Any]:
    """The analysis bound to `model`, with a CoordinateActuator on every free coordinate, and a state."""
    model.initSystem()
    opensim.ModelFactory.createReserveActuators(model, RESERVE_NM)
    settings = opensim.StaticOptimization()
    settings.setEndTime(1e6)
    settings.setActivationExponent(2)
    settings.setConvergenceCriterion(1e-4)
    settings.setUseMusclePhysiology(physiology)
    model.addAnalysis(settings)  # a copy: the model's own one is handed back
    state = model.initSystem()
    return opensim.StaticOptimization.safeDownCast(model.getAnalysisSet().get(0)), state


def set_posture(model: Any, state: Any, angle: float, step: int) -> None:
    """Bend the lumbar spine by `angle` degrees over a level pelvis, at rest."""
    bend = model.getCoordinateSet().get("L5_S1_Flex_Ext")
    bend.setValue(state, -np.radians(angle) * L5_S1_SHARE, False)
    model.assemble(state)
    state.setTime(step * SECONDS_APART)
    model.realizeVelocity(state)


def posture_storage(opensim: Any, model: Any, state: Any, angles: Sequence[float]) -> Any:
    """States over time; held before and after the frames, because quintic splines need six rows."""
    storage, labels, names = opensim.Storage(), opensim.ArrayStr("time", 1), model.getStateVariableNames()
    for index in range(names.getSize()):
        labels.append(names.get(index))
    storage.setColumnLabels(labels)
    held = [angles[0]] * 3 + list(angles[1:]) + [angles[-1]] * 3
    for step, angle in enumerate(held, start=-2):
        set_posture(model, state, angle, step)
        storage.append(state.getTime(), model.getStateVariableValues(state))
    return storage


def opensim_facts(opensim: Any, model: Any, analysis: Any) -> Facts:
    """Sizes of the problem, and the largest activation and reserve over the frames."""
    storage = analysis.getActivationStorage()
    rows = [storage.getStateVector(i).getData() for i in range(storage.getSize())]
    activation = np.array([[row.get(i) for i in range(row.getSize())] for row in rows])
    muscles, coordinates = model.getMuscles().getSize(), model.getCoordinateSet().getSize()
    sizes = {"muscles": muscles, "coordinates": coordinates, "couplers": model.getConstraintSet().getSize()}
    told = sizes | {"version": opensim.GetVersion(), "free_coordinates": activation.shape[1] - muscles}
    return told | largest(activation=activation[:, :muscles], reserve_nm=RESERVE_NM * activation[:, muscles:])


# --- MuJoCo -----------------------------------------------------------------------------------------------

RESERVE_WEIGHT = 100.0  # 0.01 N m of reserve costs as much as one full activation
MUJOCO_SOLVES = {
    "mj_forward": "one forward-dynamics evaluation at rest: accelerations; nothing is recruited",
    "mj_inverse": "joint moments that hold the pose, and the moment arms; nothing is recruited",
    "activations": "least-squares activations in 0..1 (SciPy BVLS) for 3 trunk moments; what muscles miss "
    "hides in reserves; levels follow couplings; no joint stiffness, disc, facet, ligament or joint force",
}


class Torso:
    """myo-sim's torso with its couplings written as one matrix: joint speeds = tangent @ free speeds."""

    def __init__(self) -> None:
        import mujoco
        import myo_sim

        self.mujoco: Any = mujoco
        self.model, self.data = myo_sim.load("myotorso")
        self.tangent = coupling_tangent(mujoco, self.model)
        bends = [self.model.joint(i).name.endswith(("flex_extension", "_FE")) for i in range(self.model.njnt)]
        self.bend_per_radian = float(self.tangent[bends, 0].sum())
        version = f"{mujoco.__version__}, myo-sim {myo_sim.__version__}"
        self.sizes: Facts = {"version": version, "free_coordinates": self.tangent.shape[1]}
        self.sizes |= {"muscles": self.model.nu, "coordinates": self.model.nv, "couplers": self.model.neq}

    def pose(self, angle: float) -> None:
        """Bend by `angle` degrees, shared over the levels by the model's couplings; at rest."""
        self.mujoco.mj_resetData(self.model, self.data)
        self.data.qpos[:] = -np.radians(angle) / self.bend_per_radian * self.tangent[:, 0]

    def inverse(self) -> None:
        """Joint loads that hold the pose still, into `data.qfrc_inverse`."""
        self.data.qacc[:] = 0.0
        self.mujoco.mj_inverse(self.model, self.data)

    def forward(self, activation: float) -> np.ndarray:
        """Accelerations, and the force (nu,) of every muscle at one common activation, N, a pull negative."""
        self.data.act[:] = activation
        self.mujoco.mj_forward(self.model, self.data)
        return self.data.actuator_force.copy()

    def arms(self) -> np.ndarray:
        """Moment arms about the free coordinates (nu, free), m."""
        dense, data = np.zeros((self.model.nu, self.model.nv)), self.data
        sparse = data.actuator_moment, data.moment_rownnz, data.moment_rowadr, data.moment_colind
        self.mujoco.mju_sparse2dense(dense, *sparse)
        return dense @ self.tangent

    def activate(self) -> Facts:
        """Hold the pose with the muscles, each between 0 and 1; what it took at most."""
        from scipy.optimize import lsq_linear

        full, passive = self.forward(1.0), self.forward(0.0)
        self.inverse()
        arms = self.arms()
        held, fibres = arms.T * (full - passive), arms.T @ passive
        target = self.tangent.T @ self.data.qfrc_inverse - fibres
        stacked = np.vstack([RESERVE_WEIGHT * held, np.eye(len(full))])
        wanted = np.concatenate([RESERVE_WEIGHT * target, np.zeros(len(full))])
        activation = lsq_linear(stacked, wanted, bounds=(0.0, 1.0), method="bvls").x
        return largest(activation=activation, reserve_nm=target - held @ activation, passive_fibre_nm=fibres)


def coupling_tangent(mujoco: Any, model: Any) -> np.ndarray:
    """Joint speeds per free joint speed (nv, free); every coupling of this model is linear."""
    pairs = np.flatnonzero(model.eq_type == mujoco.mjtEq.mjEQ_JOINT)
    driven = {int(model.eq_obj1id[i]): i for i in pairs}
    free = [joint for joint in range(model.njnt) if joint not in driven]
    tangent = np.zeros((model.nv, len(free)))
    tangent[free, range(len(free))] = 1.0
    for joint, i in driven.items():
        if model.eq_obj2id[i] >= 0:
            tangent[joint] = model.eq_data[i, 1] * tangent[model.eq_obj2id[i]]
    return tangent


def run_mujoco(angles: Sequence[float], repeats: int) -> list[Row]:
    """Forward dynamics, inverse dynamics, and the activation problem on the same frames."""
    require("myo_sim", INSTALL_PEERS)  # brings mujoco
    start = time.perf_counter()
    torso, done = Torso(), time.perf_counter()
    rows = [Row("MuJoCo", task, solves, done - start, dict(torso.sizes)) for task, solves in MUJOCO_SOLVES.items()]
    held: list[Facts] = []
    for angle in list(angles) * repeats:
        torso.pose(angle)
        rows[0].time(torso.forward, 0.0)
        rows[1].time(torso.inverse)
        held.append(rows[2].time(torso.activate))
    rows[-1].facts |= {key: max(frame[key] for frame in held) for key in held[0]}
    return rows


# --- the run ----------------------------------------------------------------------------------------------

PEERS = {"spinesim": run_spinesim, "opensim": run_opensim, "mujoco": run_mujoco}


def run_all(peers: Sequence[str], frames: int, repeats: int) -> tuple[list[Row], dict[str, str]]:
    """Rows of the peers that ran, and a sentence for each that did not."""
    angles = np.linspace(0.0, STEEPEST_DEG, frames).tolist()
    rows: list[Row] = []
    skipped: dict[str, str] = {}
    for peer in peers:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            try:
                rows += pool.submit(PEERS[peer], angles, repeats).result()
            except Exception as problem:
                missing = isinstance(problem, ModuleNotFoundError)
                skipped[peer] = str(problem) if missing else f"failed: {type(problem).__name__}: {problem}"
    return rows, skipped


def report(rows: Sequence[Row], skipped: dict[str, str], unit_ms: float) -> dict[str, Any]:
    """Everything measured, ready for JSON."""
    base_ms = next((float(np.median(row.wall_ms)) for row in rows if row.peer == "spinesim"), None)
    machine = {"system": platform.platform(), "cpus": os.cpu_count(), "python": platform.python_version()}
    told = {"calibration_ms": unit_ms, "machine": machine, "skipped": skipped}
    return told | {"rows": [summary(row, base_ms, unit_ms) for row in rows]}


def summary(row: Row, base_ms: float | None, unit_ms: float) -> dict[str, Any]:
    """A row with median, spread (10th and 90th percentile) and ratios in place of its raw times."""
    low, wall, high = np.percentile(row.wall_ms, [10.0, 50.0, 90.0]).tolist()
    told = {key: value for key, value in vars(row).items() if not key.endswith("_ms")}
    times = {"n": len(row.wall_ms), "wall_ms": wall, "wall_p10_ms": low, "wall_p90_ms": high}
    times |= {"cpu_ms": float(np.median(row.cpu_ms)), "ratio_to_calibration": wall / unit_ms}
    return told | times | {"ratio_to_spinesim": wall / base_ms if base_ms else None}


def print_report(figures: dict[str, Any]) -> None:
    """The table, what each row solved, and what is missing."""
    print(f"calibration kernel {figures['calibration_ms']:.3f} ms; times are ms a frame, one thread\n")
    head = ("wall", "p10", "p90", "cpu", "frames", "/spinesim", "/calibr.")
    print(" " * 44 + "".join(f"{name:>11}" for name in head))
    for row in figures["rows"]:
        cells = [f"{row[key]:.3f}" for key in ("wall_ms", "wall_p10_ms", "wall_p90_ms", "cpu_ms")]
        ratios = [row["ratio_to_spinesim"], row["ratio_to_calibration"]]
        cells += [str(row["n"]), *("-" if ratio is None else f"{ratio:.3g}" for ratio in ratios)]
        print(f"{row['peer'] + ' ' + row['task']:<44}" + "".join(f"{cell:>11}" for cell in cells))
    print("\nwhat was solved")
    for row in figures["rows"]:
        facts = [f"{key} {v if isinstance(v, str) else format(v, '.3g')}" for key, v in row["facts"].items()]
        print(f"- {row['peer']}, {row['task']}: {row['solves']}")
        print(f"  [{', '.join(facts)}; setup {row['setup_s']:.2f} s]")
    for peer, reason in figures["skipped"].items():
        print(f"not run: {peer}: {reason}")


def main() -> int:
    """Command line; returns 1 when nothing at all could be timed."""
    parser = argparse.ArgumentParser(description="Time spinesim beside OpenSim and MuJoCo.")
    parser.add_argument("--frames", type=int, default=5, help="static frames, upright to 40 degrees (5)")
    parser.add_argument("--repeats", type=int, default=20, help="passes over the frames (20; OpenSim: 1)")
    parser.add_argument("--only", nargs="+", choices=list(PEERS), default=list(PEERS), help="peers to run")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    options = parser.parse_args()
    if min(options.frames, options.repeats) < 1:
        parser.error("--frames and --repeats must be at least 1")
    # Before the children start: NumPy's BLAS reads these once, at import.
    os.environ |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    rows, skipped = run_all(options.only, options.frames, options.repeats)
    figures = report(rows, skipped, calibration_ms())
    print(json.dumps(figures, indent=1)) if options.json else print_report(figures)
    return 0 if rows else 1


if __name__ == "__main__":
    sys.exit(main())
