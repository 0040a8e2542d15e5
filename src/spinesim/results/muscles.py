"""What muscles, hips and the abdomen carry."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from spinesim.assembly import Assembly
from spinesim.kernels.tables import FEET, PASSIVE_NONE, Floats, State, Work
from spinesim.results.levels import named_turns
from spinesim.variables import dimensions


def muscle_values(assembly: Assembly, work: Work) -> dict[str, Any]:
    """Return the variables by fascicle and by group and side."""
    n = assembly.person.lines.n_fascicle
    force, activation = work.pulls.tension[:n], work.problem.x[:n]
    return {
        "muscle_force": force.copy(),
        "muscle_activation": activation.copy(),
        "fibre_length": _fibre_lengths(assembly, work),
        "group_force": _by_group(assembly, force, None),
        "group_activation": _by_group(assembly, activation, assembly.person.lines.f_max[:n]),
        "group_limit": _by_group(assembly, assembly.task.upper, assembly.person.lines.f_max[:n]),
    }


def _fibre_lengths(assembly: Assembly, work: Work) -> Floats:
    """Return fibre lengths in optimal lengths; NaN for transversus, which has no line of pull here."""
    lines = assembly.person.lines
    n = lines.n_fascicle
    length = (work.pulls.length[:n] - lines.tendon[:n]) / (lines.optimal[:n] * lines.cos_pennation[:n])
    return np.where(lines.passive_kind[:n] == PASSIVE_NONE, math.nan, length)


def _by_group(assembly: Assembly, values: Floats, weight: Floats | None) -> Floats:
    """Return sums (weight None) or weighted means over (group, side), left first."""
    groups = list(dimensions()["group"].labels or ())
    total, weights = np.zeros((len(groups), 2)), np.zeros((len(groups), 2))
    for i, fascicle in enumerate(assembly.fascicles):
        cell = groups.index(fascicle.group), int(fascicle.side == "right")
        w = 1.0 if weight is None else weight[i]
        total[cell] += w * values[i]
        weights[cell] += w
    return (
        total if weight is None else np.divide(total, weights, out=np.full(total.shape, math.nan), where=weights > 0.0)
    )


def hip_values(assembly: Assembly, state: State, work: Work) -> dict[str, Any]:
    """Return hip contact force on the pelvis and the muscles' moment about each hip (left first).

    NaN when not on the feet. A leg whose foot carries nothing hangs on the pelvis.
    """
    lines, skeleton = assembly.person.lines, assembly.person.skeleton
    reaction, moment, reserve = (np.full((2, 3), math.nan) for _ in range(3))
    if assembly.task.contact == FEET:
        pulls, wrench = work.pulls.tension[: lines.f_max.size], work.pulls.wrench[: lines.f_max.size]
        for s in range(2):
            muscles = pulls @ wrench[:, 36 + 6 * s : 39 + 6 * s]
            hanging = assembly.task.support_right == float(s)
            leg = (skeleton.mass[7 + s] + skeleton.mass[9 + s]) * assembly.task.gravity if hanging else np.zeros(3)
            reaction[1 - s] = leg - work.forces.share[s] * work.forces.hip_f - muscles
            moment[1 - s] = pulls @ wrench[:, 39 + 6 * s : 42 + 6 * s]
            reserve[1 - s] = state.reserve[18 + 3 * s : 21 + 3 * s]
    return {"hip_reaction": reaction, "hip_moment": moment, "hip_reserve_moment": reserve}


def whole_body_values(assembly: Assembly, state: State, work: Work) -> dict[str, Any]:
    """Return abdominal pressure (kPa), reserves (N m) and posture angles (deg)."""
    angles, n = assembly.angles, assembly.person.lines.n_fascicle
    reserve = np.array([work.frames.mid[j].T @ state.reserve[3 * j : 3 * j + 3] for j in range(6)])
    trunk = angles.trunk_inclination
    return {
        "intra_abdominal_pressure": work.problem.x[n] * assembly.person.breath.maximum * 1e-3,
        "reserve_moment": named_turns(reserve),
        "co_contraction": assembly.co_contraction,
        "pelvis_tilt": math.degrees(angles.pelvis_tilt),
        "lumbar_flexion": math.degrees(angles.lumbar_flexion),
        "lumbar_share": angles.lumbar_flexion / trunk if abs(trunk) > 1e-3 else math.nan,
        "iterations": int(state.info[0]),
    }
