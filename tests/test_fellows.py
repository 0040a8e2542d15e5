"""Fellow muscles share their drive: nobody bends or turns with one side alone."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spinesim as ss
from solving import situation, solve
from spinesim.model import Model
from tolerances import SOLVED

SCRIPT = Path(__file__).resolve().parents[1] / "validation" / "co_contraction.py"
EFFORT = {"name": "effort", "kind": "force", "body": "thorax", "force": ["0 N"] * 3}
SIDEWAYS: dict[str, Any] = {"loads": [{**EFFORT, "moment": ["-50 N*m", "10 N*m", "0 N*m"]}]}
LIFT: dict[str, Any] = {"posture": {"preset": "flexed_36"}, "loads": [{"kind": "held", "mass": "10 kg"}]}


def without(model: Model) -> Model:
    return replace(model, recruitment=replace(model.recruitment, shared_drive=0.0))


def share() -> float:
    given = ss.load_model().recruitment.shared_drive
    return given / (1.0 - given)


def test_what_both_sides_do_alike_is_as_if_they_shared_nothing() -> None:
    model = ss.load_model()
    shared, apart = ss.simulate(situation(**LIFT), model), ss.simulate(situation(**LIFT), without(model))
    assert np.abs(shared.muscle_activation - apart.muscle_activation).max() <= SOLVED
    assert np.abs(shared.joint_compression - apart.joint_compression).max() <= 1e-4


def test_a_fellow_gives_its_share_in_efforts_to_a_side() -> None:
    solved = solve(situation(**SIDEWAYS))
    given = solved.assembly.task.shared_drive
    active = solved.work.problem.active[: given.size].reshape(-1, 2)[given[::2] > 0.0]
    assert (active.min(axis=1) >= share() * active.max(axis=1) - SOLVED).all()
    assert active.max() > 0.2


def test_muscles_that_cross_a_hip_follow_their_leg() -> None:
    assembly = solve(situation(**SIDEWAYS)).assembly
    groups = np.array([fascicle.group for fascicle in assembly.fascicles])
    assert {"psoas", "gluteus_medius", "iliacus"} <= set(groups[assembly.task.shared_drive == 0.0])
    assert {"external_oblique", "multifidus", "quadratus_lumborum"} <= set(groups[assembly.task.shared_drive > 0.0])


def test_who_holds_a_level_turned_uses_one_side_alone() -> None:
    law = ss.load_model().recruitment

    def given(cause: str, turn: str = "left_axial_rotation", deg: float = 1.0, **fields: Any) -> float:
        offset = {"level": "L4-L5", turn: f"{deg} deg", "cause": cause}
        return float(solve(situation(rotation_offsets=[offset], **fields)).assembly.task.shared_drive.max())

    assert given("postural") == given("postural", "right_lateral_bending", -2.0) == 0.0
    assert given("structural") == given("postural", "flexion") == law.shared_drive > 0.0
    assert np.isclose(given("postural", deg=0.25), 0.75 * law.shared_drive)
    assert given("postural", recruitment={"shared_drive": "10 %"}) == 0.1


def test_a_scenario_may_state_what_is_shared() -> None:
    model = ss.load_model()
    stated = ss.simulate(situation(recruitment={"shared_drive": "0 %"}, **SIDEWAYS), model)
    assert np.array_equal(
        stated.muscle_activation, ss.simulate(situation(**SIDEWAYS), without(model)).muscle_activation
    )
    alike = solve(situation(recruitment={"shared_drive": "50 %", "co_contraction": "1 %"})).work.problem
    assert np.abs(alike.active[0:100:2] - alike.active[1:100:2]).max() <= SOLVED


@pytest.mark.parametrize("change", [{"strength": "0 %"}, {"strength": "30 %"}, {"tone": "20 %"}], ids=str)
def test_limits_are_kept_where_fellows_differ(change: dict[str, str]) -> None:
    """Lower and upper bounds are those of activations, not of drives; a spasm is no drive, and stays on its side."""
    muscles = [{"group": "external_oblique", "side": "left", **change}]
    solved = solve(situation(muscles=muscles, **SIDEWAYS))
    task, active = solved.assembly.task, solved.work.problem.active
    n = task.upper.size
    assert (active[:n] >= task.lower - SOLVED).all() and (active[:n] <= task.upper + SOLVED).all()


def test_a_muscle_whose_fellow_is_lost_can_give_all_it_has() -> None:
    lost = [{"group": "external_oblique", "side": "left", "strength": "0 %"}]
    fellow = solve(situation(muscles=lost)).work.problem.fellow
    names = [f.name for f in solve(situation()).assembly.fascicles]
    i = next(n for n, name in enumerate(names) if name.startswith("EO") and name.endswith("_R"))
    assert fellow[0, i] == 1.0 and fellow[1, i] == 0.0 and fellow[2, i] == 0.0


def test_the_sharing_grows_evenly_with_what_a_weak_fellow_has_left() -> None:
    """No jump from a fellow with all its strength to one with a little less."""
    found = []
    for strength in ("100 %", "99.99 %"):
        muscles = [{"group": "external_oblique", "side": "left", "strength": strength}]
        found.append(ss.simulate(situation(muscles=muscles, **SIDEWAYS)).joint_compression)
    assert np.abs(found[1] - found[0]).max() < 1.0


def test_what_cancels_out_sideways_is_what_was_measured() -> None:
    """Thelen (1995): two to three times the 16 to 19 % of extension."""
    spec = importlib.util.spec_from_file_location("co_contraction", SCRIPT)
    assert spec is not None and spec.loader is not None
    own = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(own)

    def cancelled(model: Model, direction: str) -> float:
        return own.cancelled(model, own.effort(own.EFFORTS[direction], 40.0))

    for name in ("side bending", "twisting"):
        assert 0.32 <= cancelled(ss.load_model(), name) <= 0.57
        assert cancelled(without(ss.load_model()), name) < 0.32
    assert cancelled(ss.load_model(), "extension") == pytest.approx(0.175, abs=0.03)
