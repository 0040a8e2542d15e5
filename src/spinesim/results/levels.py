"""What disc, facets and ligaments of each level carry."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from spinesim.assembly import Assembly, SpecimenAssembly
from spinesim.kernels.observe import Sight
from spinesim.kernels.tables import Floats
from spinesim.model.spine import CHAIN, LEVELS, FasciaBand
from spinesim.results.setting import PressureSetting, Setting, pressure_setting
from spinesim.variables import dimensions

DEG = 180.0 / math.pi
MM, MPA = 1e3, 1e-6


def named_turns(vectors: Floats) -> Floats:
    """Return (..., x lateral, y axial, z extension) as (..., flexion, right lateral bending, left axial rotation)."""
    return np.stack([-vectors[..., 2], vectors[..., 0], vectors[..., 1]], axis=-1)


def level_values(setting: Setting, sight: Sight) -> dict[str, Any]:
    """Return the variables of joints, discs and facets; dims as in variables.yaml behind the scenario."""
    values: dict[str, Any] = {
        **_wrench_values("joint", sight.joint),
        **_wrench_values("disc", sight.disc),
        "tolerance_ratio_compression": sight.joint[..., 1] / setting.compression_limit,
        "tolerance_ratio_shear": np.abs(sight.joint[..., 0]) / setting.shear_limit,
        "segment_flexion": (setting.upright[:, 2] - sight.turn[..., 2]) * DEG,
        "reserve_moment": named_turns(sight.reserve),
    }
    return {**values, **_disc_values(setting, sight), **_facet_values(sight.facet)}


def _wrench_values(name: str, wrench: Floats) -> dict[str, Floats]:
    return {
        f"{name}_compression": wrench[..., 1],
        f"{name}_shear_anterior": -wrench[..., 0],
        f"{name}_shear_right": -wrench[..., 2],
        f"{name}_moment": named_turns(wrench[..., 3:]),
    }


def _disc_values(setting: Setting, sight: Sight) -> dict[str, Any]:
    pressure = pressure_by_law(setting.pressure, sight.disc[..., 1], named_turns(sight.disc[..., 3:]))
    return {
        "disc_rotation": named_turns(sight.turn - setting.upright) * DEG,
        "disc_translation": sight.shift * MM,
        "intradiscal_pressure": pressure * MPA,
        "disc_height_change": sight.shift[..., 1] * MM,
        "disc_bulge": (setting.bulged + setting.bulge * (sight.rest - sight.shift[..., 1])) * MM,
        "disc_bulge_posterolateral": _posterolateral_bulge(setting, sight) * MM,
    }


def intradiscal_pressure(assembly: Assembly | SpecimenAssembly, compression: Floats, moment: Floats) -> Floats:
    """Return nucleus pressure (..., level) Pa of a scenario's discs; see `pressure_by_law`."""
    return pressure_by_law(pressure_setting(assembly.model, assembly.subject, assembly.scenario), compression, moment)


def pressure_by_law(setting: PressureSetting, compression: Floats, moment: Floats) -> Floats:
    """Return nucleus pressure (..., level) Pa: swelling + F / (k A) + a rise with bending that preload replaces
    and that is not carried beyond the last moment measured.

    `compression` (..., level) N and `moment` (..., level, rotation) N m are the disc's own.
    Sources: the model's discs.yaml.
    """
    law = setting.law
    sagittal = np.where(
        moment[..., 0] < 0.0, law.rise[0], law.rise[1]
    )  # the disc pulls back: flexed discs push to extend
    measured = np.minimum(np.abs(moment), law.last_measured_moment)
    turns = np.stack([sagittal * measured[..., 0], law.rise[2] * measured[..., 1], law.rise[3] * measured[..., 2]])
    rise = np.sqrt((turns**2).sum(axis=0)) / (1.0 + np.maximum(compression, 0.0) / law.rise_fades_with)
    pressed = compression / (setting.correction * setting.area)
    return setting.nucleus * np.maximum(setting.swelling + pressed + rise, 0.0)


def _posterolateral_bulge(setting: Setting, sight: Sight) -> Floats:
    """Return the bulge (..., level, side), m, of the rim at 45 deg between back and side, where canal and root lie.

    The rim is taken to bulge as its own height changes, with the whole disc's bulge per shortening: what turns of the
    level add to the shortening at that place. A bulge that the scenario states stands out beyond that, as far as it is
    said to: how much farther a weak place comes out under a load no source at hand says.
    """
    x, z = setting.rim[..., 0], setting.rim[..., 1]
    turn = sight.turn - sight.rest_turn
    shortening = sight.rest - sight.shift[..., 1] - turn[..., 2] * x
    bend = turn[..., 0] * z
    pressed = setting.bulge[..., None] * np.stack([shortening - bend, shortening + bend], axis=-1)
    return pressed + setting.bulged[..., None] + setting.protrusion


def _facet_values(facet: Floats) -> dict[str, Any]:
    """Return facet force (magnitude), mean pressure, contact area and smallest gap, (..., level, side), left first."""
    by_side = facet.reshape(-1, 6, 2, 3)[:, :, ::-1]
    force, area, closure = by_side[..., 0], by_side[..., 1], by_side[..., 2]
    pressure = np.divide(force, area, out=np.zeros(force.shape), where=area > 0.0)
    return {
        "facet_force": force,
        "facet_pressure": pressure * MPA,
        "facet_contact_area": area * MM**2,
        "facet_gap": -closure * MM,
    }


def ligament_values(setting: Setting, sight: Sight) -> dict[str, Any]:
    """Return force (sum), strain and failure share (largest strand) by (level, ligament); NaN where there is none."""
    names = list(dimensions()["ligament"].labels or ())
    cells: dict[tuple[int, int], list[int]] = {}
    for n, strand in enumerate(setting.strands):
        cells.setdefault((LEVELS.index(strand.level), names.index(strand.ligament)), []).append(n)
    found = [np.full((len(sight.strand), 6, len(names)), math.nan) for _ in range(3)]
    for cell, own in cells.items():
        _fill(found, cell, sight.strand[:, own], setting.strand_failure[own])
    n = len(setting.fascicles)
    for j in range(6):
        own = [i for i, band in enumerate(setting.bands) if _crosses(band, j)]
        bands = [i + side * len(setting.bands) for side in (0, 1) for i in own]
        if bands:
            _fill(found, (j, names.index("TLF")), sight.line[:, n:, :3][:, bands], setting.band_failure[bands])
    return dict(zip(("ligament_force", "ligament_strain", "ligament_failure_share"), found, strict=True))


def _fill(found: list[Floats], cell: tuple[int, int], seen: Floats, failure: Floats) -> None:
    """Write one cell of force, strain and failure share from `seen` (scenario, part, strain | stretch | tension)."""
    force, strain, share = (array[:, *cell] for array in found)
    force[:] = np.add.reduceat(np.ascontiguousarray(seen[..., 2]), [0], axis=1)[:, 0]
    strain[:] = seen[..., 0].max(axis=1)
    share[:] = np.maximum((seen[..., 1] / failure).max(axis=1), 0.0)


def _crosses(band: FasciaBand, j: int) -> bool:
    return CHAIN.index(band.lower_body) <= 5 - j < CHAIN.index(band.upper_body)
