"""The cases of living people: enough of them, no static task of Wilke left out, and every situation can be posed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import spinesim as ss
from spinesim.citations import load_bibliography
from spinesim.scenario import Scenario
from spinesim.simulation import prepare

FILES = sorted((Path(__file__).parents[1] / "validation/cases/in_vivo").glob("*.yaml"))
WILKE = {
    "standing", "flexed_36", "sitting_unsupported", "sitting_straight", "sitting_flexed", "sitting_elbows_on_thighs",
    "slouched", "supine", "prone", "prone_on_elbows", "side_lying", "valsalva", "stoop_lift", "squat_lift",
    "hold_20kg_close", "hold_20kg_far",
}  # fmt: skip


@cache
def case(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def rows() -> list[dict[str, Any]]:
    return [row for path in FILES for row in case(path)["rows"]]


def test_there_are_a_hundred_rows_of_a_dozen_studies() -> None:
    assert len(rows()) >= 100
    measured = [path for path in FILES if any(row["kind"] != "model_comparison" for row in case(path)["rows"])]
    assert len({case(path)["study"] for path in measured}) >= 12
    assert len({row["id"] for row in rows()}) == len(rows())


def test_no_static_task_of_wilke_is_left_out() -> None:
    (path,) = [path for path in FILES if path.stem == "wilke_1999_pressure"]
    absolute = {r["measure"]["scenario"] for r in case(path)["rows"] if r["kind"] == "intradiscal_pressure"}
    ratio = {r["measure"]["ratio"][0]["scenario"] for r in case(path)["rows"] if r["kind"] == "pressure_ratio"}
    assert absolute == WILKE and ratio == WILKE - {"standing"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_case_owes_a_known_study_and_says_where_its_band_is_from(path: Path) -> None:
    assert case(path)["study"] in load_bibliography()
    for row in case(path)["rows"]:
        assert row["band"] and row["calibrated"] in (True, False)
        assert row.get("low", row.get("high")) is not None
        assert row.get("low", -1e9) <= row.get("value", row.get("low", -1e9)) <= row.get("high", 1e9)


def test_most_rows_were_not_seen_by_the_calibration() -> None:
    rows = [row for path in FILES for row in case(path)["rows"]]
    seen = {row["id"] for row in rows if row["calibrated"]}
    assert 0 < len(seen) < 0.2 * len(rows)
    # A ratio says nothing new of a pressure that was fitted.
    assert {name.replace("-R", "-") for name in seen if "-R" in name} <= seen


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_situation_of_a_case_can_be_posed(path: Path) -> None:
    done: dict[str, Scenario] = {}
    for name, text in case(path)["scenarios"].items():
        start = ss.load_scenario(text["shipped"]) if "shipped" in text else done[text["like"]]
        done[name] = start.replace(text.get("change", {}))
        assert prepare(done[name]).task.gravity.shape == (3,)
