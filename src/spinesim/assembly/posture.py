"""Posture of a scenario to the rotations of every joint, within the range the model covers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spinesim.assembly.hips import flexion_range, list_range
from spinesim.assembly.shape import sagittal_levels
from spinesim.errors import Problem, did_you_mean
from spinesim.kernels.tables import Floats
from spinesim.model import Model, Preset
from spinesim.scenario import Scenario
from spinesim.scenario.names import LEVELS

LUMBAR_TURNS = ("right_lateral_bending", "left_axial_rotation", "flexion")


@dataclass(frozen=True)
class Angles:
    """The posture in whole-body angles; rad."""

    preset: Preset
    trunk_inclination: float
    pelvis_tilt: float
    lumbar_flexion: float
    right_lateral_bending: float
    left_axial_rotation: float  # of the shoulders
    thigh_inclination: float
    knee_flexion: float
    arms: tuple[float, float, float]
    levels: Floats  # (level, 3) rad, rotation vectors in the disc frames, from the lying shape
    shoulder_twist: float
    pelvis_range: Floats  # (3, 2) rad, least and most lean back, list and rotation of the pelvis under its thorax
    follow: Floats  # (level, 3, 3) 1, what the levels take up of turns of the pelvis about x, y and z, disc axes


def resolve_posture(model: Model, scenario: Scenario) -> tuple[Angles | None, list[Problem]]:
    """Return all angles of a scenario, or None with the problems when the preset is unknown or a range is left."""
    wanted = scenario.posture
    preset = model.presets.get(wanted.preset)
    if preset is None:
        hint = did_you_mean(wanted.preset, model.presets) or f" (there are {', '.join(model.presets)})"
        return None, [scenario.problem(f"unknown posture '{wanted.preset}'{hint}", "posture.preset")]
    trunk, pelvis, lumbar, problems = _sagittal(model, scenario, preset)
    bending = _first(wanted.right_lateral_bending, preset.angles.get("right_lateral_bending"), 0.0)
    twist = _first(wanted.left_axial_rotation, preset.angles.get("left_axial_rotation"), 0.0)
    thigh = preset.angles.get("thigh_inclination", 0.0)
    if wanted.hip_flexion is not None:
        thigh = wanted.hip_flexion - pelvis
    elif wanted.lumbopelvic_rhythm == "solved":  # stiff hips leave the rest of a bend to the lumbar spine
        least, most = flexion_range(model, scenario)
        within = min(max(pelvis, least - thigh), most - thigh)
        pelvis, lumbar = within, lumbar + pelvis - within
    knee = _first(wanted.knee_flexion, preset.angles.get("knee_flexion"), 0.0)
    arms = tuple(
        _first(getattr(wanted.arms, name) if wanted.arms else None, preset.angles.get(name), 0.0)
        for name in ("shoulder_flexion", "shoulder_abduction", "elbow_flexion")
    )
    values = {
        "trunk_inclination": trunk, "pelvis_tilt": pelvis, "lumbar_flexion": lumbar, "right_lateral_bending": bending,
        "left_axial_rotation": twist, "hip_flexion": thigh + pelvis, "knee_flexion": knee,
        "shoulder_flexion": arms[0], "shoulder_abduction": arms[1], "elbow_flexion": arms[2],
    }  # fmt: skip
    if preset.contact == "feet":
        values |= {"pelvis_list": 0.0}
    if wanted.pelvis_list is not None:
        least, most = list_range(model, scenario, _on_the_right(scenario, preset))
        within = min(max(wanted.pelvis_list, least), most)
        values |= {"pelvis_list": wanted.pelvis_list, "right_lateral_bending": bending - within}
        problems += _list_problems(scenario, preset)
    problems += _out_of_range(model, scenario, preset, values) + _unknown_study(model, scenario)
    if wanted.lumbopelvic_rhythm == "solved" and (preset.contact == "bed" or preset.orientation != "upright"):
        message = "a rhythm is solved for people upright on their feet or on a seat; a bed holds the pelvis"
        problems.append(scenario.problem(message, "posture.lumbopelvic_rhythm"))
    if preset.contact != "feet" and isinstance(rhythm := wanted.lumbopelvic_rhythm, str) and "pain" in rhythm:
        message = "the rhythm of people with low-back pain was measured in standing: state lumbar_flexion instead"
        problems.append(scenario.problem(message, "posture.lumbopelvic_rhythm"))
    if problems:
        return None, problems
    own = twist * model.twist_share
    held = preset.orientation != "upright" or bool(preset.supports)  # nothing asks the spine to stand by itself
    curve, follow = _follow(model, wanted.level_shares, lumbar, held)
    levels = follow @ np.array([bending, own, -lumbar])
    levels[:, 2] += curve
    levels += offset_turns(scenario, "postural", "structural")
    angles = Angles(
        preset, trunk, pelvis, lumbar, bending, twist, thigh, knee, (arms[0], arms[1], arms[2]), levels, twist - own,
        _pelvis_range(model, scenario, preset, values, thigh), follow,
    )  # fmt: skip
    return angles, []


def _on_the_right(scenario: Scenario, preset: Preset) -> float | None:
    """Return the share of the weight that the right foot bears, None where nothing says."""
    return preset.support_right if scenario.support.right is None else scenario.support.right


def _list_problems(scenario: Scenario, preset: Preset) -> list[Problem]:
    """Return why a pelvis may not be said to list."""
    problems: list[str] = []
    if _on_the_right(scenario, preset) not in (0.0, 1.0) or preset.contact != "feet":
        problems.append("a pelvis lists on one leg alone, two straight legs keep it level: take the preset single_leg")
    if scenario.posture.lumbopelvic_rhythm == "solved":
        problems.append("a solved rhythm finds the pelvis's list: leave one of them out")
    return [scenario.problem(problem, "posture.pelvis_list") for problem in problems]


def _first(*values: float | None) -> float:
    return next(value for value in values if value is not None)


def _sagittal(model: Model, scenario: Scenario, preset: Preset) -> tuple[float, float, float, list[Problem]]:
    """Return trunk inclination, pelvis tilt and lumbar flexion; two of them, or one and the rhythm, give the rest."""
    wanted = scenario.posture
    trunk, pelvis, lumbar = wanted.trunk_inclination, wanted.pelvis_tilt, wanted.lumbar_flexion
    if trunk is not None and pelvis is not None and lumbar is not None and abs(pelvis + lumbar - trunk) > 1e-6:
        message = "pelvis_tilt and lumbar_flexion must add up to trunk_inclination: leave one of them out"
        return trunk, pelvis, lumbar, [scenario.problem(message, "posture.trunk_inclination")]
    given = sum(angle is not None for angle in (trunk, pelvis, lumbar))
    if wanted.lumbopelvic_rhythm is not None and (given > 1 or (given == 1 and trunk is None)):
        message = "a lumbopelvic rhythm goes with trunk_inclination alone: leave pelvis_tilt and lumbar_flexion out"
        return 0.0, 0.0, 0.0, [scenario.problem(message, "posture.lumbopelvic_rhythm")]
    if given < 2:
        trunk, pelvis, lumbar = _by_rhythm(model, scenario, preset)
    elif trunk is None:
        trunk = _first(pelvis) + _first(lumbar)
    elif lumbar is None:
        lumbar = trunk - _first(pelvis)
    return trunk, trunk - _first(lumbar), _first(lumbar), []


def _by_rhythm(model: Model, scenario: Scenario, preset: Preset) -> tuple[float, float, float]:
    """Fill up from at most one wanted angle, the preset and the rhythm."""
    wanted = scenario.posture
    rhythm = wanted.lumbopelvic_rhythm
    by_fault = isinstance(rhythm, str) and scenario.is_of_a_fault("posture.lumbopelvic_rhythm")
    own = preset.angles.get("lumbar_flexion") if rhythm in (None, "solved") or by_fault else None
    if wanted.pelvis_tilt is not None:
        lumbar = _first(own, 0.0)
        return wanted.pelvis_tilt + lumbar, wanted.pelvis_tilt, lumbar
    trunk = _first(wanted.trunk_inclination, preset.angles.get("trunk_inclination"), 0.0)
    if wanted.lumbar_flexion is not None:
        lumbar = wanted.lumbar_flexion
    elif own is not None:
        lumbar = own * (_share_of_healthy(model, str(rhythm), trunk) if by_fault else 1.0)
    elif rhythm is not None and not isinstance(rhythm, str):
        lumbar = rhythm.lumbar_share * trunk
    else:
        curve = model.rhythms["healthy" if rhythm in (None, "solved") else rhythm]
        lumbar = float(np.interp(trunk, curve.trunk, curve.lumbar))
    return trunk, trunk - lumbar, lumbar


def _share_of_healthy(model: Model, rhythm: str, trunk: float) -> float:
    """Return how much of the lumbar flexion of the healthy a rhythm has at that inclination: what a fault leaves of the
    flexion that a preset says.
    """
    theirs, healthy = (
        float(np.interp(trunk, curve.trunk, curve.lumbar))
        for curve in (model.rhythms[rhythm], model.rhythms["healthy"])
    )
    return theirs / healthy if healthy != 0.0 else 1.0


def _out_of_range(model: Model, scenario: Scenario, preset: Preset, values: dict[str, float]) -> list[Problem]:
    problems, right = [], _on_the_right(scenario, preset)
    left = {"hip_flexion": flexion_range(model, scenario), "pelvis_list": list_range(model, scenario, right)}
    for name, value in values.items():
        low, high = left.get(name, model.ranges[name])
        if not low - 1e-9 <= value <= high + 1e-9:
            deg = [f"{math.degrees(v):.4g}" for v in (value, low, high)]
            message = (
                f"impossible posture: {name} {deg[0]} deg is outside the model's range of {deg[1]} to {deg[2]} deg"
            )
            if name in left and (low, high) != model.ranges[name]:
                message += ", which is what the ranges that hips have lost leave of it"
            if name == "right_lateral_bending" and scenario.posture.pelvis_list:
                message += f", {math.degrees(-scenario.posture.pelvis_list):.4g} deg of it against the listed pelvis"
            key = "preset" if getattr(scenario.posture, name, None) is None else name
            key = f"arms.{name}" if name.startswith(("shoulder", "elbow")) else key
            problems.append(scenario.problem(message, f"posture.{key}"))
    return problems


def _pelvis_range(model: Model, scenario: Scenario, preset: Preset, values: dict[str, float], thigh: float) -> Floats:
    """Return how far the pelvis may lean back, list to the right and rotate to the left (least, most; rad) until it,
    lumbar spine or hips leave their range.
    """
    (low, high), (flat, bent), (leftmost, rightmost) = (
        model.ranges[name] for name in ("pelvis_tilt", "lumbar_flexion", "right_lateral_bending")
    )
    behind, ahead = flexion_range(model, scenario)
    pelvis, lumbar, bending = (values[name] for name in ("pelvis_tilt", "lumbar_flexion", "right_lateral_bending"))
    sides, turns = list_range(model, scenario, _on_the_right(scenario, preset)), model.ranges["pelvis_rotation"]
    found = np.array(
        [
            (
                max(pelvis - high, flat - lumbar, pelvis + thigh - ahead),
                min(pelvis - low, bent - lumbar, pelvis + thigh - behind),
            ),
            (max(sides[0], bending - rightmost), min(sides[1], bending - leftmost)),
            turns,
        ]
    )
    return np.stack([np.minimum(found[:, 0], 0.0), np.maximum(found[:, 1], 0.0)], axis=1)


def _unknown_study(model: Model, scenario: Scenario) -> list[Problem]:
    """Return the problem of a study that shares no rotation among the levels."""
    study = scenario.posture.level_shares
    known = sorted({key for shares in model.level_shares.values() for key in shares.others})
    if study is None or study in known:
        return []
    hint = did_you_mean(study, known) or f" (there are {', '.join(known)})"
    return [scenario.problem(f"no level shares by '{study}'{hint}", "posture.level_shares")]


def _follow(model: Model, study: str | None, flexion: float, held: bool) -> tuple[Floats, Floats]:
    """Return the sagittal rotation (level,) rad that levels have before they flex, and how they share a lumbar rotation
    (level, 3, 3): rotation vectors about each disc's axes by that about the trunk's x, y and z.

    A study that did not measure a rotation leaves it to the model's own shares; one that did measured living people,
    who began to flex as they stood.
    """
    shares = {name: share.others.get(study or "", share.values) for name, share in model.level_shares.items()}
    measured = model.level_shares["flexion" if flexion >= 0.0 else "extension"]
    if study is not None and study in measured.others:
        curve, sagittal = np.array(model.upright_curve), np.array(measured.others[study])
    else:
        curve, sagittal = sagittal_levels(model, measured.values, flexion, held)
    levels = np.zeros((6, 3, 3))
    for j, level in enumerate(model.levels):
        x, y = shares["right_lateral_bending"][j], shares["left_axial_rotation"][j]
        c, s = math.cos(level.disc_tilt), math.sin(level.disc_tilt)
        levels[j] = [[c * x, s * y, 0.0], [-s * x, c * y, 0.0], [0.0, 0.0, sagittal[j]]]
    return curve, levels


def offset_turns(scenario: Scenario, *causes: str) -> Floats:
    """Return the rotation (6 levels, 3) rad, disc frame, of all offsets of these causes."""
    turns = np.zeros((6, 3))
    for offset in scenario.rotation_offsets:
        if offset.cause in causes:
            bending, twist, flexion = (getattr(offset, name) or 0.0 for name in LUMBAR_TURNS)
            turns[LEVELS.index(offset.level)] += (bending, twist, -flexion)
    return turns
