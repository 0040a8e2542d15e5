"""The command: formats, files and exit codes."""

import json
import sys
from types import ModuleType

import pytest

from case_files import case_data, row_data, write_case
from courses import moment_cycle
from spinesim.cli import main


@pytest.fixture
def suite(monkeypatch, tmp_path):
    """Work in an empty folder with one small case and no solver."""
    folder = tmp_path / "cases"
    monkeypatch.setattr("spinesim.validation.cases.cases_folder", lambda: folder)
    monkeypatch.setattr("spinesim.cli._is_compiled", lambda: True)
    monkeypatch.setattr("spinesim.cli._is_specimen_compiled", lambda: True)
    simulation = ModuleType("spinesim.simulation")
    vars(simulation).update(simulate=lambda scenario: moment_cycle())
    monkeypatch.setitem(sys.modules, "spinesim.simulation", simulation)
    monkeypatch.chdir(tmp_path)
    write_case(folder, case_data([{"low": 1.0, "high": 2.0, "value": 1.5}]))
    return folder


def test_a_miss_is_a_result(suite, capsys):
    assert main(["validate", "--suite", "in_vitro"]) == 0
    printed = capsys.readouterr()
    assert "0 of 1 inside (0 %), 1 outside, 0 failed" in printed.out
    assert printed.err == ""


def test_a_failed_row_gives_one(suite, capsys):
    write_case(suite, case_data([{"id": "X", "measure": {**row_data()["measure"], "step": "20 N*m"}}]), "b.yaml")
    assert main(["validate"]) == 1
    assert capsys.readouterr().out.startswith("Failed rows\n  X: ")


def test_bad_input_gives_two(suite, capsys):
    for arguments in (
        ["--study", "Yamamoto1988"],
        ["--kind", "x"],
        ["--suite", "in_vivo"],
        ["--suite", "x"],
        ["--workers", "0"],
    ):
        assert main(["validate", *arguments]) == 2
        assert capsys.readouterr().err
    write_case(suite, case_data([{"unit": "m"}]), "b.yaml")
    assert main(["validate"]) == 2
    assert "b.yaml:" in capsys.readouterr().err


def test_json_is_one_object(suite, capsys):
    assert main(["validate", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in data["rows"]] == ["ROM-001"]
    assert data["summary"]["outside"] == 1


def test_reports_go_into_files(suite, capsys, tmp_path):
    out = tmp_path / "report.html"
    assert main(["validate", "--format", "html", "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert capsys.readouterr().out == ""
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_an_unwritable_file_is_told_before_solving(suite, monkeypatch, capsys):
    monkeypatch.setattr("spinesim.validation.run_cases", lambda *a, **k: pytest.fail("solved"))
    assert main(["validate", "--out", "no/such/folder/x.html"]) == 2
    assert "cannot write" in capsys.readouterr().err
