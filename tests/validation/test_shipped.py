"""The shipped cases: they parse, and keep what validation/README.md promises."""

import re
from pathlib import Path

import pytest

from spinesim.citations import load_bibliography
from spinesim.validation import SUITES, read_suites
from spinesim.validation.cases import cases_folder
from spinesim.validation.kinds import load_kinds

ROOT = Path(__file__).parents[2]
CASES = read_suites()
IN_VITRO = [case for case in CASES if case.suite == "in_vitro"]
ROWS = [pytest.param(case, row, id=row.entry.id) for case in CASES for row in case.rows]


def test_all_files_are_read():
    assert len(CASES) == sum(len(list((cases_folder() / suite).glob("*.yaml"))) for suite in SUITES) > 20


def test_the_in_vitro_suite_is_as_large_as_asked():
    assert sum(len(case.rows) for case in IN_VITRO) >= 120
    assert len({case.entry.study for case in IN_VITRO}) >= 15


def test_ids_are_unique():
    ids = [row.entry.id for case in CASES for row in case.rows]
    assert len(ids) == len(set(ids))


def test_studies_and_kinds_are_known():
    assert {case.entry.study for case in CASES} <= load_bibliography().keys()
    assert {row.entry.kind for case in CASES for row in case.rows} <= load_kinds().keys()


@pytest.mark.parametrize(
    "kind",
    ["range_of_motion", "whole_lumbar_motion", "neutral_zone", "moment_rotation", "stepwise_reduction", "follower_load",
     "axial_stiffness", "shear_stiffness", "rotational_stiffness", "compression_curve", "pressure_compression",
     "pressure_moment", "facet_force", "facet_share", "degeneration", "model_comparison", "buckling"],
)  # fmt: skip
def test_every_kind_asked_for_is_there(kind):
    assert any(row.entry.kind == kind for case in IN_VITRO for row in case.rows)


@pytest.mark.parametrize(("case", "row"), ROWS)
def test_bands_without_a_spread_are_twenty_percent(case, row):
    entry = row.entry
    if entry.band.startswith("+-20 %") and entry.low is not None and entry.high is not None and entry.value is not None:
        edges = sorted((0.8 * entry.value, 1.2 * entry.value))
        assert [entry.low, entry.high] == pytest.approx(edges, rel=1e-3)


@pytest.mark.parametrize("case", IN_VITRO, ids=lambda case: case.file)
def test_files_are_named_for_their_study(case):
    found = re.match(r"([A-Z][a-z]+).*?(\d{4})", case.entry.study)
    assert found is not None
    surname, year = found.groups()
    assert case.file.startswith(surname.lower())
    assert year in case.file


def test_the_readme_lists_every_kind_of_file_key():
    text = (ROOT / "validation/README.md").read_text(encoding="utf-8")
    for key in (
        "study",
        "where",
        "method",
        "confidence",
        "like",
        "shipped",
        "accept",
        "calibrated",
        "explained",
        "curves",
    ):
        assert f"{key}:" in text
