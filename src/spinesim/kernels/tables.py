"""Every array the kernels read or write: meaning, shape and unit on its own line. SI throughout, float64, C-contiguous.

Bodies are numbered from the pelvis up: 0 pelvis, 1 L5 ... 5 L1, 6 thorax, then 7/8 thigh, 9/10 shank (right/left), 11
abdomen frame.
Levels run from cranial to caudal: 0 T12-L1 ... 5 L5-S1; level j joins body 6 - j (upper) to body 5 - j (lower).
Sides: 0 right, 1 left.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

N_LEVEL = 6
N_BODY = 12
N_EQUATION = 25  # 18 level moments, 6 hip moments, 1 abdominal hoop
AT_HIPS, HOOP = 18, 24  # first of their rows
N_TILT = 5  # lumbar vertebrae whose tilt may settle, L1 ... L5
LEAN, LIST, ROTATION = 5, 6, 7  # turns of the pelvis, which the lumbar spine follows: about its own z, x and y
N_POSED = 8  # turns where the pelvis may choose its own
N_START = 8  # from which the cheapest posture is sought: the state given, five leans and, on one leg, two lists
N_TURN = 18  # turns where vertebrae settle sideways too: L1 ... L5 about x, then about y
FARTHEST_TILT = 0.17453292519943295  # rad, 10 deg
FARTHEST_LEAN = 1.5707963267948966  # rad, 90 deg
PELVIS, THORAX, ABDOMEN = 0, 6, 11
FEET, SEAT, BED = 0, 1, 2  # what carries the person
ACROSS_LEVELS, ACROSS_BOTH, ACROSS_HIPS = 0, 1, 2  # joints that a line crosses
AT_BODY, AT_HANDS = 0, 1  # where a load acts
FROM_DISC, FROM_CHEST = 0, 1  # what a hand target is measured from
ARM_ANGLES, ARM_REACH = 0, 1
PASSIVE_EXPONENTIAL, PASSIVE_TOE, PASSIVE_FASCIA, PASSIVE_NONE = 0, 1, 2, 3


class Skeleton(NamedTuple):
    """Rigid bodies and joints of one person."""

    lower_anchor: Floats  # (level, 3) m        disc centre in the lower body's frame
    upper_anchor: Floats  # (level, 3) m        the same point, neutral, in the upper body's frame
    disc_in_lower: Floats  # (level, 3, 3)      disc axes (columns) in the lower body's frame
    upper_in_disc: Floats  # (level, 3, 3)      upper body's axes in the disc frame, neutral
    hip: Floats  # (side, 3) m                  hip centre in the pelvis frame
    knee: Floats  # (side, 3) m                 knee centre in the thigh frame
    abdomen_origin: Floats  # (3,) m            in the pelvis frame
    abdomen_share: float  # 1                   share of the trunk rotation the abdominal wall makes
    mass: Floats  # (body,) kg
    com: Floats  # (body, 3) m                  centre of mass in the body's frame
    shoulder: Floats  # (side, 3) m             in the thorax frame
    chest: Floats  # (3,) m                     front of the chest in the thorax frame
    arm_length: Floats  # (3,) m                upper arm, forearm, wrist to grip
    arm_mass: Floats  # (3,) kg                 upper arm, forearm, hand
    arm_center: Floats  # (3,) 1                centre of mass along each part, from its upper end
    rigid_reach: float  # m                     how far a held mass may lie beyond straight hands


class Discs(NamedTuple):
    """Six-degree-of-freedom disc laws by level; rotations ordered (lateral x, axial y, sagittal z)."""

    k_initial: Floats  # (level,) N/m
    k_linear: Floats  # (level,) N/m
    toe: Floats  # (level,) m
    k_core: (
        Floats  # (level,) N/m              of k_initial, the most that the core gives: bending and shear press it too
    )
    core_length: Floats  # (level,) m           shortening at which the core bears half of the most it can
    k_shear: Floats  # (level,) N/m
    b: Floats  # (level, 3) N m
    a: Floats  # (level, 3) rad
    last_moment: Floats  # (level, 3) N m       beyond it the law goes on with its tangent
    force: float  # N                           push of the core that doubles the neutral stiffnesses
    core_turn: float  # 1                       of a: rotation beyond which the core's moment grows no further
    rest_turn: Floats  # (level, 3) rad         rotation at which the disc is free of stress
    rest_shift: Floats  # (level, 3) m          translation, the same


class Strands(NamedTuple):
    """Ligament strands that cross one level."""

    start: Ints  # (level + 1,)                 strands of level j are start[j] ... start[j + 1] - 1
    level: Ints  # (strand,)
    upper: Floats  # (strand, 3) m              in the upper body's frame
    lower: Floats  # (strand, 3) m              in the lower body's frame
    stiffness: Floats  # (strand,) N/m
    slack: Floats  # (strand,) m
    toe: Floats  # (strand,) m


class Facets(NamedTuple):
    """Twelve facet joints, index 2 level + side: a concave cylinder below, a patch of points above."""

    axis_point: Floats  # (facet, 3) m          in the disc frame from the lower anchor
    axis: Floats  # (facet, 3) 1                along the facet, unit
    inward: Floats  # (facet, 3) 1              into the lower facet's bone, unit, disc frame
    radius: Floats  # (facet,) m
    points: Floats  # (facet, point, 3) m       in the upper body's frame from the upper anchor
    point_area: Floats  # (facet,) m^2          area each point stands for
    stiffness: float  # Pa/m                    of the cartilage foundation
    thickness: float  # m
    toe: float  # m
    tip: Floats  # (facet, 3) m                 tip of the upper process, upper body's frame, from the upper anchor
    lamina: Floats  # (facet,) m                height of the lower lamina below it, disc frame, from the lower anchor
    tip_stiffness: Floats  # (facet,) N/m
    tip_toe: float  # m
    tip_area: float  # m^2


class Lines(NamedTuple):
    """Muscle fascicles first, then fascia bands: all that pulls along a path over several bodies.

    Segments lie in bundles, each between the same two bodies; all of fascicles or none, all of shared lines or none.
    """

    bundle: Ints  # (bundle + 1,)               first segment of each bundle, and the end of the last
    segment_line: Ints  # (segment,)
    segment_a: Ints  # (segment,)               body of the caudal end
    segment_b: Ints  # (segment,)               body of the cranial end
    point_a: Floats  # (3, segment) m
    point_b: Floats  # (3, segment) m
    shared: Floats  # (line,) 1                 1 where several segments act on one level or hip, else 0
    fixed_length: Floats  # (line,) m           length inside single bodies
    f_max: Floats  # (line,) N                  fascia: stiffness N/m
    optimal: Floats  # (line,) m                fascia: toe length m
    tendon: Floats  # (line,) m                 fascia: slack length m
    cos_pennation: Floats  # (line,) 1
    passive_kind: Ints  # (line,)
    passive: Floats  # (line, 3)                exponential: strain, shape, toe; toe: N at unit strain, slack, toe
    volume: Floats  # (line,) 1                 cost weight: volume over the reference volume
    hoop: Floats  # (line,) 1                   share of the force that holds the abdominal hoop
    joints: Ints  # (line,)                     what it crosses: levels (or none), both, hips
    force_length_width: float  # 1
    n_fascicle: int


class Breath(NamedTuple):
    """Abdominal pressure and the contacts people lean on; they are columns of the recruitment too."""

    diaphragm: Floats  # (3,) m                 centre of pressure from the anchor of each disc, its mid frame
    area: float  # m^2
    hoop_area: float  # m^2                     radius x height: wall force per pressure
    maximum: float  # Pa
    volume: float  # 1                          cost weight
    effort: Floats  # (3,) N m, 1/(N m)         a moment of the loads about L5-S1, and the share of the maximum by which
    #                                           pressure rises by itself per N m up to it, and beyond it
    support_point: Floats  # (support, 3) m
    support_direction: Floats  # (support, 3) 1
    support_limit: Floats  # (support,) N


class Person(NamedTuple):
    """All model tables of one person."""

    skeleton: Skeleton
    discs: Discs
    strands: Strands
    facets: Facets
    lines: Lines
    breath: Breath
    reserve_penalty: float
    reserve_limit: float  # N m


class Task(NamedTuple):
    """One scenario: posture, loads, deficits."""

    gravity: Floats  # (3,) m/s^2
    pelvis: Floats  # (3,) rad                  rotation vector of the pelvis, global
    level: Floats  # (level, 3) rad             rotation vector of each level, disc frame
    thigh: Floats  # (side, 3) rad              rotation vector of the thigh, global
    stood_on: int  # the leg that follows a pelvis that may choose, so that all weights fall on its ankle; -1: none
    ankle: Floats  # (side, 3) m                in the shank's frame
    knee: Floats  # (side,) rad                 flexion
    hips: Floats  # (side, 3, 5) N m and 1/rad  passive tissue by flexion, adduction, internal rotation: `kernels.hip`
    shoulder_twist: float  # rad                shoulders against the thorax, left axial
    arm_hangs: Floats  # (side,) 1              share of the arm's weight that the trunk carries
    arm_mode: Ints  # (side,)
    arm_angles: Floats  # (side, 3) rad         shoulder flexion, abduction, elbow flexion
    hand_target: Floats  # (side, 3) m          global axes, from the anchor
    hand_anchor: Ints  # (side,)
    contact: int
    support_right: float  # 1                   share on the right foot, negative: from the balance of weights
    load_where: Ints  # (load,)
    load_body: Ints  # (load,)                  AT_BODY: the body. AT_HANDS: the anchor
    load_point: Floats  # (load, 3) m           AT_BODY: in the body's frame. AT_HANDS: global axes from the anchor
    load_force: Floats  # (load, 3) N           global, its weight not included
    load_mass: Floats  # (load,) kg
    load_moment: Floats  # (load, 3) N m        global
    upper: Floats  # (fascicle,) 1              activation limits
    lower: Floats  # (fascicle,) 1
    shared_drive: Floats  # (fascicle,) 1       share of its drive that goes to its fellow on the other side
    strand_scale: Floats  # (strand,) 1
    fascia_scale: Floats  # (line - fascicle,) 1
    pressure: float  # Pa                       negative: found by the recruitment
    support_on: Floats  # (support,) 1          1 where the posture has this contact
    power: int  # 2 or 3
    settle: float  # rad                        spread of a vertebra's tilt about the posture; 0: held as it is
    settle_cost: float  # 1                     cost of a tilt of one spread
    lean_spread: float  # rad                   spread of lumbar flexion about the rhythm; 0: as the posture says
    lean_cost: float  # 1                       cost of one spread
    sideways: float  # rad                      spread of a vertebra's tilt about its x and y axes; 0: none
    sway_spread: Floats  # (2,) rad             of list and rotation of the pelvis; 0: as the posture says
    pelvis_range: Floats  # (3, 2) rad          least and most lean, list and rotation
    follow: Floats  # (level, 3, 3) 1           levels' rotation vectors, negative, that keep the thorax: about disc
    #                                           axes by turns of the pelvis about x, y and z
    leader: Ints  # (turn,)                     the turn whose column each shares; -1: it is held
    turns: int  # N_TILT, N_POSED or N_TURN: turns that recruitment may choose


class Frames(NamedTuple):
    """Scratch: where every body is."""

    turns: Floats  # (level, 3) rad             orient: rotation vector of each level as it is, disc frame
    lean: Floats  # (3,) rad                    orient: rotation vector of the pelvis from the posture, its own axes
    leg: Floats  # (1,) rad                     stand: what it adds to the leg that is stood on, about the global x axis
    goal: Floats  # (3, 3)                      orient: the thorax's orientation, which stays
    o: Floats  # (body, 3) m                    place_bodies
    r: Floats  # (body, 3, 3)                   orient_bodies
    mid: Floats  # (level, 3, 3)                orient_bodies: disc mid frame, global
    a_up: Floats  # (level, 3) m                place_bodies: upper anchor, global
    arm: Floats  # (side, 4, 3) m               place_arms: shoulder, elbow, wrist, hand
    turn: Floats  # (3, 3, 3)                   scratch matrices


class Forces(NamedTuple):
    """Scratch: weights and applied forces, and what they sum to."""

    body: Ints  # (force,)                      gather_loads
    offset: Floats  # (force, 3) m              from the body's origin, global
    force: Floats  # (force, 3) N
    moment: Floats  # (force, 3) N m
    count: Ints  # (1,)
    level_f: Floats  # (level, 3) N             sum_loads: on all above the level
    level_m: Floats  # (level, 3) N m           about the upper anchor
    hip_f: Floats  # (3,) N                     on all above the hips
    hip_m: Floats  # (side, 3) N m              couple each hip must carry
    hip_passive: Floats  # (side, 3) N m        hip.passive_moments: that its passive tissue makes on the pelvis
    share: Floats  # (side,) 1                  weight on each foot
    pelvis_m: Floats  # (3,) N m                about the pelvis


class Tissue(NamedTuple):
    """Scratch: discs, ligaments and facets by level."""

    disc_direct: Floats  # (level, 3, 3)        prepare_passive: rotation gradient to moment
    disc_arm: Floats  # (level, 3, 3)           force arm to moment
    to_mid: Floats  # (3, level, 3, 3)          prepare_passive: to the mid frame from those of the upper and the lower
    #                                           body and the disc's on the lower
    strand_u: Floats  # (strand, 3) m           prepare_passive: mid frame, from the anchors
    strand_l: Floats  # (strand, 3) m
    facet_p: Floats  # (facet, point, 3) m
    facet_o: Floats  # (facet, 3) m
    facet_a: Floats  # (facet, 3)
    facet_n: Floats  # (facet, 3)
    facet_tip: Floats  # (facet, 3) m
    facet_up: Floats  # (facet, 3)              normal of the lamina
    f: Floats  # (level, 3) N                   passive_levels, on the upper body, mid frame
    m: Floats  # (level, 3) N m                 about the upper anchor
    k: Floats  # (level, 3, 3) N/m              df/du
    g: Floats  # (level, 3, 3) N                dm/du
    aka: Floats  # (level, 3, 3) N m            of strands and facets: sum of [a] K [a], a the arm, K the tangent
    af: Floats  # (level, 3, 3) N m             sum of a f^T
    disc_f: Floats  # (level, 3) N              of the disc alone, as f, m, k and g
    disc_m: Floats  # (level, 3) N m
    disc_k: Floats  # (level, 3, 3) N/m
    disc_g: Floats  # (level, 3, 3) N
    spare: Floats  # (5, 3, 3)


class Pulls(NamedTuple):
    """Scratch: all that pulls or pushes along a line: fascicles, fascia bands, then pressure, slack and supports.

    The wrench of a pull is force and moment per unit on all above each level (rows 6 level ... + 5, about the origin,
    so that one segment has the same wrench at all levels it crosses), then on the pelvis at each hip (36 + 6 side
    ... + 5, about the hip). Levels a pull does not cross stay 0.
    """

    seg_a: Floats  # (3, segment) m             prepare_lines: global offsets from the body origin
    seg_b: Floats  # (3, segment) m
    span: Floats  # (segment,) m                line_geometry
    unit: (
        Floats  # (6, segment) 1 and m        force on the cranial end and its moment about the origin, at unit tension
    )
    length: Floats  # (line,) m
    full: Floats  # (6, segment) N and N m      line_rows: unit pulls times gains
    moment: Floats  # (3, segment) N m          the same at one level
    span_tension: Floats  # (segment,) N        of a segment's line: tension or gain
    wrench: Floats  # (48, pull) 1 and m        of lines: write_wrenches
    gain: Floats  # (pull,) N                   line_forces: force at full activation
    passive: Floats  # (pull,) N
    tension: Floats  # (pull,) N                tensions


class Motion(NamedTuple):
    """Scratch: balance and the steps of the discs."""

    c: Floats  # (level, 3, 3) m                couple: moment per force through the level, global
    arm: Floats  # (level, 3, 3) m              the same per pull, whose moments are about the origin
    total: Floats  # (48,) N and N m            sum of all pulls' wrenches, about upper anchors and hips
    res: Floats  # (42,)                        balance: 18 forces, 24 moments
    step: Floats  # (18 + turn,) m              step_discs, settling.step: translations, then turns
    here: Floats  # (level, 3) m                step_discs: on the way
    by_disc: Floats  # (level, 3) N             step_discs: what the passive tissue must bear, negative, mid frames
    past_step: Floats  # (5, 18 + turn) m
    past_point: Floats  # (5, 18 + turn) m
    mix_h: Floats  # (5, 5)
    mix_b: Floats  # (5,)
    mix_x: Floats  # (5,)
    mixed: Ints  # (2,)                         points remembered; times begun anew
    by_turn_f: Floats  # (3, level, 3) N/rad    settling.slopes: force and moment on all above by a turn about the
    by_turn_m: Floats  # (3, level, 3) N m/rad  disc's z, x and y axes, global
    nudged: Floats  # (6, 46) N and N m         rhythm.note: balance with a nudged pelvis; then the wall's tension, N,
    #                                           and the moment left to muscles at L5-S1
    wall: Floats  # (1,) 1                      build_problem: strength of the abdominal wall; 0: the pressure is stated
    unmoved: Floats  # (level, 3) m             none
    by_pelvis: Floats  # (3, 18) N/rad          rhythm.pelvis_columns: change of the balance of forces
    held_u: Floats  # (level, 3) m              rhythm.begin: the answer for the posture as it says
    held_lam: Floats  # (25,)
    held_tilt: Floats  # (18,) rad
    end_u: Floats  # (start, level, 3) m        rhythm.keep: where the starts ended
    end_lam: Floats  # (start, 25)
    end_tilt: Floats  # (start, 18) rad
    end_cost: Floats  # (start,) 1              infinite where a start has no end of its own


class Problem(NamedTuple):
    """Scratch: the recruitment in scaled rows; a column is a fascicle, the pressure, the slack, a support or a turn."""

    a: Floats  # (25, column)                   build_problem, scale_rows
    b: Floats  # (25,)
    row: Floats  # (25,)                        row scale
    ease: Floats  # (column,)                   one over the cost weight
    lo: Floats  # (column,)
    up: Floats  # (column,)
    x: Floats  # (column,) 1                    drive: the activation of all but fellows, which share theirs
    active: Floats  # (column,) 1               share_drive: the activation that x makes
    fellow: (
        Floats  # (5, fascicle) 1           its activation by its own drive, by its fellow's, and at no drive of both;
    )
    #                                           what its drive makes of the next fascicle and of the last one
    lead: (
        Floats  # (column,)                   what its cost rises by beside its own: of turns, by the pressure they ask
    )
    s: Floats  # (column,)                      reduced price
    ds: Floats  # (column,)
    free: Floats  # (27, column)                the last two rows stay empty
    order: Ints  # (column,)                    columns: those of levels, of levels and hips, of hips
    reach: Ints  # (2,)                         places in it where the second and the third begin
    index: Ints  # (column,)                    columns between their bounds, in this order
    root: Floats  # (column,)
    h: Floats  # (27, 27)
    rhs: Floats  # (25,)
    dlam: Floats  # (25,)


class Work(NamedTuple):
    """Scratch of one thread, in groups: a kernel takes the groups it writes or reads."""

    frames: Frames
    forces: Forces
    tissue: Tissue
    pulls: Pulls
    motion: Motion
    problem: Problem


class State(NamedTuple):
    """The unknowns; also the warm start of the next solve."""

    u: Floats  # (level, 3) m                   disc translations, mid frame
    lam: Floats  # (25,)                        multipliers of the scaled rows
    reserve: Floats  # (25,)                    reserve moments, N m (last: N)
    tilt: Floats  # (18,) rad                   from the posture: vertebrae backward, pelvis, vertebrae sideways
    info: Floats  # (8,)                        iterations, residual, newton steps, share right, last tilt


def make_work(person: Person, task: Task) -> Work:
    """Allocate the scratch arrays of one thread."""
    n_line, n_push = person.lines.f_max.size, 2 + person.breath.support_limit.size
    n_col, n_pull = person.lines.n_fascicle + n_push + 2 * task.turns, n_line + n_push
    n_strand, n_seg = person.strands.level.size, person.lines.segment_line.size
    n_point, n_force = person.facets.points.shape[1], 9 + 6 + task.load_where.size
    z, ints = np.zeros, np.int64
    problem = Problem(
        a=z((25, n_col)), b=z(25), row=z(25), ease=z(n_col), lo=z(n_col), up=z(n_col), x=z(n_col), s=z(n_col),
        lead=z(n_col),
        active=z(n_col), fellow=z((5, person.lines.n_fascicle)), ds=z(n_col), free=z((27, n_col)),
        order=z(n_col, dtype=ints), reach=z(2, dtype=ints), index=z(n_col, dtype=ints), root=z(n_col),
        h=z((27, 27)), rhs=z(25), dlam=z(25),
    )  # fmt: skip
    return Work(
        _make_frames(), _make_forces(n_force), _make_tissue(n_strand, n_point), _make_pulls(n_line, n_pull, n_seg),
        _make_motion(task.turns), problem,
    )  # fmt: skip


def _make_forces(n: int) -> Forces:
    z, ints = np.zeros, np.int64
    return Forces(
        body=z(n, dtype=ints), offset=z((n, 3)), force=z((n, 3)), moment=z((n, 3)), count=z(1, dtype=ints),
        level_f=z((6, 3)), level_m=z((6, 3)), hip_f=z(3), hip_m=z((2, 3)), hip_passive=z((2, 3)),
        share=z(2), pelvis_m=z(3),
    )  # fmt: skip


def _make_pulls(n_line: int, n_pull: int, n_seg: int) -> Pulls:
    z = np.zeros
    return Pulls(
        seg_a=z((3, n_seg)), seg_b=z((3, n_seg)), span=z(n_seg), unit=z((6, n_seg)), length=z(n_line),
        full=z((6, n_seg)), moment=z((3, n_seg)),
        span_tension=z(n_seg), wrench=z((48, n_pull)), gain=z(n_pull), passive=z(n_pull), tension=z(n_pull),
    )  # fmt: skip


def _make_motion(turns: int) -> Motion:
    z, n = np.zeros, 18 + turns
    return Motion(
        c=z((6, 3, 3)), arm=z((6, 3, 3)), total=z(48), res=z(42), step=z(n), here=z((6, 3)),
        by_disc=z((6, 3)), past_step=z((5, n)),
        past_point=z((5, n)), mix_h=z((5, 5)), mix_b=z(5), mix_x=z(5), mixed=z(2, dtype=np.int64),
        by_turn_f=z((3, 6, 3)), by_turn_m=z((3, 6, 3)), nudged=z((6, 46)), wall=z(1),
        unmoved=z((6, 3)), by_pelvis=z((3, 18)),
        held_u=z((6, 3)), held_lam=z(25),
        held_tilt=z(N_TURN), end_u=z((N_START, 6, 3)), end_lam=z((N_START, 25)), end_tilt=z((N_START, N_TURN)),
        end_cost=z(N_START),
    )  # fmt: skip


def _make_frames() -> Frames:
    z = np.zeros
    return Frames(
        turns=z((6, 3)), lean=z(3), leg=z(1), goal=z((3, 3)), o=z((12, 3)), r=z((12, 3, 3)),
        mid=z((6, 3, 3)), a_up=z((6, 3)),
        arm=z((2, 4, 3)), turn=z((3, 3, 3)),
    )  # fmt: skip


def _make_tissue(n_strand: int, n_point: int) -> Tissue:
    z = np.zeros
    return Tissue(
        disc_direct=z((6, 3, 3)), disc_arm=z((6, 3, 3)), to_mid=z((3, 6, 3, 3)),
        strand_u=z((n_strand, 3)), strand_l=z((n_strand, 3)),
        facet_p=z((12, n_point, 3)), facet_o=z((12, 3)), facet_a=z((12, 3)), facet_n=z((12, 3)),
        facet_tip=z((12, 3)), facet_up=z((12, 3)), f=z((6, 3)), m=z((6, 3)), k=z((6, 3, 3)), g=z((6, 3, 3)),
        aka=z((6, 3, 3)), af=z((6, 3, 3)), disc_f=z((6, 3)), disc_m=z((6, 3)), disc_k=z((6, 3, 3)), disc_g=z((6, 3, 3)),
        spare=z((5, 3, 3)),
    )  # fmt: skip


def make_state() -> State:
    """Return a cold start."""
    return State(u=np.zeros((6, 3)), lam=np.zeros(25), reserve=np.zeros(25), tilt=np.zeros(N_TURN), info=np.zeros(8))
