"""Run a specimen's course, with a follower load's cable where laboratories put it if the scenario wants that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spinesim.assembly import SpecimenAssembly
from spinesim.kernels.specimen_tables import (
    FOLLOWER,
    N_LOAD,
    Course,
    Record,
    make_balance,
    make_chain_desk,
    make_level_desk,
    make_record,
)
from spinesim.kernels.status import CONVERGED

STRIDE, FARTHEST = 2e-3, 30e-3  # m, of the search for a path: how wide its steps are, where it ends
FINEST = 1e-7  # m
SAGITTAL = 2  # of a rotation vector


def run_course(assembly: SpecimenAssembly) -> tuple[Record, int]:
    """Return what the kernel found, and its status code (`spinesim.kernels.status`)."""
    n = len(assembly.levels)
    record = make_record(n, len(assembly.course.target))
    desks, balance = (make_level_desk(assembly.tissue), make_chain_desk(n)), make_balance(n)
    balance.q[:, :3], balance.q[:, 3:] = assembly.tissue.discs.rest_turn, assembly.tissue.discs.rest_shift
    # The loop is compiled, or found in the cache, when it is first wanted.
    from spinesim.kernels.specimen_run import solve_specimen

    code = solve_specimen(assembly.tissue, assembly.chain, assembly.course, *desks, balance, record)
    return record, int(code)


def with_cable_in_place(assembly: SpecimenAssembly) -> SpecimenAssembly:
    """Return the assembly with the cable moved forwards as far as the scenario's path wants."""
    load = assembly.specimen.follower_load
    if load is None or load.path == "centres" or load.force == 0.0:
        return assembly
    target = np.zeros((1, N_LOAD))
    target[0, FOLLOWER] = load.force
    alone = replace(assembly, course=Course(target, np.zeros_like(assembly.course.held)))
    return _moved(assembly, _least_turn(alone))


def _least_turn(assembly: SpecimenAssembly) -> float:
    """Return how far in front of the bodies' centres, m, the cable turns the specimen least in the sagittal plane.

    From the centres it strides away from the side to which the specimen turns. Where a path buckles it, or none within
    reach leaves it straight, the best of those tried is taken.
    """
    from scipy.optimize import root_scalar

    at, turn = 0.0, _turned(assembly, 0.0)
    while abs(at) < FARTHEST and turn is not None and turn != 0.0:
        beyond = at + (STRIDE if turn > 0.0 else -STRIDE)
        other = _turned(assembly, beyond)
        if other is None:
            return at
        if other * turn <= 0.0:
            between = sorted((at, beyond))
            return root_scalar(lambda offset: _turned(assembly, offset) or 0.0, bracket=between, xtol=FINEST).root
        if abs(other) > abs(turn):
            return at
        at, turn = beyond, other
    return at


def _turned(assembly: SpecimenAssembly, offset: float) -> float | None:
    """Return the extension, rad, of the whole specimen by the end of its course; None when it does not get there."""
    record, code = run_course(_moved(assembly, offset))
    return float((record.q[-1] - record.rest)[:, SAGITTAL].sum()) if code == CONVERGED else None


def _moved(assembly: SpecimenAssembly, offset: float) -> SpecimenAssembly:
    return replace(assembly, chain=assembly.chain._replace(cable=assembly.chain.cable + (offset, 0.0, 0.0)))
