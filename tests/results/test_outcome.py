"""How solves end: sensible situations are solved, absurd ones named, nothing is ever not a number."""

from __future__ import annotations

from io import StringIO
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from situations import situations
from solving import Solved, situation, solve
from spinesim.kernels import run
from spinesim.kernels.status import CONVERGED, NOT_CONVERGED, RESERVE_USED
from spinesim.model.spine import LEVELS
from spinesim.results.outcome import NO_PREDICTION
from spinesim.simulation import ANGLES, UNSETTLED, simulate
from spinesim.summary import print_summary

ABSURD = situation(
    loads=[{"name": "safe", "kind": "held", "mass": "200 kg", "reach": "0.6 m", "height": "chest", "from": "chest"}]
)


@pytest.fixture(scope="module")
def absurd() -> Solved:
    return solve(ABSURD)


def test_an_absurd_load_ends_with_reserves_and_says_where(absurd: Solved) -> None:
    assert absurd.status == RESERVE_USED
    message = absurd.result.attrs["status_message"]
    assert message.startswith("muscles cannot hold this load: missing ")
    assert "N m of flexion" in message or "N m of extension" in message
    assert sum(level in message for level in LEVELS) >= 2
    spent = message.split("most spent: ")[1]
    assert "longissimus" in spent and "left" in spent and "right" in spent


def test_an_absurd_load_leaves_no_gaps_in_the_numbers(absurd: Solved) -> None:
    for name in (
        "joint_compression",
        "intradiscal_pressure",
        "muscle_force",
        "reserve_moment",
        "facet_force",
        "hip_reaction",
    ):
        assert np.isfinite(absurd.result[name].values).all(), name
    assert np.abs(absurd.result["reserve_moment"].values).max() > 100.0


def test_a_light_load_is_held() -> None:
    solved = solve(situation(loads=[{"kind": "held", "mass": "2 kg"}]))
    assert solved.status == CONVERGED
    assert solved.result.attrs["status_message"].startswith("converged")
    assert np.abs(solved.result["reserve_moment"].values).max() <= 1.0


def test_without_any_strength_standing_cannot_be_held() -> None:
    groups = solve(situation()).assembly.model.groups
    solved = solve(situation(muscles=[{"group": group, "strength": "0 %"} for group in groups]))
    assert solved.status == RESERVE_USED
    assert "hip" in solved.result.attrs["status_message"] or "L" in solved.result.attrs["status_message"]


@settings(max_examples=500, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(situations())
def test_sensible_situations_are_solved_or_named(scenario: dict[str, Any]) -> None:
    solved = solve(scenario)
    assert solved.status < NOT_CONVERGED
    assert np.isfinite(solved.work.tissue.f).all() and np.isfinite(solved.work.tissue.m).all()
    assert np.isfinite(solved.work.pulls.tension).all() and np.isfinite(solved.state.reserve).all()


def test_vertebrae_that_would_not_settle_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solve that falls back ends with no tilt at all."""
    assert UNSETTLED not in simulate(situation()).attrs["status_message"]
    assert UNSETTLED not in simulate(situation(posture={"vertebrae": "held"})).attrs["status_message"]
    whole = run.solve_static

    def fallen_back(person: Any, task: Any, state: Any, work: Any) -> int:
        return int(whole(person, task._replace(settle=0.0), state, work))

    monkeypatch.setattr(run, "solve_static", fallen_back)
    told = simulate(situation())
    assert told.attrs["status_message"].endswith(UNSETTLED)
    assert told.attrs["unsettled"] == 1


def test_a_prediction_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its loads are those of the posture as it says, and its angles no numbers that anyone could take for found."""
    posture = {"trunk_inclination": "30 deg", "lumbopelvic_rhythm": "solved"}
    well = simulate(situation(posture=posture))
    assert NO_PREDICTION not in well.attrs["status_message"]
    whole = run.solve_static

    def fallen_back(person: Any, task: Any, state: Any, work: Any) -> int:
        whole(person, task._replace(settle=0.0, lean_spread=0.0), state, work)
        return NOT_CONVERGED

    monkeypatch.setattr(run, "solve_static", fallen_back)
    told = simulate(situation(posture=posture))
    assert told.attrs["status"] == "not_converged"
    assert told.attrs["status_message"] == NO_PREDICTION
    assert told.attrs["unsettled"] == 1
    for name in ANGLES:
        assert np.isfinite(well[name])
        assert np.isnan(told[name])


@pytest.mark.parametrize("strength", [10, 100])
def test_what_few_people_do_is_told(strength: int) -> None:
    """Almost without abductors the cheapest stance leaves list and rhythm by several spreads."""
    weak = [
        {"group": f"gluteus_{name}", "side": "right", "strength": f"{strength} %"} for name in ("medius", "minimus")
    ]
    told = simulate(situation(posture={"preset": "single_leg", "lumbopelvic_rhythm": "solved"}, muscles=weak))
    assert told.attrs["status"] == "converged"
    far = abs(float(told["pelvis_list"])) > 6.0
    assert far == (strength == 10)
    assert ("beyond two spreads of people" in told.attrs["status_message"]) == far
    assert ("unusual" in told.attrs) == far
    assert f"pelvis list {float(told['pelvis_list']):.1f} deg" in told.attrs["predicted"]
    shown = StringIO()
    print_summary(told, shown)
    assert "Predicted - lumbar flexion" in shown.getvalue()
