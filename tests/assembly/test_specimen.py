"""Specimen scenarios to tables: what is kept of the model, where loads act, what is refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from specimens import LUMBAR, assembled, scenario
from spinesim.assembly.person import build_person, facet_table
from spinesim.assembly.shape import on_standing_bones
from spinesim.assembly.specimen import assemble_specimen, load_vectors
from spinesim.assembly.subject import scale_subject
from spinesim.errors import InputError
from spinesim.files import list_scenarios
from spinesim.kernels.specimen_tables import COMPRESSION, FOLLOWER, HELD, SHEAR, WEIGHT
from spinesim.scenario import Scenario
from spinesim.simulation import load_model, load_scenario, prepare
from tolerances import EXACT


def problems(levels: list[str], **fields: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        assembled(levels, **fields)
    return [str(problem) for problem in caught.value.problems]


def test_the_tables_are_rows_of_the_persons() -> None:
    person, tables = prepare({"format": 1, "name": "x"}).person, assembled(["L3-L4", "L4-L5"])
    assert np.array_equal(tables.tissue.discs.b, person.discs.b[3:5])
    assert tables.tissue.discs.core_turn == person.discs.core_turn
    own = (person.strands.level == 3) | (person.strands.level == 4)
    assert tables.tissue.strand_level.size == own.sum()
    assert sorted(tables.tissue.strand_slack) == sorted(person.strands.slack[own])
    assert [name.level for name in tables.strands] == [tables.levels[j] for j in tables.tissue.strand_level]
    first = tables.tissue.strand_first
    assert [
        np.unique(tables.tissue.strand_level[a:b]).tolist() for a, b in zip(first[:-1], first[1:], strict=True)
    ] == [
        [0],
        [1],
    ]
    assert np.array_equal(tables.tissue.facet_radius, person.facets.radius[6:10])


def test_in_neutral_the_bodies_stand_as_in_the_model() -> None:
    """Strand ends in disc frames are as far apart as in the person, and the follower path ends inside S1."""
    person, tables = prepare({"format": 1, "name": "x"}).person, assembled(["L5-S1"])
    spans = np.linalg.norm(tables.tissue.strand_upper - tables.tissue.strand_lower, axis=1)
    slack = tables.tissue.strand_slack
    kinds = load_model().ligament_kinds
    wanted = [1.0 + kinds[name.ligament].slack_strain for name in tables.strands]
    assert np.allclose(slack / spans, wanted, rtol=EXACT * 1e3)
    below = tables.chain.cable[1] - person.skeleton.lower_anchor[5]
    down = person.skeleton.disc_in_lower[5][:, 1]
    assert 0.01 < -below @ down < 0.03  # m: half a disc and half a body


def test_segments_are_mounted_level_and_spines_as_they_stand() -> None:
    segment = assembled(["L4-L5"]).chain
    assert np.allclose(segment.held_rotation @ segment.disc_in_lower[0], np.eye(3), atol=EXACT)
    pair = assembled(["L3-L4", "L4-L5"]).chain
    tilt = load_model().levels
    turn = np.degrees(np.arctan2(pair.held_rotation[1, 0], pair.held_rotation[0, 0]))
    middle = np.degrees(0.5 * (tilt[3].disc_tilt + tilt[4].disc_tilt))
    assert np.isclose(turn, np.degrees(load_model().bodies["L5"].tilt) - middle)
    assert np.array_equal(assembled(LUMBAR).chain.held_rotation, np.eye(3))
    level = assembled(LUMBAR, mounting="level").chain
    assert np.isclose(np.degrees(np.arctan2(level.held_rotation[1, 0], level.held_rotation[0, 0])), -3.0)
    standing = assembled(["L4-L5"], mounting="standing").chain.held_rotation
    assert np.isclose(np.degrees(np.arctan2(standing[1, 0], standing[0, 0])), -21.0)


def test_courses_are_the_targets() -> None:
    cycle = assembled(
        ["L4-L5"], moment={"flexion": "6 N*m", "steps": 2, "course": "cycle"}, follower_load="100 N"
    ).course
    assert (-cycle.target[:, 2]).tolist() == [0.0, 3.0, 6.0, 3.0, 0.0, -3.0, -6.0, -3.0, 0.0]
    assert (cycle.target[:, FOLLOWER] == 100.0).all()
    back = assembled(["L4-L5"], shear={"anterior": "50 N", "right": "-20 N", "steps": 1, "course": "up_down"}).course
    assert back.target[:, SHEAR : SHEAR + 2].tolist() == [[0.0, 0.0], [50.0, -20.0], [0.0, 0.0]]
    once = assembled(["L4-L5"], compression="900 N", own_weight=True, held={"left_axial_rotation": "2 deg"}).course
    assert once.target.shape[0] == 1
    assert once.target[0, [COMPRESSION, WEIGHT]].tolist() == [900.0, 1.0]
    assert np.allclose(once.target[0, HELD:], [0.0, np.radians(2.0), 0.0, 0.0, 0.0, 0.0])
    assert once.held.tolist() == [0, 1, 0, 0, 0, 0]
    slid = assembled(["L4-L5"], held={"anterior": "0 mm", "right": "-2 mm"}).course
    assert np.allclose(slid.target[0, HELD:], [0.0, 0.0, 0.0, 0.0, 0.0, -2e-3])
    assert slid.held.tolist() == [0, 0, 0, 1, 0, 1]


def test_named_turns_become_right_hand_axes() -> None:
    moment = {"flexion": "1 N*m", "right_lateral_bending": "2 N*m", "left_axial_rotation": "3 N*m"}
    specimen = Scenario.from_dict(scenario(["L4-L5"], moment=moment)).specimen
    assert specimen is not None
    assert load_vectors(specimen)["moment"][:3].tolist() == [2.0, 3.0, -1.0]


def test_own_weight_is_that_of_the_slices() -> None:
    chain = assembled(["T12-L1", "L1-L2"], own_weight=True).chain
    weights = chain.force_direction[chain.force_load == WEIGHT]
    assert chain.force_body[chain.force_load == WEIGHT].tolist() == [1], "the thorax is no slice, L2 is held"
    assert np.isclose(-weights[0, 1], load_model().bodies["L1"].mass * 9.80665)


def test_what_is_removed_or_weak_is_scaled() -> None:
    tables = assembled(
        ["L4-L5"], removed=["LF", "facets"], changes={"ligaments": [{"ligament": "PLL", "strength": "50 %"}]}
    )
    whole = assembled(["L4-L5"])
    ratio = tables.tissue.strand_stiffness / whole.tissue.strand_stiffness
    wanted = [{"LF": 0.0, "PLL": 0.5}.get(name.ligament, 1.0) for name in tables.strands]
    assert np.allclose(ratio, wanted)
    assert (tables.tissue.facet_point_area == 0.0).all() and (tables.tissue.tip_stiffness == 0.0).all()
    assert (whole.tissue.facet_point_area > 0.0).all()


def test_changes_of_other_levels_and_the_fascia_are_refused_all_at_once() -> None:
    changes = {
        "facets": [{"level": "L1-L2", "gap": "1 mm"}],
        "ligaments": [{"ligament": "TLF", "removed": True}, {"ligament": "ALL", "level": "L5-S1", "removed": True}],
        "rotation_offsets": [{"level": "L3-L4", "flexion": "1 deg", "cause": "structural"}],
    }
    assert problems(["L4-L5"], changes=changes) == [
        "L3-L4 is not a level of the specimen @ rotation_offsets.0.level",
        "L1-L2 is not a level of the specimen @ facets.0.level",
        "L5-S1 is not a level of the specimen @ ligaments.1.level",
        "a specimen has no thoracolumbar fascia @ ligaments.0.ligament",
    ]


def test_a_grade_lowers_the_disc_and_its_nucleus_carries_less() -> None:
    healthy, worn = (assembled(["L4-L5"], changes={"discs": [{"level": "L4-L5", "degeneration": n}]}) for n in (1, 4))
    before, after, law = healthy.tissue.discs, worn.tissue.discs, load_model().disc_law
    height, left = law.grade_height[3], 1.0 - law.nucleus_share * (1.0 - law.grade_nucleus[3])
    own = next(disc for disc in load_model().discs if disc.level == "L4-L5")
    lowered = after.rest_shift[0] - before.rest_shift[0]
    assert lowered == pytest.approx([0.0, -(1.0 - height) * own.height[1], 0.0])
    assert after.a == pytest.approx(before.a * height)
    assert after.b == pytest.approx(before.b * left)
    assert after.k_linear == pytest.approx(before.k_linear * left / height)


def test_sustained_load_lowers_the_disc_and_leaves_its_laws() -> None:
    lost = {"discs": [{"level": "L4-L5", "height_loss": "1 mm"}]}
    fresh, flat = (assembled(["L4-L5"], changes=changes) for changes in ({}, lost))
    before, after = fresh.tissue.discs, flat.tissue.discs
    assert after.rest_shift[0] - before.rest_shift[0] == pytest.approx([0.0, -1e-3, 0.0])
    assert all(np.array_equal(a, b) for a, b in zip(after, before, strict=True) if a is not after.rest_shift)


def test_a_disc_without_nucleus_keeps_its_height_and_carries_with_the_annulus() -> None:
    whole, cut = (assembled(["L4-L5"], removed=names) for names in ([], ["nucleus"]))
    share = load_model().disc_law.nucleus_share
    assert cut.tissue.discs.b == pytest.approx(whole.tissue.discs.b * (1.0 - share))
    assert np.array_equal(cut.tissue.discs.rest_shift, whole.tissue.discs.rest_shift)


def test_a_structural_offset_turns_the_disc_at_rest() -> None:
    offset = {"level": "L4-L5", "left_axial_rotation": "2 deg", "cause": "structural"}
    even, turned = (assembled(["L4-L5"], changes=changes) for changes in ({}, {"rotation_offsets": [offset]}))
    twist = turned.tissue.discs.rest_turn[0] - even.tissue.discs.rest_turn[0]
    assert twist == pytest.approx([0.0, np.radians(2.0), 0.0])


def test_a_person_is_no_specimen() -> None:
    with pytest.raises(InputError, match="no specimen"):
        assemble_specimen(load_model(), Scenario.from_dict({"format": 1, "name": "x"}))


# --- facets -------------------------------------------------------------------------------------------------------


def test_a_facet_with_the_models_own_numbers_is_the_models() -> None:
    model = load_model()
    plain = prepare({"format": 1, "name": "x"}).person.facets
    angle = model.facets[4].transverse_angle
    subject = scale_subject(model, load_scenario({"format": 1, "name": "x"}).subject)
    same = facet_table(model, subject, {8: angle}, {9: model.facet_law.gap})
    person = build_person(model, subject)[0]
    for one, other in zip(plain, on_standing_bones(model, person._replace(facets=same)).facets, strict=True):
        assert np.array_equal(one, other)


def test_orientation_turns_the_normal_and_gap_moves_the_points() -> None:
    change = {"level": "L4-L5", "side": "right", "orientation": "70 deg", "gap": "1.5 mm"}
    changed = prepare({"format": 1, "name": "x", "facets": [change]}).person.facets
    plain = prepare({"format": 1, "name": "x"}).person.facets
    inward = changed.inward[8]
    assert np.isclose(np.degrees(np.arctan2(abs(inward[0]), abs(inward[2]))), 70.0)
    others = [i for i in range(12) if i != 8]
    assert np.array_equal(changed.points[others], plain.points[others])
    assembly = assembled(["L4-L5"], changes={"facets": [change]})
    radial = assembly.tissue.facet_points[0] - assembly.tissue.facet_axis_point[0]
    axis = assembly.tissue.facet_axis[0]
    distance = np.linalg.norm(radial - np.outer(radial @ axis, axis), axis=1)
    assert np.allclose(assembly.tissue.facet_radius[0] - distance, 1.5e-3)


# --- what ships ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in list_scenarios() if name.startswith("specimen_")])
def test_shipped_specimens_fit_the_model(name: str) -> None:
    assert assemble_specimen(load_model(), load_scenario(name)).course.target.shape[0] > 1
