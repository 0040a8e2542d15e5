"""Running and judging: every row appears, failures with their reason, each scenario solved once."""

import threading

import pytest

from case_files import FLEXED, case_data, row_data, write_case
from courses import moment_cycle
from spinesim.errors import InputError, PostureError
from spinesim.validation import choose, read_suites, run_cases
from spinesim.validation.summary import as_json, summarise
from tolerances import EXACT


def _cases(tmp_path, *data):
    for n, content in enumerate(data):
        write_case(tmp_path, content, f"case_{n}.yaml")
    return read_suites(["in_vitro"], tmp_path)


def _run(tmp_path, *data, result=None, **options):
    return run_cases(
        _cases(tmp_path, *data), solve=lambda scenario: moment_cycle() if result is None else result, **options
    )


def _judged(tmp_path, **row):
    return _run(tmp_path, case_data([row])).rows[0]


@pytest.mark.parametrize(
    ("low", "high", "verdict", "miss"),
    [
        (5.0, 6.0, "inside", 0.0),
        (4.0, 5.0, "inside", 0.0),
        (5.5, 6.5, "outside", 0.5),
        (2.0, 4.0, "outside", 0.5),
        (None, 5.0, "inside", 0.0),
        (5.0, None, "inside", 0.0),
        (10.0, None, "outside", 1.25),
        (None, 2.5, "outside", 2.5),
    ],
)
def test_edges_belong_to_the_band_and_misses_are_in_band_widths(tmp_path, low, high, verdict, miss):
    value = next(edge for edge in (low, high) if edge is not None)
    row = _judged(tmp_path, low=low, high=high, value=value)
    assert row.spinesim == pytest.approx(5.0, rel=EXACT)
    assert row.verdict == verdict
    assert row.miss == pytest.approx(miss, rel=EXACT)


@pytest.mark.parametrize(
    ("low", "high", "place"), [(4.0, 6.0, 0.0), (5.0, 6.0, -0.5), (4.0, 5.0, 0.5), (1.0, 2.0, 3.5), (5.0, None, -0.5)]
)
def test_place_counts_from_the_middle_of_the_band(tmp_path, low, high, place):
    value = next(edge for edge in (low, high) if edge is not None)
    assert _judged(tmp_path, low=low, high=high, value=value).place == pytest.approx(place, rel=EXACT)


def test_far_misses_owe_a_sentence(tmp_path):
    assert _judged(tmp_path, low=1.0, high=1.5, value=1.0).unexplained
    assert not _judged(tmp_path, low=1.0, high=1.5, value=1.0, explained="Because.").unexplained
    assert not _judged(tmp_path, low=3.0, high=4.5, value=4.0).unexplained


def test_units_are_converted(tmp_path):
    row = _judged(tmp_path, unit="rad", value=0.09, low=0.08, high=0.1)
    assert row.spinesim == pytest.approx(0.08726646, rel=1e-7)
    assert row.verdict == "inside"


def test_a_refused_scenario_fails_its_rows_and_keeps_the_others(tmp_path):
    other = {"like": "bend", "change": {"specimen.compression": "500 N"}}
    bad = row_data(id="BAD")
    bad["measure"] = {**bad["measure"], "scenario": "pressed"}
    good = row_data()
    good["measure"] = {**good["measure"], "scenario": "bend"}
    cases = _cases(tmp_path, {**case_data(), "scenarios": {"bend": FLEXED, "pressed": other}, "rows": [bad, good]})

    def solve(scenario):
        if scenario.specimen.compression is not None:
            raise PostureError("no such posture\nat all")
        return moment_cycle()

    validation = run_cases(cases, solve=solve)
    assert [row.verdict for row in validation.rows] == ["failed", "inside"]
    assert validation.rows[0].reason == "pressed: no such posture / at all"
    assert validation.rows[0].spinesim is validation.rows[0].miss is validation.rows[0].place is None


def test_an_end_that_is_not_converged_fails_unless_accepted(tmp_path):
    buckled = moment_cycle(found=3)
    rows = [{}, {"id": "ACCEPTED", "accept": ["unstable"]}, {"id": "OTHER", "accept": ["not_converged"]}]
    validation = _run(tmp_path, case_data(rows), result=buckled)
    assert [row.verdict for row in validation.rows] == ["failed", "inside", "failed"]
    assert validation.rows[0].reason == "bend: unstable: told so"


def test_a_number_that_is_not_there_fails_the_row(tmp_path):
    measure = {"variable": "disc_rotation", "level": "L4-L5", "rotation": "flexion", "step": "20 N*m"}
    row = _judged(tmp_path, measure=measure)
    assert row.verdict == "failed"
    assert "does not reach 20 N*m" in row.reason


def test_torn_ligaments_are_told(tmp_path):
    validation = _run(tmp_path, case_data(), result=moment_cycle(torn="ALL at L4-L5 is past its failure strain"))
    assert validation.rows[0].warning == "ALL at L4-L5 is past its failure strain"


def test_equal_scenarios_are_solved_once(tmp_path):
    asked = []
    lock = threading.Lock()

    def solve(scenario):
        with lock:
            asked.append(scenario.name)
        return moment_cycle()

    done = []
    cases = _cases(tmp_path, case_data(), case_data([{"id": "ROM-002"}], title="Another", study="Heuer2007"))
    validation = run_cases(cases, workers=4, solve=solve, progress=lambda n, total: done.append((n, total)))
    assert len(asked) == 1
    assert done == [(1, 1)]
    assert len(validation.rows) == 2


def test_the_number_of_workers_changes_nothing(tmp_path):
    data = case_data([{"id": f"R{n}", "low": 4.0 + 0.3 * n, "high": 9.0, "value": 8.0} for n in range(8)])
    cases = _cases(tmp_path, data)
    alone, many = (as_json(run_cases(cases, workers, lambda scenario: moment_cycle())) for workers in (1, 4))
    assert alone == many


def test_bugs_are_not_hidden(tmp_path):
    def solve(scenario):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_cases(_cases(tmp_path, case_data()), solve=solve)


def test_studies_and_kinds_are_chosen(tmp_path):
    cases = _cases(
        tmp_path,
        case_data([{}, {"id": "NZ", "kind": "neutral_zone"}]),
        case_data([{"id": "ROM-002"}], study="Heuer2007"),
    )
    assert [case.entry.study for case in choose(cases, study="Heuer2007")] == ["Heuer2007"]
    assert [row.entry.id for case in choose(cases, kind="neutral_zone") for row in case.rows] == ["NZ"]
    for options, message in (
        ({"study": "Heuer2008"}, "did you mean 'Heuer2007'"),
        ({"kind": "neutral_zon"}, "did you mean 'neutral_zone'"),
        ({"study": "Heuer2007", "kind": "neutral_zone"}, "there are no such cases"),
    ):
        with pytest.raises(InputError, match=message):
            choose(cases, **options)


def test_summary_counts(tmp_path):
    rows = [
        {"id": "IN"},
        {"id": "IN_USED", "calibrated": True, "confidence": "unverified"},
        {"id": "OUT", "low": 1.0, "high": 1.5, "value": 1.0},
        {"id": "FAR", "low": 0.1, "high": 0.2, "value": 0.1, "kind": "neutral_zone"},
        {"id": "FAILED", "measure": {**row_data()["measure"], "step": "20 N*m"}},
    ]
    summary = summarise(_run(tmp_path, case_data(rows)))
    assert {name: summary[name] for name in ("rows", "inside", "outside", "failed")} == {
        "rows": 5, "inside": 2, "outside": 2, "failed": 1,
    }  # fmt: skip
    assert summary["calibrated"] == {"rows": 1, "inside": 1, "outside": 0, "failed": 0}
    assert summary["untouched"] == {"rows": 4, "inside": 1, "outside": 2, "failed": 1}
    assert summary["read"] == {"rows": 4, "inside": 1, "outside": 2, "failed": 1}
    assert summary["unverified"] == {"rows": 1, "inside": 1, "outside": 0, "failed": 0}
    assert summary["by_kind"][0]["unverified"]["rows"] == 1 and summary["by_study"][0]["read"]["rows"] == 4
    assert [kind["kind"] for kind in summary["by_kind"]] == ["range_of_motion", "neutral_zone"]
    assert summary["by_kind"][0]["rms"]["value"] == pytest.approx((16.0 / 3.0) ** 0.5, rel=1e-9)
    assert [miss["id"] for miss in summary["worst"]] == ["FAR", "OUT"]
    assert [row["id"] for row in summary["failed_rows"]] == ["FAILED"]
    assert summary["unexplained"] == ["OUT", "FAR"]


def test_rms_needs_one_unit(tmp_path):
    rows = [{"id": "DEG"}, {"id": "RAD", "unit": "rad", "value": 0.09, "low": 0.08, "high": 0.1}]
    assert summarise(_run(tmp_path, case_data(rows)))["by_kind"][0]["rms"] is None
