"""What disc, facets and ligaments of each level carry."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from spinesim.assembly import Assembly, SpecimenAssembly
from spinesim.assembly.changes import disc_condition
from spinesim.kernels import disc, facet, ligament
from spinesim.kernels.tables import Facets, Floats, State, Work
from spinesim.variables import dimensions

DEG = 180.0 / math.pi
MM, MPA = 1e3, 1e-6


def named_turns(vectors: Floats) -> Floats:
    """Return (..., x lateral, y axial, z extension) as (..., flexion, right lateral bending, left axial rotation)."""
    return np.stack([-vectors[..., 2], vectors[..., 0], vectors[..., 1]], axis=-1)


def level_values(assembly: Assembly, state: State, work: Work) -> dict[str, Any]:
    """Return the variables of joints, discs and facets; dims as in variables.yaml."""
    values: dict[str, Any] = {
        "joint_compression": work.tissue.f[:, 1],
        "joint_shear_anterior": -work.tissue.f[:, 0],
        "joint_shear_right": -work.tissue.f[:, 2],
        "joint_moment": named_turns(work.tissue.m),
        "tolerance_ratio_compression": work.tissue.f[:, 1] / assembly.subject.compression_limit,
        "tolerance_ratio_shear": np.abs(work.tissue.f[:, 0]) / assembly.subject.shear_limit,
        "segment_flexion": -assembly.task.level[:, 2] * DEG,
    }
    return {**values, **_disc_values(assembly, state, work), **_facet_values(assembly, state, work)}


def _disc_values(assembly: Assembly, state: State, work: Work) -> dict[str, Any]:
    discs, force, moment = assembly.person.discs, np.zeros((6, 3)), np.zeros((6, 3))
    for j in range(6):
        k, c = np.zeros((3, 3)), np.zeros((3, 3))
        direct, arm = work.tissue.disc_direct[j], work.tissue.disc_arm[j]
        disc.disc_wrench(
            assembly.person.discs, j, state.u[j], assembly.task.level[j], direct, arm, force[j], moment[j], k, c
        )
    return {
        "disc_compression": force[:, 1],
        "disc_shear_anterior": -force[:, 0],
        "disc_shear_right": -force[:, 2],
        "disc_moment": named_turns(moment),
        "disc_rotation": named_turns(assembly.task.level) * DEG,
        "disc_translation": state.u * MM,
        "intradiscal_pressure": intradiscal_pressure(assembly, force[:, 1], named_turns(moment)) * MPA,
        "disc_height_change": state.u[:, 1] * MM,
        "disc_bulge": bulge_per_shortening(assembly) * (discs.rest_shift[:, 1] - state.u[:, 1]) * MM,
        "disc_bulge_posterolateral": _posterolateral_bulge(assembly, state.u) * MM,
    }


def intradiscal_pressure(assembly: Assembly | SpecimenAssembly, compression: Floats, moment: Floats) -> Floats:
    """Return nucleus pressure (..., level) Pa: swelling + F / (k A) + a rise with bending that preload replaces
    and that is not carried beyond the last moment measured.

    `compression` (..., level) N and `moment` (..., level, rotation) N m are the disc's own.
    Sources: the model's discs.yaml.
    """
    law = assembly.model.disc_law
    area = np.array([d.area for d in assembly.model.discs]) * assembly.subject.disc_area
    sagittal = np.where(
        moment[..., 0] < 0.0, law.rise[0], law.rise[1]
    )  # the disc pulls back: flexed discs push to extend
    measured = np.minimum(np.abs(moment), law.last_measured_moment)
    turns = np.stack([sagittal * measured[..., 0], law.rise[2] * measured[..., 1], law.rise[3] * measured[..., 2]])
    rise = np.sqrt((turns**2).sum(axis=0)) / (1.0 + np.maximum(compression, 0.0) / law.rise_fades_with)
    _, nucleus = disc_condition(assembly.model, assembly.scenario)
    return nucleus * np.maximum(law.swelling + compression / (law.correction_factor * area) + rise, 0.0)


def bulge_per_shortening(assembly: Assembly | SpecimenAssembly) -> Floats:
    """Return the outward bulge per shortening (level,) that keeps a disc's volume: a parabolic rim of 2/3 b h."""
    bulge = np.zeros(6)
    for j, size in enumerate(assembly.model.discs):
        a, b = 0.5 * size.depth, 0.5 * size.width
        perimeter = math.pi * (3.0 * (a + b) - math.sqrt((3.0 * a + b) * (a + 3.0 * b)))
        bulge[j] = 1.5 * size.area / (perimeter * size.height[1])
    return bulge


def _posterolateral_bulge(assembly: Assembly, u: Floats) -> Floats:
    """Return the bulge (level, side), m, of the rim at 45 deg between back and side, where canal and root lie.

    The rim is taken to bulge as its own height changes, with the whole disc's bulge per shortening: what turns of the
    level add to the shortening at that place. No weakness of the annulus is in it.
    """
    discs, model = assembly.person.discs, assembly.model
    size = math.sqrt(0.5 * assembly.subject.disc_area)
    x = -0.5 * size * np.array([disc.depth for disc in model.discs])
    z = 0.5 * size * np.array([disc.width for disc in model.discs])
    turn = assembly.task.level - discs.rest_turn
    shortening = discs.rest_shift[:, 1] - u[:, 1] - turn[:, 2] * x
    bend = turn[:, 0] * z
    return bulge_per_shortening(assembly)[:, None] * np.stack([shortening - bend, shortening + bend], axis=1)


def _facet_values(assembly: Assembly, state: State, work: Work) -> dict[str, Any]:
    """Return facet force (magnitude), mean pressure, contact area and smallest gap, (level, side) with left first."""
    facets = assembly.person.facets
    force, area, gap = np.zeros((6, 2)), np.zeros((6, 2)), np.zeros((6, 2))
    for i in range(12):
        j, side = i // 2, 1 - i % 2
        total, nearest = np.zeros(3), -math.inf
        for point in work.tissue.facet_p[i]:
            x, y, z = state.u[j] + point
            d, nx, ny, nz, _ = facet.closure(
                i, work.tissue.facet_o, work.tissue.facet_a, work.tissue.facet_n, facets.radius, x, y, z
            )
            nearest = max(nearest, d)
            if d > 0.0:
                pressure, _ = facet.contact_pressure(d, facets.stiffness, facets.thickness, facets.toe)
                total += pressure * facets.point_area[i] * np.array([nx, ny, nz])
                area[j, side] += facets.point_area[i]
        push = _tip_push(facets, state.u[j] + work.tissue.facet_tip[i], i, work)
        total -= push * work.tissue.facet_up[i]
        area[j, side] += facets.tip_area * (push > 0.0)
        force[j, side], gap[j, side] = float(np.linalg.norm(total)), -nearest
    pressure = np.divide(force, area, out=np.zeros((6, 2)), where=area > 0.0)
    return {
        "facet_force": force,
        "facet_pressure": pressure * MPA,
        "facet_contact_area": area * MM**2,
        "facet_gap": gap * MM,
    }


def _tip_push(facets: Facets, place: Floats, i: int, work: Work) -> float:
    """Return the force (N) of the lamina below on the tip of facet i's upper process, m from the lower anchor."""
    d = facet.tip_closure(i, work.tissue.facet_up, facets.lamina, *place)
    return ligament.strand_tension(d, facets.tip_stiffness[i], facets.tip_toe)[0]


def ligament_values(assembly: Assembly, state: State, work: Work) -> dict[str, Any]:
    """Return force (sum), strain and failure share (largest strand) by (level, ligament); NaN where there is none."""
    names = list(dimensions()["ligament"].labels or ())
    force, strain, share = (np.full((6, len(names)), math.nan) for _ in range(3))
    strands = assembly.person.strands
    for n, name in enumerate(assembly.strands):
        j, column = int(strands.level[n]), names.index(name.ligament)
        length = float(np.linalg.norm(state.u[j] + work.tissue.strand_u[n] - work.tissue.strand_l[n]))
        stretch = length - strands.slack[n]
        tension, _ = ligament.strand_tension(stretch, strands.stiffness[n], strands.toe[n])
        _collect(
            force,
            strain,
            share,
            j,
            column,
            assembly.task.strand_scale[n] * tension,
            stretch / strands.slack[n],
            stretch / name.failure,
        )
    _add_fascia(assembly, work, force, strain, share, names.index("TLF"))
    return {"ligament_force": force, "ligament_strain": strain, "ligament_failure_share": share}


def _collect(force: Floats, strain: Floats, share: Floats, j: int, column: int, f: float, e: float, s: float) -> None:
    force[j, column] = f + (0.0 if math.isnan(force[j, column]) else force[j, column])
    strain[j, column] = np.fmax(strain[j, column], e)
    share[j, column] = np.fmax(share[j, column], max(s, 0.0))


def _add_fascia(assembly: Assembly, work: Work, force: Floats, strain: Floats, share: Floats, column: int) -> None:
    """Count every fascia band at each level it crosses."""
    lines, bands = assembly.person.lines, assembly.model.fascia
    for n, band in enumerate((*bands, *bands)):
        line = lines.n_fascicle + n
        slack = lines.tendon[line]
        stretch = work.pulls.length[line] - slack
        for j in range(6):
            if _crosses(assembly, band.lower_body, band.upper_body, j):
                failure = band.failure * assembly.subject.length
                _collect(force, strain, share, j, column, work.pulls.passive[line], stretch / slack, stretch / failure)


def _crosses(assembly: Assembly, low: str, high: str, j: int) -> bool:
    chain = ("pelvis", "L5", "L4", "L3", "L2", "L1", "thorax")
    return chain.index(low) <= 5 - j < chain.index(high)
