"""Scaling: the reference person is the unscaled model, others change as the model file says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solving import situation, solve, solve_tables
from spinesim.assembly import Assembly
from spinesim.assembly.subject import LEAST_MUSCLE_SHARE, Subject, scale_subject
from spinesim.kernels.tables import Person
from spinesim.model.spine import CHAIN
from spinesim.scenario import Scenario
from spinesim.simulation import load_model, prepare
from spinesim.units import SECONDS_PER_YEAR
from tolerances import EXACT, SOLVED

REFERENCE = {"sex": "male", "height": "1.75 m", "mass": "79.6 kg", "age": "40 yr"}


def person_of(**subject: str) -> Assembly:
    return prepare(situation(subject=subject))


def scaled(**subject: str) -> Subject:
    """Return the subject alone, without its tables."""
    return scale_subject(load_model(), Scenario.from_dict(situation(subject=subject)).subject)


def whole_mass(person: Person) -> float:
    return float(person.skeleton.mass.sum() + 2.0 * person.skeleton.arm_mass.sum())


def leaves(tables: Any) -> list[Any]:
    """Return all arrays and numbers of nested tables."""
    return [leaf for table in tables for leaf in (leaves(table) if isinstance(table, tuple) else [table])]


def test_the_reference_person_is_the_unscaled_model() -> None:
    subject = person_of(**REFERENCE).subject
    assert (subject.length, subject.strength, subject.disc_area) == (1.0, 1.0, 1.0)
    assert set(subject.mass_factors.values()) == {1.0}
    model, person = load_model(), person_of(**REFERENCE).person
    assert person.skeleton.mass[:7].tolist() == [model.bodies[name].mass for name in CHAIN]
    assert person.lines.f_max[0] == model.fascicles[0].pcsa * model.fascicles[0].specific_tension


def test_saying_nothing_means_the_reference_person() -> None:
    plain, told = (leaves(person_of(**subject).person) for subject in ({}, REFERENCE))
    assert all(np.array_equal(a, b) for a, b in zip(plain, told, strict=True))
    assert np.array_equal(solve(situation()).work.tissue.f, solve(situation(subject=REFERENCE)).work.tissue.f)


def test_the_waist_of_heavy_people_lies_forward_as_the_source_has_it() -> None:
    """2 cm at 102 kg and 4 cm at 119 kg of a man of 1.745 m, nothing in one of usual weight (Hajihosseinali 2015)."""
    shift = {mass: scaled(height="1.745 m", mass=f"{mass} kg").waist_shift for mass in (70, 85, 102, 119)}
    assert shift[70] == 0.0 and abs(shift[85]) < 1e-4
    assert abs(shift[102] - 0.02) < 5e-4 and abs(shift[119] - 0.04) < 5e-4
    light, heavy = (person_of(height="1.745 m", mass=mass).person.skeleton for mass in ("85 kg", "119 kg"))
    moved = heavy.com - light.com
    assert np.allclose(moved[1:6, 0], shift[119] - shift[85]) and np.allclose(moved[[0, 6]], 0.0)
    assert np.allclose(moved[1:6, 1:], 0.0)


def test_a_belly_bends_the_trunk_of_who_stands() -> None:
    """Its weight before the spine is what the lever arm is to L5-S1: slices of 119 kg times 4 cm, 6 N m."""
    held = solve(situation(subject={"height": "1.745 m", "mass": "119 kg"}))
    skeleton, shift = held.assembly.person.skeleton, held.assembly.subject.waist_shift
    told = prepare(situation(subject={"height": "1.745 m", "mass": "119 kg"}))
    flat = told.person.skeleton.com.copy()
    flat[1:6, 0] -= shift
    model = told.person._replace(skeleton=told.person.skeleton._replace(com=flat))
    _, work, _ = solve_tables(model, told.task)
    more = work.forces.level_m[5, 2] - held.work.forces.level_m[5, 2]
    lean = 9.80665 * float(skeleton.mass[1:6].sum()) * shift
    assert 0.8 * lean < more < 1.2 * lean


@given(st.sampled_from(["male", "female"]), st.floats(1.45, 2.05), st.floats(45.0, 130.0))
def test_masses_add_up_to_the_body_mass(sex: Any, height: float, mass: float) -> None:
    """To 2 %: the tables weigh 1 % less than the reference body, and a woman's thorax mixes head and trunk."""
    model = load_model()
    subject = scaled(sex=sex, height=f"{height} m", mass=f"{mass} kg")
    parts = {"thorax": ("thorax",), "trunk": CHAIN[:-1]}
    total = sum(subject.mass_factors[part] * model.bodies[name].mass for part, names in parts.items() for name in names)
    total += 2.0 * sum(subject.mass_factors[part] * model.bodies[f"{part}_right"].mass for part in ("thigh", "shank"))
    total += 2.0 * sum(
        subject.mass_factors[part] * m
        for part, m in zip(("upper_arm", "forearm", "hand"), model.arms.mass, strict=True)
    )
    assert total == pytest.approx(mass, rel=0.02)


@pytest.mark.parametrize("factor", [0.8, 1.2])
def test_lengths_go_with_height(factor: float) -> None:
    """Every place of the skeleton, of muscles and of ligaments, by one factor, at one body mass index."""
    small = person_of(height=f"{1.75 * factor} m", mass=f"{79.6 * factor**2} kg").person
    own = person_of().person
    for name in ("lower_anchor", "upper_anchor", "hip", "knee", "com", "shoulder", "arm_length"):
        assert np.allclose(getattr(small.skeleton, name), factor * getattr(own.skeleton, name), rtol=0.0, atol=EXACT), (
            name
        )
    for name in ("point_a", "point_b", "fixed_length", "optimal"):
        assert np.allclose(getattr(small.lines, name), factor * getattr(own.lines, name), rtol=0.0, atol=EXACT), name
    tendons = slice(0, own.lines.n_fascicle)
    assert np.allclose(small.lines.tendon[tendons], factor * own.lines.tendon[tendons], rtol=0.0, atol=EXACT)
    assert np.allclose(small.strands.slack, factor * own.strands.slack, rtol=0.0, atol=EXACT)
    assert np.allclose(small.strands.upper, factor * own.strands.upper, rtol=0.0, atol=EXACT)
    assert np.allclose(small.facets.points, factor * own.facets.points, rtol=0.0, atol=EXACT)


def test_areas_go_with_height_squared_and_stiffness_with_height() -> None:
    """Discs and ligaments of the same stuff: k = E A / h grows with the size, moments with its cube."""
    tall, own = person_of(height="2.1 m").person, person_of().person
    assert np.allclose(tall.discs.k_linear, 1.2 * own.discs.k_linear, rtol=EXACT)
    assert np.allclose(tall.discs.k_shear, 1.2 * own.discs.k_shear, rtol=EXACT)
    assert np.allclose(tall.strands.stiffness, 1.2 * own.strands.stiffness, rtol=EXACT)
    assert np.allclose(tall.discs.b, 1.2**3 * own.discs.b, rtol=EXACT)
    assert np.allclose(tall.discs.a, own.discs.a, rtol=EXACT)
    assert np.allclose(tall.facets.point_area, 1.2**2 * own.facets.point_area, rtol=EXACT)


@given(st.floats(50.0, 140.0), st.floats(1.0, 20.0))
def test_more_mass_at_one_height_is_heavier_parts(mass: float, more: float) -> None:
    light, heavy = (scaled(mass=f"{m} kg") for m in (mass, mass + more))
    for part, factor in light.mass_factors.items():
        assert heavy.mass_factors[part] == pytest.approx(factor * (mass + more) / mass, rel=SOLVED)


def test_strength_is_muscle_over_length_by_hand() -> None:
    """95 kg at 1.75 m: B = 31.02, fat 0.2856, muscle share 0.2144; reference B = 25.99, fat 0.2365, share 0.2635."""
    strong = person_of(mass="95 kg").subject.strength
    assert strong == pytest.approx(0.2144 * 95.0 / (0.2635 * 79.6), rel=1e-3)


def test_very_heavy_people_keep_some_muscle() -> None:
    subject = person_of(mass="250 kg", height="1.5 m").subject
    assert subject.strength > 0.0
    own = 0.5 - (-0.09 + 0.0149 * 25.99 - 0.00009 * 25.99**2)
    assert subject.strength == pytest.approx(LEAST_MUSCLE_SHARE * 250.0 / (own * 79.6) / (1.5 / 1.75), rel=1e-2)


def test_women_differ_as_documented() -> None:
    """Smaller endplates, less muscle through more fat, heavier thighs, lighter arms; the same size at one height."""
    man, woman = (person_of(sex=sex, height="1.7 m", mass="68 kg").subject for sex in ("male", "female"))
    assert woman.length == man.length
    assert woman.disc_area == pytest.approx(load_model().subject.female_disc_area * man.disc_area, rel=EXACT)
    assert woman.strength < man.strength
    assert woman.mass_factors["thigh"] > man.mass_factors["thigh"]
    assert woman.mass_factors["upper_arm"] < man.mass_factors["upper_arm"]
    assert whole_mass(person_of(sex="female", height="1.7 m", mass="68 kg").person) == pytest.approx(68.0, rel=0.02)


@pytest.mark.parametrize(
    ("sex", "age", "wanted"), [("male", 40.0, 10.53 - 4 * 0.974), ("female", 60.0, 7.03 - 6 * 0.591)]
)
def test_tolerance_falls_with_age(sex: str, age: float, wanted: float) -> None:
    subject = person_of(sex=sex, age=f"{age} yr").subject
    assert subject.age == pytest.approx(age * SECONDS_PER_YEAR, rel=EXACT)
    assert subject.compression_limit == pytest.approx(1e3 * wanted, rel=SOLVED)


@given(st.sampled_from(["male", "female"]), st.floats(18.0, 100.0))
def test_tolerance_is_never_nothing(sex: Any, years: float) -> None:
    subject = scaled(sex=sex, age=f"{years} yr")
    assert subject.compression_limit > 0.0


def test_a_heavier_body_presses_harder() -> None:
    light, heavy = (solve(situation(subject={"mass": mass})) for mass in ("65 kg", "95 kg"))
    assert (heavy.result["joint_compression"] > light.result["joint_compression"]).all()


def test_a_measured_disc_area_is_the_area_of_l4_l5_whatever_was_solved_before() -> None:
    """Two people alike but for their discs must not share their tables."""
    own = next(disc for disc in load_model().discs if disc.level == "L4-L5")
    plain, measured = (prepare({"format": 1, "name": "x", "subject": s}) for s in ({}, {"disc_area": "18 cm^2"}))
    factor = 18e-4 / own.area
    assert measured.subject.disc_area == pytest.approx(factor, rel=EXACT)
    assert measured.person.discs.k_linear == pytest.approx(factor * plain.person.discs.k_linear, rel=EXACT)
