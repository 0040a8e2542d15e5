"""Other methods beside the engine: every task with a load, from the engine's own places, in all three forms."""

import json
from dataclasses import replace

import pytest

import spinesim as ss
from case_files import case_data, write_case
from courses import moment_cycle
from spinesim.methods.single_muscle import ABOVE_DISC, EXTENSOR_ARM, GRAVITY
from spinesim.simulation import prepare
from spinesim.validation import read_suites, run_cases
from spinesim.validation.report_html import html_report
from spinesim.validation.report_methods import STUDIES, _centre_above, other_methods
from spinesim.validation.report_text import text_report
from spinesim.validation.summary import as_json
from tolerances import PENCIL

HELD = {"hold_20kg_close", "hold_20kg_far", "stoop_lift", "squat_lift"}


@pytest.fixture(scope="module")
def validation():
    """The first paper of Wilke alone, solved."""
    return run_cases([case for case in read_suites(["in_vivo"]) if case.file == "wilke_1999_pressure.yaml"])


@pytest.fixture(scope="module")
def rows(validation):
    return {row["task"].replace(" ", "_"): row for row in other_methods(validation)}


def test_every_task_with_a_held_load_is_there_once(rows):
    assert rows.keys() == HELD
    assert all(row["mass"] == 20.0 for row in rows.values())


def test_a_failed_task_keeps_its_row_and_says_why(validation):
    key = next(case.situations["squat_lift"].key for case in validation.cases)
    failed = replace(validation.solved[key], end="not_converged", reason="no balance")
    row = next(r for r in other_methods(replace(validation, solved={key: failed})) if r["task"] == "squat lift")
    assert (row["compression_l4_l5"], row["reason"]) == (None, "no balance")
    assert row["single_muscle"] > 1000.0 and row["lifting_index"] > 1.0


def test_forces_are_those_of_the_rows_scenario(validation, rows):
    case = validation.cases[0]
    compression = validation.results(case)["hold_20kg_far"].joint_compression
    assert rows["hold_20kg_far"]["compression_l4_l5"] == float(compression.sel(level="L4-L5"))


def test_the_limit_by_pencil(validation, rows):
    """Hands 1.23 m up and held: 23 kg x 0.25/H x (1 - 0.3 (V - 0.75)), no travel, no turn, one lift, handles."""
    row = rows["hold_20kg_far"]
    joints = validation.results(validation.cases[0])["hold_20kg_far"].joint_position
    way = joints.sel(joint="hand_left") - joints.sel(joint="ankle_left")
    h, v = float(way.sel(axis="anterior")), float(way.sel(axis="superior")) + 0.039 * 1.68
    limit = 23.0 * 0.25 / h * (1.0 - 0.3 * abs(v - 0.75))
    assert row["recommended_weight"] == pytest.approx(limit, rel=PENCIL)
    assert row["lifting_index"] == pytest.approx(20.0 / limit, rel=PENCIL)


def test_the_single_muscle_by_pencil():
    """Weights times levers over 6 cm, and the weights: the trunk's own lever is at most 12 cm in an upright person."""
    case = next(c for c in read_suites(["in_vivo"]) if c.file == "wilke_1999_pressure.yaml")
    done = run_cases([case])
    result = done.results(case)["hold_20kg_far"]
    row = next(r for r in other_methods(done) if r["task"] == "hold 20kg far")
    disc = result.vertebra_outline.sel(body=["pelvis", "L5"])
    disc = 0.5 * (
        disc.sel(body="pelvis", corner=["anterior_superior", "posterior_superior"]).mean("corner").values
        + disc.sel(body="L5", corner=["anterior_inferior", "posterior_inferior"]).mean("corner").values
    )
    load = result.load_position.values[0] - disc
    weight, held = GRAVITY * ABOVE_DISC * 70.0, GRAVITY * 20.0
    least, most = held * load[0] / EXTENSOR_ARM, (held * load[0] + weight * 0.12) / EXTENSOR_ARM + weight + held
    assert least < row["single_muscle"] < most


def test_the_body_weighs_at_the_same_place_whatever_it_holds():
    posture = {"posture.vertebrae": "held", "posture.stance": "straight"}
    light, heavy = (
        ss.load_scenario("hold_20kg_far").replace({"loads.crate.mass": mass} | posture) for mass in ("1 kg", "20 kg")
    )
    places = [_centre_above(prepare(scenario), ss.simulate(scenario)) for scenario in (light, heavy)]
    assert abs(places[0] - places[1]).max() < 0.006  # m: six discs shorten by that under 19 kg more, nothing else moves


def test_text_page_and_json_hold_every_task(validation):
    text, page = text_report(validation), html_report(validation)
    assert len(json.loads(json.dumps(as_json(validation), allow_nan=False))["methods"]) == len(HELD)
    for task in HELD:
        assert f"  {task.replace('_', ' ')} " in text.split("Other methods beside it")[1]
        assert f"<td>{task.replace('_', ' ')}" in page.split('id="methods"')[1]
    assert "Waters 1993" in text and "Waters 1993" in page


def test_specimens_have_no_such_section(tmp_path):
    write_case(tmp_path, case_data())
    done = run_cases(read_suites(["in_vitro"], tmp_path), solve=lambda scenario: moment_cycle())
    assert "methods" not in as_json(done)
    assert "Other methods" not in text_report(done) + html_report(done)


def test_seated_people_get_no_limit_and_the_studies_are_known():
    cases = [c for c in read_suites(["in_vivo"]) if c.entry.study == "Nachemson1976"]
    row = next(row for row in other_methods(run_cases(cases)) if row["task"] == "sitting leaning weights")
    assert row["recommended_weight"] is None and row["single_muscle"] > 0.0
    assert set(STUDIES) <= {case.entry.study for case in read_suites(["in_vivo"])}
    assert ss.load_scenario("sitting_leaning").posture.preset == "sitting_leaning"
