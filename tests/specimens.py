"""Specimens for the tests: their tables, runs, and what they store and carry worked out anew in plain numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from spinesim.assembly import SpecimenAssembly, assemble_specimen
from spinesim.kernels import disc, facet, ligament
from spinesim.kernels.specimen_run import solve_specimen
from spinesim.kernels.specimen_tables import (
    FOLLOWER,
    Chain,
    Record,
    Tissue,
    make_balance,
    make_chain_desk,
    make_level_desk,
    make_record,
)
from spinesim.scenario import Scenario
from spinesim.simulation import load_model, simulate

Array = NDArray[np.float64]
LUMBAR = ["L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"]


@dataclass(frozen=True)
class Run:
    """One run with its tables."""

    assembly: SpecimenAssembly
    record: Record
    status: int


def scenario(levels: list[str], /, *, changes: dict[str, Any] | None = None, **specimen: Any) -> dict[str, Any]:
    """Return a specimen scenario as plain data."""
    return {"format": 1, "name": "Specimen", **(changes or {}), "specimen": {"levels": levels, **specimen}}


def assembled(levels: list[str], /, **fields: Any) -> SpecimenAssembly:
    """Return the tables of a specimen."""
    return assemble_specimen(load_model(), Scenario.from_dict(scenario(levels, **fields)))


def run(assembly: SpecimenAssembly) -> Run:
    """Return the kernel's answer."""
    n = len(assembly.levels)
    record = make_record(n, len(assembly.course.target))
    desks = make_level_desk(assembly.tissue), make_chain_desk(n), make_balance(n)
    status = solve_specimen(assembly.tissue, assembly.chain, assembly.course, *desks, record)
    return Run(assembly, record, int(status))


def result(levels: list[str], /, **fields: Any) -> xr.Dataset:
    """Return the labelled result of a specimen."""
    return simulate(scenario(levels, **fields))


# --- worked out anew --------------------------------------------------------------------------------------------


def places(chain: Chain, q: Array) -> tuple[Array, Array, Array, Array]:
    """Return body axes (body, 3, 3) and origins, mid frames (level, 3, 3) and upper anchors."""
    n = len(q)
    r, o = np.zeros((n + 1, 3, 3)), np.zeros((n + 1, 3))
    mid, anchor = np.zeros((n, 3, 3)), np.zeros((n, 3))
    r[n] = chain.held_rotation
    for j in reversed(range(n)):
        turn = Rotation.from_rotvec(q[j, :3]).as_matrix()
        mid[j] = r[j + 1] @ chain.disc_in_lower[j] @ Rotation.from_rotvec(0.5 * q[j, :3]).as_matrix()
        r[j] = r[j + 1] @ chain.disc_in_lower[j] @ turn @ chain.upper_in_disc[j]
        anchor[j] = o[j + 1] + r[j + 1] @ chain.lower_anchor[j] + mid[j] @ q[j, 3:]
        o[j] = anchor[j] - r[j] @ chain.upper_anchor[j]
    return r, o, mid, anchor


def facet_tables(tissue: Tissue, q: Array) -> tuple[Array, Array, Array, Array]:
    """Return points, axis points, axes and inward normals of all facets in the mid frames."""
    half = np.repeat(Rotation.from_rotvec(0.5 * q[:, :3]).as_matrix(), 2, axis=0)
    back = np.swapaxes(half, 1, 2)
    points = np.einsum("fij,fpj->fpi", half, tissue.facet_points)
    turned = [
        np.einsum("fij,fj->fi", back, x) for x in (tissue.facet_axis_point, tissue.facet_axis, tissue.facet_inward)
    ]
    return points, turned[0], turned[1], turned[2]


def tip_tables(tissue: Tissue, q: Array) -> tuple[Array, Array]:
    """Return each process' tip, from the upper anchor, and the normal of the lamina below it, mid frames."""
    half = Rotation.from_rotvec(0.5 * np.repeat(q[:, :3], 2, axis=0))
    return half.apply(tissue.tip), half.inv().apply([0.0, 1.0, 0.0])


def strand_spans(tissue: Tissue, q: Array) -> tuple[Array, Array]:
    """Return each strand's upper end (from the upper anchor) and its span from lower to upper end, mid frames."""
    half = Rotation.from_rotvec(0.5 * q[tissue.strand_level, :3])
    upper = half.apply(tissue.strand_upper)
    return upper, q[tissue.strand_level, 3:] + upper - half.inv().apply(tissue.strand_lower)


def stored(tissue: Tissue, q: Array) -> float:
    """Return the energy (J) of discs, ligaments and facets."""
    total = sum(disc.energy(tissue.discs, j, x[3:].copy(), x[:3].copy()) for j, x in enumerate(q))
    stretch = np.linalg.norm(strand_spans(tissue, q)[1], axis=1) - tissue.strand_slack
    for s, k, t in zip(stretch, tissue.strand_stiffness, tissue.strand_toe, strict=True):
        total += ligament.strand_energy(s, k, t)
    points, origin, axis, inward = (np.ascontiguousarray(x) for x in facet_tables(tissue, q))
    for i, patch in enumerate(points):
        for p in patch + q[i // 2, 3:]:
            d = facet.closure(i, origin, axis, inward, tissue.facet_radius, *p)[0]
            total += tissue.facet_point_area[i] * facet.contact_energy(d, *tissue.contact)
    tips, up = tip_tables(tissue, q)
    for i, p in enumerate(tips):
        d = facet.tip_closure(i, up, tissue.lamina, *(p + q[i // 2, 3:]))
        total += ligament.strand_energy(d, tissue.tip_stiffness[i], tissue.tip_toe)
    return float(total)


def potential(chain: Chain, q: Array, load: Array) -> float:
    """Return the potential (J) of dead forces and cable; a moment has none."""
    r, o, _, _ = places(chain, q)
    bodies = chain.force_body
    points = o[bodies] + np.einsum("fij,fj->fi", r[bodies], chain.force_point)
    dead = -(points * chain.force_direction).sum(axis=1) @ load[chain.force_load]
    through = o + np.einsum("bij,bj->bi", r, chain.cable)
    return float(dead + load[FOLLOWER] * np.linalg.norm(np.diff(through, axis=0), axis=1).sum())


def imbalance(tissue: Tissue, chain: Chain, q: Array, load: Array) -> Array:
    """Return force (N) and moment (N m, about the upper anchor) on all above each level, global: zero in balance."""
    r, o, mid, anchor = places(chain, q)
    n = len(q)
    rows = zip(chain.force_body, chain.force_point, chain.force_direction, chain.force_load, strict=True)
    pushes = [(b, o[b] + r[b] @ p, load[k] * d) for b, p, d, k in rows]
    through = o + np.einsum("bij,bj->bi", r, chain.cable)
    for i in range(n):
        pull = through[i + 1] - through[i]
        pull *= load[FOLLOWER] / np.linalg.norm(pull)
        pushes += [(i, through[i], pull), (i + 1, through[i + 1], -pull)]
    out = np.zeros((n, 6))
    for j in range(n):
        f, m = tissue_wrench(tissue, q, j)
        out[j, :3], out[j, 3:] = mid[j] @ f, mid[j] @ m + load[:3]
        for body, place, force in pushes:
            if body <= j:
                out[j, :3] += force
                out[j, 3:] += np.cross(place - anchor[j], force)
    return out


def tissue_wrench(tissue: Tissue, q: Array, j: int) -> tuple[Array, Array]:
    """Return force and moment about the upper anchor of level j's tissues on all above, mid frame."""
    f, m, k, c = np.zeros(3), np.zeros(3), np.zeros((3, 3)), np.zeros((3, 3))
    direct, arm = np.zeros((3, 3)), np.zeros((3, 3))
    theta, u = q[j, :3].copy(), q[j, 3:].copy()
    disc.turning(theta, direct, arm)
    disc.disc_wrench(tissue.discs, j, u, theta, direct, arm, f, m, k, c)
    ends, spans = strand_spans(tissue, q)
    for i in np.flatnonzero(tissue.strand_level == j):
        length = float(np.linalg.norm(spans[i]))
        pull = ligament.strand_tension(
            length - tissue.strand_slack[i], tissue.strand_stiffness[i], tissue.strand_toe[i]
        )[0]
        f -= pull * spans[i] / length
        m -= np.cross(ends[i], pull * spans[i] / length)
    points, origin, axis, inward = (np.ascontiguousarray(x) for x in facet_tables(tissue, q))
    for i in (2 * j, 2 * j + 1):
        for p in points[i]:
            d, *normal, _ = facet.closure(i, origin, axis, inward, tissue.facet_radius, *(u + p))
            push = tissue.facet_point_area[i] * facet.contact_pressure(d, *tissue.contact)[0] * np.array(normal)
            f -= push
            m -= np.cross(p, push)
    tips, up = tip_tables(tissue, q)
    for i in (2 * j, 2 * j + 1):
        d = facet.tip_closure(i, up, tissue.lamina, *(u + tips[i]))
        push = ligament.strand_tension(d, tissue.tip_stiffness[i], tissue.tip_toe)[0] * up[i]
        f += push
        m += np.cross(tips[i], push)
    return f, m
