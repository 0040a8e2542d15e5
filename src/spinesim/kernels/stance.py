"""Where the weight of a standing person falls, and the leg that follows so that it falls on its ankle."""

from spinesim.kernels import kinematics, loads
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import N_LEVEL, Floats, Forces, Frames, Person, Skeleton, Task, Work

ENOUGH = 1e-15  # m
FIRST = 1e-3  # rad
MOST_STEPS = 8


@kernel
def weight_line(person: Person, task: Task, u: Floats, axis: int, work: Work) -> float:
    """Return how far before (axis 0) or to the right of (axis 2) the ankles all weights and carried masses have their
    centre, m, turned as the posture says; the ankle of a leg counts as much as it carries, both alike where nobody
    says.

    Discs are moved by u (level, 3) m.
    """
    frames = work.frames
    for j in range(N_LEVEL):
        for i in range(3):
            frames.turns[j, i] = task.level[j, i]
    frames.lean[:] = 0.0
    kinematics.orient_bodies(person.skeleton, task, frames)
    weight, moment = _trunk(person, task, u, axis, frames, work.forces)
    feet, right = 0.0, task.support_right if task.support_right >= 0.0 else 0.5
    for s in range(2):
        more, turned, ankle = _leg(person.skeleton, task, s, axis, frames)
        weight, moment = weight + more, moment + turned
        feet += (right if s == 0 else 1.0 - right) * ankle
    return moment / weight - feet


@kernel
def stand(person: Person, task: Task, work: Work) -> None:
    """Adduct the leg that is stood on until all weights fall on its ankle, the pelvis and all above it as they are
    oriented; work.frames.leg is what that adds.
    """
    s, frames, skeleton = task.stood_on, work.frames, person.skeleton
    frames.leg[0] = 0.0
    if s < 0:
        return
    weight, moment = _trunk(person, task, work.motion.unmoved, 2, frames, work.forces)
    more, turned, _ = _leg(skeleton, task, 1 - s, 2, frames)
    weight, moment = weight + more, moment + turned
    last, at_last = 0.0, _beside(skeleton, task, s, 0.0, weight, moment, frames)
    here = FIRST
    for _ in range(MOST_STEPS):
        at_here = _beside(skeleton, task, s, here, weight, moment, frames)
        if abs(at_here) <= ENOUGH or at_here == at_last:
            break
        last, here, at_last = here, here - at_here * (here - last) / (at_here - at_last), at_here
    kinematics.orient_leg(task, s, here, frames.turn[0], frames.r)
    frames.leg[0] = here


@kernel
def _beside(skeleton: Skeleton, task: Task, s: int, more: float, weight: float, moment: float, frames: Frames) -> float:
    """Return how far to the right of the ankle all weights have their centre, m, once the leg is turned by `more`."""
    kinematics.orient_leg(task, s, more, frames.turn[0], frames.r)
    own, turned, ankle = _leg(skeleton, task, s, 2, frames)
    return (moment + turned) / (weight + own) - ankle


@kernel
def _trunk(person: Person, task: Task, u: Floats, axis: int, frames: Frames, forces: Forces) -> tuple[float, float]:
    """Return the weight (N) of all but the legs and what is carried, and its moment along an axis from the pelvis."""
    kinematics.place_bodies(person.skeleton, u, frames)
    kinematics.place_arms(person.skeleton, task, frames)
    loads.gather_loads(person.skeleton, task, 1.0, frames, forces)
    weight, moment, carried = 0.0, 0.0, forces.count[0] - task.load_mass.size
    for n in range(forces.count[0]):
        down = -forces.force[n, 1] if n < carried else -task.gravity[1] * task.load_mass[n - carried]
        weight += down
        moment += down * (frames.o[forces.body[n], axis] + forces.offset[n, axis])
    return weight, moment


@kernel
def _leg(skeleton: Skeleton, task: Task, s: int, axis: int, frames: Frames) -> tuple[float, float, float]:
    """Return a leg's weight (N), its moment along an axis from the pelvis, and where its ankle is."""
    r, knee = frames.r, frames.o[7 + s, axis] + _turned(frames.r, 7 + s, skeleton.knee, s, axis)
    thigh, shank = -task.gravity[1] * skeleton.mass[7 + s], -task.gravity[1] * skeleton.mass[9 + s]
    moment = thigh * (frames.o[7 + s, axis] + _turned(r, 7 + s, skeleton.com, 7 + s, axis))
    moment += shank * (knee + _turned(r, 9 + s, skeleton.com, 9 + s, axis))
    return thigh + shank, moment, knee + _turned(r, 9 + s, task.ankle, s, axis)


@kernel
def _turned(r: Floats, b: int, points: Floats, n: int, axis: int) -> float:
    """Return where point n lies along an axis from the origin of body b."""
    return r[b, axis, 0] * points[n, 0] + r[b, axis, 1] * points[n, 1] + r[b, axis, 2] * points[n, 2]
