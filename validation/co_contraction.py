"""Print how much of all muscle force at L3-L4 cancels out in efforts of standing people, and what Thelen (1995) found.

From the myoelectric signals of 14 muscles of nine men, forces that made no moment were 16 to 19 % of all in attempted
extension, and two to three times as much in side bending and twisting. The share of a muscle's drive that goes to its
fellow on the other side, `shared_drive` in models/lumbar_male/recruitment.yaml, is the one with which the mean over
both, of the efforts below, is the middle: 2.5 times 17.5 %. What cancels out is the most that can be taken off all
forces so that the moment at L3-L4 stays (a linear programme). Nothing is written.

Usage: python validation/co_contraction.py [share ...]
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
from scipy.optimize import linprog

import spinesim as ss
from spinesim.kernels import equilibrium, run
from spinesim.kernels.status import CONVERGED
from spinesim.kernels.tables import Floats, Person, Work, make_state, make_work
from spinesim.model import Model
from spinesim.simulation import prepare

LEVEL = 3  # L3-L4
MOMENTS = (20, 40)  # N m, half of what is held and less
EFFORTS = {"extension": (0, 0, -1), "side bending": (-1, 0, 0), "twisting": (0, 1, 0)}
MEASURED = {"extension": "16 to 19", "side bending": "32 to 57", "twisting": "32 to 57"}
NO_FORCE = 1e-9  # N


def effort(direction: tuple[int, int, int], size: float) -> dict[str, object]:
    """Return a standing man of the study's kind who makes a moment against one of this direction and size (N m)."""
    moment = [f"{size * part} N*m" for part in direction]
    load = {"name": "effort", "kind": "force", "body": "thorax", "force": ["0 N"] * 3, "moment": moment}
    subject = {"sex": "male", "height": "1.75 m", "mass": "75 kg", "age": "25 yr"}
    return {"format": 1, "name": "effort", "subject": subject, "posture": {"preset": "standing"}, "loads": [load]}


def cancelled(model: Model, scenario: dict[str, object]) -> float:
    """Return the share of all active forces at the level that makes no moment about it."""
    assembly = prepare(scenario, model)
    person, state, work = assembly.person, make_state(), make_work(assembly.person, assembly.task)
    if run.solve_static(person, assembly.task, state, work) != CONVERGED:
        return float("nan")
    n, first = person.lines.n_fascicle, 6 * LEVEL
    force = work.pulls.gain[:n] * work.problem.active[:n]
    wrench = np.array([unit(person, work, i)[first : first + 6] for i in range(n)])
    crosses = (np.abs(wrench[:, :3]).sum(axis=1) > 0.0) & (force > NO_FORCE)
    most = [(0.0, value) for value in force[crosses]]
    found = linprog(-np.ones(len(most)), A_eq=wrench[crosses, 3:].T, b_eq=np.zeros(3), bounds=most)
    return float(-found.fun / force[crosses].sum())


def unit(person: Person, work: Work, fascicle: int) -> Floats:
    """Return what a pull of 1 N in one fascicle does at all joints, (48,), moments about the upper anchors."""
    tension, out = np.zeros_like(work.pulls.tension), np.zeros(48)
    tension[fascicle] = 1.0
    equilibrium.sum_pulls(person, work.frames.o, work.pulls, tension, out)
    equilibrium.to_anchors(work.frames.a_up, out)
    return out


def main() -> int:
    """Print the shares by effort, for the model as it is or with other shares of the drive."""
    model = ss.load_model()
    for shared in [float(word) for word in sys.argv[1:]] or [model.recruitment.shared_drive]:
        own = replace(model, recruitment=replace(model.recruitment, shared_drive=shared))
        print(f"{100.0 * shared:.3g} % of the drive is shared")
        sideways = []
        for name, direction in EFFORTS.items():
            shares = [100.0 * cancelled(own, effort(direction, size)) for size in MOMENTS]
            sideways += shares if name != "extension" else []
            told = ", ".join(f"{share:.0f} %" for share in shares)
            print(f"  {name:13s} of {', '.join(map(str, MOMENTS))} N m: {told}; measured {MEASURED[name]} %")
        print(f"  mean of side bending and twisting {np.mean(sideways):.1f} %, middle of the measured 43.8 %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
