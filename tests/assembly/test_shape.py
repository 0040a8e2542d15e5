"""The spine is free of stress as it lies; standing bends it by the model's curve, which fades as it flexes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solving import situation
from spinesim import load_model, simulate
from spinesim.assembly import assemble_specimen
from spinesim.assembly.assemble import person_tables
from spinesim.assembly.person import about_z
from spinesim.assembly.shape import on_standing_bones, sagittal_levels, upright_turns
from spinesim.assembly.subject import scale_subject
from spinesim.files import read_scenario
from spinesim.simulation import prepare
from tolerances import EXACT

MODEL = load_model()
CURVE = np.array(MODEL.upright_curve)
SHARES = MODEL.level_shares["flexion"].values


def test_in_standing_every_bone_is_where_the_model_has_it() -> None:
    skeleton = prepare(situation()).person.skeleton
    for j, level in enumerate(MODEL.levels):
        step = about_z(CURVE[j])
        upper = skeleton.disc_in_lower[j] @ step @ skeleton.upper_in_disc[j]
        tilts = [MODEL.bodies[body].tilt for body in (level.upper, level.lower)]
        assert np.allclose(upper, about_z(tilts[0] - tilts[1]), atol=EXACT)
        middle = skeleton.disc_in_lower[j] @ about_z(0.5 * CURVE[j])
        assert np.allclose(about_z(tilts[1]) @ middle, about_z(level.disc_tilt), atol=EXACT)


def test_standing_is_no_flexion_in_the_results() -> None:
    result = simulate(situation(posture={"preset": "standing", "vertebrae": "held"}))
    assert np.allclose(result["segment_flexion"], 0.0, atol=1e6 * EXACT)
    assert np.allclose(result["disc_rotation"], 0.0, atol=1e6 * EXACT)


@pytest.mark.parametrize("preset", ["supine", "prone", "side_lying"])
def test_who_lies_has_the_unloaded_shape(preset: str) -> None:
    assert np.allclose(prepare(situation(posture={"preset": preset})).angles.levels, 0.0, atol=1e-4)


def test_specimens_keep_their_own_shape() -> None:
    own = {"format": 1, "name": "own", "specimen": {"levels": ["L4-L5"], "moment": {"flexion": "5 N*m"}}}
    specimen = assemble_specimen(MODEL, read_scenario(own))
    person, _, _ = person_tables(MODEL, scale_subject(MODEL, read_scenario(own).subject))
    assert np.array_equal(specimen.chain.upper_in_disc, person.skeleton.upper_in_disc[4:5])
    assert not np.allclose(on_standing_bones(MODEL, person).skeleton.upper_in_disc[4], specimen.chain.upper_in_disc[0])


def test_tissue_lies_to_its_disc_as_in_a_specimen() -> None:
    """Turned back by the curve, strands are as long as in a specimen, and facets as near."""
    whole = person_tables(MODEL, scale_subject(MODEL, read_scenario(situation()).subject))[0]
    person = on_standing_bones(MODEL, whole)
    for one, other in ((whole, person),):
        for n, j in enumerate(one.strands.level):
            spans = []
            for p in (one, other):
                s = p.skeleton
                upper = s.upper_in_disc[j] @ (p.strands.upper[n] - s.upper_anchor[j])
                spans.append(upper - s.disc_in_lower[j].T @ (p.strands.lower[n] - s.lower_anchor[j]))
            assert np.allclose(spans[0], spans[1], atol=EXACT)
    for i in range(12):
        placed = [p.facets.points[i] @ p.skeleton.upper_in_disc[i // 2].T for p in (whole, person)]
        assert np.allclose(placed[0], placed[1], atol=EXACT)


@given(st.floats(-0.5, 1.2), st.booleans())
def test_levels_add_up_however_they_begin(flexion: float, lying: bool) -> None:
    begin, share = sagittal_levels(MODEL, SHARES, flexion, lying)
    assert begin.sum() == pytest.approx(CURVE.sum(), abs=EXACT)
    assert share.sum() == pytest.approx(1.0, abs=1e2 * EXACT)


@pytest.mark.parametrize("at", [0.0, MODEL.curve_fades])
def test_the_curve_fades_without_a_step(at: float) -> None:
    before, after = (sagittal_levels(MODEL, SHARES, at + step, False) for step in (-1e-9, 1e-9))
    assert np.allclose(before[0] - before[1] * at, after[0] - after[1] * at, atol=1e-9)


def test_in_full_flexion_levels_stand_as_specimens_share_the_turn() -> None:
    begin, share = sagittal_levels(MODEL, SHARES, MODEL.curve_fades, False)
    turned = begin - share * MODEL.curve_fades
    assert np.allclose(turned, np.array(SHARES) * (CURVE.sum() - MODEL.curve_fades), atol=1e2 * EXACT)


def test_who_leans_back_on_a_rest_has_the_unloaded_shape() -> None:
    levels = prepare(situation(posture={"preset": "slouched"})).angles.levels[:, 2]
    assert np.allclose(levels / levels.sum(), SHARES, atol=1e3 * EXACT)
    assert np.array_equal(upright_turns(MODEL)[:, 2], CURVE)
