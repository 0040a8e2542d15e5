"""A specimen's course of loads as one labelled Dataset over its steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spinesim._version import __version__
from spinesim.assembly import SpecimenAssembly
from spinesim.files import scenario_text
from spinesim.kernels import facet, vec3
from spinesim.kernels.specimen import generalise
from spinesim.kernels.specimen_tables import FOLLOWER, SHEAR, Record, make_level_desk
from spinesim.kernels.specimen_view import look
from spinesim.kernels.tables import Floats
from spinesim.results.labelled import Labelled
from spinesim.results.levels import DEG, MM, MPA, intradiscal_pressure, named_turns
from spinesim.results.outcome import OUTCOMES
from spinesim.results.setting import bulge_per_shortening
from spinesim.results.specimen_curves import lax_zone, neutral_zone, range_of_motion
from spinesim.results.specimen_outcome import final_status, load_words, smallest_eigenvalues, specimen_message, torn
from spinesim.results.specimen_places import level_turns, specimen_motion
from spinesim.variables import specimen_dimensions, specimen_variables

if TYPE_CHECKING:
    import xarray as xr

CITED_ALWAYS = ("DiPauli2020", "Panjabi1992a")


@dataclass(frozen=True)
class Carried:
    """What the tissues carry over the steps; see `kernels.specimen_view.look`."""

    joint: Floats
    disc: Floats
    strand: Floats
    contact: Floats


def wrap_specimen(assembly: SpecimenAssembly, record: Record, code: int) -> xr.Dataset:
    """Return the result of a run.

    Parameters
    ----------
    assembly : SpecimenAssembly
        What was solved.
    record : Record
        What the kernel found; steps that were not reached are NaN.
    code : int
        See `spinesim.kernels.status`.
    """
    status, loss = final_status(record, code, assembly.course.held), assembly.model.disc_law.loss
    carried = _carried(assembly, record.q)
    values = {**_loads(assembly, record), **_motion(assembly, record), **_levels(assembly, record, carried)}
    values |= {**_facets(assembly, carried), **_ligaments(assembly, carried), **_curves(values, loss)}
    reached = int(record.reached[0])
    values["stability_eigenvalue"] = smallest_eigenvalues(record.stiffness, assembly.course.held)
    values["step_status"] = np.where(np.arange(len(record.q)) < reached, 0, status)
    values["status"], values["iterations"] = status, int(record.reached[1])
    coords = {name: list(dim.labels) for name, dim in specimen_dimensions().items() if dim.labels is not None}
    coords["level"] = list(assembly.levels)
    labels: dict[str, Any] = {name: (name, np.array(names, dtype=str)) for name, names in coords.items()}
    labels["step"] = ("step", np.arange(len(record.q)))
    data: dict[str, Any] = {
        name: (v.dims, np.asarray(values[name]), v.attributes) for name, v in specimen_variables().items()
    }
    data["status"][2].update({"flag_values": list(range(len(OUTCOMES))), "flag_meanings": " ".join(OUTCOMES)})
    return Labelled(data, labels, _attributes(assembly, record, status, values)).dataset()


def _carried(assembly: SpecimenAssembly, q: Floats) -> Carried:
    steps, n = q.shape[:2]
    strands = assembly.tissue.strand_level.size
    arrays = (
        np.zeros((steps, n, 6)),
        np.zeros((steps, n, 6)),
        np.zeros((steps, strands, 2)),
        np.zeros((steps, 2 * n, 8)),
    )
    look(assembly.tissue, np.ascontiguousarray(q), make_level_desk(assembly.tissue), *arrays)
    unknown = np.isnan(q[:, 0, 0])
    for array in arrays:
        array[unknown] = math.nan
    return Carried(*arrays)


def _loads(assembly: SpecimenAssembly, record: Record) -> dict[str, Any]:
    """Return what is applied: at steps that were not reached what would have been."""
    target = assembly.course.target
    moment = target[:, :3].copy()
    force = np.stack([target[:, SHEAR], -target[:, SHEAR - 1], target[:, SHEAR + 1]], axis=-1) + 0.0
    if assembly.course.held.any():
        holding = np.array([_holding(assembly, *pair) for pair in zip(record.q[:, 0], record.reaction, strict=True)])
        force, moment = force + holding[:, 0], moment + holding[:, 1]
    return {
        "specimen_moment": named_turns(moment) + 0.0,
        "specimen_force": force,
        "follower_load": target[:, FOLLOWER].copy(),
    }


def _holding(assembly: SpecimenAssembly, q: Floats, reaction: Floats) -> Floats:
    """Return force and moment (2, 3), N and N m, global axes, at the centre of the upper body's lower disc, that do the
    work of the generalised forces (6,) of what is held at q (6,).
    """
    turn, by_force = q[:3].copy(), np.zeros(6)
    x, y, z = reaction[3:]
    generalise(turn, q[3:].copy(), 0.0, 0.0, 0.0, x, y, z, by_force, 0)
    frame = assembly.chain.held_rotation @ assembly.chain.disc_in_lower[0]
    force = vec3.turn_back(turn, -0.5, x, y, z)
    moment = vec3.left_jacobian_inverse_transposed(turn, *(reaction[:3] - by_force[:3]))
    return np.array([force, moment]) @ frame.T


def _motion(assembly: SpecimenAssembly, record: Record) -> dict[str, Any]:
    turn, shift = specimen_motion(assembly, record.q, record.rest)
    own = record.q[..., 3:] - record.rest[:, 3:]
    first, n = assembly.first, len(assembly.levels)
    bulge = bulge_per_shortening(assembly)[first : first + n]
    return {
        "specimen_rotation": named_turns(turn) * DEG,
        "specimen_translation": shift * MM,
        "disc_rotation": named_turns(level_turns(record.q, record.rest)) * DEG,
        "disc_translation": own * MM,
        "disc_height_change": own[..., 1] * MM,
        "disc_bulge": bulge * -own[..., 1] * MM,
    }


def _levels(assembly: SpecimenAssembly, record: Record, carried: Carried) -> dict[str, Any]:
    found: dict[str, Any] = {}
    facets = carried.contact[..., :6].reshape(*carried.joint.shape[:2], 2, 6).sum(axis=2)
    for name, wrench in (("joint", carried.joint), ("disc", carried.disc), ("facet", facets)):
        found |= {
            f"{name}_compression": wrench[..., 1],
            f"{name}_shear_anterior": -wrench[..., 0],
            f"{name}_shear_right": -wrench[..., 2],
            f"{name}_moment": named_turns(wrench[..., 3:]),
        }
    return found | {"intradiscal_pressure": _pressure(assembly, found["disc_compression"], found["disc_moment"]) * MPA}


def _pressure(assembly: SpecimenAssembly, compression: Floats, moment: Floats) -> Floats:
    """Return the pressure (step, level), Pa; the law wants all six levels."""
    own = slice(assembly.first, assembly.first + len(assembly.levels))
    all_compression, all_moment = np.zeros((len(compression), 6)), np.zeros((len(compression), 6, 3))
    all_compression[:, own], all_moment[:, own] = compression, moment
    return intradiscal_pressure(assembly, all_compression, all_moment)[:, own]


def _facets(assembly: SpecimenAssembly, carried: Carried) -> dict[str, Any]:
    """Return force, mean and highest pressure, contact area and smallest gap (step, level, side), left first; NaN when
    cut away.
    """
    table = carried.contact.reshape(len(carried.contact), -1, 2, 8)[:, :, ::-1]
    force, area, gap = np.linalg.norm(table[..., :3], axis=-1), table[..., 6], -table[..., 7]
    pressure = np.divide(force, area, out=np.zeros_like(force), where=area > 0.0)
    pressure[np.isnan(force)] = math.nan
    gone = assembly.tissue.facet_point_area.reshape(-1, 2)[:, ::-1] == 0.0
    return {
        "facet_force": force,
        "facet_pressure": pressure * MPA,
        "facet_peak_pressure": np.where(gone, 0.0, _contact_pressures(assembly, -gap)) * MPA,
        "facet_contact_area": area * MM**2,
        "facet_gap": np.where(gone, math.nan, gap) * MM,
    }


def _contact_pressures(assembly: SpecimenAssembly, closure: Floats) -> Floats:
    """Return the pressure of the articular surfaces, Pa, by their closure, m; of the same shape."""
    law = assembly.tissue.contact
    return np.reshape([facet.contact_pressure(d, *law)[0] for d in closure.flat], closure.shape)


def _ligaments(assembly: SpecimenAssembly, carried: Carried) -> dict[str, Any]:
    """Return force (sum), strain and failure share (largest strand) by (step, level, ligament).

    All NaN where there is none; without strain where it is cut away.
    """
    names = list(specimen_dimensions()["ligament"].labels or ())
    shape = (len(carried.strand), len(assembly.levels), len(names))
    force, strain, share = (np.full(shape, math.nan) for _ in range(3))
    tissue = assembly.tissue
    for n, name in enumerate(assembly.strands):
        cell = (slice(None), int(tissue.strand_level[n]), names.index(name.ligament))
        stretch, tension = carried.strand[:, n].T
        force[cell] = np.where(np.isnan(force[cell]), 0.0, force[cell]) + tension
        if tissue.strand_stiffness[n] > 0.0:
            strain[cell] = np.fmax(strain[cell], stretch / tissue.strand_slack[n])
            share[cell] = np.fmax(share[cell], np.maximum(stretch, 0.0) / name.failure)
    return {"ligament_force": force, "ligament_strain": strain, "ligament_failure_share": share}


def _curves(values: dict[str, Any], loss: float) -> dict[str, Any]:
    """Return the range of motion and both zones of every level and of the whole specimen; `loss` of `neutral_zone`."""
    moment, whole, levels = values["specimen_moment"], values["specimen_rotation"], values["disc_rotation"]
    found: dict[str, Any] = {}
    for name, turns in (("", levels), ("specimen_", whole[:, None])):
        curves = [[(moment[:, i], turns[:, j, i]) for i in range(3)] for j in range(turns.shape[1])]
        shape = (-1, 3) if turns is levels else (3,)
        found |= {
            f"{name}range_of_motion": range_of_motion(turns).reshape(shape),
            f"{name}neutral_zone": np.reshape([[neutral_zone(*c, loss) for c in row] for row in curves], shape),
            f"{name}lax_zone": np.reshape([[lax_zone(*c) for c in row] for row in curves], shape),
        }
    return found


def _attributes(assembly: SpecimenAssembly, record: Record, status: int, values: dict[str, Any]) -> dict[str, Any]:
    scenario, subject, model = assembly.scenario, assembly.subject, assembly.model
    ruptures = torn(assembly, values["ligament_failure_share"])
    residual = record.residual[np.isfinite(record.residual)]
    outcome = specimen_message(assembly, record, status)
    return {
        "title": scenario.name,
        "scenario_name": scenario.name,
        "scenario": scenario_text(scenario),
        "model": model.name,
        "model_digest": model.digest,
        "spinesim_version": __version__,
        "status": OUTCOMES[status],
        "status_message": outcome,
        "outcome": outcome,
        "torn": "; ".join(ruptures),
        "course": ", ".join(assembly.specimen.stepped()) or "one step",
        "held": ", ".join(assembly.specimen.held.model_dump(exclude_none=True) if assembly.specimen.held else ()),
        "last_load": load_words(record.last_load),
        "citations": ", ".join(sorted({*model.sources, *CITED_ALWAYS})),
        "subject_sex": subject.sex,
        "subject_height_m": subject.height,
        "subject_mass_kg": subject.mass,
        "balance_residual": float(residual.max(initial=0.0)),
        "note": "an estimate of loads for research and teaching; it does not diagnose or prescribe",
    }
