"""Many scenarios in one call: the numbers that differ are set in one vector that all tables are views of."""

from typing import Any, NamedTuple

from spinesim.kernels import observe, run
from spinesim.kernels.jit import inner, kernel
from spinesim.kernels.observe import Sight
from spinesim.kernels.tables import (
    Breath,
    Discs,
    Facets,
    Floats,
    Ints,
    Lines,
    Person,
    Skeleton,
    State,
    Task,
    Work,
)


class Changes(NamedTuple):
    """How the scenarios of a batch differ from one another: the vector is set anew for each, in this order."""

    start: Floats  # (number,)              the vector as it is before anything changes
    own: Floats  # (assembly, tail)         its last part, by assembled scenario
    which: Ints  # (scenario,)              the assembled scenario a scenario starts from
    factor: Floats  # (scenario, parameter) what multiplies numbers; 1 changes nothing
    touched: Ints  # (touch,)               place in the vector
    by: Ints  # (touch,)                    parameter
    slope: Floats  # (touch,)               0: times factor ^ power; else: plus slope (factor - 1)
    power: Floats  # (touch,)
    row: Ints  # (scenario,)                where its results go


@kernel
def solve_many(
    person: Person, task: Task, vector: Floats, scalars: Ints, changes: Changes, hands: Ints, state: State, work: Work,
    sight: Sight,
) -> None:  # fmt: skip
    """Solve every scenario of a batch from a cold start and write what it leaves behind to `sight`.

    Parameters
    ----------
    person, task : Person, Task
        Their arrays are views of `vector`.
    vector : array (number,)
        Changed in place.
    scalars : array (scalar,)
        Places in the vector of the numbers that are no arrays, in the order of `person_at` and `task_at`.
    changes : Changes
    hands : array (load, side)
        As for `observe`.
    state, work : State, Work
    sight : Sight
    """
    tail = changes.start.size - changes.own.shape[1]
    for i in range(changes.which.size):
        own = changes.which[i]
        for k in range(tail):
            vector[k] = changes.start[k]
        for k in range(tail, vector.size):
            vector[k] = changes.own[own, k - tail]
        for t in range(changes.touched.size):
            place, factor = changes.touched[t], changes.factor[i, changes.by[t]]
            if changes.slope[t] != 0.0:
                vector[place] += changes.slope[t] * (factor - 1.0)
            else:
                vector[place] *= factor ** changes.power[t]
        _cool(state)
        p, s = person_at(person, vector, scalars), task_at(task, vector, scalars)
        status = run.solve_static(p, s, state, work)
        observe.observe(p, s, state, work, hands, status, changes.row[i], sight)


@inner
def _cool(state: State) -> None:
    """Start cold, so that no scenario knows which came before it."""
    state.u[:] = 0.0
    state.lam[:] = 0.0
    state.reserve[:] = 0.0
    state.tilt[:] = 0.0


@inner
def person_at(p: Person, v: Any, at: Ints) -> Person:
    """Return the person with the numbers that are no arrays taken from the vector."""
    a, d, f, b = p.skeleton, p.discs, p.facets, p.breath
    skeleton = Skeleton(
        a.lower_anchor, a.upper_anchor, a.disc_in_lower, a.upper_in_disc, a.hip, a.knee, a.abdomen_origin, v[at[0]],
        a.mass, a.com, a.shoulder, a.chest, a.arm_length, a.arm_mass, a.arm_center, v[at[1]],
    )  # fmt: skip
    discs = Discs(
        d.k_initial, d.k_linear, d.toe, d.k_core, d.core_length, d.k_shear, d.b, d.a, d.last_moment, v[at[2]],
        v[at[3]], d.rest_turn, d.rest_shift,
    )  # fmt: skip
    facets = Facets(
        f.axis_point, f.axis, f.inward, f.radius, f.points, f.point_area, v[at[4]], v[at[5]], v[at[6]], f.tip,
        f.lamina, f.tip_stiffness, v[at[7]], v[at[8]],
    )  # fmt: skip
    breath = Breath(
        b.diaphragm, v[at[10]], v[at[11]], v[at[12]], v[at[13]], b.effort, b.support_point, b.support_direction,
        b.support_limit,
    )  # fmt: skip
    return Person(skeleton, discs, p.strands, facets, _lines(p.lines, v[at[9]]), breath, v[at[14]], v[at[15]])


@inner
def _lines(m: Lines, width: float) -> Lines:
    return Lines(
        m.segment_line, m.segment_a, m.segment_b, m.point_a, m.point_b, m.shared,
        m.fixed_length, m.f_max, m.optimal, m.tendon, m.cos_pennation, m.passive_kind, m.passive, m.volume, m.hoop,
        width, m.n_fascicle,
    )  # fmt: skip


@inner
def task_at(t: Task, v: Any, at: Ints) -> Task:
    """Return the task with the numbers that are no arrays taken from the vector."""
    return Task(
        t.gravity, t.pelvis, t.level, t.thigh, t.knee, v[at[16]], t.arm_mode, t.arm_angles, t.hand_target,
        t.hand_anchor, t.contact, v[at[17]], t.load_where, t.load_body, t.load_point, t.load_force, t.load_mass,
        t.load_moment, t.upper, t.lower, t.strand_scale, t.fascia_scale, v[at[18]], t.support_on, t.power, v[at[19]],
        v[at[20]], v[at[21]], v[at[22]], v[at[23]], t.sway_spread, t.pelvis_range, t.follow, t.leader,
        t.turns,
    )  # fmt: skip
