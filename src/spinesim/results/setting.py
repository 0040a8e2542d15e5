"""What results need beside what the kernel saw: names, laws and limits, by scenario where these differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from spinesim.assembly import Assembly, SpecimenAssembly
from spinesim.assembly.changes import disc_condition
from spinesim.assembly.names import FascicleNames, StrandName
from spinesim.assembly.shape import upright_turns
from spinesim.assembly.subject import Subject
from spinesim.kernels.tables import Floats, Ints
from spinesim.model import Model
from spinesim.model.spine import DiscLaw, FasciaBand
from spinesim.scenario import Scenario

OF_SCENARIOS = ("compression_limit", "trunk", "co_contraction", "bulged", "protrusion")  # not of the person


@dataclass(frozen=True)
class PressureSetting:
    """The pressure law and what it is multiplied by; arrays broadcast against (..., level)."""

    law: DiscLaw
    swelling: Floats | float  # Pa
    correction: Floats | float  # 1
    area: Floats  # m^2
    nucleus: Floats  # 1, share of the pressure that degeneration and bulges leave


@dataclass(frozen=True)
class Setting:
    """What the results of scenarios of one person and one set of loads share, and what they do not.

    Arrays lead with the scenario, or with 1 where all scenarios have the same.
    """

    fascicles: FascicleNames
    strands: tuple[StrandName, ...]
    bands: tuple[FasciaBand, ...]
    strand_failure: Floats  # (strand,) m       elongation
    band_failure: Floats  # (2 band,) m         right, then left
    pressure: PressureSetting
    bulge: Floats  # (level,) 1                 outward bulge per shortening
    upright: Floats  # (level, 3) rad           rotations of neutral standing, from the lying shape
    rim: Floats  # (level, 2) m                 forward, and to the right, to the rim half way from back to side
    bulged: Floats  # (scenario, level) m       how far the rim stands out without a load, all around
    protrusion: Floats  # (scenario, level, side) m  and how far beyond it at canal and root, left and right
    compression_limit: Floats  # (scenario, 1) N
    shear_limit: Floats | float  # N            or (scenario, 1)
    trunk: Floats  # (scenario,) rad            inclination
    co_contraction: Floats  # (scenario,) 1     least activation asked of every trunk muscle

    def taken(self, which: Ints) -> Setting:
        """Return the setting of scenarios (scenario,) by the index of theirs here."""
        pressure = replace(self.pressure, nucleus=self.pressure.nucleus[which])
        own = {name: getattr(self, name)[which] for name in OF_SCENARIOS}
        return replace(self, pressure=pressure, **own)


def setting_of(assemblies: Sequence[Assembly]) -> Setting:
    """Return the setting of scenarios that share a person."""
    first = assemblies[0]
    model, subject = first.model, first.subject
    pressure = pressure_setting(model, subject, *(assembly.scenario for assembly in assemblies))
    bands = np.array([band.failure * subject.length for band in (*model.fascia, *model.fascia)])
    discs = [disc_condition(model, subject, assembly.scenario) for assembly in assemblies]
    return Setting(
        first.fascicles, first.strands, model.fascia, np.array([strand.failure for strand in first.strands]), bands,
        pressure, bulge_per_shortening(first), upright_turns(model), _rim(model, subject),
        np.array([disc.rim for disc in discs]), np.array([disc.bulge for disc in discs]),
        np.array([[assembly.subject.compression_limit] for assembly in assemblies]), subject.shear_limit,
        np.array([assembly.angles.trunk_inclination for assembly in assemblies]),
        np.array([assembly.co_contraction for assembly in assemblies]),
    )  # fmt: skip


def setting_numbers(setting: Setting) -> Floats:
    """Return the numbers of a setting that uncertain parameters may change: (scenario, number)."""
    own, limit = setting.pressure, setting.compression_limit
    shared = np.hstack([own.swelling, own.correction, own.area, setting.bulge, setting.rim.ravel()])
    rows = np.broadcast_to(shared, (len(limit), shared.size))
    return np.hstack([rows, limit, np.broadcast_to(setting.shear_limit, limit.shape)])


def with_numbers(setting: Setting, numbers: Floats) -> Setting:
    """Return the setting with other numbers (scenario, number) in the order of `setting_numbers`."""
    pressure = replace(setting.pressure, swelling=numbers[:, :1], correction=numbers[:, 1:2], area=numbers[:, 2:8])
    return replace(
        setting, pressure=pressure, bulge=numbers[:, 8:14], rim=numbers[:, 14:26].reshape(-1, 6, 2),
        compression_limit=numbers[:, 26:27], shear_limit=numbers[:, 27:28],
    )  # fmt: skip


def pressure_setting(model: Model, subject: Subject, *scenarios: Scenario) -> PressureSetting:
    """Return the pressure law for the discs (scenario, level) of scenarios."""
    law = model.disc_law
    area = np.array([disc.area for disc in model.discs]) * subject.disc_area
    discs = [disc_condition(model, subject, scenario) for scenario in scenarios]
    nucleus = np.array([disc.nucleus * disc.pressure for disc in discs])
    return PressureSetting(law, law.swelling, law.correction_factor, area, nucleus)


def _rim(model: Model, subject: Subject) -> Floats:
    """Return how far the rim at 45 deg between back and right side lies from the middle: (level, forward | right) m."""
    half = np.array([[-0.5 * disc.depth, 0.5 * disc.width] for disc in model.discs])
    return math.sqrt(0.5 * subject.disc_area) * half


def bulge_per_shortening(assembly: Assembly | SpecimenAssembly) -> Floats:
    """Return the outward bulge per shortening (level,) that keeps a disc's volume: a parabolic rim of 2/3 b h."""
    bulge = np.zeros(6)
    for j, size in enumerate(assembly.model.discs):
        a, b = 0.5 * size.depth, 0.5 * size.width
        perimeter = math.pi * (3.0 * (a + b) - math.sqrt((3.0 * a + b) * (a + 3.0 * b)))
        bulge[j] = 1.5 * size.area / (perimeter * size.height[1])
    return bulge
