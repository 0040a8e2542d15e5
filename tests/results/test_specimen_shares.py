"""How the joints of a specimen share a load with its disc, against what is known of the mechanism."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from specimens import result
from spinesim.simulation import load_model

LEVELS = ("T12-L1", "L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")


def outside_the_disc(res: xr.Dataset, name: str) -> float:
    """Return the share of a force through the only level that its disc does not carry."""
    whole, disc = (float(res[f"{part}_{name}"].isel(step=-1, level=0)) for part in ("joint", "disc"))
    return (whole - disc) / whole


@pytest.mark.parametrize(
    ("flexion", "changes", "least", "most"),
    [
        ("-2 deg", {}, 0.05, 0.25),
        ("4 deg", {}, -0.06, 0.05),
        ("-2 deg", {"discs": [{"level": "L4-L5", "degeneration": 5}]}, 0.30, 0.70),
    ],
)
def test_joints_bear_compression_erect_and_narrow_but_not_flexed(
    flexion: str, changes: dict[str, Any], least: float, most: float
) -> None:
    """Adams and Hutton (1980): 16 % erect, none flexed, up to 70 % beside a narrow disc."""
    res = result(["L4-L5"], compression="1000 N", held={"flexion": flexion}, changes=changes)
    assert least <= outside_the_disc(res, "compression") <= most


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_joints_leave_small_turns_free(level: str, sign: float) -> None:
    """The gap closes at about 1 deg per 0.5 mm of it."""
    angle = sign * 0.2 * load_model().facet_law.gap / 0.5e-3
    assert not result([level], held={"left_axial_rotation": f"{angle} deg"})["facet_force"].values.any()


def shear_outside(level: str, force: str) -> float:
    """Return the share outside the disc of a shear under 400 N, all turns held as a machine for shear holds them."""
    held = dict.fromkeys(("flexion", "right_lateral_bending", "left_axial_rotation"), "0 deg")
    return outside_the_disc(
        result([level], shear={"anterior": force}, compression="400 N", held=held), "shear_anterior"
    )


@pytest.mark.parametrize("level", LEVELS)
def test_joints_bear_shear_forwards_and_not_backwards(level: str) -> None:
    """The facets face backwards: they stop the vertebra above from sliding forwards; backwards ligaments pull, and the
    oblique strand of the capsule.
    """
    assert shear_outside(level, "300 N") > 0.1
    assert abs(shear_outside(level, "-300 N")) < 0.1


def test_joints_bear_more_of_a_larger_shear_and_soon_a_third() -> None:
    """Contact stiffens while the disc's law is a line; surfaces that all but touch are there from the start."""
    shares = [shear_outside("L4-L5", force) for force in ("100 N", "200 N", "400 N")]
    assert shares == sorted(shares)
    assert shares[1] > 0.33


@pytest.mark.parametrize("level", LEVELS)
def test_pretension_is_far_from_failure_and_alike_at_all_levels(level: str) -> None:
    """A ligament that is taut at rest is not about to tear at one level alone."""
    share = result([level], moment={"flexion": "1 N*m", "steps": 1})["ligament_failure_share"]
    assert 0.1 < float(share.isel(step=0, level=0).sel(ligament="LF")) < 0.4
    assert np.nanmax(share.isel(step=0, level=0).values) < 0.4
