"""Scaling by sex, height and mass; the reference person is the unscaled model."""

from __future__ import annotations

from dataclasses import dataclass

from spinesim.model import Model
from spinesim.scenario import conditions

SECONDS_PER_DECADE = 10 * 365.25 * 86400.0
LEAST_MUSCLE_SHARE = 0.1


@dataclass(frozen=True)
class Subject:
    """A person and the factors against the model's reference person.

    Parameters
    ----------
    sex : str
    height, mass, age : float
        m, kg, s.
    length : float
        Factor on all lengths: height ratio (Rasmussen 2005).
    strength : float
        Factor on all cross-sections of muscle: muscle volume over length, muscle volume being body mass times the
        share that is neither fat (Frankenfield 2001, from body mass index) nor bone and viscera.
    disc_area : float
        Factor on disc and ligament cross-sections.
    waist_shift : float
        m, how much farther forward the mass of the lumbar trunk slices lies than scaling by length puts it
        (Hajihosseinali 2015, from body mass index).
    mass_factors : dict
        Factor on the mass of thorax, trunk, thigh, shank, upper_arm, forearm, hand (de Leva 1996).
    compression_limit, shear_limit : float
        N, of the lumbar segments for this sex and age (Jaeger & Luttmann 1991; Gallagher & Marras 2012).
    """

    sex: str
    height: float
    mass: float
    age: float
    length: float
    strength: float
    disc_area: float
    waist_shift: float
    mass_factors: dict[str, float]
    compression_limit: float
    shear_limit: float


def scale_subject(model: Model, wanted: conditions.Subject) -> Subject:
    """Return the subject of a scenario; what it leaves out is the reference person's."""
    reference, law = model.reference, model.subject
    height = wanted.height or reference.height
    mass = wanted.mass or reference.mass
    age = wanted.age or reference.age
    length = height / reference.height
    female = wanted.sex == "female" and reference.sex != "female"
    muscle = _muscle_share(model, wanted.sex, height, mass) * mass
    grown = length * length * (law.female_disc_area if female else 1.0)
    own = _muscle_share(model, reference.sex, reference.height, reference.mass) * reference.mass
    intercept, slope = law.compression[wanted.sex]
    return Subject(
        sex=wanted.sex,
        height=height,
        mass=mass,
        age=age,
        length=length,
        strength=muscle / own / length * (law.female_strength if female else 1.0),
        disc_area=grown if wanted.disc_area is None else wanted.disc_area / _disc_area(model),
        waist_shift=law.waist_shift * max(mass / height**2 - law.waist_index, 0.0),
        mass_factors=_mass_factors(model, wanted.sex, mass / reference.mass),
        compression_limit=intercept + slope * age / SECONDS_PER_DECADE,
        shear_limit=law.shear,
    )


def _disc_area(model: Model) -> float:
    """Return the area (m^2) of the reference person's L4-L5 disc."""
    return next(disc.area for disc in model.discs if disc.level == "L4-L5")


def _muscle_share(model: Model, sex: str, height: float, mass: float) -> float:
    c0, c1, c2 = model.subject.fat[sex]
    index = mass / height**2
    # The parabola of the fat share turns down beyond its top; hold it there for very heavy people.
    index = min(index, -0.5 * c1 / c2)
    return max(1.0 - model.subject.other_share - max(c0 + c1 * index + c2 * index**2, 0.0), LEAST_MUSCLE_SHARE)


def _mass_factors(model: Model, sex: str, ratio: float) -> dict[str, float]:
    """Return each part's factor; the parts keep their sum at the body mass ratio."""
    own, other = model.subject.segment_share[model.reference.sex], model.subject.segment_share[sex]
    factors = {name: other[name] / own[name] for name in own}
    pairs = {"thigh", "shank", "upper_arm", "forearm", "hand"}
    total = sum(factors[name] * own[name] * (2 if name in pairs else 1) for name in own)
    whole = sum(own[name] * (2 if name in pairs else 1) for name in own)
    factors = {name: ratio * factor * whole / total for name, factor in factors.items()}
    # The model's thorax holds the head: weigh the two by their shares of the reference body.
    head = own["head"] / (own["head"] + 0.45 * own["trunk"])
    factors["thorax"] = head * factors["head"] + (1.0 - head) * factors["trunk"]
    return factors
