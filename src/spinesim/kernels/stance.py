"""Where the weight of a standing person falls."""

from spinesim.kernels import kinematics, loads, vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import N_LEVEL, Floats, Person, Task, Work


@kernel
def weight_line(person: Person, task: Task, u: Floats, ankle: Floats, work: Work) -> float:
    """Return how far before the middle of the ankles all weights and carried masses have their centre, m.

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
        moment += down * (frames.o[forces.body[n], 0] + forces.offset[n, 0])
    for b in range(7, 11):
        down = -task.gravity[1] * skeleton.mass[b]
        com = skeleton.com
        weight += down
        moment += down * (frames.o[b, 0] + vec3.rotate_at(frames.r, b, com[b, 0], com[b, 1], com[b, 2])[0])
    for s in range(2):
        x = vec3.rotate_at(frames.r, 9 + s, ankle[s, 0], ankle[s, 1], ankle[s, 2])[0]
        feet += 0.5 * (frames.o[9 + s, 0] + x)
    return moment / weight - feet
