"""Where the weight of a standing person falls."""

from spinesim.kernels import kinematics, loads
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import N_LEVEL, Floats, Person, Task, Work


@kernel
def weight_line(person: Person, task: Task, u: Floats, ankle: Floats, axis: int, work: Work) -> float:
    """Return how far before (axis 0) or to the right of (axis 2) the ankles all weights and carried masses have their
    centre, m; the ankle of a leg counts as much as it carries, both alike where nobody says.

    Discs are moved by u (level, 3) m; `ankle` (side, 3) m in the shank's frame. Applied forces count by what they weigh
    down: leave them out of the task where they are none of the person's own.
    """
    frames, forces, skeleton = work.frames, work.forces, person.skeleton
    for j in range(N_LEVEL):
        for i in range(3):
            frames.turns[j, i] = task.level[j, i]
    frames.lean[:] = 0.0
    kinematics.orient_bodies(skeleton, task, frames)
    kinematics.place_bodies(skeleton, u, frames)
    kinematics.place_arms(skeleton, task, frames)
    loads.gather_loads(skeleton, task, 1.0, frames, forces)
    weight, moment, feet = 0.0, 0.0, 0.0
    for n in range(forces.count[0]):
        down = -forces.force[n, 1]
        weight += down
        moment += down * (frames.o[forces.body[n], axis] + forces.offset[n, axis])
    for b in range(7, 11):
        down = -task.gravity[1] * skeleton.mass[b]
        weight += down
        moment += down * (frames.o[b, axis] + _turned(frames.r, b, skeleton.com, b, axis))
    right = task.support_right if task.support_right >= 0.0 else 0.5
    for s in range(2):
        share = right if s == 0 else 1.0 - right
        feet += share * (frames.o[9 + s, axis] + _turned(frames.r, 9 + s, ankle, s, axis))
    return moment / weight - feet


@kernel
def _turned(r: Floats, b: int, points: Floats, n: int, axis: int) -> float:
    """Return where point n lies along an axis from the origin of body b."""
    return r[b, axis, 0] * points[n, 0] + r[b, axis, 1] * points[n, 1] + r[b, axis, 2] * points[n, 2]
