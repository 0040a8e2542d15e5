"""Random sensible situations: trunk 0 to 90 deg, bent and turned within range, 0 to 30 kg, deficits of up to half."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Plain = dict[str, Any]
GROUPS = (
    "multifidus",
    "longissimus_pars_thoracis",
    "iliocostalis_pars_lumborum",
    "quadratus_lumborum",
    "psoas",
    "rectus_abdominis",
    "external_oblique",
    "internal_oblique",
    "transversus_abdominis",
    "gluteus_maximus",
    "gluteus_medius",
    "hamstrings",
)


def amount(low: float, high: float, unit: str) -> st.SearchStrategy[str]:
    """Return quantities as scenario files write them."""
    return st.integers(0, 1000).map(lambda n: f"{low + (high - low) * n / 1000.0:.4f} {unit}")


def side() -> st.SearchStrategy[str]:
    return st.sampled_from(["left", "right", "both"])


def postures() -> st.SearchStrategy[Plain]:
    """Return standing postures, bent forward, sideways and turned."""
    return st.fixed_dictionaries(
        {"preset": st.just("standing"), "trunk_inclination": amount(0.0, 90.0, "deg")},
        optional={
            "right_lateral_bending": amount(-30.0, 30.0, "deg"),
            "left_axial_rotation": amount(-40.0, 40.0, "deg"),
            "knee_flexion": amount(0.0, 60.0, "deg"),
            "lumbopelvic_rhythm": st.sampled_from(["healthy", "low_back_pain"]),
        },
    )


def held() -> st.SearchStrategy[Plain]:
    return st.fixed_dictionaries(
        {
            "kind": st.just("held"),
            "mass": amount(0.0, 30.0, "kg"),
            "hands": side(),
            "reach": amount(0.2, 0.5, "m"),
            "height": st.sampled_from(["hip", "knee", "elbow", "chest"]),
            "lateral": amount(-0.3, 0.3, "m"),
        },
    )


def pushes() -> st.SearchStrategy[Plain]:
    force = st.tuples(*[amount(-100.0, 100.0, "N")] * 3).map(list)
    return st.one_of(
        st.fixed_dictionaries({"kind": st.just("hand_force"), "force": force, "hands": side()}),
        st.fixed_dictionaries(
            {
                "kind": st.just("force"),
                "body": st.sampled_from(["thorax", "L2", "L5", "pelvis"]),
                "force": force,
                "at": st.tuples(*[amount(-0.1, 0.1, "m")] * 3).map(list),
                "moment": st.tuples(*[amount(-10.0, 10.0, "N*m")] * 3).map(list),
            },
        ),
        st.fixed_dictionaries(
            {
                "kind": st.just("worn"),
                "mass": amount(0.0, 15.0, "kg"),
                "at": st.sampled_from(["back", "chest", "shoulders"]),
            }
        ),
    )


def deficits() -> st.SearchStrategy[Plain]:
    return st.fixed_dictionaries(
        {"group": st.sampled_from(GROUPS), "side": side(), "strength": amount(50.0, 100.0, "%")}
    )


def situations(loads: bool = True) -> st.SearchStrategy[Plain]:
    """Return scenarios as plain data."""
    carried = st.lists(st.one_of(held(), pushes()), max_size=2) if loads else st.just([])
    return st.fixed_dictionaries(
        {"format": st.just(1), "name": st.just("Random"), "posture": postures(), "loads": carried},
        optional={
            "muscles": st.lists(deficits(), max_size=3, unique_by=lambda m: (m["group"], m["side"])),
            "subject": st.fixed_dictionaries(
                {
                    "sex": st.sampled_from(["male", "female"]),
                    "height": amount(1.5, 1.95, "m"),
                    "mass": amount(50.0, 110.0, "kg"),
                }
            ),
            "ligaments": st.just([{"ligament": "SSL", "removed": True}]),
            "recruitment": st.fixed_dictionaries(
                {"p": st.sampled_from([2, 3]), "co_contraction": amount(0.0, 10.0, "%")}
            ),
            "breath": st.fixed_dictionaries(
                {"intra_abdominal_pressure": st.one_of(st.just("auto"), amount(0.0, 8.0, "kPa"))}
            ),
            "support": st.integers(0, 100).map(lambda n: {"left": f"{n} %", "right": f"{100 - n} %"}),
        },
    )


SWAP = {"left": "right", "right": "left"}


def mirrored(scenario: Plain) -> Plain:
    """Return a scenario with left and right swapped."""
    other = dict(scenario)
    posture = dict(scenario.get("posture", {}))
    for key in ("right_lateral_bending", "left_axial_rotation"):
        if key in posture:
            posture[key] = minus(posture[key])
    other["posture"] = posture
    other["loads"] = [_mirrored_load(load) for load in scenario.get("loads", [])]
    other["muscles"] = [{**m, "side": SWAP.get(m.get("side", "both"), "both")} for m in scenario.get("muscles", [])]
    if "support" in scenario:
        other["support"] = {SWAP[key]: value for key, value in scenario["support"].items()}
    return other


def _mirrored_load(load: Plain) -> Plain:
    other = dict(load)
    if "hands" in load:
        other["hands"] = SWAP.get(load["hands"], "both")
    if "lateral" in load:
        other["lateral"] = minus(load["lateral"])
    for key in ("force", "at"):
        if isinstance(load.get(key), list):
            other[key] = [*load[key][:2], minus(load[key][2])]
    if "moment" in load:
        other["moment"] = [minus(load["moment"][0]), minus(load["moment"][1]), load["moment"][2]]
    return other


def minus(text: str) -> str:
    """Return the quantity with the other sign."""
    return text[1:] if text.startswith("-") else f"-{text}"
