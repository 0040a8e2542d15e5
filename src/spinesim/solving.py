"""Solve an assembled posture, if wanted with as much co-contraction as a margin of stability takes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from spinesim.assembly import Assembly
from spinesim.kernels import run
from spinesim.kernels.stability_tables import NOT_ASSESSED, Margin
from spinesim.kernels.status import CONVERGED, NOT_CONVERGED, UNSTABLE
from spinesim.kernels.tables import LEAN, Floats, State, Work, make_state, make_work
from spinesim.stability import assess

FIRST, MOST = 0.01, 0.5  # co-contractions: the least that is tried, and the most
FINEST = 1e-3  # how closely the least one that is enough, or the most that can be held, is found


@dataclass(frozen=True)
class Solved:
    """One solve: the assembly with the level rotations it ended with, the kernel's arrays, status and margin."""

    assembly: Assembly
    state: State
    work: Work
    status: int
    margin: Margin
    unsettled: bool


def solve(assembly: Assembly, start: State | None = None) -> Solved:
    """Return an assembly solved from a cold start, or from a neighbour's answer, with its margin of stability."""
    state, work = copied(start) if start else make_state(), make_work(assembly.person, assembly.task)
    status = int(run.solve_static(assembly.person, assembly.task, state, work))
    unsettled = is_unsettled(assembly, state)
    assembly = as_settled(assembly, state, work)
    margin = assess(assembly, state, work) if status < NOT_CONVERGED else NOT_ASSESSED
    return Solved(assembly, state, work, status, margin, unsettled)


def copied(state: State) -> State:
    """Return a copy of a state."""
    return State(*(array.copy() for array in state))


def is_unsettled(assembly: Assembly, state: State) -> bool:
    """Tell whether vertebrae that might have settled were held in the end, because they would not."""
    return (assembly.task.settle > 0.0 or assembly.task.lean_spread > 0.0) and not state.tilt.any()


def as_settled(assembly: Assembly, state: State, work: Work) -> Assembly:
    """Return the assembly with the rotations that the solve ended with, held there."""
    turned = work.frames.lean.copy()
    pelvis, lean = _turned(assembly.task.pelvis, turned), float(state.tilt[LEAN])
    work.frames.lean[:] = 0.0
    thigh = assembly.task.thigh.copy()
    if assembly.task.stood_on >= 0:
        thigh[assembly.task.stood_on, 0] += float(work.frames.leg[0])
    task = assembly.task._replace(
        thigh=thigh,
        stood_on=-1,
        level=work.frames.turns.copy(),
        pelvis=pelvis,
        settle=0.0,
        sideways=0.0,
        lean_spread=0.0,
        sway_spread=np.zeros(2),
    )
    angles = assembly.angles
    angles = replace(angles, pelvis_tilt=angles.pelvis_tilt - lean, lumbar_flexion=angles.lumbar_flexion + lean)
    return replace(assembly, task=task, angles=angles)


def _turned(rotation: Floats, turn: Floats) -> Floats:
    """Return the rotation vector, of an angle up to pi, of a body that turns about its own axes."""
    if not turn.any():
        return rotation
    (a, u), (b, v) = _quaternion(rotation), _quaternion(turn)
    part = a * v + b * u + np.cross(u, v)
    sine, cosine = float(np.linalg.norm(part)), float(a * b - u @ v)
    if sine == 0.0:
        return np.zeros(3)
    return part * (2.0 * math.atan2(sine, abs(cosine)) / math.copysign(sine, cosine))


def _quaternion(rotation: Floats) -> tuple[float, Floats]:
    """Return cosine and vector of half a rotation vector's turn (SciPy's takes a quarter of a second to import)."""
    angle = float(np.linalg.norm(rotation))
    return math.cos(0.5 * angle), rotation * (math.sin(0.5 * angle) / angle if angle > 0.0 else 0.5)


def solve_braced(assembly: Assembly, wanted: float, start: State | None = None) -> Solved:
    """Return the solve with the least co-contraction at which the smallest eigenvalue reaches `wanted` (N m/rad).

    Co-contraction rises from the scenario's own by doubling, to at most half of every trunk muscle's activation, and is
    then halved in. Where muscles run out before the margin is met, the stiffest solve that was found ends as unstable.
    Every solve starts cold, or from `start`.
    """
    stiffest, enough = solve(assembly, start), None
    if stiffest.status != CONVERGED or stiffest.margin.eigenvalue >= wanted:
        return stiffest
    low, high = assembly.co_contraction, np.inf
    while low < MOST and high - low > FINEST:
        floor = 0.5 * (low + high) if high < np.inf else min(max(2.0 * low, FIRST), MOST)
        found = solve(with_co_contraction(assembly, floor), start)
        if found.status == CONVERGED and found.margin.eigenvalue < wanted:
            stiffest, low = max(stiffest, found, key=lambda solved: solved.margin.eigenvalue), floor
        else:
            enough, high = (found if found.status == CONVERGED else enough), floor
    return enough or replace(stiffest, status=UNSTABLE)


def with_co_contraction(assembly: Assembly, floor: float) -> Assembly:
    """Return an assembly whose trunk muscles are all at least so active, as far as their limits let them."""
    groups = assembly.model.trunk_groups
    asked = np.array([floor if fascicle.group in groups else 0.0 for fascicle in assembly.fascicles])
    lower = np.minimum(np.maximum(assembly.task.lower, asked), assembly.task.upper)
    return replace(assembly, task=assembly.task._replace(lower=lower), co_contraction=floor)
