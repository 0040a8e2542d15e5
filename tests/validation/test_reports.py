"""Text, JSON and page hold the same rows; the page escapes what files say."""

import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from case_files import case_data, row_data, write_case
from courses import moment_cycle
from spinesim.validation import figures, read_suites, run_cases
from spinesim.validation.report_html import html_report
from spinesim.validation.report_text import text_report
from spinesim.validation.summary import as_json
from spinesim.validation.words import band, number

NASTY = "<script>alert('x')</script> & $y^2 {{ 7 * 7 }}"
LEAF = {"variable": "specimen_moment", "rotation": "flexion"}
TURN = {"variable": "disc_rotation", "level": "L4-L5", "rotation": "flexion"}


@pytest.fixture(scope="module")
def validation(tmp_path_factory):
    """A run with rows inside, outside and failed, a range without a value, a one-sided band and nasty names."""
    rows = [
        {"id": "IN", "note": NASTY},
        {"id": "BACK", "value": 5.0, "measure": {"negative": {**TURN, "step": "-10 N*m"}}},
        {"id": "OUT", "low": 0.9, "high": 1.1, "value": 1.0, "quantity": NASTY, "calibrated": True},
        {"id": "RANGE", "value": None, "confidence": "unverified"},
        {"id": "MOST", "low": None, "high": 2.0, "value": 2.0, "explained": NASTY},
        {"id": "FAILED", "measure": {**row_data()["measure"], "step": "20 N*m"}},
    ]
    curve = {"title": NASTY, "x": LEAF, "y": TURN, "rows": ["IN", "BACK"]}
    folder = tmp_path_factory.mktemp("cases")
    write_case(folder, case_data(rows, title=NASTY, method=NASTY, where=NASTY, curves=[curve]))
    return run_cases(read_suites(["in_vitro"], folder), solve=lambda scenario: moment_cycle())


def test_json_keeps_its_contract(validation):
    data = json.loads(json.dumps(as_json(validation), allow_nan=False))
    assert data.keys() == {"rows", "summary"}
    wanted = {"id", "study", "kind", "value", "low", "high", "unit", "spinesim", "inside", "calibrated"}
    assert all(wanted <= row.keys() for row in data["rows"])
    assert [row["inside"] for row in data["rows"]] == [True, True, False, True, False, None]
    assert [row["calibrated"] for row in data["rows"]] == [False, False, True, False, False, False]


def test_page_and_text_hold_every_row(validation):
    page, text = html_report(validation), text_report(validation)
    for row in validation.rows:
        assert f'id="{row.entry.id}"' in page
        assert re.search(rf"^  {row.entry.id} ", text, re.MULTILINE)
        assert f"  {row.entry.id}: " in text


def test_summaries_part_what_was_read_from_what_was_not(validation):
    text, page, summary = text_report(validation), html_report(validation), as_json(validation)["summary"]
    assert (summary["read"]["rows"], summary["unverified"]["rows"]) == (5, 1)
    assert "  read        2 of 5 inside (40 %), 2 outside, 1 failed\n" in text
    assert "  unverified  1 of 1 inside (100 %), 0 outside, 0 failed\n" in text
    assert "<b>2 of 5</b>inside, rows whose figures were read at their source" in page
    assert "<b>1 of 1</b>inside, rows of unverified figures" in page


def test_failed_rows_come_first_with_their_reason(validation):
    text, page = text_report(validation), html_report(validation)
    assert text.startswith("Failed rows\n  FAILED: the course does not reach 20 N*m")
    assert page.index("Failed rows") < page.index("Summary")


def test_text_of_files_is_escaped(validation):
    page = html_report(validation)
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp;" in page
    assert "{{ 7 * 7 }}" in page


def test_page_needs_nothing_from_elsewhere(validation):
    page = html_report(validation)
    body = page[: page.index("<h2>Sources")]
    links = set(re.findall(r'(?:src|href)="([^"]*)"', body))
    assert all(link.startswith("#") for link in links), links
    assert not re.search(r"@import|<link|<iframe|<img", body)
    assert page.count("<svg") == page.count("</svg>") == 3


def test_ids_of_pictures_do_not_collide(validation):
    ids = re.findall(r'\bid="([^"]+)"', html_report(validation))
    assert len(ids) == len(set(ids))


def test_pictures_are_well_formed_and_every_reference_has_its_target(validation):
    for svg in re.findall(r"<svg.*?</svg>", html_report(validation), re.DOTALL):
        ElementTree.fromstring(svg)
        wanted = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', svg))
        targets = set(re.findall(r'\bid="([^"]+)"', svg))
        assert {a or b for a, b in wanted} <= targets


def test_equal_runs_give_equal_reports(validation):
    assert html_report(validation) == html_report(validation)
    assert text_report(validation) == text_report(validation)


def test_a_curve_stops_where_the_course_buckled(validation):
    case = validation.cases[0]
    key = case.situations["bend"].key
    found = type(validation.solved[key])(moment_cycle(found=3), "unstable", "buckled")
    stopped = type(validation)(validation.cases, validation.rows, {key: found})
    points = figures.curve_points(stopped, case, case.curves[0])
    assert points is not None
    assert points[0].tolist() == pytest.approx([0.0, 5.0, 10.0])
    assert points[1].tolist() == pytest.approx([0.0, 2.5, 5.0])


def test_sizes_are_drawn_on_the_side_of_the_curve(validation, monkeypatch):
    """An extension that a study prints as a positive size stands below zero, as the curve does."""
    drawn = []
    monkeypatch.setattr(figures, "_svg", lambda figure, name: drawn.append(figure) or "")
    figures.curve_figure(validation, validation.cases[0], "x")
    squares = [line for line in drawn[0].axes[0].lines if line.get_marker() == "s"]
    points = sorted((float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in squares)
    assert np.array(points) == pytest.approx(np.array([[-10.0, -5.0], [10.0, 5.0]]))


def test_numbers_are_short():
    texts = ["-", "0", "0.123", "12.3", "1234", "1.23e+06", "1.23e-05"]
    assert [number(x) for x in (None, 0.0, 0.1234, 12.34, 1234.0, 1.234e6, 1.234e-5)] == texts
    assert [band(1.0, 2.0), band(1.0, None), band(None, 2.0)] == ["1 to 2", "at least 1", "at most 2"]
