"""Abdominal pressure and the wall that holds it."""

from __future__ import annotations

import spinesim as ss

WALL = ("transversus_abdominis", "external_oblique", "internal_oblique")


def test_pressure_needs_a_wall_that_holds_it() -> None:
    weak = [{"group": name, "strength": "0 %"} for name in WALL]
    held = ss.simulate("hold_20kg_far")
    wanting = ss.simulate(ss.load_scenario("hold_20kg_far").replace(muscles=weak))
    assert float(held.intra_abdominal_pressure) > 1.0 > float(wanting.intra_abdominal_pressure)


def test_pressure_asked_for_is_the_pressure_reported() -> None:
    result = ss.simulate(ss.load_scenario("standing").replace({"breath.intra_abdominal_pressure": "8 kPa"}))
    assert abs(float(result.intra_abdominal_pressure) - 8.0) < 1e-9
