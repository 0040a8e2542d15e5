"""Co-contraction rises until a margin of stability is met, and says when it cannot."""

from __future__ import annotations

import pytest

import spinesim as ss
from solving import situation
from spinesim.solving import FINEST


def braced(margin: str, **fields: object) -> dict[str, object]:
    return situation(recruitment={"stability_margin": margin}, **fields)


def test_a_margin_that_is_met_changes_nothing() -> None:
    plain, asked = ss.simulate(situation()), ss.simulate(braced("5 N*m/rad"))
    assert float(asked["co_contraction"]) == float(plain["co_contraction"])
    assert ss.compare(plain, asked) == []


def test_the_least_co_contraction_that_meets_the_margin_is_found() -> None:
    plain = ss.simulate(situation())
    wanted = float(plain["stability_eigenvalue"]) + 20.0
    found = ss.simulate(braced(f"{wanted} N*m/rad"))
    floor = float(found["co_contraction"])
    assert found.attrs["status"] == "converged"
    assert f"takes a co-contraction of {100.0 * floor:.3g} %" in found.attrs["status_message"]
    assert float(found["stability_eigenvalue"]) >= wanted
    less = ss.simulate(situation(recruitment={"co_contraction": f"{100.0 * (floor - 2.0 * FINEST)} %"}))
    assert float(less["stability_eigenvalue"]) < wanted
    assert (found["joint_compression"] > plain["joint_compression"]).all()


@pytest.mark.parametrize("load", [[], [{"kind": "held", "mass": "20 kg", "reach": "0.6 m", "height": "hip"}]])
def test_a_margin_out_of_reach_is_named(load: list[dict[str, str]]) -> None:
    found = ss.simulate(braced("2000 N*m/rad", loads=load))
    assert found.attrs["status"] == "unstable"
    assert "and not 2000 N m/rad as wanted" in found.attrs["status_message"]
    assert 0.017 < float(found["co_contraction"]) <= 0.5


def test_deficits_and_limits_stay_under_bracing() -> None:
    weak = [{"group": "multifidus", "strength": "10 %"}]
    found = ss.simulate(braced("30 N*m/rad", muscles=weak))
    assert float(found["group_activation"].sel(group="multifidus").max()) <= 0.1 + 1e-12
