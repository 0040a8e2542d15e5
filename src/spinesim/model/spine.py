"""The parts of a model file as frozen objects; SI units (m, rad, N, kg, Pa) throughout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Point = tuple[float, float, float]
LEVELS = ("T12-L1", "L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")
CHAIN = ("pelvis", "L5", "L4", "L3", "L2", "L1", "thorax")
HIP_WAYS = ("flexion", "extension", "adduction", "abduction", "internal_rotation", "external_rotation")
BODIES = (*CHAIN, "thigh_right", "thigh_left", "shank_right", "shank_left", "abdomen")


@dataclass(frozen=True)
class Reference:
    """The person the numbers of the file belong to."""

    sex: str
    height: float  # m
    mass: float  # kg
    age: float  # s


@dataclass(frozen=True)
class Body:
    """A rigid segment; `position` and `tilt` (about z) place its frame in the neutral global frame."""

    name: str
    position: Point  # m
    tilt: float  # rad
    mass: float  # kg
    center_of_mass: Point  # m, own frame


@dataclass(frozen=True)
class Arms:
    """Both arms: upper arm, forearm, hand."""

    length_per_stature: Point  # 1
    mass: Point  # kg
    center: Point  # share of the length
    rigid_reach: float  # m


@dataclass(frozen=True)
class Level:
    """A motion segment: its joint centre and the tilt of its disc in the neutral global frame."""

    name: str
    upper: str
    lower: str
    center: Point  # m
    disc_tilt: float  # rad


@dataclass(frozen=True)
class Disc:
    """Size of one disc; height front, middle, back."""

    level: str
    area: float  # m^2
    depth: float  # m
    width: float  # m
    height: Point  # m


@dataclass(frozen=True)
class DiscLaw:
    """Laws shared by all discs; `b` and `a` by lateral, axial and sagittal rotation at the reference level."""

    initial_stiffness: float  # N/m
    linear_stiffness: float  # N/m
    toe_length: float  # m
    shear_stiffness: float  # N/m
    b: Point  # N m
    a: Point  # rad
    last_measured_moment: float  # N m
    loss: float  # 1, of the work of loading, lost in a cycle
    reference_level: str
    core_share: float  # 1, of the initial stiffness
    core_length: float  # m
    core_force: float  # N
    core_turn: float  # 1
    swelling: float  # Pa
    correction_factor: float  # 1
    rise: tuple[float, float, float, float]  # Pa/(N m): flexion, extension, lateral, axial
    rise_fades_with: float  # N
    grade_height: tuple[float, ...]  # 1, height that degeneration grades 1 to 5 leave of a healthy disc
    grade_nucleus: tuple[float, ...]  # 1, nucleus that they leave
    nucleus_share: float  # 1, of the cross-section
    tissue_density: float  # kg/m^3, of what bulges out
    bulge_height: float  # m/kg, height that a disc loses with what bulges out of it
    bulge_rim: float  # m/kg, by which the rest of its rim comes out
    bulge_pressure: float  # 1/kg, share of the pressure that it loses


@dataclass(frozen=True)
class FacetJoint:
    """The right facet joint of a level; centre in the lower body's frame, angles in the disc frame."""

    level: str
    centre: Point  # m
    transverse_angle: float  # rad
    elevation: float  # rad
    radius: float  # m
    area: float  # m^2


@dataclass(frozen=True)
class FacetLaw:
    """Contact law shared by all facet joints."""

    gap: float  # m
    modulus: float  # Pa
    thickness: float  # m
    toe: float  # m
    tip_gap: float  # m
    tip_stiffness: float  # N/m, each side
    tip_toe: float  # m
    tip_area: float  # m^2


@dataclass(frozen=True)
class LigamentKind:
    """What is common to a ligament at all levels."""

    name: str
    toe_strain: float
    slack_strain: float
    stiffness_factor: float  # on the measured stiffness


@dataclass(frozen=True)
class LigamentProperty:
    """Stiffness of the whole ligament (per side where it has sides) and its elongation at failure."""

    stiffness: float  # N/m
    failure: float  # m


@dataclass(frozen=True)
class Strand:
    """One line of a ligament; side right (mirrored to the left) or middle."""

    level: str
    ligament: str
    side: str
    upper: Point  # m
    lower: Point  # m


@dataclass(frozen=True)
class FasciaBand:
    """A right-hand band of the thoracolumbar fascia, over several levels."""

    name: str
    upper_body: str
    upper: Point  # m
    lower_body: str
    lower: Point  # m
    stiffness: float  # N/m
    failure: float  # m


@dataclass(frozen=True)
class PassiveLaw:
    """Passive fibre curve: exponential (strain at one maximal force, shape, toe) or toe-linear (modulus Pa, slack,
    toe).
    """

    kind: str
    parameters: tuple[float, ...]


@dataclass(frozen=True)
class Fascicle:
    """A right-hand fascicle; path caudal to cranial of (body, point in its frame)."""

    name: str
    group: str
    pcsa: float  # m^2
    optimal_fibre_length: float  # m
    tendon_slack_length: float  # m
    pennation: float  # rad
    path: tuple[tuple[str, Point], ...]
    specific_tension: float  # Pa
    passive: PassiveLaw


@dataclass(frozen=True)
class BreathLaw:
    """Abdominal pressure, its hoop and transversus abdominis (each side)."""

    area: float  # m^2
    center: Point  # m, of its force on a section, from the centre of the disc there, disc frame
    volume: float  # m^3
    hoop_radius: float  # m
    hoop_height: float  # m
    transversus_pcsa: float  # m^2
    transversus_length: float  # m
    maximum_pressure: float  # Pa
    effort_threshold: float  # N m, of the loads about L5-S1 ...
    threshold_pressure: float  # Pa, ... and the least pressure at it, rising evenly from nothing
    effort_moment: float  # N m, more than the threshold ...
    effort_pressure: float  # Pa, ... and the least pressure at it, on the line that goes on from there


@dataclass(frozen=True)
class HipLaw:
    """How a hip's passive tissue resists one way of turning: `moment` at `angle`, growing e-fold with `growth`."""

    moment: float  # N m
    angle: float  # rad
    growth: float  # rad


@dataclass(frozen=True)
class RecruitmentLaw:
    """Scale of the volume weights, softness and limit of the reserve moments."""

    reference_volume: float  # m^3
    reserve_penalty: float  # 1
    reserve_limit: float  # N m
    short_range_stiffness: float  # 1, q of q F / L
    settle_spread: float  # rad, of a lumbar vertebra's tilt about the posture
    settle_cost: float  # 1, of a tilt of one spread
    lean_spread: float  # rad, of lumbar flexion about the rhythm
    lean_cost: float  # 1, of a departure of one spread, on the feet
    list_spread: float  # rad, of the pelvis in single-leg stance
    rotation_spread: float  # rad, of the pelvis
    sideways_spread: float  # rad, of a lumbar vertebra's tilt and rotation where anything tells the sides apart
    sideways_cost: float  # 1, of such a tilt of one spread
    seat_cost: float  # 1, that of the lean on a seat
    tone: float  # 1, least activation of the trunk muscles while nothing supports the trunk
    slump: float  # rad, lumbar flexion at which passive tissue holds the trunk and the tone is gone
    bracing: float  # 1, least activation of the trunk muscles at the greatest pressure that is made at will
    shared_drive: float  # 1, share of a trunk muscle's drive that goes to its fellow on the other side


@dataclass(frozen=True)
class SubjectLaw:
    """Constants of the scaling by sex, height and mass, by sex where they differ."""

    fat: Mapping[str, Point]
    other_share: float
    segment_share: Mapping[str, Mapping[str, float]]
    waist_index: float  # kg/m^2, body mass index beyond which the waist's mass lies farther forward ...
    waist_shift: float  # m, ... by this much for each more
    female_disc_area: float
    female_strength: float
    compression: Mapping[str, tuple[float, float]]  # N, N per decade
    shear: float  # N


@dataclass(frozen=True)
class Rhythm:
    """Lumbar flexion by trunk inclination; rad. `spread`: one standard deviation as a share of the curve."""

    trunk: tuple[float, ...]
    lumbar: tuple[float, ...]
    spread: float  # 1


@dataclass(frozen=True)
class LevelShares:
    """Shares of the six levels in a lumbar rotation, cranial to caudal, summing to one; `others` by study."""

    values: tuple[float, ...]
    others: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Preset:
    """A named posture; angles in rad, None where they follow from others."""

    name: str
    description: str
    contact: str
    orientation: str
    angles: Mapping[str, float]
    supports: tuple[str, ...]
    support_right: float | None
    arms_carried: float  # 1, share of the weight of arms that hold nothing that rests on the thighs


@dataclass(frozen=True)
class SupportPoint:
    """A one-sided contact on a body, of free size up to its limit."""

    name: str
    body: str
    position: Point  # m
    direction: Point
    limit: float  # N


@dataclass(frozen=True)
class Fault:
    """A small fault by its name: what a scenario that has it says, as plain data.

    `takes` holds the default of "side" and "level" where a scenario may choose them; `parts` call them "given".
    """

    name: str
    description: str
    sources: tuple[str, ...]
    takes: Mapping[str, str]
    parts: Mapping[str, Any]  # muscles, rotation_offsets, discs: lists; posture, recruitment: keys and values


@dataclass(frozen=True)
class Uncertainty:
    """How sure the numbers at some paths of the model are: one factor on all of them.

    `numbers` are sd (normal, lognormal) or low and high (uniform): shares of the value when `relative`, else SI.
    """

    name: str
    paths: tuple[str, ...]
    kind: str
    numbers: tuple[float, ...]
    relative: bool
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """A spine as its file says it. `digest` names the exact content, `sources` the citation keys it owes."""

    name: str
    description: str
    digest: str
    sources: tuple[str, ...]
    reference: Reference
    bodies: Mapping[str, Body]
    arms: Arms
    levels: tuple[Level, ...]
    hip: Point
    knee: Point
    ankle: Point
    abdomen_origin: Point
    abdomen_share: float
    landmarks: Mapping[str, tuple[str, Point]]
    outlines: Mapping[str, Point]  # body -> depth, front, back; m
    discs: tuple[Disc, ...]
    disc_law: DiscLaw
    facets: tuple[FacetJoint, ...]
    facet_law: FacetLaw
    ligament_kinds: Mapping[str, LigamentKind]
    ligament_properties: Mapping[tuple[str, str], LigamentProperty]
    strands: tuple[Strand, ...]
    fascia: tuple[FasciaBand, ...]
    fascicles: tuple[Fascicle, ...]
    groups: tuple[str, ...]
    trunk_groups: tuple[str, ...]
    force_length_width: float
    specific_tension_trunk: float  # Pa
    specific_tension_wall: float  # Pa, of the abdominal wall, which is the trunk's too
    breath: BreathLaw
    hips: Mapping[str, HipLaw]  # flexion, extension, adduction, abduction, internal_rotation, external_rotation
    recruitment: RecruitmentLaw
    subject: SubjectLaw
    rhythms: Mapping[str, Rhythm]
    level_shares: Mapping[str, LevelShares]
    couplings: Mapping[tuple[str, str], tuple[float, ...]]  # (rotation, what comes with it) -> sign by level
    upright_curve: tuple[float, ...]  # (level) rad, extension that standing adds to lying
    curve_fades: float  # rad, lumbar flexion at which levels stand as specimens share the whole turn
    twist_share: float
    ranges: Mapping[str, tuple[float, float]]  # rad
    presets: Mapping[str, Preset]
    supports: Mapping[str, SupportPoint]
    load_heights: Mapping[str, float]  # of stature, above the mid-hip
    faults: Mapping[str, Fault]
    offset_range: Mapping[tuple[str, str], float]  # (level, rotation) -> largest offset each way, rad
    uncertainties: tuple[Uncertainty, ...]
    rests_as: Model | None = field(default=None, repr=False, compare=False)  # whose discs are free of stress alike
