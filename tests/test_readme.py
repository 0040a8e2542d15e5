"""README.md and the manual show what the engine gives: their generated parts are those of today's model and cases."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from spinesim.errors import SpinesimError
from spinesim.validation import Validation, read_suites, run_cases

ROOT = Path(__file__).resolve().parents[1]
DUE = "run `make readme` and read what changed"


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


tables = _load("tables")
figures = _load("figures")
parts = _load("readme_parts")
PAGES = sorted(parts.PAGES, key=lambda page: page.name)
NAMED = [pytest.param(page, name, id=f"{page.stem}-{name}") for page in PAGES for name in parts.PAGES[page]]


@pytest.fixture(scope="module")
def wilke() -> Validation:
    """The first paper of Wilke alone, solved."""
    return run_cases([case for case in read_suites(["in_vivo"]) if case.file == "wilke_1999_pressure.yaml"])


@pytest.fixture(scope="module")
def refused() -> Validation:
    """All suites, with an engine that solves nothing."""

    def solve(scenario):
        raise SpinesimError("nothing today")

    return run_cases(read_suites(), solve=solve)


def shown(page: Path, name: str) -> str:
    return parts.part_of(page.read_text(encoding="utf-8"), name)


@pytest.mark.parametrize(("page", "name"), NAMED)
def test_no_part_is_empty(page: Path, name: str) -> None:
    assert len(shown(page, name)) > 20, DUE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_parts_are_of_this_model_and_these_cases(page: Path) -> None:
    assert shown(page, "stamp") == tables.stamp(), DUE


def test_the_demo_is_what_a_run_prints() -> None:
    assert shown(parts.README, "demo table") == parts.demo_table(), DUE


def test_the_four_tasks_are_what_runs_give(wilke: Validation) -> None:
    """For the body that the cases give Wilke's man, and for the one that a name runs."""
    assert shown(parts.README, "four tasks") == parts.four_tasks(wilke), DUE


def test_error_against_wilke_is_what_a_run_gives(wilke: Validation) -> None:
    assert shown(parts.README, "wilke") == parts.wilke(wilke), DUE


def test_numbers_of_the_model_are_what_its_files_say() -> None:
    assert shown(parts.PASSIVE, "fitted") == tables.fitted(), DUE
    assert shown(parts.PASSIVE, "bounds") == tables.bounds(), DUE
    assert shown(parts.TRUST, "fitted") == tables.muscles_fitted(), DUE


def test_sensitivity_begins_with_the_model_as_shipped(wilke: Validation) -> None:
    own = tables.script("sensitivity")
    (line,) = own.table([own.judged(own.SHIPPED, wilke)]).splitlines()[2:]
    cells = shown(parts.TRUST, "sensitivity").splitlines()[2].split(" | ")
    assert cells[:-1] == line.split(" | ")[:-1], DUE  # the last one is over what all lines solve
    assert len(shown(parts.TRUST, "sensitivity").splitlines()) == 3 + len(own.SETTINGS)


def test_every_row_of_every_case_is_counted() -> None:
    for suite, page in (("in_vitro", parts.PASSIVE), ("in_vivo", parts.TRUST)):
        rows = sum(len(case.rows) for case in read_suites([suite]))
        line = next(line for line in shown(page, "counts").splitlines() if tables.NAMES[suite] in line)
        assert f"of {rows} (" in line
        counted = re.findall(r"\d+ of (\d+) \(", shown(page, "kinds"))
        assert sum(int(n) for n in counted) == rows


def test_pictures_of_the_pages_are_there_and_no_other() -> None:
    texts = {page: page.read_text(encoding="utf-8") for page in [parts.README, *(ROOT / "docs").glob("*.md")]}
    used = {
        (page.parent / link).resolve()
        for page, text in texts.items()
        for link in re.findall(r"\]\(([^)]+\.png)\)", text)
    }
    assert used == set(parts.IMAGES.glob("*.png"))


def test_rows_that_failed_are_counted_and_drawn_as_such(refused: Validation, tmp_path: Path) -> None:
    figures.save(refused, tmp_path)
    assert {path.stem for path in tmp_path.iterdir()} == set(figures.FIGURES)
    rows = figures.wilke_rows(refused)
    said = [text.get_text() for text in figures.wilke_figure(refused).axes[0].texts]
    assert said == ["not solved"] * len(rows)
    assert f"{len(rows)} could not be solved" in parts.wilke(refused)
    assert "nothing today" in tables.worst(refused)


def test_equal_runs_give_equal_pictures(wilke: Validation, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        figures.save(wilke, tmp_path / name, ["wilke"])
    assert (tmp_path / "a/wilke.png").read_bytes() == (tmp_path / "b/wilke.png").read_bytes()


def test_a_part_is_written_between_its_marks_only() -> None:
    text = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb"
    assert parts.filled(text, "x", "new | \\1") == "a\n<!-- begin x -->\nnew | \\1\n<!-- end x -->\nb"
    with pytest.raises(SystemExit, match="begin y"):
        parts.filled(text, "y", "new")


def test_numbers_marked_calibrated_are_found_in_all_their_spellings(tmp_path: Path, monkeypatch) -> None:
    text = """
law: {gap: {value: 0.4 mm, source: [calibrated, Remus2021], note: by a script}, toe: {value: 1 mm, source: modelled}}
kinds:
  CL: {toe_strain: 0.1, toe_source: [calibrated, X], slack_strain: 0, slack_source: modelled}
  LF: {stiffness_factor: 2, factor_source: calibrated, stiffness_source: Pintar1992}
levels: {units: {k: N/mm}, source: {k: calibrated, j: Y}, rows: [{k: 1, j: 5}, {k: 2, j: 6}]}
"""
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(tables, "MODEL", tmp_path)
    found = [line.split(" | ")[1:3] for line in tables.fitted().splitlines()[2:]]
    assert found == [
        ["law.gap", "0.4 mm"],
        ["kinds.CL.toe_strain", "0.1"],
        ["kinds.LF.stiffness_factor", "2"],
        ["levels.k", "1, 2 N/mm"],
    ]
