"""Fit what holds a relaxed hip to what was measured on people, and write it into the model.

Passive fibres of the hips' muscles first: of all their laws' numbers one is free, the strain at which a relaxed fibre
pulls as hard as its greatest effort, the same for every muscle. With the capsule's law against extension (its moment at
20 deg and its growth) it is fitted to the moment of relaxed hips over hip and knee angles (Riener and Edrich 1999: ten
men, a formula in both angles), by least squares of the change from neutral standing, for the model's hips hold nothing
there. Then what resists adduction takes what the fibres leave of the moment at which a relaxed leg hangs in the
modified Ober test (Ferber 2010).

Usage: python validation/calibrate_hips.py [--write]
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

import spinesim as ss
from spinesim.assembly import Assembly
from spinesim.kernels import equilibrium
from spinesim.kernels.hip import elastic_moment
from spinesim.kernels.tables import make_state, make_work
from spinesim.simulation import prepare

FOLDER = Path(__file__).resolve().parents[1] / "models" / "lumbar_male"
LAW = "hip"  # of muscles.yaml
# deg: the hip angles at each angle of the knee, 20 deg of extension to where relaxed hamstrings let a hip come
MEASURED = {0: range(-20, 81, 10), 30: range(-20, 101, 10), 60: range(-20, 111, 10), 90: range(-20, 111, 10)}
EXTENDED = 20.0  # deg: the angle of the law against extension
HANGING = 24.6  # deg of adduction, Ferber 2010
NUDGE = 0.25  # deg
START = np.array([0.6, 10.0, 15.0])  # strain, N m, deg
BOUNDS = ((0.3, 0.0, 5.0), (2.0, 40.0, 60.0))


def measured(hip: float, knee: float) -> float:
    """Return the moment of a relaxed hip, N m, flexing positive, at its flexion and the knee's, deg."""
    front = math.exp(1.4655 - 0.0034 * knee - 0.0750 * hip)
    behind = math.exp(1.3403 - 0.0226 * knee + 0.0305 * hip)
    return front - behind + 8.072


def lengths(case: Assembly, hip: float, knee: float, adduction: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return length and passive force of every fascicle, pelvis upright, both hips and knees as told, deg."""
    person, task = case.person, case.task
    turn = Rotation.from_euler("ZX", [hip, adduction], degrees=True).as_rotvec()
    task = task._replace(pelvis=np.zeros(3), thigh=np.array([turn, turn]), knee=np.full(2, math.radians(knee)))
    state, work = make_state(), make_work(person, task)
    equilibrium.prepare(person, task, work)
    equilibrium.orient(person, task, state.tilt, work)
    equilibrium.evaluate(person, task, state.u, 1.0, work)
    return work.pulls.length, work.pulls.passive


def fibres(case: Assembly, hip: float, knee: float) -> float:
    """Return the flexing moment of the right hip's relaxed muscles, N m."""
    (more, _), (less, _) = lengths(case, hip + NUDGE, knee), lengths(case, hip - NUDGE, knee)
    return _moment(case, more - less, lengths(case, hip, knee)[1])


def abducting_fibres(case: Assembly, adduction: float) -> float:
    """Return the moment against adduction of the right hip's relaxed muscles, knee straight, N m."""
    (more, _), (less, _) = lengths(case, 0.0, 0.0, adduction + NUDGE), lengths(case, 0.0, 0.0, adduction - NUDGE)
    return -_moment(case, more - less, lengths(case, 0.0, 0.0, adduction)[1])


def _moment(case: Assembly, change: np.ndarray, passive: np.ndarray) -> float:
    right = np.array([fascicle.side == "right" for fascicle in case.fascicles])
    arm = change[: right.size] / math.radians(2.0 * NUDGE)
    return -float((arm * passive[: right.size])[right].sum())


def changed(model: ss.Model, strain: float, moment: float = 0.0, growth: float = 10.0) -> ss.Model:
    """Return the model with these numbers."""
    fascicles = []
    for fascicle in model.fascicles:
        own = fascicle.passive
        of_hip = fascicle.group not in model.trunk_groups
        law = replace(own, parameters=(strain, *own.parameters[1:])) if of_hip else own
        fascicles.append(replace(fascicle, passive=law))
    extension = replace(model.hips["extension"], moment=moment, growth=math.radians(growth))
    return replace(model, fascicles=tuple(fascicles), hips={**model.hips, "extension": extension})


def table(model: ss.Model) -> list[tuple[int, int, float, float]]:
    """Return hip and knee angle (deg), moment of the model and moment measured (N m), both from neutral standing."""
    case = prepare({"format": 1, "name": "relaxed hip", "posture": {"preset": "standing"}}, model)
    neutral = fibres(case, 0.0, 0.0)
    rows = []
    for knee, hips in MEASURED.items():
        for hip in hips:
            capsule = elastic_moment(case.task.hips, 0, 0, math.radians(hip))
            own = fibres(case, hip, knee) - neutral + capsule
            rows.append((hip, knee, own, measured(hip, knee) - measured(0.0, 0.0)))
    return rows


def misses(x: np.ndarray, model: ss.Model) -> np.ndarray:
    """Return model less measured, N m."""
    return np.array([own - other for _, _, own, other in table(changed(model, *x))])


def hanging(model: ss.Model) -> tuple[float, float]:
    """Return the moment (N m) of the weight of a leg that hangs in the Ober test, and what relaxed fibres hold."""
    case = prepare({"format": 1, "name": "Ober test", "posture": {"preset": "standing"}}, model)
    skeleton = case.person.skeleton
    thigh, shank = -skeleton.com[7, 1], -skeleton.knee[0, 1] - skeleton.com[9, 1]
    weight = 9.80665 * (skeleton.mass[7] * thigh + skeleton.mass[9] * shank) * math.cos(math.radians(HANGING))
    return weight, abducting_fibres(case, HANGING)


def write(x: np.ndarray, adducting: float) -> None:
    """Put the numbers into the model's files."""
    strain, moment, growth = x
    _put("muscles.yaml", rf"(  {LAW}: .*strain_at_one_norm_force: )[\d.]+", f"{strain:.4g}")
    extension = r"(  extension: \{moment: )[\d.]+( N\*m, angle: 20 deg, growth: )[\d.]+"
    _put("hips.yaml", extension, f"{moment:.4g}", f"{growth:.3g}")
    _put("hips.yaml", r"(  adduction: \{moment: )[\d.]+", f"{adducting:.3g}")


def _put(name: str, pattern: str, *numbers: str) -> None:
    path = FOLDER / name
    text = path.read_text(encoding="utf-8")
    put = "".join(f"\\g<{n}>{number}" for n, number in enumerate(numbers, 1))
    text, count = re.subn(pattern, put, text)
    if count != 1:
        raise SystemExit(f"{name}: {count} lines for {pattern}")
    path.write_text(text, encoding="utf-8")


def fit(model: ss.Model) -> np.ndarray:
    """Return strain, moment against extension (N m) and its growth (deg), from the textbook's."""
    return least_squares(misses, START, args=(model,), bounds=BOUNDS, diff_step=1e-3).x


def main() -> int:
    """Fit and print; with --write, change the model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    model = ss.load_model()
    x = fit(model)
    fitted = changed(model, *x)
    for hip, knee, own, other in table(fitted):
        print(f"hip {hip:4d}, knee {knee:2d} deg: {own:7.1f} N m, measured {other:6.1f}")
    for words, y in (("fitted", x), ("of the textbook's strain", np.array([START[0], *x[1:]]))):
        print(f"root mean square of the misses, {words}: {math.sqrt(np.mean(misses(y, model) ** 2)):.1f} N m")
    print(f"strain {x[0]:.4g}, extension {x[1]:.4g} N m at {EXTENDED:g} deg, growth {x[2]:.3g} deg")
    weight, held = hanging(fitted)
    print(f"a leg hangs at {HANGING:g} deg with {weight:.1f} N m, of which fibres hold {held:.1f}")
    if arguments.write:
        write(x, weight - held)
    return 0


if __name__ == "__main__":
    sys.exit(main())
