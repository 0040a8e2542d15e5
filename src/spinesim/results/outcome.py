"""Every way a solve can end, with its sentence."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from spinesim.assembly import Assembly
from spinesim.kernels.stability_tables import Margin
from spinesim.kernels.status import CONVERGED, NOT_CONVERGED, UNSTABLE
from spinesim.kernels.tables import BED, Floats, State, Work
from spinesim.model.spine import LEVELS
from spinesim.results.levels import named_turns

OUTCOMES = ("converged", "reserve_used", "not_converged", "unstable")
BALANCED = 1e-5  # N or N m: what is off by less has a balance, though not where it was sought
NO_PREDICTION = (
    "not converged: no prediction, for pelvis and vertebrae did not settle; they are held as the posture says, and all "
    "loads are those of that posture"
)
NAMED = 4  # worst places and muscles named in a sentence
_WAYS = ("flexion and extension", "lateral bending", "axial rotation")
TURNS = (
    ("flexion", "extension"),
    ("right lateral bending", "left lateral bending"),
    ("left axial rotation", "right axial rotation"),
)


def status_message(assembly: Assembly, state: State, work: Work, status: int, stability: Margin) -> str:
    """Return the sentence of a status: what balances, or which levels and muscles ran out."""
    if status == CONVERGED:
        return "converged: all forces and moments balance" + _bracing(assembly)
    if status == UNSTABLE:
        return _too_soft(assembly, stability)
    if status == NOT_CONVERGED:
        if state.info[1] <= BALANCED:
            return NO_PREDICTION
        steps = int(state.info[0])
        return f"not converged: forces and moments are still off by {state.info[1]:.3g} N or N m after {steps} steps"
    places = ", ".join(_short_places(assembly, state, work)[:NAMED])
    spent = Counter(f"{f.side} {f.group.replace('_', ' ')}" for f in _spent(assembly, work))
    muscles = ", ".join(name for name, _ in spent.most_common(NAMED)) or "none at its limit"
    forced = (
        " with the least activity asked of them" if assembly.task.lower.max() > assembly.model.recruitment.tone else ""
    )
    return f"muscles cannot hold this load{forced}: missing {places}; most spent: {muscles}"


def _bracing(assembly: Assembly) -> str:
    """Return what a wanted margin of stability took, nothing where none was wanted."""
    if assembly.scenario.recruitment.stability_margin is None:
        return ""
    return f"; the stability margin takes a co-contraction of {100.0 * assembly.co_contraction:.3g} %"


def _too_soft(assembly: Assembly, stability: Margin) -> str:
    floor = f"{100.0 * assembly.co_contraction:.3g} %"
    wanted = assembly.scenario.recruitment.stability_margin or 0.0
    return (
        f"unstable: with a co-contraction of {floor}, the stiffest that can be held, the smallest stiffness is "
        f"{_size(stability.eigenvalue)} N m/rad and not {_size(wanted)} N m/rad as wanted"
    )


def stability_note(assembly: Assembly, stability: Margin) -> str:
    """Return in words what the tangent says: how stiff muscles must be for the posture to keep itself upright, and how
    it would give way.
    """
    eigenvalue, critical, _ = stability
    q = assembly.model.recruitment.short_range_stiffness
    if math.isnan(eigenvalue):
        return "not assessed: the solve did not converge, or its stiffness is no number"
    weakest = _weakest_turn(stability)
    if critical <= q:
        return f"stable with muscle stiffness q = {q:.3g} (critical {critical:.3g}){weakest}"
    if assembly.task.contact == BED or (assembly.task.support_on > 0.0).any():
        return (
            f"not held by muscles alone (critical q = {critical:.3g}); what the person lies or leans on is not counted"
        )
    needed = f"muscles so little active would have to be stiffer (q = {critical:.3g}) than measured (up to {q:.3g})"
    return f"needs co-contraction: {needed}{weakest}"


def buckling_mode(stability: Margin) -> Floats:
    """Return how the posture gives way first (level, rotation); the largest turn is 1 in the sense its name says."""
    turns = named_turns(stability.mode)
    return turns if np.isnan(turns).any() else turns * np.sign(turns.flat[np.abs(turns).argmax()])


def _weakest_turn(stability: Margin) -> str:
    """Return the largest turn of the buckling mode in words."""
    turns = buckling_mode(stability)
    if np.isnan(turns).any():
        return "; the discs shift first"
    j, turn = np.unravel_index(np.abs(turns).argmax(), turns.shape)
    return f"; least held in {_WAYS[int(turn)]}, most at {LEVELS[int(j)]}"


def _short_places(assembly: Assembly, state: State, work: Work) -> list[str]:
    """Return the reserves above the limit, largest first, each with its size, sense and place."""
    found = []
    for j, level in enumerate(LEVELS):
        turns = named_turns(work.frames.mid[j].T @ state.reserve[3 * j : 3 * j + 3])
        found += [(abs(v), f"{_size(abs(v))} N m of {TURNS[i][int(v < 0.0)]} at {level}") for i, v in enumerate(turns)]
    for s, side in enumerate(("right", "left")):
        for i, axis in enumerate(("abduction or adduction", "rotation", "flexion or extension")):
            value = abs(state.reserve[18 + 3 * s + i])
            found.append((value, f"{_size(value)} N m of {axis} at the {side} hip"))
    limit = 0.5 * assembly.person.reserve_limit
    return [text for value, text in sorted(found, reverse=True) if value > limit]


def _spent(assembly: Assembly, work: Work) -> list:
    n = assembly.person.lines.n_fascicle
    at_limit = np.flatnonzero(work.problem.x[:n] >= 0.99 * assembly.task.upper)
    return [assembly.fascicles[i] for i in at_limit]


def _size(value: float) -> str:
    """Return three digits without an exponent."""
    return f"{value:.3g}" if value < 1000.0 else f"{value:.0f}"
