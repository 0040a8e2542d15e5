"""Loads, deficits and conditions of a scenario to the task table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from spinesim.assembly.choices import choices
from spinesim.assembly.hips import hip_table
from spinesim.assembly.names import FascicleNames, StrandName
from spinesim.assembly.posture import Angles, offset_turns
from spinesim.assembly.subject import Subject
from spinesim.errors import Problem, did_you_mean, either
from spinesim.kernels.tables import (
    ACROSS_LEVELS,
    ARM_ANGLES,
    ARM_REACH,
    AT_BODY,
    AT_HANDS,
    BED,
    FEET,
    FROM_CHEST,
    FROM_DISC,
    SEAT,
    Floats,
    Ints,
    Person,
    Task,
)
from spinesim.model import Model
from spinesim.model.spine import BODIES, CHAIN, Preset
from spinesim.scenario import Scenario
from spinesim.scenario.loads import BodyForce, HandForce, Held, Worn
from spinesim.scenario.tissues import MuscleChange

GRAVITY = 9.80665  # m/s^2, standard
DOWN = {
    "upright": (0.0, -1.0, 0.0),
    "supine": (-1.0, 0.0, 0.0),
    "prone": (1.0, 0.0, 0.0),
    "right_side": (0.0, 0.0, 1.0),
}
CONTACT = {"feet": FEET, "seat": SEAT, "bed": BED}
HALF_GRIP = 0.15  # m from the middle of a two-handed load to each hand
HIP_HEIGHT = 0.53  # of stature, standing (Winter 2009)
ANKLE_HEIGHT = 0.039  # of stature, ankle above the floor (Winter 2009)
FROM_GROUND = ("floor", "knee")
WORN = {
    "back": ("thorax", "back"),
    "chest": ("thorax", "chest"),
    "shoulders": ("thorax", "shoulders"),
    "waist": ("pelvis", "waist"),
}


@dataclass(frozen=True)
class Hands:
    """Where each hand goes: mode, joint angles, target and what it is measured from (right, left)."""

    mode: list[int]
    target: Floats
    anchor: list[int]


def build_task(
    model: Model, subject: Subject, scenario: Scenario, angles: Angles, person: Person,
    fascicles: FascicleNames, strands: tuple[StrandName, ...],
) -> tuple[Task | None, list[Problem]]:  # fmt: skip
    """Return the task table of a scenario, or None with all problems."""
    upper, lower, problems = activation_limits(model, scenario, fascicles, co_contraction(model, scenario, angles))
    scale, fascia, ligament_problems = ligament_scales(model, scenario, strands)
    loads, hands, load_problems = _loads(model, subject, scenario, angles)
    contact = CONTACT[angles.preset.contact]
    problems += ligament_problems + load_problems + _support_problems(scenario, contact, angles.preset)
    if problems:
        return None, problems
    pressure = scenario.breath.intra_abdominal_pressure
    right = scenario.support.right if scenario.support.right is not None else angles.preset.support_right
    z = np.zeros(3)
    task = Task(
        gravity=GRAVITY * np.array(DOWN[angles.preset.orientation]),
        pelvis=np.array([0.0, 0.0, -angles.pelvis_tilt]),
        level=angles.levels,
        thigh=np.array([[0.0, 0.0, angles.thigh_inclination]] * 2),
        stood_on=-1,
        ankle=_ankles(model, subject),
        knee=np.array([angles.knee_flexion] * 2),
        hips=hip_table(model, subject, scenario),
        shoulder_twist=angles.shoulder_twist,
        arm_hangs=_hanging(scenario, angles.preset, hands),
        arm_mode=np.array(hands.mode, dtype=np.int64),
        arm_angles=np.array([angles.arms] * 2),
        hand_target=hands.target,
        hand_anchor=np.array(hands.anchor, dtype=np.int64),
        contact=contact,
        support_right=-1.0 if right is None else right,
        load_where=np.array([load[0] for load in loads], dtype=np.int64),
        load_body=np.array([load[1] for load in loads], dtype=np.int64),
        load_point=np.array([load[2] for load in loads] or [z])[: len(loads)],
        load_force=np.array([load[3] for load in loads] or [z])[: len(loads)],
        load_mass=np.array([load[4] for load in loads], dtype=np.float64),
        load_moment=np.array([load[5] for load in loads] or [z])[: len(loads)],
        upper=upper,
        lower=lower,
        shared_drive=shared_drive(model, scenario, person, fascicles),
        strand_scale=scale,
        fascia_scale=fascia,
        pressure=-1.0 if pressure == "auto" else float(pressure),
        support_on=np.array([float(name in angles.preset.supports) for name in model.supports]),
        power=scenario.recruitment.p,
        **choices(model, scenario, angles, contact, right, loads),
    )
    return task, []


def _ankles(model: Model, subject: Subject) -> Floats:
    """Return the ankles (side, 3) in the shanks' frames, m."""
    right = np.array(model.ankle) * subject.length
    return np.array([right, right * np.array([1.0, 1.0, -1.0])])


def activation_limits(
    model: Model, scenario: Scenario, fascicles: FascicleNames, floor: float
) -> tuple[Floats, Floats, list[Problem]]:
    """Return upper and lower activation of every fascicle, those of the trunk at least `floor`, or the names that match
    none.
    """
    upper, lower, problems = np.ones(len(fascicles)), np.zeros(len(fascicles)), []
    lower[_of_groups(fascicles, model.trunk_groups)] = floor
    for n, change in enumerate(scenario.muscles):
        key = "group" if change.group else "fascicle"
        wanted = str(change.group or change.fascicle)
        known = model.groups if change.group else _fascicle_words(fascicles)
        if wanted not in known:
            options = f"groups are {', '.join(model.groups)}"
            if change.fascicle:
                options = f"the labels of muscle_force in a result, such as {either([f.name for f in fascicles[:3]])}"
            hint = did_you_mean(wanted, known) or f" ({options})"
            problems.append(scenario.problem(f"unknown muscle {key} '{wanted}'{hint}", f"muscles.{n}.{key}"))
            continue
        chosen = _meant(fascicles, wanted, change.side, change.level)
        if not chosen.size:
            problems.append(scenario.problem(_nothing_meant(fascicles, wanted, change), f"muscles.{n}"))
        upper[chosen] *= (1.0 if change.strength is None else change.strength) * (1.0 - (change.inhibition or 0.0))
        lower[chosen] = np.maximum(lower[chosen], change.tone or 0.0)
    return upper, np.minimum(lower, upper), problems


def co_contraction(model: Model, scenario: Scenario, angles: Angles) -> float:
    """Return the least activation that a scenario asks of every trunk muscle.

    Left to the model it is the tone of a trunk that nothing supports, which fades on a seat as the lumbar spine slumps
    into its passive tissue (O'Sullivan 2002); and more where a pressure in the abdomen is made at will, which people
    cannot do without all muscles of the trunk (Cholewicki 2002). What a fault asks is the least: more may be asked so.
    """
    asked, pressure = scenario.recruitment.co_contraction, scenario.breath.intra_abdominal_pressure
    of_a_fault = scenario.is_of_a_fault("recruitment.co_contraction")
    if not isinstance(asked, str) and not of_a_fault:
        return asked
    law, preset = model.recruitment, angles.preset
    held = preset.contact == "bed" or bool(preset.supports)
    tone = 0.0 if held else law.tone * (1.0 - _slumped(law.slump, scenario, angles))
    tone = max(tone, asked) if not isinstance(asked, str) else tone
    return tone if isinstance(pressure, str) else max(tone, law.bracing * pressure / model.breath.maximum_pressure)


def shared_drive(model: Model, scenario: Scenario, person: Person, fascicles: FascicleNames) -> Floats:
    """Return the share of each fascicle's drive (fascicle,) that goes to its fellow on the other side: of the trunk's
    muscles alone, for those that cross a hip follow their leg.

    Left to the model it fades as a person holds a level turned aside, to none at the spread of vertebrae that turn
    freely, for to hold a turn is what one side does alone.
    """
    asked, law = scenario.recruitment.shared_drive, model.recruitment
    aside = np.abs(offset_turns(scenario, "postural")[:, :2]).max() / law.sideways_spread
    share = np.zeros(len(fascicles))
    given = asked if not isinstance(asked, str) else law.shared_drive * max(1.0 - float(aside), 0.0)
    share[_of_groups(fascicles, model.trunk_groups)] = given
    share[_of_groups(fascicles, ("transversus_abdominis",))] = 0.0  # the hoop asks both sides alike
    return np.where(person.lines.joints[: len(fascicles)] == ACROSS_LEVELS, share, 0.0)


def _slumped(slump: float, scenario: Scenario, angles: Angles) -> float:
    """Return how far a sitter has slumped, 0 to 1; nobody slumps along the rhythm of a bend."""
    if angles.preset.contact != "seat" or scenario.posture.lumbopelvic_rhythm not in (None, "solved"):
        return 0.0
    return float(np.clip(angles.lumbar_flexion / slump, 0.0, 1.0))


@lru_cache(maxsize=8)
def _of_groups(fascicles: FascicleNames, groups: tuple[str, ...]) -> Ints:
    """Return the indices of all fascicles of these groups."""
    return np.array([i for i, fascicle in enumerate(fascicles) if fascicle.group in groups], dtype=np.int64)


@lru_cache(maxsize=8)
def _fascicle_words(fascicles: FascicleNames) -> tuple[str, ...]:
    """Return what a fascicle may be called: with its side, or both sides together."""
    names = {fascicle.name for fascicle in fascicles}
    return tuple(sorted(names | {name[:-2] for name in names}))


@lru_cache(maxsize=512)
def _meant(fascicles: FascicleNames, wanted: str, side: str, level: str | None) -> Ints:
    """Return the indices of the fascicles that a change of muscles names."""
    found = [
        i
        for i, fascicle in enumerate(fascicles)
        if wanted in (fascicle.group, fascicle.name, fascicle.name[:-2])
        and side in ("both", fascicle.side)
        and (level is None or level in fascicle.bodies)
    ]
    return np.array(found, dtype=np.int64)


def _nothing_meant(fascicles: FascicleNames, wanted: str, change: MuscleChange) -> str:
    """Return why a change of a muscle that exists changes no fascicle, with the levels it might have meant."""
    where = f" at {change.level}" if change.level else ""
    bodies = {body for i in _meant(fascicles, wanted, change.side, None) for body in fascicles[i].bodies}
    known = [body for body in CHAIN if body in bodies]
    hint = f" (it is fixed to {', '.join(known)})" if change.level and known else ""
    return f"'{wanted}' has no fascicle{where} on the side '{change.side}'{hint}"


def ligament_scales(
    model: Model, scenario: Scenario, strands: tuple[StrandName, ...]
) -> tuple[Floats, Floats, list[Problem]]:
    """Return the share of stiffness each strand and each fascia band (right, then left) keeps."""
    scale, fascia, problems = np.ones(len(strands)), np.ones(2 * len(model.fascia)), []
    for n, change in enumerate(scenario.ligaments):
        left = change.strength or 0.0
        if change.ligament == "TLF":
            if change.level != "all":
                problems.append(
                    scenario.problem(
                        "the fascia TLF crosses several levels: leave the level out", f"ligaments.{n}.level"
                    )
                )
            half = len(model.fascia)
            fascia[slice(half if change.side == "left" else 0, half if change.side == "right" else None)] *= left
            continue
        chosen = [
            i for i, s in enumerate(strands) if s.ligament == change.ligament and change.level in ("all", s.level)
        ]
        sided = [i for i in chosen if change.side in ("both", strands[i].side)]
        if not chosen:
            problems.append(
                scenario.problem(f"{change.ligament} has no part at {change.level}", f"ligaments.{n}.level")
            )
        elif not sided or (change.side != "both" and any(strands[i].side == "middle" for i in chosen)):
            problems.append(
                scenario.problem(f"{change.ligament} lies in the middle: leave the side out", f"ligaments.{n}.side")
            )
        scale[sided] *= left
    return scale, fascia, problems


def _support_problems(scenario: Scenario, contact: int, preset: Preset) -> list[Problem]:
    if scenario.support.right is not None and contact != FEET:
        return [scenario.problem("weight on the feet can be given for standing postures only", "support")]
    if contact == FEET and preset.orientation != "upright" and not _held_off_the_floor(scenario):
        message = (
            f"nothing holds the trunk up: give the floor's force on the thorax, as the scenario '{preset.name}' does"
        )
        return [scenario.problem(message, "posture.preset")]
    return []


def _held_off_the_floor(scenario: Scenario) -> bool:
    return any(isinstance(load, BodyForce) and load.body == "thorax" for load in scenario.loads)


Load = tuple[int, int, Floats, Floats, float, Floats]


def _loads(
    model: Model, subject: Subject, scenario: Scenario, angles: Angles
) -> tuple[list[Load], Hands, list[Problem]]:
    """Return the load rows and what the hands do for them."""
    rows: list[Load] = []
    problems: list[Problem] = []
    hands = Hands([ARM_ANGLES, ARM_ANGLES], np.zeros((2, 3)), [FROM_DISC, FROM_DISC])
    zero = np.zeros(3)
    for n, load in enumerate(scenario.loads):
        if isinstance(load, (Held, HandForce)):
            anchor = FROM_CHEST if load.measured_from == "chest" else FROM_DISC
            point = np.array([load.reach, hand_height(model, subject, angles, load.height), load.lateral])
            if scenario.posture.arms is not None:
                problems.append(
                    scenario.problem("arms are placed by the load in the hands: leave posture.arms out", f"loads.{n}")
                )
            _place_hands(hands, load.hands, anchor, point)
            mass, force = (load.mass, zero) if isinstance(load, Held) else (0.0, np.array(load.force))
            rows.append((AT_HANDS, anchor, point, force, mass, zero))
        elif isinstance(load, BodyForce):
            body, point, problem = _point(model, subject, load.body, load.at)
            problems += [scenario.problem(problem, f"loads.{n}.at")] if problem else []
            moment = zero if load.moment is None else np.array(load.moment)
            grown = 1.0 if load.for_mass is None else subject.mass / load.for_mass
            rows.append((AT_BODY, body, point, grown * np.array(load.force), 0.0, grown * moment))
        else:
            body, point, problem = _worn_point(model, subject, load)
            problems += [scenario.problem(problem, f"loads.{n}.at")] if problem else []
            rows.append((AT_BODY, body, point, zero, load.mass, zero))
    return rows, hands, problems


def _place_hands(hands: Hands, wanted: str, anchor: int, point: Floats) -> None:
    """Send the hands to their first load, both hands a grip's half width beside its middle."""
    for side, name in enumerate(("right", "left")):
        if wanted in ("both", name) and hands.mode[side] == ARM_ANGLES:
            outward = HALF_GRIP * (1 - 2 * side) if wanted == "both" else 0.0
            hands.mode[side], hands.anchor[side] = ARM_REACH, anchor
            hands.target[side] = point + np.array([0.0, 0.0, outward])


def _hanging(scenario: Scenario, preset: Preset, hands: Hands) -> Floats:
    """Return the share of each arm's weight (right, left) that the trunk carries: less where it lies on the thighs,
    which arms do not that hold something or that the scenario places.
    """
    lies = np.array([mode == ARM_ANGLES and scenario.posture.arms is None for mode in hands.mode])
    return np.where(lies, 1.0 - preset.arms_carried, 1.0)


def hands_on_loads(scenario: Scenario) -> Ints:
    """Return 1 where a hand holds or pushes a load: (load, side), right first."""
    wanted = [getattr(load, "hands", "") for load in scenario.loads]
    rows = [[int(hands in ("both", side)) for side in ("right", "left")] for hands in wanted]
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


def hand_height(model: Model, subject: Subject, angles: Angles, height: str | float) -> float:
    """Return a height above the mid-hip (m); floor and knee are measured from the ground, so bent legs bring them
    nearer.
    """
    if not isinstance(height, str):
        return height
    value = model.load_heights[height]
    if height not in FROM_GROUND:
        return value * subject.height
    thigh, shank = -model.knee[1] * subject.length, -model.ankle[1] * subject.length
    hip = thigh * np.cos(angles.thigh_inclination) + shank * np.cos(angles.knee_flexion - angles.thigh_inclination)
    return float((value + HIP_HEIGHT - ANKLE_HEIGHT) * subject.height - hip)


def _point(
    model: Model, subject: Subject, body: str, at: str | tuple[float, float, float] | None
) -> tuple[int, Floats, str]:
    index = BODIES.index(body)
    if at is None:
        return index, np.zeros(3), ""
    if not isinstance(at, str):
        return index, np.array(at), ""
    known = [name for name, (owner, _) in model.landmarks.items() if owner == body]
    if at not in known:
        hint = did_you_mean(at, known) or f" (it has {', '.join(known) or 'none'}; or give three lengths)"
        return index, np.zeros(3), f"{body} has no landmark '{at}'{hint}"
    return index, np.array(model.landmarks[at][1]) * subject.length, ""


def _worn_point(model: Model, subject: Subject, load: Worn) -> tuple[int, Floats, str]:
    if not isinstance(load.at, str):
        return BODIES.index(load.body), np.array(load.at), ""
    body, landmark = WORN[load.at]
    if load.body == "pelvis" and load.at != "waist":
        return 0, np.zeros(3), f"the pelvis carries things at its waist, not at '{load.at}'"
    return _point(model, subject, body, landmark)
