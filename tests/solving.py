"""Solve scenarios and tables for the law tests, keeping what the public result leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from spinesim import solving
from spinesim.kernels import paths, run
from spinesim.kernels.stability_tables import NOT_ASSESSED
from spinesim.kernels.tables import Person, State, Task, Work, make_state, make_work
from spinesim.model import Model
from spinesim.results import wrap
from spinesim.simulation import prepare

STANDING: dict[str, Any] = {"format": 1, "name": "Standing"}


class Solved(solving.Solved):
    """One solve, with its labelled result."""

    @property
    def result(self) -> xr.Dataset:
        """Return the labelled result, stability left out."""
        return wrap(self.assembly, self.state, self.work, self.status, NOT_ASSESSED)

    def arms(self, j: int) -> NDArray[np.float64]:
        """Return the moments (3, pull) per unit on all above level j, about its upper anchor, global axes."""
        wrench, anchor = self.work.pulls.wrench[6 * j : 6 * j + 6], self.work.frames.a_up[j]
        return wrench[3:] - np.cross(anchor, wrench[:3].T).T


def situation(**fields: Any) -> dict[str, Any]:
    """Return standing with other fields."""
    return {**STANDING, **fields}


def solve(scenario: Mapping[str, Any] | str, model: Model | None = None) -> Solved:
    """Return a scenario solved from a cold start."""
    assembly = prepare(scenario, model)
    state, work, status = solve_tables(assembly.person, assembly.task)
    unsettled = solving.is_unsettled(assembly, state)
    return Solved(solving.as_settled(assembly, state, work), state, work, status, NOT_ASSESSED, unsettled)


def solve_tables(person: Person, task: Task, state: State | None = None) -> tuple[State, Work, int]:
    """Return state, work and status of a task, started from `state` (which is copied) or cold."""
    own = make_state() if state is None else State(*(array.copy() for array in state))
    work = make_work(person, task)
    status = run.solve_static(person, task, own, work)
    paths.write_wrenches(person.lines, person.skeleton.abdomen_share, work.frames.o, work.pulls)
    return own, work, int(status)


def closeness(a: Any, b: Any) -> float:
    """Return the largest difference of two arrays relative to the largest entry of the second."""
    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    scale = np.nanmax(np.abs(y), initial=0.0)
    gap = np.nanmax(np.abs(x - y), initial=0.0)
    return float(gap / scale) if scale > 0.0 else float(gap)
